"""CloudFormation's functions, one each: what a function's argument comes to within a template's scope."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from cfn.errors import Misfit
from cfn.values import Reference, Text, Unknown, compose, derived, kind_of, misplaced, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_PLACEHOLDER = re.compile(r"\$\{(!?)([^{}]*)\}")


class Scope(Protocol):
    """What a function may ask of the template that it stands in."""

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The template's Mappings."""

    def value(self, raw: Any) -> Any:
        """What a raw value comes to; None where AWS::NoValue takes it away."""

    def named(self, name: str) -> Any:
        """What Ref of a name comes to."""

    def attribute(self, logical_id: str, attribute: str) -> Any:
        """What Fn::GetAtt comes to."""

    def condition(self, name: Any) -> bool | Unknown:
        """Whether a condition of the template holds."""


@lru_cache(maxsize=4096)
def placeholders(text: str) -> tuple[tuple[str, str | None], ...]:
    """A Fn::Sub text as pairs of a literal and the name that follows it (None at the end)."""
    pairs: list[tuple[str, str | None]] = []
    literal, position = "", 0
    for found in _PLACEHOLDER.finditer(text):
        literal += text[position : found.start()]
        position = found.end()
        if found[1]:
            literal += f"${{{found[2]}}}"
        else:
            pairs.append((literal, found[2]))
            literal = ""
    return (*pairs, (literal + text[position:], None))


def attribute_path(argument: Any) -> list[Any]:
    """Logical id and attribute of a Fn::GetAtt, written as a list or dotted."""
    path = argument.split(".", 1) if isinstance(argument, str) else argument
    if isinstance(path, list) and len(path) > 1 and isinstance(path[0], str):
        return path
    raise misplaced(argument, "an attribute's name", 'write ["LogicalId", "Attribute"]')


def substitution(argument: Any) -> tuple[str, dict[str, Any]]:
    """Text and variables of a Fn::Sub in either of its forms."""
    text, variables = (argument, {}) if isinstance(argument, str) else _arguments(argument, 2)
    if isinstance(text, str) and isinstance(variables, dict):
        return text, variables
    raise misplaced(argument, "text", "write text, or a list of text and a mapping of variables")


def _arguments(argument: Any, count: int) -> list[Any]:
    if isinstance(argument, list) and len(argument) == count:
        return argument
    raise misplaced(argument, f"a list of {count}", "write its arguments so")


def _ref(scope: Scope, argument: Any) -> Any:
    if isinstance(argument, str):
        return scope.named(argument)
    raise misplaced(argument, "a name", "write that of a resource or a parameter")


def _get_att(scope: Scope, argument: Any) -> Any:
    logical_id, *attribute = attribute_path(argument)
    name = compose(scope.value(part) for part in _between(".", attribute))
    if isinstance(name, Reference | Unknown):
        return derived(name, f"attribute of {logical_id} named by the value")
    return scope.attribute(logical_id, name)


def _between(delimiter: str, values: Sequence[Any]) -> Iterator[Any]:
    for position, value in enumerate(values):
        if position:
            yield delimiter
        yield value


def _sub(scope: Scope, argument: Any) -> Any:
    text, variables = substitution(argument)
    parts = []
    for literal, name in placeholders(text):
        parts.append(literal)
        if name is not None:
            parts.append(_substituted(scope, name, variables))
    return compose(parts)


def _substituted(scope: Scope, name: str, variables: Mapping[str, Any]) -> Any:
    if name in variables:
        return scope.value(variables[name])
    logical_id, dot, attribute = name.partition(".")
    return scope.attribute(logical_id, attribute) if dot else scope.named(name)


def _join(scope: Scope, argument: Any) -> Any:
    delimiter, items = _arguments(argument, 2)
    values = scope.value(items)
    if isinstance(values, Reference | Unknown):
        return values
    if isinstance(values, list) and isinstance(delimiter, str):
        return compose(_between(delimiter, values))
    raise misplaced(values, "a list", "give a delimiter, and a list to join")


def _split(scope: Scope, argument: Any) -> Any:
    delimiter, source = _arguments(argument, 2)
    text = compose([scope.value(source)])
    if isinstance(text, Reference | Unknown):
        return derived(text, "the pieces")
    # An id or an ARN holds no comma; any other delimiter it may hold itself.
    if isinstance(text, Text) and delimiter != ",":
        return Unknown(f"the pieces of {text} between {delimiter!r} hang on what its placeholders stand for")
    return split(text, delimiter)


def _select(scope: Scope, argument: Any) -> Any:
    index, items = (scope.value(raw) for raw in _arguments(argument, 2))
    if isinstance(index, Reference | Unknown):
        return derived(index, "the item at the index")
    if isinstance(items, Reference | Unknown):
        return derived(items, f"item {index}")
    if isinstance(items, list) and str(index).isdecimal() and int(index) < len(items):
        return items[int(index)]
    raise Misfit(
        found=f"there is no item {index} in a {kind_of(items)}",
        remedy="give an index from 0 and a list that is long enough",
    )


def _if(scope: Scope, argument: Any) -> Any:
    name, when_true, when_false = _arguments(argument, 3)
    outcome = scope.condition(name)
    if not isinstance(outcome, Unknown):
        return scope.value(when_true if outcome else when_false)
    both = scope.value(when_true), scope.value(when_false)
    return (
        both[0]
        if both[0] == both[1]
        else Unknown(f"it hangs on condition {name}: {outcome.reason}", str(name))
    )


def _find_in_map(scope: Scope, argument: Any) -> Any:
    keys, default = _map_keys(argument)
    found: Any = scope.mappings
    for key in [compose([scope.value(raw)]) for raw in keys]:
        if isinstance(key, Reference | Unknown):
            return derived(key, "the mapped value")
        if not isinstance(found, dict) or key not in found:
            if default is not None:
                return scope.value(default)
            raise Misfit(found=f"the mappings have no {key!r} there", remedy="add it, or give a DefaultValue")
        found = found[key]
    return found


def _map_keys(argument: Any) -> tuple[list[Any], Any]:
    match argument:
        case [*keys, {"DefaultValue": default}]:
            return _arguments(keys, 3), default
    return _arguments(argument, 3), None


def _to_json_string(scope: Scope, argument: Any) -> str:
    return json.dumps(scope.value(argument), separators=(",", ":"), default=str)


def _length(scope: Scope, argument: Any) -> Any:
    items = scope.value(argument)
    if isinstance(items, Reference | Unknown):
        return derived(items, "the length")
    if isinstance(items, list):
        return len(items)
    raise misplaced(items, "a list", "give one")


def _base64(scope: Scope, argument: Any) -> Any:
    text = compose([scope.value(argument)])
    if isinstance(text, str) and not isinstance(text, Text):
        return b64encode(text.encode()).decode()
    return Unknown(f"Fn::Base64 of {text} hangs on what its placeholders stand for")


def _asked_of_aws(function: str) -> Callable[[Scope, Any], Unknown]:
    def ask(_: Scope, argument: Any) -> Unknown:
        return Unknown(
            f"{function} of {json.dumps(argument, sort_keys=True, default=str)} is answered by AWS only",
            function,
        )

    return ask


FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
    **{
        function: _asked_of_aws(function)
        for function in ("Fn::Cidr", "Fn::GetAZs", "Fn::GetStackOutput", "Fn::ImportValue", "Fn::Transform")
    },
}
"""What each function comes to. Those that only AWS can answer come to Unknown."""
