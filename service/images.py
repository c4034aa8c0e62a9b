"""The library's pictures: list, check, look at one, edit, remove, restore it."""

from typing import cast

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import PreconditionFailed

from indexer.keeper import UNCHANGED, UnknownPictureError
from indexer.library import InvalidKeyError, KeyTakenError
from indexer.listing import CursorError
from indexer.record import Record
from indexer.room import NoRoomError
from service.answers import Known, Page, Picture, describe
from service.conditions import NOT_AS_EXPECTED, refuse_etags
from service.context import context
from service.errors import KEEPING
from service.intake import read_id
from service.operations import Answer, Operation, documented
from service.questions import EXAMPLE_ID, EXAMPLE_SHA256, Check, Edit, Listing, Removing, Waiting
from service.samples import PAGE, PICTURE
from service.settling import settle

image_routes = Blueprint("images", __name__, url_prefix="/v1/images")

_RECORD = Answer("The record.", Picture, PICTURE)


@image_routes.get("")
@documented(Operation({200: Answer("A page of records.", Page, PAGE)}, (CursorError,), query=Listing))
def list_images(query: Listing) -> ResponseReturnValue:
    """List pictures, the newest first or in another order."""
    records, cursor = context().catalogue.browse(query.limit, query.cursor, query.where(), query.sort)
    page: Page = {"images": [describe(record) for record in records], "next_cursor": cursor}
    return cast(ResponseReturnValue, page)


@image_routes.get("/<picture_id>")
@documented(Operation({200: _RECORD}, (UnknownPictureError,)))
def look_at(picture_id: str) -> ResponseReturnValue:
    """Look at a picture's record."""
    return cast(ResponseReturnValue, describe(find(picture_id)))


@image_routes.patch("/<picture_id>")
@documented(
    Operation(
        {200: _RECORD},
        (UnknownPictureError, PreconditionFailed, NoRoomError),
        body=Edit,
        examples={
            "a new label, no tags": {"label": "sports cars", "tags": []},
            "no label": {"label": None},
            "another label, unless somebody was quicker": {
                "label": "sports cars",
                "expect": {"label": "cars", "tags": ["red"]},
            },
        },
    )
)
def edit(picture_id: str, body: Edit) -> ResponseReturnValue:
    """Change a picture's label and tags.

    What is not named stays as it is."""
    refuse_etags()

    def require_expected(record: Record) -> None:
        if not body.is_for(record):
            raise PreconditionFailed(NOT_AS_EXPECTED)

    tags = body.tags if "tags" in body.model_fields_set else UNCHANGED
    record = context().keeper.edit(read_id(picture_id), body.new_label, tags, require_expected)
    return cast(ResponseReturnValue, describe(record))


@image_routes.delete("/<picture_id>")
@documented(
    Operation(
        {204: Answer("It is in the trash, or destroyed.")},
        (UnknownPictureError, PreconditionFailed, *KEEPING),
        query=Removing,
    )
)
def remove(picture_id: str, query: Removing) -> Response:
    """Remove a picture: into the trash, or for good."""
    refuse_etags()
    context().keeper.remove(read_id(picture_id), query.purge)
    return Response(status=204)


@image_routes.post("/<picture_id>/restore")
@documented(Operation({200: _RECORD}, (InvalidKeyError, UnknownPictureError, KeyTakenError, *KEEPING), query=Waiting))
def restore(picture_id: str, query: Waiting) -> ResponseReturnValue:
    """Bring back what was removed last under this id."""
    record = context().keeper.restore(read_id(picture_id))
    context().wake()
    return cast(ResponseReturnValue, describe(settle([record], query.wait)[0]))


@image_routes.post("/check")
@documented(
    Operation(
        {200: Answer("Those that are known.", Known, {"known": {EXAMPLE_SHA256: [EXAMPLE_ID]}})},
        body=Check,
        examples={"one file": {"sha256": [EXAMPLE_SHA256]}},
    )
)
def check(body: Check) -> ResponseReturnValue:
    """Ask which files are in the library already, by their SHA-256.

    So that nothing need be uploaded twice. A file that was put into the folder by hand is known once it is indexed."""
    found = context().catalogue.find_bytes(list(dict.fromkeys(body.sha256)))
    known: Known = {"known": {sha256: [record.id for record in records] for sha256, records in found.items()}}
    return cast(ResponseReturnValue, known)


def find(picture_id: str) -> Record:
    """Return a picture's record. Raises `UnknownPictureError`."""
    known = read_id(picture_id)
    record = context().catalogue.get([known]).get(known)
    if record is None:
        raise UnknownPictureError(known)
    return record
