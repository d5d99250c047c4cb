"""An architecture as people speak of it: tiles in lanes, the groups around them, and arrows between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final


class Lane(IntEnum):
    """Where a tile stands: from the users on the left to the data on the right, the rest below."""

    USERS = 0
    EDGE = 1
    API = 2
    COMPUTE = 3
    DATA = 4
    OBSERVABILITY = 5
    PROTECTION = 6
    RECOVERY = 7
    OTHER = 8

    @property
    def is_below(self) -> bool:
        """Whether its tiles stand below the request's path."""
        return self >= Lane.OBSERVABILITY

    @property
    def title(self) -> str:
        """Its heading."""
        return _TITLES[self]


_TITLES: Final = {
    Lane.USERS: "Outside",
    Lane.EDGE: "Edge",
    Lane.API: "API",
    Lane.COMPUTE: "Compute",
    Lane.DATA: "Data",
    Lane.OBSERVABILITY: "Observability",
    Lane.PROTECTION: "Keys, secrets, parameters",
    Lane.RECOVERY: "Recovery and budget",
    Lane.OTHER: "Other resources",
}


class Boundary(StrEnum):
    """What a group stands for."""

    ACCOUNT = "account"
    REGION = "region"
    VPC = "vpc"
    SUBNETS = "subnets"
    PUBLIC_SUBNETS = "public subnets"
    SECURITY_GROUP = "security group"
    SHELF = "shelf"


@dataclass(frozen=True, slots=True)
class Group:
    """Something around tiles; `parent` is the id of the next one around it, empty for the outermost."""

    id: str
    boundary: Boundary
    caption: str
    full: str
    """All that is known of it, for who rests a pointer on it."""
    parent: str = ""
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Satellite:
    """Something small that belongs to a tile: a role, or a log group."""

    icon: str
    caption: str
    full: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of the system.

    Attributes:
        id: Unique in the architecture, such as `service.ApiFunction`.
        icon: A name in icons/ and in the table of draw.io's shapes.
        lane: Where it stands.
        title: What it is called.
        details: At most two lines about it.
        full: All that is known of it, for who rests a pointer on it.
        group: Id of the innermost group around it.
        resources: What is folded into it, as `stack.LogicalId`.
        satellites: At most two.
        kind: Its kind in folding/tiles.toml; empty where it has none.
    """

    id: str
    icon: str
    lane: Lane
    title: str
    details: tuple[str, ...]
    full: str
    group: str = ""
    resources: tuple[str, ...] = ()
    satellites: tuple[Satellite, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """Something that one tile does to another.

    Attributes:
        weight: How much of the traffic it carries; the heaviest decides what stands beside what.
        is_permitted: False where the templates lack what allows it.
        is_aside: Whether it is beside the path of a request, and so dashed.
    """

    source: str
    target: str
    label: str
    full: str
    weight: int = 1
    is_permitted: bool = True
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Architecture:
    """All that a picture shows; ids are unique, and arrows name tiles that are there."""

    name: str
    region: str
    account: str | None
    tiles: tuple[Tile, ...]
    groups: tuple[Group, ...]
    arrows: tuple[Arrow, ...]
    count: int = 0
    """Resources of the templates."""
    _tiles: dict[str, Tile] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the tiles."""
        object.__setattr__(self, "_tiles", {tile.id: tile for tile in self.tiles})

    def tile(self, tile_id: str) -> Tile:
        """The tile of that id; raises KeyError."""
        return self._tiles[tile_id]

    def owner(self, resource: str) -> Tile | None:
        """The tile into which a resource, `stack.LogicalId`, is folded."""
        return next((tile for tile in self.tiles if resource in tile.resources), None)
