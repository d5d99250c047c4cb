"""A plan in the picture: what is added, changed, replaced and removed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from report.architecture.folding.table import table
from report.architecture.marks import Mark, Marked, Marks
from report.architecture.model import Lane, Tile
from report.architecture.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.planning.model import Plan
    from report.architecture.model import Architecture

MOST_NOTES: Final = 5
_KINDS: Final = {
    "replaced": Mark.REPLACED,
    "may be replaced": Mark.REPLACED,
    "removed": Mark.REMOVED,
    "retained": Mark.REMOVED,
    "added": Mark.ADDED,
    "changed": Mark.CHANGED,
}
"""How what becomes of a resource is marked, the gravest first."""
_ORDER: Final = list(_KINDS)
_GOING: Final = {"removed", "retained"}
_PASSING: Final = {"AWS::Lambda::Version", "AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Deployment"}
"""Types that are made to be replaced with every change."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a resource; `kind` is a word of `cfn.diff.Kind`."""

    stack: str
    logical_id: str
    type: str
    kind: str

    def __str__(self) -> str:
        """For example `database.Database`."""
        return f"{self.stack}.{self.logical_id}"


def steps_of(plan: Plan) -> list[Step]:
    """What a plan does to resources."""
    return [Step(one.stack, one.logical_id, one.type, one.kind.value) for one in plan.resources]


def steps_in(document: Mapping[str, Any]) -> list[Step]:
    """The same of the JSON of `miyabi plan`; raises KeyError or TypeError where that is of another form."""
    return [
        Step(str(stack["stack"]), str(one["logical_id"]), str(one["type"]), str(one["kind"]))
        for stack in document["stacks"]
        for one in stack["resources"]
    ]


def marks_of_plan(architecture: Architecture, plan: Plan) -> Marks:
    """What the plan does to each part of the architecture that there is afterwards."""
    return marks_of_steps(architecture, steps_of(plan), f"plan from {plan.before} to {plan.after}")


def with_removed(architecture: Architecture, steps: Sequence[Step]) -> Architecture:
    """The architecture with tiles for what is removed, so that it can be marked."""
    gone = [step for step in steps if step.kind in _GOING and architecture.owner(str(step)) is None]
    tiles = [tile for step in gone if (tile := _tile_of(step)) is not None]
    return replace(architecture, tiles=(*architecture.tiles, *tiles)) if tiles else architecture


def _tile_of(step: Step) -> Tile | None:
    """A tile for a resource by its type alone; None where it would have none of its own."""
    kind = table().kinds.get(step.type)
    if kind is None or kind.is_shared:
        return None
    group = "account" if kind.lane is Lane.EDGE or kind.lane.is_below else "region"
    title = words(step.logical_id)
    return Tile(
        str(step),
        kind.icon,
        kind.lane,
        title,
        (kind.noun,),
        f"{title}: {step} ({step.type})",
        group,
        (str(step),),
    )


def marks_of_steps(architecture: Architecture, steps: Sequence[Step], title: str) -> Marks:
    """Marks on tiles and groups; what is in neither is a note."""
    groups: dict[str, list[str]] = {}
    for group in architecture.groups:
        for name in group.resources:
            groups.setdefault(name, []).append(group.id)
    owners = {name: tile.id for tile in architecture.tiles for name in tile.resources}
    on_tiles: dict[str, list[Step]] = {}
    on_groups: dict[str, list[Step]] = {}
    left: list[Step] = []
    for step in (step for step in steps if step.kind in _KINDS):
        if str(step) in owners:
            on_tiles.setdefault(owners[str(step)], []).append(step)
        elif str(step) in groups:
            for each in groups[str(step)]:  # subnets and security groups may be drawn in two lanes
                on_groups.setdefault(each, []).append(step)
        else:
            left.append(step)
    return Marks(
        {
            tile: _marked(found, tile, len(architecture.tile(tile).resources))
            for tile, found in on_tiles.items()
        },
        {group: _marked(found) for group, found in on_groups.items()},
        {},
        title,
        tuple(_notes(left)),
    )


def _notes(left: Sequence[Step]) -> list[str]:
    notes = [f"{step.kind}: {step} ({step.type})" for step in left[:MOST_NOTES]]
    if len(left) > MOST_NOTES:
        counts = Counter(step.kind for step in left[MOST_NOTES:])
        rest = ", ".join(f"{counts[kind]} {kind}" for kind in _ORDER if counts[kind])
        notes.append(f"not in the picture as well: {rest}")
    return notes


def _marked(steps: Sequence[Step], name: str = "", count: int = 0) -> Marked:
    """One mark for all that happens to a part: its own fate, or that it changes and how many of what.

    A tile has the id of the resource that it stands for; one that many share has another name, and no fate of
    its own. `count` says of how many resources it is.
    """
    counts = Counter(step.kind for step in steps)
    kinds = sorted(counts, key=_ORDER.index)
    full = "; ".join(f"{step} {step.kind}" for step in steps)
    own = next((step.kind for step in steps if str(step) == name), "changed")
    if own != "changed":
        return Marked(_KINDS[own], own, full)
    is_itself = len(steps) == 1 and str(steps[0]) == name
    if is_itself or (len(kinds) == 1 and len(steps) >= count):
        return Marked(_KINDS[kinds[0]], kinds[0], full)
    is_grave = any(_KINDS[step.kind] is Mark.REPLACED and step.type not in _PASSING for step in steps)
    word = ", ".join(f"{counts[kind]} {kind}" for kind in kinds)
    return Marked(Mark.REPLACED if is_grave else Mark.CHANGED, word, full)
