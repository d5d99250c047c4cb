"""How everything here that is shown to people is laid out: tables, titles, lists, all of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cost.money import CENT, cents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

BOLD = "bold"


def columns(*headings: str) -> Table:
    """A table with these headings; `>` stands before those of figures."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style=BOLD)
    for heading in headings:
        figures = heading.startswith(">")
        made.add_column(
            heading.removeprefix(">"),
            justify="right" if figures else "left",
            no_wrap=figures or heading in ("Resource", ""),
        )
    return made


def aligned(count: int) -> Table:
    """Columns of text, of which the last may wrap."""
    made = Table.grid(padding=(0, 1))
    for number in range(count):
        made.add_column(no_wrap=number < count - 1, overflow="fold")
    return made


def add(to: Table, *cells: str, style: str = "") -> None:
    """Add a row of plain text: what stands in brackets is no markup."""
    to.add_row(*map(Text, cells), style=style)


def title(text: str) -> Padding:
    """What stands above a part, with a blank line before it."""
    return Padding(Text(text, style=BOLD), (1, 0, 0, 0))


def bullets(heading: str, items: Iterable[str]) -> Group:
    """A list of sentences under a title."""
    made = aligned(2)
    for item in items:
        add(made, "-", item)
    return Group(title(heading), indented(made))


def indented(part: Table) -> Padding:
    """A grid a little to the right, below its title."""
    return Padding(part, (0, 0, 0, 1))


def signed(amount: Decimal) -> str:
    """Write a difference in USD with its sign; nothing where it rounds to nothing."""
    text = cents(amount)
    return text if amount <= -CENT / 2 else f"+{text}" if amount >= CENT / 2 else ""
