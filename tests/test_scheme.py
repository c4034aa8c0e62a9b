"""Light or dark, as the service writes it into its pages."""

import pytest
from flask.testing import FlaskClient

from service.scheme import COOKIE, SCHEMES


def opening(client: FlaskClient, path: str, kept: str) -> str:
    """Return the tag that a page begins with for a browser that keeps this choice."""
    client.set_cookie(COOKIE, kept)
    html = client.get(path).text
    return html[html.index("<html") :].partition(">")[0]


@pytest.mark.parametrize("path", ["/", "/docs"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_comes_in_the_scheme_that_was_chosen(client: FlaskClient, path: str, scheme: str) -> None:
    assert f'data-bs-theme="{scheme}"' in opening(client, path, scheme)


@pytest.mark.parametrize("path", ["/", "/docs"])
@pytest.mark.parametrize("kept", ["", "sepia", '"><script>'])
def test_without_a_choice_that_is_known_the_system_decides(client: FlaskClient, path: str, kept: str) -> None:
    assert "data-bs-theme" not in opening(client, path, kept)
