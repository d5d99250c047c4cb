"""Writes values as CloudFormation's YAML, its functions in their short forms where they have one."""

from __future__ import annotations

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML has no types
    """Writes a value out each time that it occurs."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML asks about each value
        return True


class Tagged:
    """A function's argument, under its name."""

    def __init__(self, function: str, argument: Any) -> None:
        self.function, self.argument = function, argument


def short(value: Any) -> str:
    """YAML with short forms; a function right within another keeps its long form, as YAML asks."""
    return str(yaml.dump(_tagged(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False))


def _tagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {key: _tagged(item) for key, item in value.items()}
    [function, *others] = [*result, ""]
    short = function in ("Ref", "Condition") or (function[:4] == "Fn::" and "::" not in function[4:])
    if others == [""] and short and isinstance(result[function], str | list | dict):
        return Tagged(function, result[function])
    return result


def _written(dumper: Any, tagged: Tagged) -> Any:
    if isinstance(tagged.argument, Tagged):
        return dumper.represent_dict({tagged.function: tagged.argument})
    node = dumper.represent_data(tagged.argument)
    node.tag = "!" + tagged.function.removeprefix("Fn::")
    return node


_Dumper.add_representer(Tagged, _written)
