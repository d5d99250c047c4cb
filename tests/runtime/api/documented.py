"""Holds an answer against the document of the API: whatever any test is answered must be told there."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from runtime.api.openapi import PLACE
from runtime.contract import API_PREFIX

if TYPE_CHECKING:
    from tests.runtime.api.asking import Answer

UNDOCUMENTED = frozenset({405, 500})
"""What no operation tells of: a method that is none of the path's, and a fault of ours."""

PAST_THE_PUBLIC_ADDRESS = '"come through the public address"'
"""What the introduction tells of for all routes, and no operation repeats."""


def check(method: str, target: str, answer: Answer) -> None:
    """Fail if the document does not tell of an answer, or tells of another form.

    Args:
        method: Of the request.
        target: Its path without the prefix, perhaps with a query.
        answer: What came back.
    """
    told = _find(method, target.partition("?")[0])
    if told is None or answer.status in UNDOCUMENTED or PAST_THE_PUBLIC_ADDRESS in answer.text:
        return
    assert str(answer.status) in told["responses"], f"{method} {target}: {answer.status} is not documented"
    schema = _schema(method, told["operationId"], str(answer.status))
    if schema is None:
        assert "" == answer.text or "json" not in answer.headers.get("content-type", "")
    else:
        schema.validate(answer.body)


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
    return found


@cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """The paths, those without parameters first."""
    paths = sorted(_document()["paths"].items(), key=lambda path: path[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in paths]


def _find(method: str, path: str) -> dict[str, Any] | None:
    for pattern, item in _patterns():
        if pattern.fullmatch(API_PREFIX + path) and method.lower() in item:
            found: dict[str, Any] = item[method.lower()]
            return found
    return None


@cache
def _schema(method: str, operation_id: str, status: str) -> Any:
    """The validator of an answer's body; None where it has none that is JSON."""
    document = _document()
    [told] = [
        item[method.lower()]["responses"][status]
        for item in document["paths"].values()
        if item.get(method.lower(), {}).get("operationId") == operation_id
    ]
    answer = document["components"]["responses"][told["$ref"].rpartition("/")[2]] if "$ref" in told else told
    if "application/json" not in answer.get("content", {}):
        return None
    schema = answer["content"]["application/json"]["schema"] | {"components": document["components"]}
    return jsonschema_rs.validator_for(schema)
