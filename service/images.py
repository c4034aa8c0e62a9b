"""The library's pictures: add, list, look at, remove, restore."""

import time
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request

from indexer.keeper import Change, NewPicture, UnknownPictureError
from indexer.record import Record
from model.preprocess import load_picture
from service.answers import describe
from service.context import context
from service.errors import InvalidRequestError, answer_error
from service.intake import (
    Fields,
    Upload,
    name_to_key,
    read_fields,
    read_filter,
    read_flag,
    read_id,
    read_number,
    read_tags,
    read_text,
    read_uploads,
    read_whole,
)

MAX_WAIT_S = 60.0
FIRST_LOOK_S = 0.01
LONGEST_LOOK_S = 0.25
MAX_FILES = 100
MAX_PAGE = 500

image_routes = Blueprint("images", __name__, url_prefix="/v1/images")

_STATUS: dict[Change, int] = {"added": 201, "replaced": 201, "unchanged": 200}


@image_routes.post("")
def add() -> Response:
    fields = read_fields()
    wait_s = read_number(fields, "wait", 0, 0, MAX_WAIT_S)
    uploads = read_uploads(fields)
    if not 0 < len(uploads) <= MAX_FILES:
        raise InvalidRequestError(f"from 1 to {MAX_FILES} pictures are needed: parts `image`, or `url`")
    if len(uploads) == 1:
        return _answer_one(*_add_one(uploads[0], fields), wait_s)
    if "key" in fields:
        raise InvalidRequestError("one key cannot be given to several pictures")
    return _answer_several([_try_to_add(upload, fields) for upload in uploads], wait_s)


@image_routes.get("")
def list_images() -> dict[str, Any]:
    limit = read_whole(request.args, "limit", 30, 1, MAX_PAGE)
    records, cursor = context().catalogue.list_newest(limit, request.args.get("cursor"), read_filter(read_fields()))
    return {"images": [describe(record) for record in records], "next_cursor": cursor}


@image_routes.get("/<picture_id>")
def look_at(picture_id: str) -> dict[str, Any]:
    return describe(find(picture_id))


@image_routes.delete("/<picture_id>")
def remove(picture_id: str) -> Response:
    context().keeper.remove(read_id(picture_id), purge=read_flag(request.args, "purge"))
    return Response(status=204)


@image_routes.post("/<picture_id>/restore")
def restore(picture_id: str) -> dict[str, Any]:
    wait_s = read_number(request.args, "wait", 0, 0, MAX_WAIT_S)
    record = context().keeper.restore(read_id(picture_id))
    context().wake()
    return describe(_settled([record], wait_s)[0])


def find(picture_id: str) -> Record:
    """Return a picture's record. Raises `UnknownPictureError`."""
    known = read_id(picture_id)
    record = context().catalogue.get([known]).get(known)
    if record is None:
        raise UnknownPictureError(known)
    return record


def _add_one(upload: Upload, fields: Fields) -> tuple[Record, Change]:
    new = _examine(upload, fields)
    record, change = context().keeper.add(new, replace=read_flag(fields, "replace"))
    context().wake()
    return record, change


def _examine(upload: Upload, fields: Fields) -> NewPicture:
    """Return what is to be added, after decoding it once: what does not decode is refused, not stored."""
    here, max_pixels = context(), context().settings.max_pixels
    label, tags = read_text(fields, "label"), read_tags(fields)
    key = read_text(fields, "key", most=1024) or name_to_key(upload.name, label)
    with here.gate.passing():
        header, _ = load_picture(upload.data, here.encoder.size, max_pixels)
    return NewPicture(key, upload.data, header.width, header.height, header.format, label, tags)


def _try_to_add(upload: Upload, fields: Fields) -> tuple[Record, Change] | Exception:
    try:
        return _add_one(upload, fields)
    except Exception as error:  # noqa: BLE001 - one outcome each: the others go on
        return error


def _answer_one(record: Record, change: Change, wait_s: float) -> Response:
    settled = _settled([record], wait_s)[0]
    response = make_response(describe(settled), _status(settled, change))
    response.headers["Location"] = f"/v1/images/{record.id}"
    return response


def _answer_several(outcomes: list[tuple[Record, Change] | Exception], wait_s: float) -> Response:
    added = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    settled = {record.id: record for record in _settled([record for record, _ in added], wait_s)}
    results: list[dict[str, Any]] = []
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            problem = answer_error(outcome).get_json()
            results.append({"status": problem["status"], "error": problem})
        else:
            record = settled[outcome[0].id]
            results.append({"status": _status(record, outcome[1]), "image": describe(record)})
    return jsonify(results=results)


def _status(record: Record, change: Change) -> int:
    done = change == "unchanged" or record.state == "indexed"
    return _STATUS[change] if done else 202


def _settled(records: list[Record], wait_s: float) -> list[Record]:
    """Return the records as they are when none is pending any more, the time is up, or the service is to stop.

    They are returned at once where too many requests are waiting already: the others must be answered too.
    """
    with context().waits.passing_at_once() as may_wait:
        return _wait_for(records, wait_s if may_wait else 0)


def _wait_for(records: list[Record], wait_s: float) -> list[Record]:
    deadline, look_s = time.monotonic() + wait_s, FIRST_LOOK_S
    while any(record.state == "pending" for record in records) and time.monotonic() < deadline:
        if context().stopping.wait(min(look_s, max(0.0, deadline - time.monotonic()))):
            break  # it will be indexed after the next start
        look_s = min(look_s * 1.5, LONGEST_LOOK_S)
        fresh = context().catalogue.get([record.id for record in records])
        records = [fresh.get(record.id, record) for record in records]
    return records
