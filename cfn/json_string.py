"""Fn::ToJsonString: a value as JSON text that still knows the references and unknowns within it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cfn.values import Reference, Text, Unknown, compose, derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.functions import Scope
    from cfn.values import Part


def to_json_string(scope: Scope, argument: Any) -> Part:
    """JSON without blanks; what is not known stands there as text between quotes."""
    value = scope.value(argument)
    if isinstance(value, Reference | Unknown):
        return derived(value, "JSON")
    return compose(_written(value))


def _written(value: Any) -> Iterator[Part]:
    match value:
        case Text():
            yield from _quoted(value.parts)
        case Reference() | Unknown():
            yield from _quoted((value,))
        case dict():
            pairs = ([json.dumps(key), ":", *_written(item)] for key, item in value.items())
            yield from _enclosed("{", pairs, "}")
        case list():
            yield from _enclosed("[", ([*_written(item)] for item in value), "]")
        case _:
            yield json.dumps(value)


def _quoted(parts: tuple[Part, ...]) -> Iterator[Part]:
    yield '"'
    for part in parts:
        yield json.dumps(part)[1:-1] if isinstance(part, str) else part
    yield '"'


def _enclosed(opening: str, rows: Iterator[list[Part]], closing: str) -> Iterator[Part]:
    yield opening
    for position, row in enumerate(rows):
        if position:
            yield ","
        yield from row
    yield closing
