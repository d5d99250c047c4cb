"""`miyabi cost explain`: how one line of a bill came about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cost import PriceBook, UsageFile
from cost.estimate import context_of, price
from cost.explaining import explain, find_line
from cost.usage.figures import EMPTY
from scripts.commands.cost.bill import print_part
from scripts.commands.cost.targets import find
from scripts.exit_codes import Exit
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

WIDTH = 80
"""Columns in a pipe."""


def run(
    line: str,
    word: str,
    *,
    usage: Path | None = None,
    region: str | None = None,
    parameters: Sequence[str] = (),
    output: str = "table",
    as_of: date | None = None,
) -> Exit:
    """Print how a line of what a word means came about; returns the exit code."""
    target = find(word, region=region, parameters=parameters)
    context = context_of(
        target.deployment,
        target.traffic,
        usage=UsageFile.load(usage) if usage else EMPTY,
        prices=None if region is None else PriceBook.of(region),
        as_of=as_of,
    )
    estimate = price(context, target.name)
    explanation = explain(find_line(estimate, line), estimate, context)
    if output == "json":
        from cost.explaining.document import document

        show(json.dumps(document(explanation), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from cost.explaining.table import render

        print_part(render(explanation), Console(), WIDTH)
    return Exit.DONE
