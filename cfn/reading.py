"""Reads a template's file, JSON or YAML, and refuses what is larger or deeper than a template can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from cfn.errors import TemplateUnreadable, Unparsable
from cfn.values import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_BYTES = 2**20
"""CloudFormation's quota for a template in S3: 1 MB."""
MOST_LEVELS = 100
"""Deeper than any template, and shallow enough for whoever walks it by recursion."""

_YAML = (".yaml", ".yml")


def read(path: Path) -> dict[str, Any]:
    """The mapping that a file holds; raises TemplateUnreadable.

    The suffix tells the format: `.json`, `.yaml` or `.yml`, in which JSON may stand as well. Under any
    other, a file that begins with a brace is JSON and everything else YAML.
    """
    text = _text(path)
    try:
        return parse(text, path.suffix.lower())
    except Unparsable as problem:
        raise TemplateUnreadable(path, str(problem)) from None


def parse(text: str, suffix: str = "") -> dict[str, Any]:
    """The mapping that a text holds, in the format that a file's suffix would tell; raises Unparsable."""
    body = _parse(text, suffix)
    refuse_depth(body)
    if not isinstance(body, dict):
        raise Unparsable(f"it holds a {kind_of(body)} and no mapping of sections")
    return body


def refuse_depth(body: Any) -> None:
    """Raise Unparsable for lists and mappings within each other that nobody could walk."""
    level, depth = [body], 0
    while level:
        if depth > MOST_LEVELS:
            raise Unparsable(f"it is nested deeper than {MOST_LEVELS} levels")
        level = [item for value in level for item in _inside(value) if isinstance(item, dict | list)]
        depth += 1


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise TemplateUnreadable(path, "there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise TemplateUnreadable(path, getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MOST_BYTES:
        raise TemplateUnreadable(path, f"it is larger than {MOST_BYTES} bytes, the most that AWS takes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateUnreadable(path, f"it is not UTF-8 text from byte {error.start}") from None


def _parse(text: str, suffix: str) -> Any:
    if suffix == ".json":
        return _parse_json(text)
    if text.lstrip().startswith("{"):
        try:
            return _parse_json(text)
        except Unparsable:
            if suffix not in _YAML:
                raise
    return _parse_yaml(text)


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        reason = f"it is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise Unparsable(reason, error.lineno, error.colno) from None
    except RecursionError:
        raise Unparsable(f"it is nested deeper than {MOST_LEVELS} levels") from None
    except ValueError as error:  # a number of thousands of digits
        raise Unparsable(f"it is not JSON: {error}") from None


def _parse_yaml(text: str) -> Any:
    from cfn.yaml_form import parse_yaml  # JSON need not pay for PyYAML

    return parse_yaml(text, MOST_LEVELS)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    keys = [key for key, _ in pairs]
    twice = next(key for key in keys if keys.count(key) > 1)
    raise Unparsable(f"key {twice!r} is there twice in one mapping")


def _refuse_constant(name: str) -> NoReturn:
    raise Unparsable(f"{name} is no number in JSON")
