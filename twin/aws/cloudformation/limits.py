"""Holds a request against the API's own limits, as CloudFormation does before it reads any template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape

NAME_PATTERN = "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
UNMODELLED: dict[str, dict[str, Any]] = {
    "StackName": {"pattern": NAME_PATTERN, "min": 1},
    "TemplateBody": {"max": 51_200},
}
"""Limits that the API reference tells and botocore's model does not, by the name of the shape."""
NEW_NAME = re.compile("[a-zA-Z][-a-zA-Z0-9]*")
MOST_NAME = 128
"""Characters of a stack's name."""
MOST_SHOWN = 100
"""Characters of a wrong value in a sentence; a template would be all of it."""


def refuse_beyond(shape: Shape | None, call: Mapping[str, Any]) -> None:
    """Raise InvalidRequest, in AWS's words, for arguments that break the limits of an operation's input."""
    found = list(_broken(shape, call, "")) if shape else []
    if found:
        noun = "validation error" if len(found) == 1 else "validation errors"
        raise InvalidRequest(f"{len(found)} {noun} detected: {'; '.join(found)}")


def refuse_new_name(name: str) -> None:
    """Raise InvalidRequest for a name that no new stack can have."""
    if not NEW_NAME.fullmatch(name):
        problem = _sentence(
            name, "stackName", f"Member must satisfy regular expression pattern: {NAME_PATTERN}"
        )
    elif len(name) > MOST_NAME:
        problem = _sentence(name, "stackName", f"Member must have length less than or equal to {MOST_NAME}")
    else:
        return
    raise InvalidRequest(f"1 validation error detected: {problem}")


def _broken(shape: Any, value: Any, where: str) -> Iterator[str]:
    """Sentences on all that is wrong with a value and what is in it."""
    if shape.type_name == "structure":
        for name, inside in shape.members.items():
            if name in value:
                yield from _broken(inside, value[name], _step(where, name[:1].lower() + name[1:]))
    elif shape.type_name == "list":
        yield from _out_of_bounds(shape, value, len(value), where)
        for position, item in enumerate(value, start=1):
            yield from _broken(shape.member, item, _step(where, f"{position}.member"))
    elif shape.type_name == "string":
        yield from _out_of_bounds(shape, value, len(value), where)
        yield from _of_text(shape, value, where)


def _of_text(shape: Any, value: str, where: str) -> Iterator[str]:
    pattern = _rules(shape).get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield _sentence(value, where, f"Member must satisfy regular expression pattern: {pattern}")
    allowed = getattr(shape, "enum", [])
    if allowed and value not in allowed:
        yield _sentence(value, where, f"Member must satisfy enum value set: [{', '.join(allowed)}]")


def _out_of_bounds(shape: Any, value: Any, length: int, where: str) -> Iterator[str]:
    rules = _rules(shape)
    if "max" in rules and length > rules["max"]:
        yield _sentence(value, where, f"Member must have length less than or equal to {rules['max']}")
    if "min" in rules and length < rules["min"]:
        yield _sentence(value, where, f"Member must have length greater than or equal to {rules['min']}")


def _rules(shape: Any) -> dict[str, Any]:
    return {**shape.metadata, **UNMODELLED.get(shape.name, {})}


def _sentence(value: Any, where: str, rule: str) -> str:
    shown = value if isinstance(value, str) else f"a list of {len(value)}"
    if len(shown) > MOST_SHOWN:
        shown = f"{shown[:MOST_SHOWN]}..."
    return f"Value '{shown}' at '{where}' failed to satisfy constraint: {rule}"


def _step(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
