"""An estimate for people: a table of lines, then what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from cost.fitting import Fitting
from cost.free_tier import Offer
from cost.grouping import grouped, subtotal
from cost.lines import FreeTier, total
from cost.money import cents
from cost.rows import count, rate, rows
from cost.tabling import BOLD, add, aligned, bullets, columns, indented, signed, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from cost.comparison import Comparison
    from cost.estimate import Estimate
    from cost.pricebook import Price
    from cost.rows import Row

SHOWN = 3
"""Resources that an assumption names before it says how many others there are."""
HEADINGS = ("Resource", "Component", ">Quantity", "", ">Unit price", ">List price", ">Free tier", ">Source")
SHORT = {">List price": ">List", ">Free tier": ">Free", ">Unit price": ""}
"""What columns are called where there is little room; what has no name there is left out."""
FREE = HEADINGS.index(">Free tier")


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
        Padding(headline(estimate, offer), (0, 0, 1, 0)),
        _lines_table(estimate, sources, offer, by),
    ]
    if comparison:
        parts.append(_comparison_table(comparison))
    if sources:
        parts.append(_sources_grid(sources))
    for heading, items in (
        ("Assumptions", list(assumptions(estimate))),
        ("Not in the total", list(left_out(estimate))),
    ):
        if items:
            parts.append(bullets(heading, items))
    return Group(*parts)


def summary(estimates: Sequence[Estimate], offer: Offer | None = None) -> Fitting:
    """The totals of several estimates."""
    offer = offer or Offer(FreeTier.ALWAYS)
    offers = {"List price": Offer(), **({} if offer == Offer() else {due_heading(offer): offer})}
    table = columns("Name", *(f">{heading}" for heading in offers))
    for each in estimates:
        add(table, each.name, *(cents(each.due(one)) for one in offers.values()))
    return Fitting([table])


def headline(estimate: Estimate, offer: Offer) -> Text:
    """What a month costs, at list price and under another offer."""
    sentence = Text.assemble((estimate.name, BOLD), f" in {estimate.region}: ")
    for number, one in enumerate(dict.fromkeys((Offer(), offer))):
        sentence.append(", " if number else "").append(_span(estimate, one), BOLD)
        sentence.append(f" {one.in_words}" if number else f" a month {one.in_words}")
    return sentence


def due_heading(offer: Offer) -> str:
    """What a column of totals under an offer is called."""
    return "Free tier" if offer.credits is None else "After credits"


def credits_taken(estimate: Estimate, offer: Offer) -> Decimal:
    """USD that credits pay of a month's invoice."""
    return offer.applied(estimate.total(offer.mode))


def _span(estimate: Estimate, offer: Offer) -> str:
    ends = (estimate.low or estimate, estimate)
    return " to ".join(dict.fromkeys(f"${cents(each.due(offer))}" for each in ends))


def _lines_table(estimate: Estimate, sources: Sequence[Price], offer: Offer, by: str) -> Fitting:
    """The lines in all columns, and in those that a narrow terminal has room for."""
    headings = [heading for heading in HEADINGS if offer != Offer() or heading != HEADINGS[FREE]]
    cells = list(_cells(estimate, sources, offer, by))
    return Fitting([_laid_out(cells, {name: name for name in headings}), _laid_out(cells, _short(headings))])


def _short(headings: Iterable[str]) -> dict[str, str]:
    short = {heading: SHORT.get(heading, heading) for heading in headings}
    return {heading: name for heading, name in short.items() if name or not heading}


def _laid_out(rows: Iterable[Cells | None], names: Mapping[str, str]) -> Table:
    """A table of those columns that have a name; None ends a section."""
    table = columns(*names.values())
    for row in rows:
        if row is None:
            table.add_section()
        else:
            of_column = dict(zip(HEADINGS, row.texts, strict=False))
            add(table, *(of_column.get(heading, "") for heading in names), style=row.style)
    return table


@dataclass(frozen=True, slots=True)
class Cells:
    """A row of the table, in the order of all headings; what is missing at its end stays empty."""

    texts: tuple[str, ...]
    style: str = ""


def _cells(estimate: Estimate, sources: Sequence[Price], offer: Offer, by: str) -> Iterator[Cells | None]:
    numbers = {_source(price): number for number, price in enumerate(sources, start=1)}
    mode = offer.mode
    for name, lines in grouped(estimate, by).items():
        amounts = () if by == "stack" else (subtotal(lines, FreeTier.NONE), subtotal(lines, mode))
        yield Cells((name, "", "", "", "", *map(cents, amounts)), BOLD)
        for row in rows(lines):
            yield from _row(row, mode, numbers[_source(row.price)])
        yield None
    unit = "USD a month" if estimate.low is None else "USD a month, at most"
    yield _total("Total", unit, cents(estimate.total()), cents(estimate.total(mode)))
    if offer.credits is not None:
        yield _total("", "credits", "", cents(Decimal(0) - credits_taken(estimate, offer)))
        yield _total("", "left to pay", "", cents(estimate.due(offer)))


def _total(*texts: str) -> Cells:
    name, component, *amounts = texts
    return Cells((name, component, "", "", "", *amounts), BOLD)


def _row(row: Row, mode: FreeTier, source: int) -> Iterator[Cells]:
    name, tiers = f"  {row.name}" if row.is_first else "", row.tiers
    rates = rate(tiers[0], row.price) if len(tiers) == 1 else f"{len(tiers)} tiers"
    amounts = (cents(row.amount(FreeTier.NONE)), cents(row.amount(mode)))
    yield Cells((name, row.component, count(row.quantity), row.unit, rates, *amounts, str(source)))
    for tier in tiers if len(tiers) > 1 else ():
        yield Cells(("", "  of which", count(tier.quantity), "", rate(tier, row.price), cents(tier.amount)))


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
    return Group(title(f"Beside {comparison.document}"), Fitting([table]))


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


def assumptions(estimate: Estimate) -> Iterator[str]:
    """What was assumed, each with the resources it is about."""
    for text, about in estimate.assumptions.items():
        names = [resource.logical_id for resource in about[:SHOWN]]
        rest = len(about) - SHOWN
        others = f" and {rest} other{'s' * (rest > 1)}" if rest > 0 else ""
        yield f"{', '.join(names)}{others}: {text}"


def left_out(estimate: Estimate) -> Iterator[str]:
    """What a reader must know beside the total."""
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
        yield f"free of charge: {_resources(sum(free.values()))} ({types})"


def _resources(number: int) -> str:
    return "1 resource" if number == 1 else f"{number} resources"
