"""What a resolved value says: rules read strange templates through these, and none of them fails.

Reading never guesses. What is not known, or is of another kind than asked for, comes to None
or to nothing, and the rule that asked then finds what it guards unproved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cfn import Reference, Unknown
from cfn.values import kind_of, many

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:secretsmanager:(?:\$\{[^{}]*\}|[^{}])+\}\}")
_LONGEST_SHOWN = 60


def number(value: Any) -> float | None:
    """A number, or decimal text; nothing else, and neither true nor false."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def literal(value: Any) -> str | None:
    """Text that is not empty and in which nothing is left to AWS."""
    return value if type(value) is str and value.strip() else None


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """The mappings among the items of a list."""
    return (item for item in many(value) if isinstance(item, dict))


def inside(value: Any, path: str) -> Any:
    """What a dotted path leads to within a mapping; None where it ends early."""
    for step in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def is_dynamic_reference(value: Any) -> bool:
    """Whether CloudFormation fills the whole value in from Secrets Manager while it deploys."""
    return isinstance(value, str) and _DYNAMIC_REFERENCE.fullmatch(value) is not None


def said(name: str, value: Any) -> str:
    """What a template says under a name, for a finding; never to be used on what may be a secret."""
    if value is None:
        return f"{name} is left out"
    if isinstance(value, Unknown):
        return f"{name} is not known: {value.reason}"
    if isinstance(value, Reference):
        return f"{name} is {value}"
    shown = str(value) if isinstance(value, str | int | float) else f"a {kind_of(value)}"
    return f"{name} is {shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + '...'}"
