"""CloudFormation's functions, one each: what a function's argument comes to within a template's scope."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from cfn.errors import Misfit
from cfn.json_string import to_json_string
from cfn.subnets import cidr
from cfn.values import (
    Reference,
    Text,
    Unknown,
    compose,
    derived,
    kind_of,
    misplaced,
    split,
    unsettled,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

INCLUDE = "Fn::Transform"
"""The key under which a macro, such as AWS::Include, writes into the mapping that it stands in."""

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

    def imported(self, name: str) -> Any:
        """The value that another stack exports under a name."""


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
            pairs.append((literal, found[2].strip()))
            literal = ""
    return (*pairs, (literal + text[position:], None))


def attribute_path(argument: Any) -> list[Any]:
    """Logical id and attribute of a Fn::GetAtt, written as a list or dotted; each may be a function."""
    path = argument.split(".", 1) if isinstance(argument, str) else argument
    if isinstance(path, list) and len(path) > 1 and isinstance(path[0], str | dict):
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
    name = scope.value(argument) if isinstance(argument, dict) else argument
    if unknown := unsettled(name, "what the value names"):
        return unknown
    if isinstance(name, str):
        return scope.named(name)
    raise misplaced(name, "a name", "write that of a resource or a parameter")


def _get_att(scope: Scope, argument: Any) -> Any:
    raw_id, *path = attribute_path(argument)
    logical_id = compose([scope.value(raw_id)])
    attribute = compose(scope.value(part) for part in _between(".", path))
    for name in (logical_id, attribute):
        if unknown := unsettled(name, f"an attribute of {logical_id} named by a value"):
            return unknown
    return scope.attribute(str(logical_id), str(attribute))


def _between(delimiter: str, values: Sequence[Any]) -> Iterator[Any]:
    for position, value in enumerate(values):
        if position:
            yield delimiter
        yield value


def _sub(scope: Scope, argument: Any) -> Any:
    text, variables = substitution(argument)
    values: dict[str, Any] = {}
    parts = []
    for literal, name in placeholders(text):
        parts.append(literal)
        if name is not None:
            if name not in values:
                values[name] = _substituted(scope, name, variables)
            parts.append(values[name])
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
    if not isinstance(delimiter, str) or not delimiter:
        raise misplaced(delimiter, "a delimiter", "write text that is not empty")
    text = compose([scope.value(source)])
    # An id or an ARN holds no comma; any other delimiter it may hold itself.
    if not isinstance(text, Text) or delimiter != ",":
        unknown = unsettled(text, "the pieces")
        if unknown:
            return unknown
    return split(text, delimiter)


def _select(scope: Scope, argument: Any) -> Any:
    index, items = (scope.value(raw) for raw in _arguments(argument, 2))
    if unknown := unsettled(index, "the item at the index"):
        return unknown
    position = whole(index)
    if position is not None and isinstance(items, Reference | Unknown):
        return derived(items, f"item {position}")
    if position is not None and isinstance(items, list) and position < len(items):
        return items[position]
    shown = "such item" if isinstance(index, dict | list) else f"item {index}"
    raise Misfit(
        found=f"there is no {shown} in a {kind_of(items)}",
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
        if unknown := unsettled(key, "the mapped value"):
            return unknown
        if not isinstance(found, dict) or key not in found:
            return _unmapped(scope, str(key), found, default)
        found = found[key]
    if _is_plain(found) or (isinstance(found, list) and all(map(_is_plain, found))):
        return found
    raise misplaced(found, "text or a list of texts", "map two keys, and plain values to the second")


def _map_keys(argument: Any) -> tuple[list[Any], list[Any]]:
    """The three keys, and the default alone in a list where there is one."""
    match argument:
        case [*keys, {"DefaultValue": default}]:
            return _arguments(keys, 3), [default]
    return _arguments(argument, 3), []


def _unmapped(scope: Scope, key: str, mapping: Any, default: list[Any]) -> Any:
    if isinstance(mapping, dict) and INCLUDE in mapping:
        return included(mapping[INCLUDE])
    if default:
        return scope.value(default[0])
    raise Misfit(found=f"the mappings have no {key!r} there", remedy="add it, or give a DefaultValue")


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _length(scope: Scope, argument: Any) -> Any:
    items = scope.value(argument)
    if isinstance(items, Reference | Unknown):
        return derived(items, "the length")
    if isinstance(items, list):
        return len(items)
    raise misplaced(items, "a list", "give one")


def _base64(scope: Scope, argument: Any) -> Any:
    text = compose([scope.value(argument)])
    # AWS encodes half of a surrogate pair as a question mark too
    return unsettled(text, "Fn::Base64") or compose([b64encode(str(text).encode(errors="replace")).decode()])


def _get_azs(scope: Scope, argument: Any) -> Unknown:
    region = compose([scope.value(argument)]) or scope.named("AWS::Region")
    unknown = unsettled(region, "the list of zones")
    return unknown or Unknown(f"the zones of {region} differ from account to account", "Fn::GetAZs")


def _import_value(scope: Scope, argument: Any) -> Any:
    name = compose([scope.value(argument)])
    return unsettled(name, "the imported value") or scope.imported(str(name))


def included(argument: Any) -> Unknown:
    """What a Fn::Transform with this argument writes; an Unknown stays what it is."""
    if isinstance(argument, Unknown):
        return argument
    name = argument.get("Name") if isinstance(argument, dict) else None
    return Unknown(
        f"{name if isinstance(name, str) else 'a macro'} writes it when the stack is deployed", INCLUDE
    )


def _transform(_: Scope, argument: Any) -> Unknown:
    return included(argument)


def _get_stack_output(_: Scope, argument: Any) -> Unknown:
    shown = json.dumps(argument, sort_keys=True, default=str)
    return Unknown(f"Fn::GetStackOutput of {shown} is answered by AWS only", "Fn::GetStackOutput")


FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::Cidr": cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _get_azs,
    "Fn::GetAtt": _get_att,
    "Fn::GetStackOutput": _get_stack_output,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": to_json_string,
    INCLUDE: _transform,
}
"""What each function comes to; what only AWS can answer is an Unknown."""
