"""Search: by uploaded pictures, by a URL, by stored pictures."""

from flask import Blueprint, Response, jsonify

from indexer.catalogue import Hit
from indexer.keeper import UnknownPictureError
from indexer.library import LibraryUnavailableError
from model.verdicts import UNRELATED
from service.access import started_s
from service.answers import Found, FoundPicture, describe_hit
from service.context import Context, context
from service.errors import FETCHING, PICTURES, NotIndexedError
from service.examples import MAX_QUERY_PICTURES, Examples, embed_question, embed_stored, find_vectors
from service.intake import Upload, fetch_upload, read_id, read_uploads
from service.operations import Answer, Operation, documented
from service.questions import EXAMPLE_ID, EXAMPLE_URL, Question, QuestionForm, Ranking
from service.samples import FOUND
from service.stopwatch import Stopwatch

search_routes = Blueprint("search", __name__, url_prefix="/v1")

# What can be wrong with a stored picture that is searched with.
_STORED = (UnknownPictureError, FileNotFoundError, NotIndexedError, LibraryUnavailableError)
_ANSWERS = {200: Answer("What was found.", Found, FOUND, headers={"Server-Timing": "Milliseconds by stage."})}


@search_routes.post("/search")
@documented(
    Operation(
        _ANSWERS,
        refuses=(*_STORED, *PICTURES, *FETCHING),
        tag="search",
        body=Question,
        form=QuestionForm,
        pictures=MAX_QUERY_PICTURES,
        examples={
            "by a link": {"url": EXAMPLE_URL, "limit": 5},
            "by a part of a stored picture": {"id": EXAMPLE_ID, "box": [0.25, 0.1, 0.75, 0.9]},
            "by examples": {"positive": [EXAMPLE_ID], "filter": {"label": "cars", "any_tags": ["red"]}},
        },
    )
)
def search(body: Question) -> Response:
    """Search with pictures.

    With uploaded pictures, a link, stored pictures, or any of these together. First come pictures that are more like
    one of these than like any of `negative`; then all others, with a score of -1."""
    watch = Stopwatch()
    with watch.timing("receive", started_s()):  # its form is read already
        uploads = _receive(body)
    return _answer(embed_question(body, uploads, watch), body, watch)


@search_routes.get("/images/<picture_id>/similar")
@documented(Operation(_ANSWERS, (*_STORED, *PICTURES), "search", query=Ranking))
def find_similar(picture_id: str, query: Ranking) -> Response:
    """Search with a stored picture.

    It is no hit itself."""
    known, watch = read_id(picture_id), Stopwatch()
    vector = embed_stored(known, find_vectors([known], watch)[known], query, watch)
    return _answer(Examples([vector], stored=[known]), query, watch)


def _receive(question: Question) -> list[Upload]:
    linked = [] if question.url is None else [fetch_upload(question.url)]
    return read_uploads() + linked


def _answer(examples: Examples, ranking: Ranking, watch: Stopwatch) -> Response:
    here = context()
    least = ranking.min_score if ranking.min_score > -1 else None
    query = examples.query(ranking.diversity)
    with watch.timing("search"):
        hits = here.catalogue.search(
            query, ranking.limit, ranking.offset, ranking.where(), least, without_ids=examples.stored
        )
    with watch.timing("describe"):
        described = [describe_hit(hit, here.encoder.judge(hit.score)) for hit in _present(hits, here)]
    answer: Found = {
        "hits": described,
        "anything_similar": _anything_similar(described, here),
        "model": here.encoder.version,
        "took_ms": watch.took_ms,
    }
    response = jsonify(answer)
    response.headers["Server-Timing"] = watch.header()
    return response


def _anything_similar(hits: list[FoundPicture], here: Context) -> bool | None:
    if here.encoder.judge(1.0) is None:
        return None
    return any(hit["verdict"] != UNRELATED for hit in hits)


def _present(hits: list[Hit], here: Context) -> list[Hit]:
    """Leave out what is no longer in the library, though the catalogue has not heard of it yet."""
    return [hit for hit in hits if here.library.has(hit.key)]
