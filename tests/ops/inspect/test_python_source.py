"""A function is found in source that is never run."""

from __future__ import annotations

import pytest

from ops.package.inspect.python_source import Found, find


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def handle(event, context): ...", Found.FUNCTION),
        ("async def handle(event, context): ...", Found.COROUTINE),
        ("class handle: ...", Found.CLASS),
        ("handle = make()", Found.NAME),
        ("handle: object = make()", Found.NAME),
        ("first, (handle, *rest) = make()", Found.NAME),
        ("from a.b import handle", Found.NAME),
        ("from a.b import other as handle", Found.NAME),
        ("import handle.deep", Found.NAME),
        ("try:\n from a import handle\nexcept ImportError:\n def handle(e, c): ...", Found.FUNCTION),
        ("if 1:\n pass\nelse:\n def handle(e, c): ...", Found.FUNCTION),
        ("match 1:\n case 1:\n  def handle(e, c): ...", Found.FUNCTION),
        ("handle = 1\ndef handle(e, c): ...", Found.FUNCTION),
        ("from a import *", Found.MAYBE),
        ("def __getattr__(name): ...", Found.MAYBE),
        ("def other():\n def handle(e, c): ...", Found.NOTHING),
        ("class Other:\n def handle(self): ...", Found.NOTHING),
        ("handle: object", Found.NOTHING),
        ("object.handle = 1", Found.NOTHING),
        (r"doubtful = '\d'", Found.NOTHING),
        ("", Found.NOTHING),
        ("-" * 100_000 + "1", Found.DEEP),
    ],
)
def test_how_a_name_is_bound(source: str, expected: Found) -> None:
    assert expected == find(source.encode(), "handle")


@pytest.mark.parametrize("source", [b"def", b"\0", b"# coding: nothing\n", b"(" * 5000 + b")" * 5000])
def test_what_is_no_python_is_refused(source: bytes) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        find(source, "handle")
