"""Cases: where a pricing asks which of two figures is larger, it is followed both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from cost.formulas.errors import NotExpressible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from cost.formulas.sheet import Operand, Sheet

Leaf = TypeVar("Leaf")
MOST = 64
"""More cases of one resource than this are no formula that anybody reads."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A question of a pricing: `<`, `<=` or `=` between two values."""

    relation: str
    left: Operand
    right: Operand

    def holds(self, left: Decimal, right: Decimal) -> bool:
        """The answer for two values."""
        return {"<": left < right, "<=": left <= right, "=": left == right}[self.relation]


@dataclass(frozen=True, slots=True)
class Case(Generic[Leaf]):
    """What comes of it where a guard holds, and where it does not."""

    guard: Guard
    then: Case[Leaf] | Leaf
    otherwise: Case[Leaf] | Leaf


class Cases:
    """The answers on one way through the pricings: given ones first, then yes to everything."""

    def __init__(self, script: Sequence[bool] = (), before: Sequence[tuple[Guard, bool]] = ()) -> None:
        self.taken: list[tuple[Guard, bool]] = []
        self.before = dict(before)
        self._script = script

    def decide(self, guard: Guard) -> bool:
        """The answer to a question; the same question has the same answer on the whole way."""
        known = {**self.before, **dict(self.taken)}
        if guard not in known:
            place = len(self.taken)
            known[guard] = self._script[place] if place < len(self._script) else True
            self.taken.append((guard, known[guard]))
        return known[guard]

    @property
    def all(self) -> list[tuple[Guard, bool]]:
        """All answers so far, those of an outer way too."""
        return [*self.before.items(), *self.taken]


def explore(sheet: Sheet, run: Callable[[], Leaf]) -> Case[Leaf] | Leaf:
    """What something comes to, in every case; raises NotExpressible where there are too many.

    Args:
        sheet: Where figures are tracked.
        run: What is done on each way; it must do the same on the same answers.

    """
    outer, count = sheet.cases, 0

    def tree(script: list[bool]) -> Case[Leaf] | Leaf:
        nonlocal count
        count += 1
        sheet.cases = cases = Cases(script, outer.all)
        found: Case[Leaf] | Leaf = run()
        if count > MOST:
            names = [name for guard, _ in cases.taken for name in _about(guard, sheet)]
            raise NotExpressible(f"there are more than {MOST} cases", set(names))
        answers = [answer for _, answer in cases.taken]
        for place in reversed(range(len(script), len(answers))):
            found = Case(cases.taken[place][0], found, tree([*answers[:place], False]))
        return found

    try:
        return tree([])
    finally:
        sheet.cases = outer


def _about(guard: Guard, sheet: Sheet) -> frozenset[str]:
    return sheet.names(guard.left) | sheet.names(guard.right)
