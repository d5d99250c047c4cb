"""An estimate for people: a table of lines, then what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from cost.free_tier import Offer
from cost.grouping import grouped, subtotal
from cost.lines import FreeTier, total
from cost.money import cents
from cost.rows import count, rate, rows
from cost.tabling import BOLD, add, aligned, bullets, columns, indented, signed, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from cost.comparison import Comparison
    from cost.estimate import Estimate
    from cost.pricebook import Price
    from cost.rows import Row

SHOWN = 3
"""Resources that an assumption names before it says how many others there are."""
WORDS = {
    FreeTier.NONE: "no free tier",
    FreeTier.ALWAYS: "the always-free tier",
    FreeTier.LEGACY: "the free tier of an account's first twelve months",
}


def render(
    estimate: Estimate, offer: Offer | None = None, *, by: str = "stack", comparison: Comparison | None = None
) -> Group:
    """Everything about one estimate, in the order in which a reader asks.

    Args:
        estimate: What to show.
        offer: What stands beside the list price; left out, the always-free allowances.
        by: How the lines are grouped.
        comparison: A document to lay beside it.

    """
    sources, offer = _sources(estimate), offer or Offer(FreeTier.ALWAYS)
    parts: list[RenderableType] = [
        _headline(estimate, offer),
        _lines_table(estimate, sources, offer.mode, by),
    ]
    if comparison:
        parts.append(_comparison_table(comparison))
    parts += [
        _sources_grid(sources),
        bullets("Assumptions", _assumptions(estimate)),
        bullets("Not in the total", _left_out(estimate)),
    ]
    return Group(*parts)


def summary(estimates: Sequence[Estimate], offer: Offer | None = None) -> Table:
    """The totals of several environments."""
    table, offer = columns("Environment", ">List price", ">Free tier"), offer or Offer(FreeTier.ALWAYS)
    for each in estimates:
        add(table, each.name, cents(each.total()), cents(each.due(offer)))
    return table


def _headline(estimate: Estimate, offer: Offer) -> Padding:
    sentence = Text.assemble(
        (estimate.name, BOLD),
        f" in {estimate.region}: ",
        (_span(estimate, Offer()), BOLD),
        " a month at list price",
    )
    if offer != Offer():
        sentence.append_text(Text.assemble(", ", (_span(estimate, offer), BOLD), f" with {_in_words(offer)}"))
    return Padding(sentence, (0, 0, 1, 0))


def _span(estimate: Estimate, offer: Offer) -> str:
    high = f"${cents(estimate.due(offer))}"
    return high if estimate.low is None else f"${cents(estimate.low.due(offer))} to {high}"


def _in_words(offer: Offer) -> str:
    if offer.credits is not None:
        return f"the always-free tier and ${cents(offer.credits)} of credits"
    return WORDS[offer.mode]


def _lines_table(estimate: Estimate, sources: Sequence[Price], mode: FreeTier, by: str) -> Table:
    numbers = {_source(price): number for number, price in enumerate(sources, start=1)}
    table = columns(
        "Resource", "Component", ">Quantity", "", ">Unit price", ">List price", ">Free tier", ">Source"
    )
    for name, lines in grouped(estimate, by).items():
        amounts = () if by == "stack" else (subtotal(lines, FreeTier.NONE), subtotal(lines, mode))
        add(table, name, *[""] * 4 * bool(amounts), *map(cents, amounts), style=BOLD)
        for row in rows(lines):
            _add_row(table, row, mode, numbers[_source(row.price)])
        table.add_section()
    totals = (cents(estimate.total()), cents(estimate.total(mode)))
    add(table, "Total", "USD a month", "", "", "", *totals, style=BOLD)
    return table


def _add_row(table: Table, row: Row, mode: FreeTier, source: int) -> None:
    name, tiers = f"  {row.name}" if row.is_first else "", row.tiers
    rates = rate(tiers[0], row.price) if len(tiers) == 1 else f"{len(tiers)} tiers"
    amounts = (cents(row.amount(FreeTier.NONE)), cents(row.amount(mode)))
    add(table, name, row.component, count(row.quantity), row.unit, rates, *amounts, str(source))
    for tier in tiers if len(tiers) > 1 else ():
        add(table, "", "  of which", count(tier.quantity), "", rate(tier, row.price), cents(tier.amount))


def _comparison_table(comparison: Comparison) -> Group:
    table = columns("Row", ">Report", ">List price", ">Difference", ">Free tier", "Why")
    for row in comparison.rows:
        theirs = "-" if row.theirs is None else cents(row.theirs)
        ours, free = cents(row.ours()), cents(row.ours(FreeTier.ALWAYS))
        add(table, row.name, theirs, ours, signed(row.difference), free, row.why)
    table.add_section()
    whole = total(row.ours() for row in comparison.rows)
    free_whole = total(row.ours(FreeTier.ALWAYS) for row in comparison.rows)
    difference = signed(whole - comparison.total)
    add(table, "Total", cents(comparison.total), cents(whole), difference, cents(free_whole), style=BOLD)
    return Group(title(f"Beside {comparison.document}"), table)


def _sources(estimate: Estimate) -> list[Price]:
    """One price of each source, in the order of the lines."""
    return list({_source(line.price): line.price for line in estimate.lines}.values())


def _source(price: Price) -> tuple[str, str, str]:
    return price.date, price.confidence, price.source


def _sources_grid(sources: Sequence[Price]) -> Group:
    grid = aligned(4)
    for number, price in enumerate(sources, start=1):
        add(grid, str(number), *_source(price))
    return Group(title("Sources, with the date of the figure and the confidence in it"), indented(grid))


def _assumptions(estimate: Estimate) -> Iterator[str]:
    for text, about in estimate.assumptions.items():
        names = [resource.logical_id for resource in about[:SHOWN]]
        others = f" and {len(about) - SHOWN} others" if len(about) > SHOWN else ""
        yield f"{', '.join(names)}{others}: {text}"


def _left_out(estimate: Estimate) -> Iterator[str]:
    for unknown in estimate.unknowns:
        yield f"unknown: {unknown.resource.logical_id}: {unknown.name}: {unknown.reason}"
    for resource, reason in estimate.not_priced:
        yield f"not priced: {resource.logical_id} ({resource.type}): {reason}"
    if estimate.entered_secrets:
        count = len(estimate.entered_secrets)
        each = estimate.secret_price.tiers[0].usd
        yield (
            f"secrets that a person enters: {count} at ${cents(each)}, ${cents(each * count)} a month "
            f"({', '.join(estimate.entered_secrets)})"
        )
    free = estimate.free_of_charge
    if free:
        types = ", ".join(type_.removeprefix("AWS::") for type_ in free)
        yield f"free of charge: {sum(free.values())} resources ({types})"
