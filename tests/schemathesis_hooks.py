"""What schemathesis must know of forms."""

from typing import Any

import schemathesis

LISTS = ("tags", "any_tags")


@schemathesis.hook
def filter_case(_context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Return whether a case can be told in the form that it would be sent in.

    In a form everything is text: what is no list of texts becomes one by being written down, and a good one.
    """
    if case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return True
    texts: list[Any] = [text for name in ("key", "label") if (text := case.body.get(name)) is not None]
    lists = [case.body[name] for name in LISTS if name in case.body]
    return all(isinstance(each, list) for each in lists) and all(
        isinstance(text, str) for each in [texts, *lists] for text in each
    )
