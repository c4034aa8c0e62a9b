"""What a question asks with: pictures become vectors."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np

from indexer.engine import Query, Vector
from indexer.keeper import UnknownPictureError
from model.header import Source
from model.preprocess import load_pixels
from service.context import context
from service.errors import InvalidRequestError, NotIndexedError
from service.images import find
from service.intake import Upload
from service.questions import WHOLE, Question, Ranking
from service.stopwatch import Stopwatch

MAX_QUERY_PICTURES = 20


@dataclass(frozen=True)
class Examples:
    """Vectors that hits should be near to and far from, and the stored pictures that are no hits."""

    positive: list[Vector]
    negative: list[Vector] = field(default_factory=list)
    stored: Sequence[str] = ()

    def query(self, diversity: float) -> Query:
        """Return the query that they make. Raises `QueryError`."""
        return Query(self.positive, self.negative, diversity or None)


def embed_question(question: Question, uploads: Sequence[Upload], watch: Stopwatch) -> Examples:
    """Return the examples of a question and of the pictures that came with it.

    Raises `InvalidRequestError` if there are none or too many, `UnknownPictureError`, `NotIndexedError`, `ImageError`.
    """
    if len(uploads) > MAX_QUERY_PICTURES:
        raise InvalidRequestError(f"at most {MAX_QUERY_PICTURES} pictures can be searched with at once")
    if not (uploads or question.id or question.positive or question.negative):
        raise InvalidRequestError("a picture is needed: a part image, or url, id, positive or negative")
    if question.box != WHOLE and not (uploads or question.id):
        raise InvalidRequestError("box is a part of a picture that is uploaded, linked or called by id: there is none")
    whole = [*question.positive, *question.negative]
    stored = find_vectors(whole if question.id is None else [question.id, *whole], watch)
    positive = [embed_picture(upload.data, question.box, watch) for upload in uploads]
    if question.id is not None:
        positive.append(embed_stored(question.id, stored[question.id], question, watch))
    positive += [stored[known] for known in question.positive]
    return Examples(positive, [stored[known] for known in question.negative], list(stored))


def embed_stored(picture_id: str, vector: Vector, ranking: Ranking, watch: Stopwatch) -> Vector:
    """Return the vector of a stored picture, or of the part of it that is asked for, decoded anew.

    Raises what `embed_picture` does, and `UnknownPictureError`.
    """
    if ranking.box == WHOLE:
        return vector
    with context().library.reading(find(picture_id).key) as (_, source):
        return embed_picture(source, ranking.box, watch)


def find_vectors(ids: Sequence[str], watch: Stopwatch) -> dict[str, Vector]:
    """Return the vectors of stored pictures by id. Raises `UnknownPictureError`, `NotIndexedError`."""
    if not ids:
        return {}
    with watch.timing("embed"):
        found = context().catalogue.vectors(ids)
    for picture_id in ids:
        if picture_id not in found:
            record = context().catalogue.get([picture_id]).get(picture_id)
            raise NotIndexedError(record.state) if record else UnknownPictureError(picture_id)
    return found


def embed_picture(source: Source, box: Sequence[float], watch: Stopwatch) -> Vector:
    """Return the vector of a part of a picture. Raises `ImageError`, `OSError`, `BusyError`."""
    here = context()
    with ExitStack() as place:
        with watch.timing("wait"):
            place.enter_context(here.gate.passing())
        with watch.timing("decode"):
            left, top, right, bottom = box
            pixels = load_pixels(source, here.encoder.size, here.settings.max_pixels, (left, top, right, bottom))
        with watch.timing("embed"):
            vector: Vector = here.encoder_now.encode(pixels[np.newaxis])[0]
    return vector
