"""An explanation for people, for 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from cost.explaining.finding import called
from cost.explaining.wording import (
    MODES,
    free,
    left_out,
    place,
    properties,
    shortened,
    source,
    summary,
    tier,
    use,
)
from cost.lines import FreeTier
from cost.money import cents
from cost.rows import count
from cost.tabling import BOLD, add, aligned, bullets, indented, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from cost.explaining.explanation import Explanation


def render(explanation: Explanation) -> Group:
    """What a line is, then what was read, counted and charged for it, then who says so."""
    parts: list[RenderableType] = [
        Text.assemble((called(explanation.line), BOLD), f": {summary(explanation)}"),
        Text(place(explanation)),
    ]
    figures = [
        (
            figure.key,
            shortened(use(figure)),
            _origin(explanation, figure.resource.logical_id, figure.origin),
        )
        for figure in explanation.figures
    ]
    streams = [
        (stream.writer.logical_id, f"{count(stream.gigabytes)} GB", stream.assumption)
        for stream in explanation.streams
    ]
    tiers = [tier(use, explanation) for use in explanation.tiers]
    parts += _part("Properties read for it", list(properties(explanation)))
    if rest := left_out(explanation):
        parts.append(Padding(Text(rest), (0, 0, 0, 1)))
    parts += _part("Use read for it", figures)
    parts += _part("Logs counted in it", streams)
    parts += _part("Rates, and the units in each", tiers)
    parts += _part("Amount in USD a month", _amounts(explanation))
    parts += _part("Price", list(source(explanation)))
    for heading, texts in (("Assumptions", explanation.assumptions), ("Also on the bill", explanation.notes)):
        if texts:
            parts.append(bullets(heading, texts))
    return Group(*parts)


def _origin(explanation: Explanation, logical_id: str, text: str) -> str:
    """Where a figure comes from, and of which resource it is where it is another's."""
    return text if logical_id == explanation.line.resource.logical_id else f"{text}, of {logical_id}"


def _amounts(explanation: Explanation) -> list[tuple[str, str, str]]:
    return [
        (MODES[mode], cents(explanation.line.amount(mode)), "; ".join(free(explanation, mode)))
        for mode in FreeTier
    ]


def _part(heading: str, rows: Sequence[Iterable[str]]) -> list[RenderableType]:
    """A titled grid; nothing where it would be empty."""
    cells = [tuple(row) for row in rows]
    if not cells:
        return []
    grid = aligned(len(cells[0]))
    for row in cells:
        add(grid, *row)
    return [title(heading), indented(grid)]
