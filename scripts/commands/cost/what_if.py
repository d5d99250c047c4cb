"""`miyabi cost what-if`: what a bill would be under other assumptions, and what works it out."""

from __future__ import annotations

import json
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING

from cost import FreeTier, PriceBook, UsageFile
from cost.document import by_mode
from cost.errors import TrafficRefused
from cost.money import plain
from cost.usage.figures import EMPTY
from cost.usage.traffic import MOST
from cost.what_if import WhatIf, document, what_if
from scripts.commands.cost.bill import print_part
from scripts.commands.cost.sweep import mode_of
from scripts.commands.cost.targets import find
from scripts.exit_codes import Exit
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

LOGGED = ("log_kb_per_request", "log_gb")
"""Two ways to tell the same, of which a month has one."""


def run(  # noqa: PLR0913  # the options of the command, one each
    word: str,
    *,
    settings: Sequence[str] = (),
    usage: Path | None = None,
    region: str | None = None,
    parameters: Sequence[str] = (),
    free_tier: str | None = None,
    output: str = "table",
    as_of: date | None = None,
) -> Exit:
    """Print what a word means under other assumptions; returns the exit code."""
    mode = mode_of(free_tier or FreeTier.ALWAYS)
    target = find(word, region=region, parameters=parameters)
    found = what_if(
        target.deployment,
        target.traffic,
        usage=UsageFile.load(usage) if usage else EMPTY,
        prices=None if region is None else PriceBook.of(region),
        name=target.name,
        as_of=as_of,
    )
    chosen = _chosen(settings, found)
    if output == "json":
        show(json.dumps(_document(found, chosen), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from cost.what_if.table import render

        print_part(render(found, chosen, mode), Console())
    return Exit.DONE


def _document(found: WhatIf, chosen: Mapping[str, Decimal]) -> dict[str, object]:
    """The data, with the totals under the chosen assumptions for whoever wants to check a reading of it."""
    month = found.month(**chosen)
    figures = {name: plain(chosen.get(name, now)) for name, now in found.now.items()}
    return {**document(found), "example": {"figures": figures, "totals": by_mode(month.total)}}


def _chosen(settings: Sequence[str], found: WhatIf) -> dict[str, Decimal]:
    """Figures by name; raises TrafficRefused for what is none, or can't be moved here."""
    chosen = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        name = name.strip()
        if name not in found.now:
            raise TrafficRefused(name, value, _unknown(name, found))
        chosen[name] = _number(name, value.strip())
    found.month(**chosen)
    return chosen


def _unknown(name: str, found: WhatIf) -> str:
    for each in found.refused:
        if each.assumption.name == name:
            return f"it can't be moved: {each.reason}"
    known = list(found.now)
    if not known:
        return "the bill hangs on no figure that may be moved"
    if name in LOGGED and (told := [each for each in LOGGED if each in known]):
        return f"what functions log is told by {told[0]}; move that"
    near = get_close_matches(name, known, n=1)
    named = f"did you mean {near[0]}?" if near else f"it may be {', '.join(known)}"
    return f"the bill does not hang on it; {named}"


def _number(name: str, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise TrafficRefused(name, value, "it must be a number")
    if abs(number) > MOST:
        raise TrafficRefused(name, value, "it must be at most 1e18")
    return number
