"""A mistake in the handler's source is told from syntax that the running Python does not know yet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ops.package.inspect.check import Outcome
from ops.package.inspect.newer_syntax import may_be_newer
from tests.ops.inspect.mutations import python
from tests.ops.inspect.test_checks import look, result
from tests.ops.inspect.zip_making import Member, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "message", "since"),
    [
        ("type Number = int", "invalid syntax", 12),
        ("type Pair[", "invalid syntax", 12),
        ("def first[T](items: list[T]) -> T: ...", "expected '('", 12),
        ("class Box[", "'[' was never closed", 12),
        ("""x = f'{"a"}' f"{\\n}\"""", "f-string: expecting '}'", 12),
        ("x = rF'{", "unterminated string literal", 12),
        ("a.b)", "f-string expression part cannot include a backslash", 12),
        ("x = t'{a}'", "invalid syntax", 14),
        ("except KeyError, ValueError:", "multiple exception types must be parenthesized", 14),
        ("def handle(event, context)", "expected ':'", None),
        ("def handle(event, context:", "'(' was never closed", None),
        ("return half'", "unterminated string literal", None),
        ("type = = int", "invalid syntax", None),
        ("except (A, B)", "expected ':'", None),
    ],
)
@pytest.mark.parametrize("target", [11, 12, 13, 14])
def test_what_a_version_brought_may_be_right_from_it_on(
    line: str, message: str, since: int | None, target: int
) -> None:
    error = SyntaxError(message, ("<unknown>", 2, 1, line))
    source = f"x = f'{{x}}'\n{line}\n".encode()

    expected = since is not None and since <= target
    assert expected is may_be_newer(error, source, f"3.{target}", running=(3, 11))
    assert not may_be_newer(error, source, f"3.{target}", running=(3, 14))


@pytest.mark.parametrize("lineno", [None, 0, 7])
def test_an_error_without_a_line_is_a_mistake(lineno: int | None) -> None:
    error = SyntaxError("unknown encoding: nothing")
    error.lineno = lineno

    assert not may_be_newer(error, b"# coding: nothing\n", "3.13", running=(3, 11))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="it is no newer syntax for this Python")
def test_a_handler_of_newer_syntax_is_unknown(tmp_path: Path) -> None:
    source = b"def handle(event, context):\n    return t'{event}'\n"
    mutation = python("", "", "", Member("app/main.py", source), runtime="python3.14")
    found = result(look(write(tmp_path / "x.zip", mutation.members), mutation), "python.handler")

    assert Outcome.UNKNOWN is found.verdict.outcome
    assert "line 2: invalid syntax, unless that is syntax of Python 3.14" in found.verdict.evidence[0]
    assert "run miyabi by Python 3.14 or later, which knows" == found.remedy
