"""An operation: a view together with all that its callers are told of it.

The models here read the requests, and `document` makes `/openapi.json` of them: what is not declared is not taken.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from service.intake import read_body, read_query, refuse_body
from service.values import Fields

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Answer:
    """One kind of answer: what it means, its type (a `TypedDict`; None for no JSON), and an example.

    `media_types` are those of an answer that is no JSON; `headers` says what its headers mean.
    """

    says: str
    kind: Any = None
    example: Any = None
    media_types: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view takes, answers and refuses with. `form` is its body where `pictures` come as parts `image`, at most
    that many. Where `lenient`, what it does not take is passed over: monitors and browsers add to addresses what they
    like."""

    answers: dict[int, Answer]
    refuses: tuple[type[Exception], ...] = ()
    tag: str = "pictures"
    query: type[Fields] | None = None
    body: type[Fields] | None = None
    form: type[Fields] | None = None
    pictures: int = 0
    lenient: bool = False
    examples: dict[str, Any] = field(default_factory=dict)


def documented(operation: Operation) -> Callable[[View], View]:
    """Give a view, as `query` and `body`, what its operation says that it takes."""

    def wrap(view: View) -> View:
        @wraps(view)
        def run(**place: str) -> ResponseReturnValue:
            if operation.query is not None:
                place["query"] = read_query(operation.query, operation.body)  # type: ignore[assignment]
            elif request.query_string and not operation.lenient:
                read_query(Fields, operation.body)  # what belongs in the body is not passed over in the address
            if operation.body is not None:
                place["body"] = read_body(operation.body, operation.form, operation.query)  # type: ignore[assignment]
            elif not operation.lenient:
                refuse_body()  # nor what belongs in the address in the body
            return view(**place)

        run.operation = operation  # type: ignore[attr-defined]
        return run

    return wrap
