"""Adding pictures: by upload or by URL, one or several."""

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify

from indexer.keeper import Change, NewPicture
from indexer.library import InvalidKeyError, KeyTakenError
from indexer.record import Record
from model.preprocess import load_picture
from service.answers import OneAdded, Picture, SeveralAdded, describe
from service.backlog import QueueFullError
from service.context import context
from service.errors import FETCHING, KEEPING, PICTURES, InvalidRequestError, problem_of
from service.intake import Upload, fetch_upload, read_uploads
from service.names import name_to_key
from service.operations import Answer, Operation, documented
from service.questions import EXAMPLE_URL, Adding, Description, Link
from service.samples import PICTURE
from service.settling import settle

MAX_FILES = 100

adding_routes = Blueprint("adding", __name__, url_prefix="/v1/images")

_STATUS: dict[Change, int] = {"added": 201, "replaced": 201, "unchanged": 200}
_LOCATION = {"Location": "The address of the record."}


@dataclass(frozen=True, slots=True)
class Added:
    """A picture that is in the library now, and whether it was before."""

    record: Record
    change: Change

    def status(self, record: Record) -> int:
        """Return the HTTP status for it as its record has become since."""
        done = self.change == "unchanged" or record.state == "indexed"
        return _STATUS[self.change] if done else 202


@adding_routes.post("")
@documented(
    Operation(
        {
            200: Answer(
                "The same bytes were there already; or, of several files, what became of each.",
                Picture | SeveralAdded,
                PICTURE,
                headers=_LOCATION,
            ),
            201: Answer("It is added and indexed.", Picture, PICTURE, headers=_LOCATION),
            202: Answer("It is added, and indexing waits.", Picture, PICTURE, headers=_LOCATION),
        },
        refuses=(InvalidKeyError, KeyTakenError, QueueFullError, *KEEPING, *PICTURES, *FETCHING),
        query=Adding,
        body=Link,
        form=Description,
        pictures=MAX_FILES,
        examples={"by a link": {"url": EXAMPLE_URL, "label": "cars", "tags": ["red"]}},
    )
)
def add(query: Adding, body: Description) -> Response:
    """Add pictures: uploaded ones, or one by its address.

    The same bytes under the same key are no news (200), and its label and tags stay; other bytes are refused (409)
    unless `replace`. A picture that does not decode is refused and not stored."""
    uploads = [fetch_upload(body.url)] if isinstance(body, Link) else read_uploads()
    if not 0 < len(uploads) <= MAX_FILES:
        raise InvalidRequestError(f"from 1 to {MAX_FILES} pictures are needed: parts image, or url")
    if len(uploads) == 1:
        return _answer_one(_add_one(uploads[0], body, query.replace), query.wait)
    if body.key:
        raise InvalidRequestError("one key cannot be given to several pictures")
    outcomes = [_try_to_add(upload, body, query.replace) for upload in uploads]
    context().keeper.settle()
    return _answer_several(outcomes, query.wait)


def _add_one(upload: Upload, says: Description, replace: bool, durable: bool = True) -> Added:
    context().backlog.require_room()
    record, change = context().keeper.add(_examine(upload, says), replace, durable)
    context().wake()
    return Added(record, change)


def _examine(upload: Upload, says: Description) -> NewPicture:
    """Return what is to be added, after decoding it once: what does not decode is refused, not stored."""
    here = context()
    label = says.label or None
    with here.gate.passing():
        header, _ = load_picture(upload.data, here.encoder.size, here.settings.max_pixels)
    key = says.key or name_to_key(upload.name, label)
    return NewPicture(key, upload.data, header.width, header.height, header.format, label, tuple(says.tags))


def _try_to_add(upload: Upload, says: Description, replace: bool) -> Added | Exception:
    try:
        return _add_one(upload, says, replace, durable=False)
    except Exception as error:  # noqa: BLE001 - one outcome each: the others go on
        return error


def _answer_one(added: Added, wait_s: float) -> Response:
    record = settle([added.record], wait_s)[0]
    response = jsonify(describe(record))
    response.status_code = added.status(record)
    response.headers["Location"] = f"/v1/images/{record.id}"
    return response


def _answer_several(outcomes: list[Added | Exception], wait_s: float) -> Response:
    waiting = [outcome.record for outcome in outcomes if isinstance(outcome, Added)]
    settled = {record.id: record for record in settle(waiting, wait_s)}
    answer: SeveralAdded = {"results": [_outcome(outcome, settled) for outcome in outcomes]}
    return jsonify(answer)


def _outcome(outcome: Added | Exception, settled: dict[str, Record]) -> OneAdded:
    if isinstance(outcome, Exception):
        problem = problem_of(outcome)
        return {"status": problem["status"], "error": problem}
    record = settled[outcome.record.id]
    return {"status": outcome.status(record), "image": describe(record)}
