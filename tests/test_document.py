"""`/openapi.json` and `/docs`: all that there is, and nothing that there is not."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from service.errors import INTERNAL, KINDS
from tests.test_page import Tags

# Not the interface: the page and its files.
PAGE = {"page.show_page", "static", "sheets.static", "bootstrap.static"}


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def with_components(schema: Any, document: dict[str, Any]) -> dict[str, Any]:
    return {"components": document["components"], **schema}


def test_every_route_is_described(client: FlaskClient, document: dict[str, Any]) -> None:
    described = set(operations(document))
    for rule in client.application.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods - {"OPTIONS"} if rule.endpoint not in PAGE else ():
            assert f"{method} {path}" in described


def test_every_value_says_what_it_is(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        assert operation["summary"], name
        for parameter in operation["parameters"]:
            assert parameter["description"], (name, parameter["name"])
        for body in operation.get("requestBody", {}).get("content", {}).values():
            for field, schema in body["schema"].get("properties", {}).items():
                assert schema["description"], (name, field)


def schemas_in(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a part of the document: among them all schemas."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from schemas_in(inner)


def test_programs_that_write_clients_find_the_fields_of_every_body(document: dict[str, Any]) -> None:
    """openapi-python-client takes a list without `items` for a mistake, and `anyOf` beside fields for other types."""
    for schema in schemas_in(document):
        assert "items" in schema or schema.get("type") != "array"
        assert not {"anyOf", "oneOf"} & schema.keys() or "properties" not in schema


def test_every_error_is_described_where_it_can_happen(document: dict[str, Any]) -> None:
    described = set[str]()
    for operation in operations(document).values():
        for answer in operation["responses"].values():
            described |= answer.get("content", {}).get("application/problem+json", {}).get("examples", {}).keys()
    elsewhere = {"not_found", "method_not_allowed"}  # of no operation
    assert described == {kind.code for kind in [*KINDS.values(), INTERNAL]} - elsewhere


def test_the_examples_are_what_they_are_examples_of(document: dict[str, Any]) -> None:
    checked = 0
    for operation in operations(document).values():
        bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
        for body in (content for each in bodies for content in each.get("content", {}).values() if "schema" in content):
            examples = [example["value"] for example in body.get("examples", {}).values()]
            for example in [*examples, *([body["example"]] if "example" in body else [])]:
                jsonschema_rs.validate(with_components(body["schema"], document), example)
                checked += 1
    assert checked > 100


def test_the_limits_are_those_that_hold(client: FlaskClient, document: dict[str, Any]) -> None:
    listing = operations(document)["GET /v1/images"]["parameters"]
    limit = next(parameter["schema"] for parameter in listing if parameter["name"] == "limit")
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 500, 30)
    assert client.get(f"/v1/images?limit={limit['maximum']}").status_code == 200
    assert client.get(f"/v1/images?limit={limit['maximum'] + 1}").status_code == 400


def test_the_page_for_people_shows_every_operation_and_asks_nobody_else(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    answer = client.get("/docs")
    page = Tags(answer.text)
    assert "script-src 'self'; style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert page.inline == ""
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in page.addresses)
    assert all(client.get(address).status_code == 200 for address in page.addresses if address.startswith("/static/"))
    shown = {attributes.get("id") for tag, attributes in page.found if tag == "details"}
    assert {operation["operationId"] for name, operation in operations(document).items() if "HEAD" not in name} <= shown
