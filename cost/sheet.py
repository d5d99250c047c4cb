"""An estimate as CSV for a spreadsheet, and as Markdown for a pull request."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from cost.document import document
from cost.free_tier import Offer
from cost.grouping import grouped
from cost.lines import FreeTier
from cost.money import cents
from cost.rows import count, rate, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cost.estimate import Estimate
    from cost.rows import Row

COLUMNS = (
    "name",
    "stack",
    "logical_id",
    "type",
    "component",
    "quantity",
    "unit",
    "unit_price",
    "amount",
    "price",
    "region",
    "source",
    "date",
    "confidence",
    "assumption",
)


def to_csv(estimates: Sequence[Estimate], offer: Offer) -> str:
    """Every line of every estimate; amounts are unrounded."""
    page = StringIO()
    sheet = csv.DictWriter(page, COLUMNS, extrasaction="ignore", lineterminator="\n")
    sheet.writeheader()
    for estimate in estimates:
        for line in document(estimate, offer)["lines"]:
            sheet.writerow({"name": estimate.name, **line})
    return page.getvalue().removesuffix("\n")


def to_markdown(estimates: Sequence[Estimate], offer: Offer, by: str) -> str:
    """A table for each estimate, and what is not in its total."""
    return "\n\n".join("\n".join(_page(estimate, offer, by)) for estimate in estimates)


def _page(estimate: Estimate, offer: Offer, by: str) -> Iterator[str]:
    yield f"### {estimate.name} in {estimate.region}: ${cents(estimate.due(offer))} a month"
    yield ""
    yield "| resource | component | quantity | unit price | list price | free tier |"
    yield "|---|---|---:|---:|---:|---:|"
    mode = FreeTier.ALWAYS if offer == Offer() else offer.mode
    for name, lines in grouped(estimate, by).items():
        yield f"| **{_cell(name)}** | | | | | |"
        for row in rows(lines):
            yield _row(row, mode)
    yield f"| **Total** | | | | **{cents(estimate.total())}** | **{cents(estimate.total(mode))}** |"
    left_out = [f"- {resource.logical_id} ({resource.type}): {why}" for resource, why in estimate.not_priced]
    left_out += [f"- {each.resource.logical_id}: {each.name}: {each.reason}" for each in estimate.unknowns]
    if left_out:
        yield from ("", "Not in the total:", "", *left_out)


def _row(row: Row, mode: FreeTier) -> str:
    rates = rate(row.tiers[0], row.price) if len(row.tiers) == 1 else f"{len(row.tiers)} tiers"
    cells = (
        row.name if row.is_first else "",
        row.component,
        f"{count(row.quantity)} {row.unit}",
        rates,
        cents(row.amount(FreeTier.NONE)),
        cents(row.amount(mode)),
    )
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
