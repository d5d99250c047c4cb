"""A login ends at a page of our own, whatever was asked for and however a browser reads it."""

from __future__ import annotations

import re
import string
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runtime.login.errors import RedirectRefused
from runtime.login.redirects import LONGEST, allowed
from tests.runtime.login.browsers import SITE
from tests.sampling import examples

LIKELY = ["/", "a", "b.c", "-", "...", "?", "#", "&", ":", "@", ";", "%20", "%E9", "%25", "evil.example"]
PIECES = [
    "//",
    "\\",
    "..",
    ".",
    "%2e",
    "%2F",
    "%5c",
    "%09",
    "%0d%0a",
    "\t",
    "\n",
    " ",
    "http:",
    "javascript:",
]
PIECES += ["é", "\uff0f", "\u2028", "\x00", "api", "%"]
PLAIN = string.ascii_letters + string.digits + "-_~"


def is_allowed(path: str) -> bool:
    """Whether a login may end there."""
    try:
        return path == allowed(path)
    except RedirectRefused:
        return False


def browsed(reference: str) -> tuple[str, str]:
    """Origin and path that a browser reads in a reference on our site, as the URL standard's parser does.

    It drops tabs and newlines, and controls and blanks at both ends, takes a backslash for a slash, and
    knows dot segments by their encoded names too.
    """
    text = re.sub("[\t\n\r]", "", reference.strip("".join(map(chr, range(0x21))))).replace("\\", "/")
    found = re.match(r"(?:https?:)?//+([^/?#]*)", text, re.IGNORECASE)
    if not found and re.match("[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        return "elsewhere", text
    path: list[str] = []
    for segment in re.split("[?#]", text[found.end() if found else 0 :])[0].split("/")[1:]:
        dots = re.sub("%2e", ".", segment, flags=re.IGNORECASE)
        if dots == "..":
            del path[-1:]
        elif dots != ".":
            path.append(segment)
    return f"https://{found[1]}" if found else SITE, "/" + "/".join(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "dashboard",
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/%0d%0aset-cookie:a=b",
        "/..//evil.example",
        "/../api",
        "/.%2E/evil.example",
        "/a/./b",
        "/%2F/evil.example",
        "/%2fevil.example",
        "/%5Cevil.example",
        "/a//b",
        " /a",
        "/a b",
        "/é",
        "/\uff0fevil.example",
        "/\ud800",
        "/%",
        "/%zz",
        "/a\n",
        "/a\x00",
        "/api/v1/auth/github",
        "/%61pi/v1/auth/github",
        "/api",
        "/" + "a" * LONGEST,
    ],
    ids=repr,
)
def test_what_is_no_page_of_ours_is_refused(path: str) -> None:
    assert not is_allowed(path)


@pytest.mark.parametrize(
    "path",
    ["/", "/dashboard", "/tasks?page=2&next=https%3A%2F%2Fa.example%2F#top", "/%E9%9B%85/a.b", "/apis/..."],
)
def test_a_page_of_ours_is_allowed(path: str) -> None:
    assert is_allowed(path)


@settings(max_examples=examples(200, 20_000))
@given(
    st.lists(st.sampled_from(LIKELY * 3 + PIECES), max_size=6).map(lambda parts: "/" + "".join(parts))
    | st.text().map(lambda text: "/" + text)
)
@example("/..//evil.example")
def test_what_is_allowed_leads_nowhere_else(path: str) -> None:
    """Neither read as it is, nor decoded once more by a careless router."""
    if is_allowed(path):
        plain = urlsplit(path).path
        assert (SITE, plain) == browsed(path) == browsed(SITE + path)
        assert SITE == browsed(unquote(plain))[0]
        assert path.isascii()
        assert path.isprintable()
        assert not browsed(path)[1].startswith("/api/")


@settings(max_examples=examples(50, 5_000))
@given(
    st.lists(st.text(PLAIN, min_size=1, max_size=12), max_size=5),
    st.dictionaries(st.text(PLAIN, min_size=1, max_size=5), st.text(PLAIN, max_size=5), max_size=3),
)
def test_any_plain_path_is_allowed(segments: list[str], query: dict[str, str]) -> None:
    path = "/" + "/".join(segment for segment in segments if segment != "api")
    asked = "&".join(f"{name}={value}" for name, value in query.items())

    assert is_allowed(f"{path}?{asked}" if asked else path)
