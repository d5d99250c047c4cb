"""What becomes of each type of resource, as tiles.toml has it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from report.architecture.model import Lane

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = Path(__file__).parent / "tiles.toml"
UNKNOWN_ICON: Final = "cloudformation"
"""The icon of a type that the table does not have."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of tile.

    Attributes:
        is_named: Whether a tile has its resource's name as a title even where it is the only one.
        is_shared: Whether all resources of the kind are one tile.
    """

    id: str
    icon: str
    lane: Lane
    noun: str
    plural: str
    is_named: bool
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """Which properties of a type say where it is in a network; empty where none does."""

    groups: str = ""
    subnets: str = ""
    subnet_group: str = ""
    vpc: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """All of tiles.toml, by type."""

    kinds: Mapping[str, Kind]
    by_id: Mapping[str, Kind]
    folded: Mapping[str, tuple[str, ...]]
    network: frozenset[str]
    lost: Mapping[str, Kind]
    attached: Mapping[str, Attachment]
    outside: Mapping[str, str]


@cache
def table() -> Table:
    """Read the table, once."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    by_id = {
        name: Kind(
            name,
            row["icon"],
            Lane[row["lane"].upper()],
            row["noun"],
            row.get("plural", row["noun"]),
            row.get("named", False),
            row.get("shared", False),
        )
        for name, row in content["tiles"].items()
    }
    return Table(
        {kind: by_id[name] for name, row in content["tiles"].items() for kind in row["types"]},
        by_id,
        {kind: tuple(paths) for kind, paths in content["folded"].items()},
        frozenset(content["network"]["types"]),
        {kind: by_id[name] for kind, name in content["lost"].items()},
        {kind: Attachment(**row) for kind, row in content["attached"].items()},
        dict(content["outside"]),
    )
