"""What differs between two estimates, as a comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.changes.matching import Kind, grouped
from cost.changes.rows import rows, sums
from cost.changes.wording import MARKS, amounts, amounts_due, beside, headline, told, totals, unchanged, units
from cost.free_tier import Offer
from cost.money import cents
from cost.tabling import signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cost.changes.matching import Change, Changes
    from cost.lines import FreeTier

HEADINGS = (
    "| | resource | component | quantity | before | after | difference |",
    "|---|---|---|---|---:|---:|---:|",
)


def to_markdown(changes: Changes, offer: Offer | None = None, by: str = "stack") -> str:
    """A headline, a table of what changed, and the rest folded away.

    Args:
        changes: What to show.
        offer: Whose amounts; left out, list price, with the totals of the always-free tier beside.
        by: `stack` or `resource`, for the subtotals.

    """
    return "\n".join(_page(changes, offer, by))


def _page(changes: Changes, offer: Offer | None, by: str) -> Iterator[str]:
    shown, other = offer or Offer(), beside(offer)
    yield f"### Cost: {headline(changes, shown)}"
    yield ""
    yield f"`{changes.before.name}` → `{changes.after.name}`: {totals(changes, shown)}."
    if other is not None:
        yield f"{amounts_due(changes, other)}: {headline(changes, other)}."
    if changes.differing(shown.mode):
        yield ""
        yield from _table(changes.differing(shown.mode), changes, shown.mode, by)
        before, after = changes.before.due(shown), changes.after.due(shown)
        yield _row(
            "", "**Total**", "", "", *map(_bold, (cents(before), cents(after), signed(after - before)))
        )
    yield from _list("Newly not in the total:", map(told, changes.newly_left_out))
    yield from _list("No longer left out of the total:", map(told, changes.no_longer_left_out))
    yield from _folded(changes, shown.mode, by)


def _table(shown: Iterable[Change], changes: Changes, mode: FreeTier, by: str) -> Iterator[str]:
    yield from HEADINGS
    whole = grouped(changes.all, by)
    for name, of_group in grouped(shown, by).items():
        subtotals = [*map(cents, sums(whole[name], mode)[:2]), signed(sums(whole[name], mode)[2])]
        yield _row("", _bold(name), "", "", *map(_bold, subtotals))
        for row in rows(of_group):
            change = row.change
            cells = (*amounts(change, mode), signed(change.difference(mode)))
            mark = MARKS[change.kind(mode)].strip()
            yield _row(mark, row.name, change.line.component, units(change, mode), *cells)


def _folded(changes: Changes, mode: FreeTier, by: str) -> Iterator[str]:
    same = changes.of_kind(Kind.UNCHANGED, mode=mode)
    if same:
        yield from ("", f"<details><summary>{unchanged(changes, mode)}</summary>", "")
        yield from _table(same, changes, mode, by)
        yield from ("", "</details>")


def _list(heading: str, items: Iterable[str]) -> Iterator[str]:
    lines = [f"- {_cell(item)}" for item in items]
    if lines:
        yield from ("", heading, "", *lines)


def _row(*cells: str) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _bold(text: str) -> str:
    return f"**{text}**" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
