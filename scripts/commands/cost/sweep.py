"""`miyabi cost sweep`: how a bill grows with its requests, and where another way becomes cheaper."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cost import Offer, PriceBook, UsageFile
from cost.errors import SweepRefused
from cost.sweeping import Span, System, sweep
from cost.usage.figures import EMPTY
from scripts.commands.cost.bill import print_part
from scripts.commands.cost.targets import find
from scripts.exit_codes import Exit
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from cost import FreeTier
    from cost.sweeping import Sweep


def run(  # noqa: PLR0913  # the options of the command, one each
    word: str,
    *,
    requests: str,
    points: int | None = None,
    usage: Path | None = None,
    region: str | None = None,
    parameters: Sequence[str] = (),
    free_tier: str | None = None,
    output: str = "table",
    as_of: date | None = None,
) -> Exit:
    """Print what a word means over a range of requests; returns the exit code."""
    span, mode = Span.parse(requests), mode_of(free_tier or "none")
    target = find(word, region=region, parameters=parameters)
    system = System.of(
        target.deployment,
        target.traffic,
        usage=UsageFile.load(usage) if usage else EMPTY,
        prices=None if region is None else PriceBook.of(region),
        name=target.name,
        as_of=as_of,
    )
    show_as(output, sweep(system, span, mode, points))
    return Exit.DONE


def mode_of(text: str) -> FreeTier:
    """The free-tier mode that a word names; raises OfferUnknown, or SweepRefused for credits."""
    offer = Offer.parse(text)
    if offer.credits is not None:
        found = "credits lower an invoice, and no line of it"
        raise SweepRefused(f"free tier {text!r}", found, "write none, always or legacy-12-month")
    return offer.mode


def show_as(output: str, swept: Sweep) -> None:
    """Print a sweep in one of the formats."""
    if output == "table":
        from rich.console import Console

        from cost.sweeping.table import render

        print_part(render(swept), Console())
        return
    from cost.sweeping.document import document, to_csv

    if output == "json":
        show(json.dumps(document(swept), indent=2, ensure_ascii=False))
    else:
        show(to_csv(swept))
