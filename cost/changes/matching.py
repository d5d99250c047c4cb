"""Lines of one estimate matched with those of another.

A line is the same when stack, logical id, component and price are; what is then left of a component on
both sides has another price than before. Stacks match by name, and the only stack of one deployment
with the only one of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cost.lines import FreeTier, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal

    from cfn.deployment import Deployment
    from cfn.template import Resource
    from cost.estimate import Estimate
    from cost.free_tier import Offer
    from cost.lines import Line

Told = tuple["Resource", str]
"""A resource, and why it or a part of it is not in the total."""


Component = tuple[str, str, str]
"""Stack, logical id and component."""


class Kind(StrEnum):
    """What became of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One component of a resource before and after; no lines on a side where it is not there."""

    stack: str
    """Name of its stack; of one that is called otherwise before, both names."""
    before: tuple[Line, ...]
    after: tuple[Line, ...]

    @property
    def line(self) -> Line:
        """The line as it is, or else was."""
        return (self.after or self.before)[0]

    def kind(self, mode: FreeTier = FreeTier.NONE) -> Kind:
        """What became of it, as far as a bill in this mode shows."""
        if not self.before or not self.after:
            return Kind.ADDED if self.after else Kind.REMOVED
        same = _charged(self.before, mode) == _charged(self.after, mode)
        return Kind.UNCHANGED if same else Kind.CHANGED

    def difference(self, mode: FreeTier = FreeTier.NONE) -> Decimal:
        """USD a month that it costs more, unrounded."""
        return amount(self.after, mode) - amount(self.before, mode)


@dataclass(frozen=True, slots=True)
class Changes:
    """Two estimates side by side."""

    before: Estimate
    after: Estimate
    all: tuple[Change, ...]
    newly_left_out: tuple[Told, ...]
    """What the second estimate can't price, and the first could or had not."""
    no_longer_left_out: tuple[Told, ...]

    def of_kind(self, *kinds: Kind, mode: FreeTier = FreeTier.NONE) -> tuple[Change, ...]:
        """Those of some kinds."""
        return tuple(change for change in self.all if change.kind(mode) in kinds)

    def differing(self, mode: FreeTier = FreeTier.NONE) -> tuple[Change, ...]:
        """All but the unchanged."""
        return self.of_kind(Kind.ADDED, Kind.REMOVED, Kind.CHANGED, mode=mode)

    def difference(self, offer: Offer) -> Decimal:
        """USD a month that the second costs more under an offer, unrounded."""
        return self.after.due(offer) - self.before.due(offer)

    def percent(self, offer: Offer) -> Decimal | None:
        """The difference as a percentage of the first, unrounded; None of nothing."""
        first = self.before.due(offer)
        return 100 * self.difference(offer) / first if first else None


def compare(before: Estimate, after: Estimate, stacks: Mapping[str, str] | None = None) -> Changes:
    """Match two estimates.

    Args:
        before: The first.
        after: The second.
        stacks: For names of stacks of the first, what the same stacks are called in the second.

    """
    renamed = stacks or {}
    return Changes(
        before,
        after,
        tuple(_matched(before, after, renamed)),
        tuple(_not_in(before, after, _renaming(renamed))),
        tuple(_not_in(after, before, _renaming({new: old for old, new in renamed.items()}))),
    )


def paired_stacks(before: Deployment, after: Deployment) -> dict[str, str]:
    """Stacks that are the same under another name: each deployment's only one."""
    ours, theirs = before.templates, after.templates
    if len(ours) == len(theirs) == 1 and ours[0].name != theirs[0].name:
        return {ours[0].name: theirs[0].name}
    return {}


def amount(lines: Iterable[Line], mode: FreeTier = FreeTier.NONE) -> Decimal:
    """USD a month of some lines, unrounded."""
    return total(line.amount(mode) for line in lines)


def quantity(lines: Iterable[Line]) -> Decimal:
    """Units of some lines of one price."""
    return total(line.quantity for line in lines)


def grouped(changes: Iterable[Change], by: str) -> dict[str, list[Change]]:
    """Changes by stack, or by resource."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        name = change.stack if by == "stack" else f"{change.stack}.{change.line.resource.logical_id}"
        groups.setdefault(name, []).append(change)
    return groups


def _charged(lines: tuple[Line, ...], mode: FreeTier) -> tuple[object, ...]:
    return quantity(lines), amount(lines, mode), lines[0].price.name


def _matched(before: Estimate, after: Estimate, renamed: Mapping[str, str]) -> Iterator[Change]:
    """All lines, in the order of the second estimate."""
    old, new = _by_component(before, renamed), _by_component(after, {})
    label = {now: f"{was} → {now}" for was, now in renamed.items()}
    for component in _in_order(new, old):
        stack = label.get(component[0], component[0])
        for was, now in _paired(old.get(component, {}), new.get(component, {})):
            yield Change(stack, was, now)


def _in_order(new: Iterable[Component], old: Iterable[Component]) -> list[Component]:
    """Components by stack and resource, as they come; those that are gone at the end of either."""
    every = list(dict.fromkeys([*new, *old]))
    stacks = {stack: place for place, stack in enumerate(dict.fromkeys(stack for stack, _, _ in every))}
    resources = {each: place for place, each in enumerate(dict.fromkeys(each[:2] for each in every))}
    return sorted(every, key=lambda each: (stacks[each[0]], resources[each[:2]]))


def _by_component(estimate: Estimate, renamed: Mapping[str, str]) -> dict[Component, dict[str, list[Line]]]:
    """Lines by stack, logical id and component, and within these by price."""
    found: dict[Component, dict[str, list[Line]]] = {}
    for line in estimate.lines:
        stack = line.resource.template.name
        component = renamed.get(stack, stack), line.resource.logical_id, line.component
        found.setdefault(component, {}).setdefault(line.price.name, []).append(line)
    return found


def _paired(
    old: Mapping[str, list[Line]], new: Mapping[str, list[Line]]
) -> Iterator[tuple[tuple[Line, ...], tuple[Line, ...]]]:
    """Lines of one component, price by price; the only one left on each side has changed its price."""
    gone = [lines for price, lines in old.items() if price not in new]
    come = [lines for price, lines in new.items() if price not in old]
    repriced = len(gone) == len(come) == 1
    for price, lines in new.items():
        if price in old:
            yield tuple(old[price]), tuple(lines)
        else:
            yield tuple(gone[0]) if repriced else (), tuple(lines)
    for lines in () if repriced else gone:
        yield tuple(lines), ()


def _not_in(first: Estimate, second: Estimate, called: Callable[[str], str]) -> Iterator[Told]:
    """What the second estimate leaves out of its total, and the first does not."""
    known = {(called(each.template.name), each.logical_id, why) for each, why in _left_out(first)}
    for resource, why in _left_out(second):
        if (resource.template.name, resource.logical_id, why) not in known:
            yield resource, why


def _renaming(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda name: names.get(name, name)


def _left_out(estimate: Estimate) -> Iterator[Told]:
    for resource, reason in estimate.not_priced:
        yield resource, f"not priced: {reason}"
    for unknown in estimate.unknowns:
        yield unknown.resource, f"unknown: {unknown.name}: {unknown.reason}"
