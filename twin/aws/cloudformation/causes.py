"""Why a property changes: what its expression in the template names, and which of that becomes another.

"ResourceChangeDetail", CloudFormation API Reference: a change is Static where its value is certain to
become another, and Dynamic where it hangs on what the update will find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfn.functions import attribute_path, placeholders, substitution

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

STATIC, DYNAMIC = "Static", "Dynamic"
_FUNCTION = ("Ref", "Fn::", "Condition")


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes a property change, in the words of the API."""

    evaluation: str
    source: str
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change set has found so far to become another."""

    parameters: AbstractSet[str]
    """Those with another value than before."""
    replaced: Mapping[str, str]
    """Resources that will be, or may be, others: True or Conditional by logical id."""
    changed: AbstractSet[str]
    """Resources that are changed in place."""


def causes(before: Any, after: Any, moved: Moved, *, known: bool) -> list[Cause]:
    """Causes of a change between two raw expressions of a value; `known` tells whether its new value is."""
    found = [cause for name, attribute in _names_in(after) for cause in _of_name(name, attribute, moved)]
    directly = Cause(STATIC if known else DYNAMIC, "DirectModification")
    if before != after or not found:
        found.append(directly)
    elif any(cause.source == "ParameterReference" for cause in found):
        # AWS tells it so as well: the expression may come to another value
        found.append(Cause(DYNAMIC, "DirectModification"))
    return list(dict.fromkeys(found))


def expression_at(raw: Any, steps: Sequence[str]) -> Any:
    """The part of a raw value that a path leads to, or the function that stands in the way.

    None where nothing is written.
    """
    for step in steps:
        if isinstance(raw, dict) and not _is_function(raw):
            raw = raw.get(step)
        elif isinstance(raw, list) and step.isdigit() and int(step) < len(raw):
            raw = raw[int(step)]
        else:
            break
    return raw


def _of_name(name: str, attribute: str | None, moved: Moved) -> Iterator[Cause]:
    if attribute is None:
        if name in moved.parameters:
            yield Cause(STATIC, "ParameterReference", name)
        if name in moved.replaced:
            evaluation = STATIC if moved.replaced[name] == "True" else DYNAMIC
            yield Cause(evaluation, "ResourceReference", name)
    elif name in moved.replaced or name in moved.changed:
        yield Cause(DYNAMIC, "ResourceAttribute", f"{name}.{attribute}")


def _is_function(raw: dict[str, Any]) -> bool:
    return len(raw) == 1 and next(iter(raw)).startswith(_FUNCTION)


def _names_in(raw: Any) -> Iterator[tuple[str, str | None]]:
    """Names that an expression refers to, each with the attribute that is asked for."""
    if isinstance(raw, list):
        for item in raw:
            yield from _names_in(item)
    elif isinstance(raw, dict):
        if len(raw) == 1:
            [(key, argument)] = raw.items()
            yield from _named_by(key, argument)
        for item in raw.values():
            yield from _names_in(item)


def _named_by(key: str, argument: Any) -> Iterator[tuple[str, str | None]]:
    if key == "Ref" and isinstance(argument, str):
        yield argument, None
    elif key == "Fn::GetAtt":
        name, *path = attribute_path(argument)
        yield str(name), ".".join(map(str, path))
    elif key == "Fn::Sub":
        text, variables = substitution(argument)
        for _, name in placeholders(text):
            if name is not None and name not in variables:
                logical_id, dot, attribute = name.partition(".")
                yield logical_id, attribute if dot else None
