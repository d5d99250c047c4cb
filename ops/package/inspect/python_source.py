"""Finds a function in Python source without running it."""

from __future__ import annotations

import ast
import sys
import warnings
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Found(StrEnum):
    """How a name is bound at the top level of a module."""

    FUNCTION = "a function"
    COROUTINE = "an async function, which Lambda does not await"
    NAME = "bound there"
    CLASS = "a class"
    MAYBE = "perhaps bound there, by `import *` or __getattr__"
    DEEP = "not looked for: the source is nested too deeply"
    NOTHING = "not bound there"


def find(source: bytes, name: str, python: str = "") -> Found:
    """How a module binds a name when it is imported; the last binding counts.

    Syntax that is newer than a `python` such as 3.9 is none, as far as the parser of this one knows it apart.

    Raises:
        SyntaxError: It is no Python, or not that of the running version.
        ValueError: It holds null bytes, or an encoding that there is not.
    """
    try:
        with warnings.catch_warnings():
            # a doubtful escape in somebody's text is not the operator's concern
            warnings.simplefilter("ignore")
            bindings = list(_bindings(ast.parse(source, feature_version=_feature(python)).body))
    except (RecursionError, MemoryError):
        return Found.DEEP
    found = [how for bound, how in bindings if bound == name]
    if found:
        return found[-1]
    return Found.MAYBE if any(bound in {"*", "__getattr__"} for bound, _ in bindings) else Found.NOTHING


def _feature(python: str) -> tuple[int, int] | None:
    """A version for the parser; None for that of this Python, and for newer ones."""
    major, _, minor = python.partition(".")
    if not (major.isdecimal() and minor.isdecimal()) or (int(major), int(minor)) >= sys.version_info[:2]:
        return None
    return int(major), int(minor)


def _bindings(body: list[ast.stmt]) -> Iterator[tuple[str, Found]]:
    """Names and what they are bound to, into `if`, `try` and `with`, which run with the module."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name):
                yield name, Found.FUNCTION
            case ast.AsyncFunctionDef(name=name):
                yield name, Found.COROUTINE
            case ast.ClassDef(name=name):
                yield name, Found.CLASS
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((each.asname or each.name.split(".", 1)[0], Found.NAME) for each in names)
            case ast.Assign(targets=targets):
                yield from ((name, Found.NAME) for target in targets for name in _names(target))
            case ast.AnnAssign(target=target, value=value) if value is not None:
                yield from ((name, Found.NAME) for name in _names(target))
            case _:
                yield from _bindings(list(_inner(statement)))


def _inner(statement: ast.stmt) -> Iterator[ast.stmt]:
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(statement, field, [])
    for branch in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
        yield from branch.body


def _names(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
