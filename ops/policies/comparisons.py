"""The comparisons that a condition's operator stands for, each made ready once for a value of a policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from ops.policies import patterns
from ops.policies.values import binary, moment, network, number, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ipaddress import IPv4Network, IPv6Network

    from ops.policies.patterns import Pattern
    from ops.policies.request import Request

Test: TypeAlias = "Callable[[str, Request], bool]"
"""Whether a value of the request equals, or is whatever else is asked; raises Unresolved."""


class Prepared(NamedTuple):
    """A test for one value of a policy, and the keys of variables in it."""

    test: Test
    keys: tuple[str, ...] = ()


class Comparison(NamedTuple):
    """What an operator does: makes a value of a policy ready, and may turn the outcome round."""

    prepare: Callable[[str, str], Prepared]
    """From the value, and the version of its policy."""
    negated: bool = False


def _by_pattern(make: Callable[[str, str], Pattern]) -> Callable[[str, str], Prepared]:
    def prepare(text: str, version: str) -> Prepared:
        pattern = make(text, version)
        return Prepared(pattern.matches, pattern.keys)

    return prepare


def _by_value(
    read: Callable[[str], Any], compare: Callable[[Any, Any], bool]
) -> Callable[[str, str], Prepared]:
    """Both sides are read, and variables are not known; what can't be read in a request equals nothing."""

    def prepare(text: str, _: str) -> Prepared:
        wanted = read(text)

        def test(value: str, _: Request) -> bool:
            try:
                return compare(read(value), wanted)
            except ValueError:
                return False

        return Prepared(test)

    return prepare


def _lies_in(found: IPv4Network | IPv6Network, wanted: IPv4Network | IPv6Network) -> bool:
    return found.version == wanted.version and found.subnet_of(wanted)  # type: ignore[arg-type]  # same version


_equals = _by_pattern(lambda text, version: patterns.plain(text, version=version, wildcards=False))
_equals_ignoring_case = _by_pattern(
    lambda text, version: patterns.plain(text, version=version, wildcards=False, case=False)
)
_like = _by_pattern(lambda text, version: patterns.plain(text, version=version))
_arn = _by_pattern(lambda text, version: patterns.arn(text, version=version))
_address = _by_value(network, _lies_in)

_ORDERS: Final[Mapping[str, tuple[Callable[[Any, Any], bool], bool]]] = {
    "Equals": (operator.eq, False),
    "NotEquals": (operator.eq, True),
    "LessThan": (operator.lt, False),
    "LessThanEquals": (operator.le, False),
    "GreaterThan": (operator.gt, False),
    "GreaterThanEquals": (operator.ge, False),
}

COMPARISONS: Final[Mapping[str, Comparison]] = {
    "StringEquals": Comparison(_equals),
    "StringNotEquals": Comparison(_equals, negated=True),
    "StringEqualsIgnoreCase": Comparison(_equals_ignoring_case),
    "StringNotEqualsIgnoreCase": Comparison(_equals_ignoring_case, negated=True),
    "StringLike": Comparison(_like),
    "StringNotLike": Comparison(_like, negated=True),
    **{f"Numeric{name}": Comparison(_by_value(number, by), turned) for name, (by, turned) in _ORDERS.items()},
    **{f"Date{name}": Comparison(_by_value(moment, by), turned) for name, (by, turned) in _ORDERS.items()},
    "Bool": Comparison(_by_value(truth, operator.eq)),
    "BinaryEquals": Comparison(_by_value(binary, operator.eq)),
    "IpAddress": Comparison(_address),
    "NotIpAddress": Comparison(_address, negated=True),
    "ArnEquals": Comparison(_arn),
    "ArnNotEquals": Comparison(_arn, negated=True),
    "ArnLike": Comparison(_arn),
    "ArnNotLike": Comparison(_arn, negated=True),
}
"""By the operator's name, without `ForAnyValue:`, `ForAllValues:` and `IfExists`."""
