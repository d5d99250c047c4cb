"""What CloudFormation does about the change of one part of a resource."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cfn.diff.behaviours import behaviour
from cfn.diff.certainty import doubt
from cfn.diff.model import Change, Effect
from cfn.leaves import MODIFY, Leaf
from cfn.recreation import ALWAYS, NEVER, recreation

if TYPE_CHECKING:
    from cfn.diff.ripples import Moves
    from cfn.leaves import Steps
    from cfn.schema import Schema

SILENT: Final = frozenset({"Condition", "DependsOn", "Type"})
"""Keys of a resource whose change by itself makes CloudFormation do nothing; a type can't change at all."""
OPEN: Final = "the registry says that it may replace the resource, and no page of AWS when"


def judge(resource_type: str, schema: Schema | None, leaf: Leaf, moves: Moves) -> Change:
    """The change of a part of a resource's body that is written otherwise than before."""
    change = Change(leaf.steps, leaf.kind, leaf.before, leaf.after, Effect.IN_PLACE)
    if leaf.steps[0] in SILENT:
        return replace(change, effect=Effect.NOTHING)
    if leaf.steps[0] != "Properties":
        return change
    because = doubt(leaf.before, leaf.after, moves.is_new)
    own = Leaf(leaf.steps[1:], leaf.kind, leaf.before, leaf.after)
    return _judged(resource_type, schema, own, replace(change, is_sure=not because, because=because))


def judge_moved(
    resource_type: str,
    schema: Schema | None,
    steps: Steps,
    value: Any,
    because: str,
    is_sure: bool,  # noqa: FBT001  (a field of the change, given with the others)
) -> Change:
    """The change of a property that is written as before, and stands for something else."""
    change = Change(steps, MODIFY, value, value, Effect.IN_PLACE, is_sure, because)
    own = Leaf(steps[1:], MODIFY, value, value)
    return _judged(resource_type, schema, own, change, moved=True)


def _judged(
    resource_type: str, schema: Schema | None, leaf: Leaf, change: Change, *, moved: bool = False
) -> Change:
    word = recreation(schema, leaf, moved=moved) if schema else NEVER
    if word == ALWAYS:
        return replace(change, effect=Effect.REPLACES if change.is_sure else Effect.MAY_REPLACE)
    row = behaviour(resource_type, leaf.steps[0], leaf.before, leaf.after)
    if row is not None:
        return replace(change, effect=row.effect, note=row.note)
    return change if word == NEVER else replace(change, effect=Effect.MAY_REPLACE, note=OPEN)
