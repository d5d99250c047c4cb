"""What a bill would be under other assumptions, for people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from cost.fitting import Fitting
from cost.free_tier import WORDS
from cost.money import cents, plain
from cost.tabling import BOLD, add, bullets, columns, signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType
    from rich.table import Table

    from cost.formulas import Month
    from cost.lines import FreeTier
    from cost.what_if.assumptions import Assumption
    from cost.what_if.what_if import WhatIf

TIMES = (Decimal("0.5"), Decimal(2))
"""How each assumption is moved, alone, to show what it weighs."""


def render(what_if: WhatIf, chosen: Mapping[str, Decimal], mode: FreeTier) -> Group:
    """The bill as it is and as it would be, then what half and twice of each assumption would change.

    Args:
        what_if: The bill.
        chosen: Figures other than those of now.
        mode: Whose amounts are told.

    """
    now, then = what_if.month(), what_if.month(**chosen)
    parts: list[RenderableType] = [_headline(what_if, now, then, mode)]
    if what_if.offered:
        parts += [Text(), Fitting([_table(what_if, chosen, mode)])]
    refused = [f"{each.assumption.name}: {each.reason}" for each in what_if.refused]
    if refused:
        parts.append(bullets("Can't be moved", refused))
    return Group(*parts, bullets("About these figures", _notes(what_if)))


def _headline(what_if: WhatIf, now: Month, then: Month, mode: FreeTier) -> Text:
    usd, difference = then.total(mode), then.total(mode) - now.total(mode)
    told = f", {signed(difference)} against now" if difference else ""
    return Text.assemble(
        (what_if.name, BOLD),
        f" in {what_if.region}: ",
        (f"${cents(usd)}", BOLD),
        f" a month {WORDS[mode]}{told}",
    )


def _table(what_if: WhatIf, chosen: Mapping[str, Decimal], mode: FreeTier) -> Table:
    table = columns("Assumption", ">Now", *([">Then"] if chosen else []), "", ">Halved", ">Doubled")
    then = what_if.month(**chosen).total(mode)
    for each in what_if.offered:
        figures = [what_if.now[each.name], chosen.get(each.name, what_if.now[each.name])]
        moved = (_moved(what_if, chosen, each, figures[1] * times, mode) for times in TIMES)
        changes = ("" if usd is None else signed(usd - then) for usd in moved)
        add(table, each.name, *map(_figure, figures if chosen else figures[:1]), each.unit, *changes)
    return table


def _moved(
    what_if: WhatIf, chosen: Mapping[str, Decimal], assumption: Assumption, figure: Decimal, mode: FreeTier
) -> Decimal | None:
    """The total with one assumption moved further; None where that is no other, or out of its range."""
    if not figure or figure > assumption.range.high:
        return None
    return what_if.month(**{**chosen, assumption.name: figure}).total(mode)


def _figure(number: Decimal) -> str:
    return f"{int(number):,}" if number == int(number) else plain(number)


def _notes(what_if: WhatIf) -> Iterator[str]:
    if what_if.offered:
        yield "halved, doubled: by how much the bill differs in USD when that assumption alone is moved"
        yield "whatever is moved, the bill is what `miyabi cost` gives for that month, to the cent"
    else:
        yield "no traffic is told that the bill hangs on: nothing can be moved"
