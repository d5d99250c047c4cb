"""An estimate as CSV for a spreadsheet, and as Markdown for a pull request."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

from cost.document import document
from cost.free_tier import Offer
from cost.grouping import grouped, subtotal
from cost.lines import FreeTier
from cost.money import cents
from cost.rows import count, rate, rows
from cost.table import assumptions, credits_taken, headline, left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cost.estimate import Estimate
    from cost.rows import Row

HEADINGS = {FreeTier.NONE: "list price", FreeTier.ALWAYS: "free tier", FreeTier.LEGACY: "free tier"}
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


def to_markdown(estimates: Sequence[Estimate], offer: Offer | None = None, by: str = "stack") -> str:
    """A table for each estimate, what is not in its total, and what was assumed, folded away.

    Args:
        estimates: What to write.
        offer: What stands beside the list price; left out, the always-free allowances.
        by: How the lines are grouped.

    """
    offer = offer or Offer(FreeTier.ALWAYS)
    return "\n\n".join("\n".join(_page(estimate, offer, by)) for estimate in estimates)


def _page(estimate: Estimate, offer: Offer, by: str) -> Iterator[str]:
    modes = list(dict.fromkeys((FreeTier.NONE, offer.mode)))
    yield f"### {headline(estimate, offer).plain}"
    yield ""
    yield _cells("resource", "component", "quantity", "unit price", *(HEADINGS[mode] for mode in modes))
    yield f"|---|---|---:|---:|{'---:|' * len(modes)}"
    for name, lines in grouped(estimate, by).items():
        subtotals = ("" if by == "stack" else f"**{cents(subtotal(lines, mode))}**" for mode in modes)
        yield _cells(f"**{name}**", *[""] * 3, *subtotals)
        for row in rows(lines):
            yield _row(row, modes)
    yield _cells("**Total**", *[""] * 3, *(f"**{cents(estimate.total(mode))}**" for mode in modes))
    if offer.credits is not None:
        yield _cells("credits", *[""] * 4, cents(Decimal(0) - credits_taken(estimate, offer)))
        yield _cells("**left to pay**", *[""] * 4, f"**{cents(estimate.due(offer))}**")
    missing = [f"- {each}" for each in left_out(estimate)]
    if missing:
        yield from ("", "Not in the total:", "", *missing)
    assumed = [f"- {each}" for each in assumptions(estimate)]
    if assumed:
        yield from ("", "<details><summary>Assumptions</summary>", "", *assumed, "", "</details>")


def _row(row: Row, modes: Sequence[FreeTier]) -> str:
    rates = rate(row.tiers[0], row.price) if len(row.tiers) == 1 else f"{len(row.tiers)} tiers"
    quantity = f"{count(row.quantity)} {row.unit}"
    amounts = (cents(row.amount(mode)) for mode in modes)
    return _cells(row.name if row.is_first else "", row.component, quantity, rates, *amounts)


def _cells(*texts: str) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"
