"""Tables that fit where they are printed: no figure is cut, in a narrow terminal either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Column, Table

GAP, EDGE = 2, 1
"""Blanks between two columns, and after the last."""
FOLDED = 10
"""Letters that a column keeps which is folded within a word, where there is no room for more."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """The first of some tables, from wide to narrow, for which a terminal has room; a pipe has room for any.

    Cells of text are wrapped first, and the last table's names are folded in the end: no figure is ever cut.
    """

    tables: Sequence[Table]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Print the table that fits."""
        room = max(options.max_width, _width(_folded_floors(self.tables[-1])))
        if not console.is_terminal:
            room = max(room, _width(_floors(self.tables[0])))
        fitting = (table for table in self.tables if _width(_floors(table)) <= room)
        yield from console.render(_fitted(next(fitting, self.tables[-1]), room), options.update_width(room))


def _fitted(table: Table, room: int) -> Table:
    """Give each column a width: the widest give way first, while they can down to their longest word."""
    widths = [_longest(column) for column in table.columns]
    for floors in (_floors(table), _folded_floors(table)):
        while _width(widths) > room and any(excess := _excess(widths, floors)):
            widths[excess.index(max(excess))] -= 1
    for column, width in zip(table.columns, widths, strict=True):
        column.no_wrap = column.no_wrap and width >= _longest(column)
        column.width, column.overflow = width, "fold"
    return table


def _excess(widths: Iterable[int], floors: Iterable[int]) -> list[int]:
    """The widths that can still give way, 0 for the others."""
    return [width if width > floor else 0 for width, floor in zip(widths, floors, strict=True)]


def _width(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1) + EDGE


def _floors(table: Table) -> list[int]:
    return [_longest(column) if column.no_wrap else _longest_word(column) for column in table.columns]


def _folded_floors(table: Table) -> list[int]:
    """Figures whole, and the beginning of everything else."""
    return [
        _longest(column) if column.justify == "right" else min(FOLDED, _longest(column))
        for column in table.columns
    ]


def _longest(column: Column) -> int:
    return max(text.cell_len for text in _texts(column))


def _longest_word(column: Column) -> int:
    return max((len(word) for text in _texts(column) for word in text.plain.split()), default=0)


def _texts(column: Column) -> Iterator[Text]:
    yield Text(str(column.header))
    yield from (cell for cell in column.cells if isinstance(cell, Text))
