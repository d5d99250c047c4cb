"""Which column and row each tile has, so that groups are rectangles that hold their own tiles alone.

Lanes are columns, several where a lane is full. Rows come in bands: one for what is in no network, then one
for each network. Within a band the tiles of a group are neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from report.architecture.model import Boundary, Lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from report.architecture.model import Architecture, Arrow, Group, Tile

TALLEST: Final = 5
"""So many tiles stand one above the other in a lane before it gets a second column."""
INSIDE: Final = (Lane.API, Lane.COMPUTE, Lane.DATA)
"""Lanes that networks reach over."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the grid."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Span:
    """The cells of a group, ends included."""

    left: int
    right: int
    top: int
    bottom: int

    def holds(self, cell: Cell) -> bool:
        """Whether a cell is within."""
        return self.left <= cell.column <= self.right and self.top <= cell.row <= self.bottom


@dataclass(frozen=True, slots=True)
class Placement:
    """The grid: the lane of each column, how many rows, and what is where."""

    columns: tuple[Lane, ...]
    rows: int
    cells: dict[str, Cell]
    spans: dict[str, Span]
    """By id of a group; one around nothing in the grid is not there."""


class _Grid:
    """Rows and columns of lanes while they are filled."""

    def __init__(self, architecture: Architecture) -> None:
        self._architecture = architecture
        self._groups = {group.id: group for group in architecture.groups}
        self.tiles = [tile for tile in architecture.tiles if not tile.lane.is_below]
        self.rows = 0
        self.local: dict[str, tuple[Lane, int, int]] = {}
        """Lane, column within it and row of each tile."""
        self.bands: list[tuple[int, int, set[Lane]]] = []
        """First row, number of rows, and lanes that a network reaches over."""

    def fill(self) -> None:
        """Place what is inside of the region from the top, then what stands before it."""
        networks: dict[str, list[Tile]] = {}
        for tile in self.tiles:
            if tile.lane in INSIDE:
                networks.setdefault(self._network(tile), []).append(tile)
        self._free_band([tile for tile in networks.pop("", []) if tile.lane is not Lane.API])
        for network in sorted(networks):
            self._band(networks[network])
        for lane in (Lane.API, Lane.EDGE, Lane.USERS):
            self._beside([tile for tile in self.tiles if tile.lane is lane and tile.id not in self.local])

    def path(self, tile: Tile) -> list[Group]:
        """The groups around a tile, the outermost first."""
        found: list[Group] = []
        group_id = tile.group
        while group_id in self._groups:
            found.insert(0, self._groups[group_id])
            group_id = found[0].parent
        return found

    def _network(self, tile: Tile) -> str:
        return next((each.id for each in self.path(tile) if each.boundary is Boundary.VPC), "")

    def _free_band(self, tiles: Sequence[Tile]) -> None:
        height = 0
        for lane in INSIDE:
            mine = sorted((tile for tile in tiles if tile.lane is lane), key=self._order)
            wide = _width(len(mine))
            for position, tile in enumerate(mine):
                self.local[tile.id] = (lane, position % wide, self.rows + position // wide)
            height = max(height, -(-len(mine) // wide))
        self.rows += height

    def _band(self, tiles: Sequence[Tile]) -> None:
        height = 0
        for lane in INSIDE:
            mine = [tile for tile in tiles if tile.lane is lane]
            height = max(height, self._column(lane, mine))
        lanes = {tile.lane for tile in tiles}
        between = {lane for lane in INSIDE if min(lanes) <= lane <= max(lanes)}
        self.bands.append((self.rows, height, between))
        self.rows += height

    def _column(self, lane: Lane, tiles: Sequence[Tile]) -> int:
        """Place the tiles of a network in a lane, group by group; returns how many rows they take."""
        wide = _width(len(tiles))
        paths = {tile.id: tuple(group.id for group in self.path(tile)) for tile in tiles}
        first = {
            path: min(self._order(tile) for tile in tiles if paths[tile.id] == path)
            for path in paths.values()
        }
        for path in list(first):
            for depth in range(len(path)):
                outer = path[: depth + 1]
                first[outer] = min(order for each, order in first.items() if each[: depth + 1] == outer)

        def order(tile: Tile) -> tuple[object, ...]:
            path = paths[tile.id]
            outer = [path[: depth + 1] for depth in range(len(path))]
            return (*((first[each], each[-1]) for each in outer), (self._order(tile), ""))

        row = self.rows
        for _, same in groupby(sorted(tiles, key=order), key=lambda tile: paths[tile.id]):
            block = list(same)
            for position, tile in enumerate(block):
                self.local[tile.id] = (lane, position % wide, row + position // wide)
            row += -(-len(block) // wide)
        return row - self.rows

    def _beside(self, tiles: Sequence[Tile]) -> None:
        """Place tiles in the row of what they lead to, or as near as there is room."""
        wide = _width(len(tiles), self.rows)
        for tile in sorted(tiles, key=lambda each: (-self._weight(each), self._order(each))):
            wish = self._wish(tile)
            spots = [(column, row) for row in self._rows_for(tile.lane) for column in range(wide)]
            taken = {place[1:] for place in self.local.values() if place[0] is tile.lane}
            free = [spot for spot in spots if spot not in taken]
            if not free:
                self.rows += 1
                free = [(0, self.rows - 1)]
            column, row = min(free, key=lambda spot: (abs(spot[1] - wish), -spot[1], spot[0]))
            self.local[tile.id] = (tile.lane, column, row)

    def _rows_for(self, lane: Lane) -> list[int]:
        """Rows in which a tile of no network may stand in a lane."""
        closed = {
            row for top, height, lanes in self.bands if lane in lanes for row in range(top, top + height)
        }
        return [row for row in range(self.rows) if row not in closed]

    def _wish(self, tile: Tile) -> int:
        """The row of the placed tile that this one has most to do with."""
        linked = [
            (-arrow.weight, self.local[other][2])
            for arrow, other in _links(self._architecture.arrows, tile.id)
            if other in self.local
        ]
        return min(linked)[1] if linked else self._main_row()

    def _main_row(self) -> int:
        """The row in which most of the traffic ends, of what is placed."""
        into = [arrow for arrow in self._architecture.arrows if arrow.target in self.local]
        heaviest = max(into, key=lambda arrow: arrow.weight, default=None)
        return self.local[heaviest.target][2] if heaviest else 0

    def _weight(self, tile: Tile) -> int:
        return max((arrow.weight for arrow, _ in _links(self._architecture.arrows, tile.id)), default=0)

    def _order(self, tile: Tile) -> tuple[int, str]:
        """What carries most comes first."""
        weight = sum(arrow.weight for arrow in self._architecture.arrows if arrow.target == tile.id)
        return -weight, tile.id


def place(architecture: Architecture) -> Placement:
    """Give every tile on the path of a request its cell, and every group its cells."""
    grid = _Grid(architecture)
    grid.fill()
    used = sorted({(lane, column) for lane, column, _ in grid.local.values()})
    index = {place: position for position, place in enumerate(used)}
    cells = {tile: Cell(index[lane, column], row) for tile, (lane, column, row) in sorted(grid.local.items())}
    columns = tuple(lane for lane, _ in used)
    return Placement(columns, max(grid.rows, 1), cells, _spans(grid, columns, cells))


def _spans(grid: _Grid, columns: Sequence[Lane], cells: dict[str, Cell]) -> dict[str, Span]:
    inside: dict[str, list[Cell]] = {}
    for tile in grid.tiles:
        for group in grid.path(tile):
            inside.setdefault(group.id, []).append(cells[tile.id])
    found = {group: _span(members) for group, members in inside.items()}
    for boundary, lanes in ((Boundary.ACCOUNT, Lane.EDGE), (Boundary.REGION, Lane.API)):
        reached = [position for position, lane in enumerate(columns) if lane >= lanes]
        if boundary.value in found and reached:
            found[boundary.value] = Span(reached[0], reached[-1], 0, max(grid.rows, 1) - 1)
    return found


def _span(cells: Iterable[Cell]) -> Span:
    columns = [cell.column for cell in cells]
    rows = [cell.row for cell in cells]
    return Span(min(columns), max(columns), min(rows), max(rows))


def _links(arrows: Sequence[Arrow], tile: str) -> Iterable[tuple[Arrow, str]]:
    for arrow in arrows:
        if arrow.source == tile:
            yield arrow, arrow.target
        elif arrow.target == tile:
            yield arrow, arrow.source


def _width(count: int, rows: int = 0) -> int:
    """How many columns so many tiles stand in."""
    tallest = max(rows, TALLEST)
    return max(1, -(-count // tallest))
