"""A difference in words and cells: what tables for people and for pull requests have in common."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from cost.changes.matching import Kind, amount, quantity
from cost.free_tier import Offer
from cost.lines import FreeTier
from cost.money import CENT, cents
from cost.rows import Row, count, rate

if TYPE_CHECKING:
    from cost.changes.matching import Change, Changes, Told

MARKS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.UNCHANGED: " "}
TENTH = Decimal("0.1")


def headline(changes: Changes, offer: Offer) -> str:
    """`+$12.34 a month (+30.1 %)`, or that nothing changes."""
    difference = changes.difference(offer)
    if not difference:
        return "no change"
    percent = changes.percent(offer)
    share = "from nothing" if percent is None else f"{tenths(percent)} %"
    return f"{dollars(difference)} a month ({share})"


def totals(changes: Changes, offer: Offer) -> str:
    """What the two cost, and where."""
    before, after = changes.before.region, changes.after.region
    where = before if before == after else f"{before} → {after}"
    return f"{amounts_due(changes, offer)}, in {where}"


def amounts_due(changes: Changes, offer: Offer) -> str:
    """What the two cost, once where it is the same."""
    first, second = (f"${cents(each.due(offer))}" for each in (changes.before, changes.after))
    return f"{first if first == second else f'{first} → {second}'} {offer.in_words}"


def dollars(difference: Decimal) -> str:
    """`+$12.34`; what is less than half a cent as such."""
    sign = "-" if difference < 0 else "+"
    return f"{sign}${cents(abs(difference))}" if abs(difference) >= CENT / 2 else f"{sign} less than a cent"


def tenths(percent: Decimal) -> str:
    """`+30.1`."""
    return f"{percent.quantize(TENTH, ROUND_HALF_UP):+,}"


def units(change: Change, mode: FreeTier) -> str:
    """`20 → 40 GB-months`, with unit prices where these changed."""
    new = Row(change.after or change.before, is_first=True)
    if change.kind(mode) is not Kind.CHANGED:
        return f"{count(new.quantity)} {new.unit}"
    was, now = quantity(change.before), quantity(change.after)
    text = f"{count(now)} {new.unit}" if was == now else f"{count(was)} → {count(now)} {new.unit}"
    rates = [_rates(Row(lines, is_first=True)) for lines in (change.before, change.after)]
    return text if rates[0] == rates[1] else f"{text}, {rates[0]} → {rates[1]}"


def _rates(row: Row) -> str:
    tiers = row.tiers
    return rate(tiers[0], row.price) if len(tiers) == 1 else f"{len(tiers)} tiers"


def amounts(change: Change, mode: FreeTier) -> tuple[str, str]:
    """Before and after; nothing where it is not there."""
    before, after = (cents(amount(lines, mode)) if lines else "" for lines in (change.before, change.after))
    return before, after


def unchanged(changes: Changes, mode: FreeTier) -> str:
    """How many lines stay as they are, and what these cost; empty where none does."""
    same = changes.of_kind(Kind.UNCHANGED, mode=mode)
    if not same:
        return ""
    whole = cents(sum((amount(change.after, mode) for change in same), Decimal(0)))
    return (
        f"1 line is unchanged: ${whole}" if len(same) == 1 else f"{len(same)} lines are unchanged: ${whole}"
    )


def told(what: Told) -> str:
    """A resource that is not in the total, and why."""
    resource, why = what
    return f"{resource} ({resource.type}): {why}"


def beside(offer: Offer | None) -> Offer | None:
    """The offer that is told beside the list price: always-free when no other was asked for."""
    return Offer(FreeTier.ALWAYS) if offer is None else None
