"""What Ref of a parameter stands for: its given or default value, in the shape that its type asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cfn.values import Unknown, compose, split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_STORED = "AWS::SSM::Parameter::Value<"


def stored_type(declared: str) -> str | None:
    """T of `AWS::SSM::Parameter::Value<T>`; None for a type whose value is not read from SSM."""
    return declared[len(_STORED) : -1] if declared.startswith(_STORED) else None


def parameter_value(
    name: str, declaration: Mapping[str, Any], value: Any, template: str, stored: Callable[[str], Any]
) -> Any:
    """Value of a parameter, given or else its default; Unknown when there is neither.

    For a type that is read from SSM the value is a path, and `stored` says what stands there.
    """
    declared = str(declaration.get("Type", "String"))
    if value is None:
        value = declaration.get("Default")
    if value is None:
        return Unknown(f"parameter {name} of {template} has no default and was given no value", name)
    kept = stored_type(declared)
    if kept is None:
        return _shaped(declared, value)
    found = stored(str(value))
    return Unknown(found.reason, name) if isinstance(found, Unknown) else _shaped(kept, found)


def _shaped(declared: str, value: Any) -> Any:
    if declared == "CommaDelimitedList" or declared.startswith("List<"):
        return _list(declared, value)
    return _number(value) if declared == "Number" else compose([value])


def _list(declared: str, value: Any) -> Any:
    items = [compose([item]) for item in value] if isinstance(value, list) else _pieces(value)
    return [_number(item) for item in items] if declared == "List<Number>" else items


def _pieces(value: Any) -> list[Any]:
    return [item.strip() if type(item) is str else item for item in split(value, ",")]


def _number(value: Any) -> Any:
    """A number where the text says exactly that, so that text made of it again is the same."""
    if type(value) in (float, int):
        return value
    text = compose([value])
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return text
    number = float(text) if "." in text else int(text)
    return number if str(number) == text else text
