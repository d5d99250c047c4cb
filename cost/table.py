"""An estimate for people: a table of lines, then what they rest on. The only module here that needs rich."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cost.lines import FreeTier, total
from cost.money import CENT, cents
from cost.rows import count, rate, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from rich.console import RenderableType

    from cost.comparison import Comparison
    from cost.estimate import Estimate
    from cost.pricebook import Price
    from cost.rows import Row

SHOWN = 3
"""Resources that an assumption names before it says how many others there are."""
BOLD = "bold"


def render(estimate: Estimate, comparison: Comparison | None = None) -> Group:
    """Everything about one estimate, in the order in which a reader asks."""
    sources = _sources(estimate)
    parts: list[RenderableType] = [_headline(estimate), _lines_table(estimate, sources)]
    if comparison:
        parts.append(_comparison_table(comparison))
    parts += [
        _sources_grid(sources),
        _bullets("Assumptions", _assumptions(estimate)),
        _bullets("Not in the total", _left_out(estimate)),
    ]
    return Group(*parts)


def summary(estimates: Sequence[Estimate]) -> Table:
    """The totals of several environments."""
    table = _table("Environment", ">List price", ">Free tier")
    for each in estimates:
        _add(table, each.name, *(cents(each.total(mode)) for mode in FreeTier))
    return table


def _headline(estimate: Estimate) -> Padding:
    sentence = Text.assemble(
        (estimate.name, BOLD),
        f" in {estimate.region}: ",
        (f"${cents(estimate.total())}", BOLD),
        " a month at list price, ",
        (f"${cents(estimate.total(FreeTier.ALWAYS))}", BOLD),
        " with the always-free tier",
    )
    return Padding(sentence, (0, 0, 1, 0))


def _lines_table(estimate: Estimate, sources: Sequence[Price]) -> Table:
    numbers = {_source(price): number for number, price in enumerate(sources, start=1)}
    table = _table(
        "Resource", "Component", ">Quantity", "", ">Unit price", ">List price", ">Free tier", ">Source"
    )
    for stack, lines in groupby(estimate.lines, key=lambda line: line.resource.template.name):
        _add(table, stack, style=BOLD)
        for row in rows(list(lines)):
            _add_row(table, row, numbers[_source(row.price)])
        table.add_section()
    _add(
        table,
        "Total",
        "USD a month",
        "",
        "",
        "",
        *(cents(estimate.total(mode)) for mode in FreeTier),
        style=BOLD,
    )
    return table


def _add_row(table: Table, row: Row, source: int) -> None:
    name, tiers = f"  {row.name}" if row.is_first else "", row.tiers
    rates = rate(tiers[0], row.price) if len(tiers) == 1 else f"{len(tiers)} tiers"
    amounts = (cents(row.amount(mode)) for mode in FreeTier)
    _add(table, name, row.component, count(row.quantity), row.unit, rates, *amounts, str(source))
    for tier in tiers if len(tiers) > 1 else ():
        _add(table, "", "  of which", count(tier.quantity), "", rate(tier, row.price), cents(tier.amount))


def _comparison_table(comparison: Comparison) -> Group:
    table = _table("Row", ">Report", ">List price", ">Difference", ">Free tier", "Why")
    for row in comparison.rows:
        theirs = "-" if row.theirs is None else cents(row.theirs)
        ours, free = (cents(row.ours(mode)) for mode in FreeTier)
        _add(table, row.name, theirs, ours, _signed(row.difference), free, row.why)
    table.add_section()
    whole, free_whole = (total(row.ours(mode) for row in comparison.rows) for mode in FreeTier)
    difference = _signed(whole - comparison.total)
    _add(table, "Total", cents(comparison.total), cents(whole), difference, cents(free_whole), style=BOLD)
    return Group(_title(f"Beside {comparison.document}"), table)


def _signed(amount: Decimal) -> str:
    text = cents(amount)
    return text if amount < 0 else f"+{text}" if amount >= CENT / 2 else ""


def _sources(estimate: Estimate) -> list[Price]:
    """One price of each source, in the order of the lines."""
    return list({_source(line.charge.price): line.charge.price for line in estimate.lines}.values())


def _source(price: Price) -> tuple[str, str, str]:
    return price.date, price.confidence, price.source


def _sources_grid(sources: Sequence[Price]) -> Group:
    grid = _grid(4)
    for number, price in enumerate(sources, start=1):
        _add(grid, str(number), *_source(price))
    return Group(
        _title("Sources, with the date of the figure and the confidence in it"), Padding(grid, (0, 0, 0, 1))
    )


def _assumptions(estimate: Estimate) -> Iterator[str]:
    for text, about in estimate.assumptions.items():
        names = [resource.logical_id for resource in about[:SHOWN]]
        others = f" and {len(about) - SHOWN} others" if len(about) > SHOWN else ""
        yield f"{', '.join(names)}{others}: {text}"


def _left_out(estimate: Estimate) -> Iterator[str]:
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


def _bullets(title: str, items: Iterator[str]) -> Group:
    grid = _grid(2)
    for item in items:
        _add(grid, "-", item)
    return Group(_title(title), Padding(grid, (0, 0, 0, 1)))


def _add(table: Table, *cells: str, style: str = "") -> None:
    """Add a row of plain text: what stands in brackets is no markup."""
    table.add_row(*map(Text, cells), style=style)


def _title(text: str) -> Padding:
    return Padding(Text(text, style=BOLD), (1, 0, 0, 0))


def _grid(columns: int) -> Table:
    """Columns of text, of which the last may wrap."""
    grid = Table.grid(padding=(0, 1))
    for number in range(columns):
        grid.add_column(no_wrap=number < columns - 1)
    return grid


def _table(*headings: str) -> Table:
    """A table with these headings; `>` stands before those of figures."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style=BOLD)
    for heading in headings:
        figures = heading.startswith(">")
        table.add_column(
            heading.removeprefix(">"),
            justify="right" if figures else "left",
            no_wrap=figures or heading in ("Resource", ""),
        )
    return table
