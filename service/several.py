"""Several pictures at once: edit, remove, restore, try again. Each has an outcome of its own."""

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import PreconditionFailed

from indexer.keeper import UNCHANGED, UnknownPictureError
from indexer.record import MAX_TAGS, Record
from indexer.room import NoRoomError
from service.answers import OneOutcome, Outcomes, describe
from service.conditions import NOT_AS_EXPECTED
from service.context import context
from service.errors import InvalidRequestError, problem_of
from service.operations import Answer, Operation, documented
from service.questions import EXAMPLE_ID, Removal, Revision, Several
from service.samples import PICTURE

several_routes = Blueprint("several", __name__, url_prefix="/v1/images")

_ANSWERS = {200: Answer("What became of each.", Outcomes, {"results": [{"id": EXAMPLE_ID, "status": 204}]})}
_RECORDS = {
    200: Answer("What became of each.", Outcomes, {"results": [{"id": EXAMPLE_ID, "status": 200, "image": PICTURE}]})
}


@several_routes.post("/delete")
@documented(Operation(_ANSWERS, body=Removal, examples={"one picture": {"ids": [EXAMPLE_ID]}}))
def remove_several(body: Removal) -> ResponseReturnValue:
    """Remove several pictures: into the trash, or for good."""

    def remove(picture_id: str) -> OneOutcome:
        context().keeper.remove(picture_id, body.purge, durable=False)
        return {"id": picture_id, "status": 204}

    answer = _each(body.ids, remove)
    context().keeper.settle()
    return answer


@several_routes.post("/restore")
@documented(Operation(_RECORDS, body=Several, examples={"one picture": {"ids": [EXAMPLE_ID]}}))
def restore_several(body: Several) -> ResponseReturnValue:
    """Bring back what was removed last under each of these ids."""
    answer = _each(body.ids, lambda picture_id: _is(context().keeper.restore(picture_id, durable=False)))
    context().keeper.settle()
    context().wake()
    return answer


@several_routes.post("/edit")
@documented(
    Operation(
        _RECORDS,
        (NoRoomError,),
        body=Revision,
        examples={
            "a label": {"ids": [EXAMPLE_ID], "label": "sports cars"},
            "another tag": {"ids": [EXAMPLE_ID], "add_tags": ["red"], "remove_tags": ["blue"]},
            "no label any more, where nobody gave another": {
                "ids": [EXAMPLE_ID],
                "label": None,
                "expect": {"label": "cars", "tags": ["red", "old"]},
            },
        },
    )
)
def edit_several(body: Revision) -> ResponseReturnValue:
    """Change label and tags of several pictures.

    Tags are added and taken away; those that are not named stay."""
    otherwise = set[str]()

    def change(record: Record) -> dict[str, Any]:
        if not body.is_for(record):
            otherwise.add(record.id)
            return {}
        otherwise.discard(record.id)
        return _revise(record, body)

    def outcome(picture_id: str) -> OneOutcome:
        if picture_id in otherwise:
            raise PreconditionFailed(NOT_AS_EXPECTED)
        return _is(_roomy(_known(records, picture_id), body))

    records = context().keeper.edit_all(body.ids, change)
    return _each(body.ids, outcome)


@several_routes.post("/retry")
@documented(Operation(_RECORDS, (NoRoomError,), body=Several, examples={"one picture": {"ids": [EXAMPLE_ID]}}))
def retry_several(body: Several) -> ResponseReturnValue:
    """Try to index failed pictures again.

    Those that have not failed stay as they are."""
    catalogue = context().catalogue
    failed = {picture_id for picture_id, record in catalogue.get(body.ids).items() if record.state == "failed"}
    if failed:
        catalogue.retry(sorted(failed))
    records = catalogue.get(body.ids)
    context().wake()
    return _each(
        body.ids, lambda picture_id: _is(_known(records, picture_id), status=202 if picture_id in failed else 200)
    )


def _each(ids: list[str], act: Callable[[str], OneOutcome]) -> ResponseReturnValue:
    answer: Outcomes = {"results": [_try(picture_id, act) for picture_id in ids]}
    return cast(ResponseReturnValue, answer)


def _try(picture_id: str, act: Callable[[str], OneOutcome]) -> OneOutcome:
    try:
        return act(picture_id)
    except Exception as error:  # noqa: BLE001 - one outcome each: the others go on
        problem = problem_of(error)
        return {"id": picture_id, "status": problem["status"], "error": problem}


def _is(record: Record, status: int = 200) -> OneOutcome:
    return {"id": record.id, "status": status, "image": describe(record)}


def _known(records: dict[str, Record], picture_id: str) -> Record:
    if picture_id not in records:
        raise UnknownPictureError(picture_id)
    return records[picture_id]


def _revise(record: Record, revision: Revision) -> dict[str, Any]:
    """Return the fields that become others; none where there would be too many tags."""
    tags = _tags(record, revision)
    if len(tags) > MAX_TAGS:
        return {}
    wanted = {"label": revision.new_label, "tags": tags}
    said = {"label": record.label, "tags": list(record.tags)}
    return {name: value for name, value in wanted.items() if value not in (UNCHANGED, said[name])}


def _tags(record: Record, revision: Revision) -> list[str]:
    kept = [tag for tag in record.tags if tag not in revision.remove_tags]
    return list(dict.fromkeys([*kept, *revision.add_tags]))


def _roomy(record: Record, revision: Revision) -> Record:
    if len(_tags(record, revision)) > MAX_TAGS:
        raise InvalidRequestError(f"a picture has at most {MAX_TAGS} tags")
    return record
