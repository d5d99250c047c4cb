"""CloudFront functions are known by their text, whatever its form."""

from __future__ import annotations

import pytest

from stacks.edge import PAGE_ROUTER
from twin.edge.errors import NotServed
from twin.edge.functions import understood

PATHS = {
    "/": "/index.html",
    "/tasks": "/index.html",
    "/a.b/tasks": "/index.html",
    "/a.css": "/a.css",
    "/a/b.js": "/a/b.js",
}


@pytest.mark.parametrize(
    "code", [PAGE_ROUTER, "// as it is\n" + PAGE_ROUTER.replace("'", '"').replace("  ", "\t")]
)
def test_the_page_router_of_our_templates_is_known(code: str) -> None:
    function = understood("pages", code)

    assert PATHS == {path: function(path) for path in PATHS}


def test_one_that_passes_the_request_on_is_known() -> None:
    assert "/a" == understood("pages", "function handler(event) {\n  return event.request;\n}\n")("/a")


@pytest.mark.parametrize(
    "change", [("=== -1", "!== -1"), ("return request", "return 1"), ("handler", "other")]
)
def test_one_that_differs_is_not_guessed_at(change: tuple[str, str]) -> None:
    with pytest.raises(NotServed, match="the CloudFront function pages"):
        understood("pages", PAGE_ROUTER.replace(*change))
