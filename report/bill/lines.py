"""The lines of a bill as rows of a table, with numbers for their sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cost.grouping import grouped, subtotal
from cost.rows import count, rate, rows
from report.bill.amounts import in_modes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cost import Estimate
    from cost.lines import Line
    from cost.pricebook import Price
    from cost.rows import Row
    from report.bill.amounts import ByMode


@dataclass(frozen=True, slots=True)
class Source:
    """Who says a price: the same for all lines that share it."""

    number: int
    date: str
    confidence: str
    text: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Units at one rate."""

    quantity: str
    usd: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One component of a resource, or of several that are alike."""

    name: str
    is_first: bool
    component: str
    quantity: str
    unit: str
    rates: tuple[Rate, ...]
    amounts: ByMode
    source: Source
    service: str
    price: str


@dataclass(frozen=True, slots=True)
class TableGroup:
    """The rows of a stack."""

    name: str
    amounts: ByMode
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class LinesTable:
    """All lines, and who says their prices."""

    groups: tuple[TableGroup, ...]
    sources: tuple[Source, ...]
    services: tuple[str, ...]


def lines_table(estimate: Estimate) -> LinesTable:
    """The table of an estimate."""
    sources = _sources(estimate)
    groups = tuple(
        TableGroup(name, in_modes(lambda mode, of=lines: subtotal(of, mode)), _rows(lines, sources))  # type: ignore[misc]  # mypy infers no default
        for name, lines in grouped(estimate, "stack").items()
    )
    services = tuple(sorted({line.price.service for line in estimate.lines}, key=str.lower))
    return LinesTable(groups, tuple(sources.values()), services)


def _rows(lines: Sequence[Line], sources: dict[tuple[str, str, str], Source]) -> tuple[TableRow, ...]:
    return tuple(_row(row, sources[_said(row.price)]) for row in rows(lines))


def _row(row: Row, source: Source) -> TableRow:
    return TableRow(
        name=row.name,
        is_first=row.is_first,
        component=row.component,
        quantity=count(row.quantity),
        unit=row.unit,
        rates=tuple(Rate(count(tier.quantity), rate(tier, row.price)) for tier in row.tiers),
        amounts=in_modes(row.amount),
        source=source,
        service=row.price.service,
        price=row.price.name,
    )


def _sources(estimate: Estimate) -> dict[tuple[str, str, str], Source]:
    said = dict.fromkeys(_said(line.price) for line in estimate.lines)
    return {each: Source(number, *each) for number, each in enumerate(said, start=1)}


def _said(price: Price) -> tuple[str, str, str]:
    return price.date, price.confidence, price.source
