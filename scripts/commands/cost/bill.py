"""The bill itself: estimates as tables for people, and as JSON, CSV or Markdown for the rest."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from cost import FreeTier, Offer, PriceBook, UsageFile, compare, document, estimate
from cost.money import cents
from scripts.commands.cost.targets import every_environment, find
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from rich.console import Console, RenderableType

    from cost import Estimate
    from scripts.commands.cost.targets import Target

PIPED_WIDTH = 110
"""Columns when nobody says how wide the output may be."""


def run(  # noqa: PLR0913  # the options of the command, one each
    words: Sequence[str],
    *,
    usage: Path | None = None,
    region: str | None = None,
    parameters: Sequence[str] = (),
    free_tier: str | None = None,
    output: str = "table",
    by: str = "stack",
    budget: Decimal | None = None,
    as_of: date | None = None,
) -> Exit:
    """Print the bill of what the words name, or of all environments; returns the exit code."""
    offer = None if free_tier is None else Offer.parse(free_tier)
    targets = [find(word, region=region, parameters=parameters) for word in words] or every_environment()
    estimates = price(targets, usage=usage, region=region, as_of=as_of)
    show_as(output, estimates, offer, by)
    return held(estimates, offer or Offer(), budget)


def price(
    targets: Iterable[Target],
    *,
    usage: Path | None = None,
    region: str | None = None,
    as_of: date | None = None,
) -> list[Estimate]:
    """Price targets, in another region than their own where one is named; raises CostError."""
    file = {} if usage is None else {"usage": UsageFile.load(usage)}
    prices = None if region is None else PriceBook.of(region)
    return [
        estimate(target.deployment, target.traffic, prices=prices, name=target.name, as_of=as_of, **file)
        for target in targets
    ]


def show_as(output: str, estimates: Sequence[Estimate], offer: Offer | None, by: str) -> None:
    """Print estimates in one of the formats; without an offer, a table shows list price and free tier."""
    if output == "json":
        show(to_json(estimates, offer or Offer(), by))
    elif output == "csv":
        from cost.sheet import to_csv

        show(to_csv(estimates, offer or Offer()))
    elif output == "markdown":
        from cost.sheet import to_markdown

        show(to_markdown(estimates, offer, by))
    else:
        from rich.console import Console

        print_tables(estimates, Console(), offer, by)


def to_json(estimates: Sequence[Estimate], offer: Offer, by: str = "stack") -> str:
    """One object for one estimate, a list of them for several; docs/estimating.md has the keys."""
    documents = [document(each, offer, by=by, comparison=compare(each)) for each in estimates]
    return json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False)


def print_tables(
    estimates: Sequence[Estimate], console: Console, offer: Offer | None = None, by: str = "stack"
) -> None:
    """Print each bill, and the totals of all where there are several."""
    from cost.table import render, summary

    offer = offer or Offer(FreeTier.ALWAYS)
    parts: list[RenderableType] = [render(each, offer, by=by, comparison=compare(each)) for each in estimates]
    if len(estimates) > 1:
        parts.append(summary(estimates, offer))
    for number, part in enumerate(parts):
        if number:
            console.print()
        print_part(part, console)


def print_part(part: RenderableType, console: Console, piped_width: int = PIPED_WIDTH) -> None:
    """Print something of rich's; in a pipe as wide as its tables, without blanks at the ends of lines."""
    if console.is_terminal:
        console.print(part, crop=False)
        return
    from io import StringIO

    from rich.console import Console

    page = StringIO()
    Console(file=page, width=max(console.width, piped_width)).print(part, crop=False)
    console.out("\n".join(line.rstrip() for line in page.getvalue().splitlines()), highlight=False)


def held(estimates: Sequence[Estimate], offer: Offer, budget: Decimal | None) -> Exit:
    """Whether every estimate, a range by its high end, holds the budget."""
    over = [each for each in estimates if budget is not None and each.due(offer) > budget]
    for each in over:
        excess = each.due(offer) - (budget or Decimal(0))
        talk(
            f"{each.name}: ${cents(each.due(offer))} a month is over the budget "
            f"of ${cents(budget or Decimal(0))} by ${cents(excess)}"
        )
    return Exit.RULE_BROKEN if over else Exit.DONE
