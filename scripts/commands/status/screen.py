"""A system on one screen: a line for each part, below it what it has, and what is wrong with it."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.log_lines import escaped
from ops.status.part import Standing
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import RenderableType

    from ops.status.part import Part, Row

MARKS: Final = {
    Standing.WELL: ("✓", "green"),
    Standing.NOTICE: ("!", "yellow"),
    Standing.UNASKED: ("?", "magenta"),
    Standing.WRONG: ("✗", "bold red"),
}
COUNTED: Final = {
    Standing.WRONG: ("{} wrong", "bold red"),
    Standing.UNASKED: ("{} not asked", "magenta"),
    Standing.NOTICE: ("{} to know", "yellow"),
}
WIDTH: Final = 110
"""Columns where nobody says how wide it may be."""
SCALES: Final = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (float("inf"), 86_400, "d"))
"""Below so many seconds: the unit's size in seconds, and its name."""


def draw(environment: str, region: str, parts: Sequence[Part], now: datetime | None = None) -> None:
    """Print the screen, in colours where there is a terminal that takes them."""
    moment = now or datetime.now(UTC)
    page = io.StringIO()
    terminal = Console(file=sys.stdout)
    console = Console(
        file=page,
        force_terminal=terminal.is_terminal,
        color_system=terminal.color_system if terminal.is_terminal else None,  # type: ignore[arg-type]  # its own
        no_color=terminal.no_color,
        width=terminal.width if terminal.is_terminal else max(terminal.width, WIDTH),
        highlight=False,
    )
    for renderable in page_of(environment, region, parts, moment):
        console.print(renderable)
    show("\n".join(line.rstrip() for line in page.getvalue().splitlines()))


def page_of(environment: str, region: str, parts: Sequence[Part], now: datetime) -> Iterator[RenderableType]:
    """What is printed, from top to bottom."""
    yield Text.assemble((environment, "bold"), (f" in {region}, {now:%Y-%m-%d %H:%M} UTC", "dim"))
    yield ""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=11)
    grid.add_column(overflow="fold")
    for part in parts:
        mark, style = MARKS[part.standing]
        grid.add_row(Text(mark, style), Text(part.name, "bold"), Text(escaped(part.summary)))
        for finding in sorted(part.findings, key=lambda one: -list(Standing).index(one.standing)):
            grid.add_row("", "", Text(escaped(finding.sentence), MARKS[finding.standing][1]))
        for line in ROWS.get(part.name, _nothing)(part.rows, now):
            grid.add_row("", "", Text(escaped(line), "dim"))
    yield grid
    yield ""
    yield _last_line(parts)


def age(moment: datetime, now: datetime) -> str:
    """How long ago something was, such as `3 h ago`."""
    seconds = max((now - moment).total_seconds(), 0)
    size, unit = next((size, unit) for below, size, unit in SCALES if seconds < below)
    return f"{int(seconds // size)} {unit} ago"


def _last_line(parts: Sequence[Part]) -> Text:
    counts = {
        standing: sum(finding.standing is standing for part in parts for finding in part.findings)
        for standing in COUNTED
    }
    told = [
        (COUNTED[standing][0].format(count), COUNTED[standing][1])
        for standing, count in counts.items()
        if count
    ]
    if not told:
        return Text("all is well", "green")
    return Text(", ").join(Text(words, style) for words, style in told)


def _nothing(rows: Sequence[Row], now: datetime) -> list[str]:
    del rows, now
    return []


def _stacks(rows: Sequence[Row], now: datetime) -> list[str]:
    there = [row for row in rows if row["status"]]
    return _columns(
        [(row["stack"], row["status"], age(row["updated"], now), _drift(row["drift"])) for row in there]
    )


def _drift(status: str) -> str:
    return {"NOT_CHECKED": "", "IN_SYNC": "no drift when last looked at"}.get(status, "drifted")


def _functions(rows: Sequence[Row], now: datetime) -> list[str]:
    return _columns(
        [
            (
                row["function"],
                f"version {row['version']}",
                f"configuration {row['configuration']}" if row["configuration"] else "",
                age(row["modified"], now),
            )
            for row in rows
            if row["name"]
        ]
    )


def _database(rows: Sequence[Row], now: datetime) -> list[str]:
    del now
    return [f"next maintenance window {row['next_window']:%a %Y-%m-%d %H:%M} UTC" for row in rows]


def _migrations(rows: Sequence[Row], now: datetime) -> list[str]:
    del now
    return _columns(
        [(str(row["version"]), row["description"], row["state"]) for row in rows if row["state"] != "applied"]
    )


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


ROWS: Final[dict[str, Callable[[Sequence[dict[str, Any]], datetime], list[str]]]] = {
    "stacks": _stacks,
    "functions": _functions,
    "database": _database,
    "migrations": _migrations,
}
"""What is shown of the rows of a part; of others its summary and findings say enough."""
