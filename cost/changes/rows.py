"""The rows of a table of changes: resources that change alike on one row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING

from cost.changes.matching import Change, amount, quantity
from cost.lines import FreeTier, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from cost.lines import Line


@dataclass(frozen=True, slots=True)
class Row:
    """One component of a resource, or of several of one stack that change alike."""

    name: str
    """The resource's logical id, or how many of which type."""
    change: Change
    is_first: bool
    """Whether it is the first of its resource's rows."""


def rows(changes: Iterable[Change]) -> Iterator[Row]:
    """The rows of one stack's changes."""
    alike: dict[tuple[object, ...], list[list[Change]]] = {}
    for _, of_one in groupby(changes, key=lambda change: change.line.resource.logical_id):
        own = list(of_one)
        key = (own[0].line.resource.type, *((change.line.component, *_charges(change)) for change in own))
        alike.setdefault(key, []).append(own)
    for resources in alike.values():
        first = resources[0][0].line.resource
        several = f"{len(resources)} x {first.type.rsplit('::', 1)[-1]}"
        name = first.logical_id if len(resources) == 1 else several
        for number, component in enumerate(zip(*resources, strict=True)):
            yield Row(name, _together(component), is_first=number == 0)


def sums(changes: Sequence[Change], mode: FreeTier = FreeTier.NONE) -> tuple[Decimal, Decimal, Decimal]:
    """USD a month of some changes before and after, and the difference, unrounded."""
    before = total(amount(change.before, mode) for change in changes)
    after = total(amount(change.after, mode) for change in changes)
    return before, after, after - before


def _charges(change: Change) -> Iterator[object]:
    for lines in (change.before, change.after):
        yield lines and (lines[0].price, quantity(lines))


def _together(changes: Sequence[Change]) -> Change:
    return Change(
        changes[0].stack, _all(change.before for change in changes), _all(change.after for change in changes)
    )


def _all(lines: Iterable[tuple[Line, ...]]) -> tuple[Line, ...]:
    return tuple(chain.from_iterable(lines))
