"""What a statement's conditions compare, and how: every operator that IAM has.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from ops.policies.comparisons import COMPARISONS
from ops.policies.errors import PolicyRefused
from ops.policies.patterns import Unresolved
from ops.policies.values import truth

if TYPE_CHECKING:
    from ops.policies.comparisons import Test
    from ops.policies.request import Request

_IF_EXISTS: Final = "IfExists"
NULL: Final = "Null"


class Several(Enum):
    """How the values of a key that has several are taken together."""

    ANY = "ForAnyValue"
    """One that passes is enough; a key that is absent has none."""
    ALL = "ForAllValues"
    """None may fail; a key that is absent has none that could."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a statement, such as ArnLike, aws:SourceArn, (pattern,)."""

    operator: str
    key: str
    values: tuple[str, ...]
    tests: tuple[Test, ...]
    negated: bool = False
    if_exists: bool = False
    several: Several | None = None
    keys: tuple[str, ...] = ()
    """Keys on which the outcome hangs: its own, and those of variables."""

    @classmethod
    def read(
        cls, policy: str, operator: str, key: str, values: tuple[str, ...], *, version: str
    ) -> Condition:
        """Read one comparison; raises PolicyRefused for an operator, or a value, that IAM has not."""
        qualifier, _, name = operator.rpartition(":")
        base = name.removesuffix(_IF_EXISTS)
        several = _several(policy, operator, qualifier)
        if base == NULL and operator == NULL:
            tests = tuple(_null(policy, value) for value in values)
            return cls(operator, key, values, tests, keys=(key,))
        comparison = COMPARISONS.get(base)
        if comparison is None:
            raise PolicyRefused(policy, f"condition operator {operator} is not known")
        try:
            compiled = [comparison.prepare(value, version) for value in values]
        except ValueError as error:
            raise PolicyRefused(policy, f"{operator} compares {key} with {error}") from None
        needed = (key, *(name for one in compiled for name in one.keys))
        return cls(
            operator,
            key,
            values,
            tuple(one.test for one in compiled),
            comparison.negated,
            name != base,
            several,
            needed,
        )

    def holds(self, request: Request) -> bool:
        """Whether the request passes; raises Unresolved where a variable has no value.

        A key that is absent passes none but a negated comparison, ...IfExists and ForAllValues; under
        ForAnyValue it passes none at all. Of a key with several values, where the operator says nothing of
        that, one that equals is enough.
        """
        found = request.context.get(self.key.lower(), ())
        if self.operator == NULL:
            return any(test("" if found else NULL, request) for test in self.tests)
        if self.several is Several.ANY:
            return any(self._passes(value, request) for value in found)
        if self.several is Several.ALL:
            return all(self._passes(value, request) for value in found)
        if not found:
            return self.if_exists or self.negated
        return self.negated != any(self._equals(value, request) for value in found)

    def _passes(self, value: str, request: Request) -> bool:
        return self.negated != self._equals(value, request)

    def _equals(self, value: str, request: Request) -> bool:
        """Whether one of the values equals; raises Unresolved if that hangs on a variable without a value."""
        unresolved: Unresolved | None = None
        for test in self.tests:
            try:
                if test(value, request):
                    return True
            except Unresolved as error:
                unresolved = error
        if unresolved:
            raise unresolved
        return False


def _several(policy: str, operator: str, qualifier: str) -> Several | None:
    if not qualifier:
        return None
    try:
        return Several(qualifier)
    except ValueError:
        raise PolicyRefused(policy, f"condition operator {operator} is not known") from None


def _null(policy: str, value: str) -> Test:
    """A test of a key's absence, which is told to it by NULL in place of a value."""
    try:
        wanted = truth(value)
    except ValueError as error:
        raise PolicyRefused(policy, f"{NULL} compares with {error}") from None
    return lambda found, _: (found == NULL) == wanted
