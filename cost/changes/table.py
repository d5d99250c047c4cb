"""What differs between two estimates, for people: what changed line by line, with subtotals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from cost.changes.matching import grouped
from cost.changes.rows import rows, sums
from cost.changes.wording import (
    MARKS,
    amounts,
    amounts_due,
    beside,
    headline,
    tenths,
    told,
    totals,
    unchanged,
    units,
)
from cost.fitting import Fitting
from cost.free_tier import Offer
from cost.money import cents
from cost.tabling import BOLD, add, bullets, columns, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from cost.changes.matching import Changes
    from cost.changes.rows import Row
    from cost.lines import FreeTier


def render(changes: Changes, offer: Offer | None = None, by: str = "stack") -> Group:
    """The headline, a table of what changed, and what is not in the totals.

    Args:
        changes: What to show.
        offer: Whose amounts; left out, list price, with the totals of the always-free tier beside.
        by: `stack` or `resource`, for the subtotals.

    """
    shown = offer or Offer()
    parts: list[RenderableType] = [_headline(changes, shown)]
    other = beside(offer)
    if other is not None:
        parts.append(Text(f"{amounts_due(changes, other)}: {headline(changes, other)}"))
    if changes.differing(shown.mode):
        parts += [Text(), Fitting([_table(changes, shown, by)])]
    parts += [bullets(*each) for each in _lists(changes)]
    rest = unchanged(changes, shown.mode)
    return Group(*parts, *([Text(), Text(rest)] if rest else []))


def _headline(changes: Changes, offer: Offer) -> Text:
    names = f"{changes.before.name} → {changes.after.name}: "
    return Text.assemble(
        names, (headline(changes, offer), BOLD), "\n", f"{totals(changes, offer)}", no_wrap=False
    )


def _table(changes: Changes, offer: Offer, by: str) -> Table:
    table = columns("", "Resource", "Component", "Quantity", ">Before", ">After", ">Difference")
    whole, mode = grouped(changes.all, by), offer.mode
    for name, of_group in grouped(changes.differing(mode), by).items():
        shown = list(rows(of_group))
        before, after, difference = sums(whole[name], mode)
        headed = by == "stack" or len(whole[name]) > 1
        if headed:
            add(table, "", name, "", "", cents(before), cents(after), signed(difference), style=BOLD)
        for row in shown:
            own_name = f"  {row.name}" if by == "stack" and row.is_first else ""
            _add_row(table, row, mode, own_name if headed else name)
        if by == "stack":
            table.add_section()
    _add_total(table, changes, offer)
    return table


def _add_row(table: Table, row: Row, mode: FreeTier, name: str) -> None:
    change = row.change
    cells = (*amounts(change, mode), signed(change.difference(mode)))
    add(table, MARKS[change.kind(mode)], name, change.line.component, units(change, mode), *cells)


def _add_total(table: Table, changes: Changes, offer: Offer) -> None:
    table.add_section()
    percent = changes.percent(offer)
    share = "" if percent is None else f"{tenths(percent)} %"
    due = (cents(changes.before.due(offer)), cents(changes.after.due(offer)))
    add(table, "", "Total", "USD a month", share, *due, signed(changes.difference(offer)), style=BOLD)


def _lists(changes: Changes) -> Iterator[tuple[str, Iterator[str]]]:
    if changes.newly_left_out:
        yield "Newly not in the total", map(told, changes.newly_left_out)
    if changes.no_longer_left_out:
        yield "No longer left out of the total", map(told, changes.no_longer_left_out)
