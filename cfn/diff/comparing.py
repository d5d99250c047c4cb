"""Compares two deployments: what becomes of every resource, and of the templates around them.

What a change does is foretold as CloudFormation decides it: by the registry's schema of the type, by AWS's
pages where the schema leaves it open, and for values that refer to a resource by what becomes of that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from cfn.diff.bodies import NOTHING, hidden, part
from cfn.diff.effects import judge, judge_moved
from cfn.diff.fates import fate_of, refusal
from cfn.diff.model import GRAVITY, Change, Difference, Effect, Kind, ResourceChange, StackChange
from cfn.diff.pairing import in_any_order, in_order
from cfn.diff.ripples import Moves, has_another_identity, references
from cfn.leaves import leaves
from cfn.registry import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.deployment import Deployment
    from cfn.diff.bodies import Document, Part
    from cfn.leaves import Leaf, Pair, Steps
    from cfn.schema import Schema
    from cfn.values import Reference

    Place = tuple[str, str]

KINDS: Final = {
    Effect.REPLACES: Kind.REPLACED,
    Effect.MAY_REPLACE: Kind.MAY_BE_REPLACED,
    Effect.NOTHING: Kind.UNTOUCHED,
}
"""What the gravest effect of its changes makes of a resource; others change it."""


def compare(before: Deployment, after: Deployment, stacks: Mapping[str, str] | None = None) -> Difference:
    """What CloudFormation will do to come from one deployment to the other.

    Args:
        before: What is there.
        after: What is wanted.
        stacks: For names of templates of the first, what the same templates are called in the second.

    Raises:
        CfnError: A template holds what CloudFormation would refuse.

    """
    called = dict(stacks or {})
    old = {called.get(one.name, one.name): part(before, one, called) for one in before.templates}
    new = {one.name: part(after, one, {}) for one in after.templates}
    comparing = _Comparing(old, new, after.region)
    return Difference(tuple(comparing.stacks()))


@dataclass(frozen=True, slots=True)
class _Both:
    """A resource that is there on both sides, and where they differ."""

    place: Place
    before: Document
    after: Document
    schema: Schema | None
    leaves: tuple[Leaf, ...]
    references: tuple[tuple[Steps, Any, Reference], ...]

    @property
    def is_of_one_type(self) -> bool:
        return bool(self.before["Type"] == self.after["Type"])


class _Comparing:
    """Two sets of templates by name, and what has been found of their resources."""

    def __init__(self, old: Mapping[str, Part], new: Mapping[str, Part], region: str) -> None:
        self._old, self._new, self._region = old, new, region
        self._both = {one.place: one for one in self._on_both_sides()}
        self._moves = Moves(added=set(self._added()))
        self._changes: dict[Place, tuple[Change, ...]] = {}
        self._settle()

    def stacks(self) -> Iterator[StackChange]:
        """One change for each stack to which something happens or that tells something else."""
        for name in dict.fromkeys([*self._new, *self._old]):
            found = self._stack(name)
            if found.resources or found.sections:
                yield found

    def _stack(self, name: str) -> StackChange:
        old, new = self._old.get(name, NOTHING), self._new.get(name, NOTHING)
        ids = sorted(old.resources.keys() | new.resources.keys())
        resources = tuple(filter(None, (self._resource((name, one)) for one in ids)))
        sections = tuple(self._shown(name, change) for change in self._sections(name))
        kind = (
            Kind.ADDED if name not in self._old else Kind.REMOVED if name not in self._new else Kind.CHANGED
        )
        found = StackChange(name, kind, resources, sections)
        return found if found.acts else replace(found, kind=Kind.UNTOUCHED)

    def _on_both_sides(self) -> Iterator[_Both]:
        for name, new in self._new.items():
            old = self._old.get(name, NOTHING)
            for logical_id in old.resources.keys() & new.resources.keys():
                before, after = old.resources[logical_id], new.resources[logical_id]
                schema = schema_of(after["Type"], self._region)
                found = tuple(references(after["Properties"], ("Properties",)))
                yield _Both((name, logical_id), before, after, schema, _leaves(schema, before, after), found)

    def _added(self) -> Iterator[Place]:
        for name, new in self._new.items():
            old = self._old.get(name, NOTHING)
            yield from ((name, one) for one in new.resources if one not in old.resources)

    def _settle(self) -> None:
        """Find what changes, until what has been found moves nothing more."""
        waiting = dict.fromkeys(self._both)
        pointing: dict[Place, list[Place]] = {}
        for one in self._both.values():
            for _, _, reference in one.references:
                pointing.setdefault((reference.template_name, reference.logical_id), []).append(one.place)
        while waiting:
            place = next(iter(waiting))
            del waiting[place]
            if self._look_at(self._both[place]):
                waiting.update(dict.fromkeys(pointing.get(place, ())))

    def _look_at(self, one: _Both) -> bool:
        """Find one resource's changes; returns whether those that refer to it have to be looked at again."""
        changes = tuple(self._changes_of(one))
        self._changes[one.place] = changes
        effect = max((change.effect for change in changes), key=GRAVITY.index, default=Effect.NOTHING)
        moves, place = self._moves, one.place
        known = (moves.replaced.get(place), place in moves.maybe_replaced, moves.changed.get(place))
        if effect is Effect.REPLACES or not one.is_of_one_type:
            properties = one.before["Properties"], one.after["Properties"]
            moves.replaced[place] = has_another_identity(one.schema, *properties)
        elif effect is Effect.MAY_REPLACE:
            moves.maybe_replaced.add(place)
        elif effect is not Effect.NOTHING:
            moves.changed[place] = frozenset(change.steps[1] for change in changes if len(change.steps) > 1)
        return known != (moves.replaced.get(place), place in moves.maybe_replaced, moves.changed.get(place))

    def _changes_of(self, one: _Both) -> Iterator[Change]:
        for leaf in one.leaves:
            yield judge(one.before["Type"], one.schema, leaf, self._moves)
        seen = [leaf.steps for leaf in one.leaves]
        yield from (
            judge_moved(one.before["Type"], one.schema, *found) for found in self._moved(one.references, seen)
        )

    def _moved(
        self, found: tuple[tuple[Steps, Any, Reference], ...], seen: list[Steps]
    ) -> Iterator[tuple[Steps, Any, str, bool]]:
        """Values that are written as before and stand for another: where, what, why, and whether surely."""
        moved: dict[Steps, tuple[Steps, Any, str, bool]] = {}
        for steps, value, reference in found:
            move = self._moves.of(reference)
            if move is None or any(steps[: len(other)] == other for other in seen):
                continue
            if steps not in moved or (move.is_sure and not moved[steps][3]):
                moved[steps] = steps, value, move.because, move.is_sure
        yield from moved.values()

    def _resource(self, place: Place) -> ResourceChange | None:
        name, logical_id = place
        before = self._old.get(name, NOTHING).resources.get(logical_id)
        after = self._new.get(name, NOTHING).resources.get(logical_id)
        bodies = (self._masked(name, before), self._masked(name, after))
        if after is None:
            assert before is not None, place  # noqa: S101  (it is there on one side)
            fate = fate_of(before, "DeletionPolicy")
            kind = Kind.RETAINED if fate.name == "RETAINED" else Kind.REMOVED
            return ResourceChange(name, logical_id, before["Type"], kind, *bodies, fate=fate)
        if before is None:
            return ResourceChange(name, logical_id, after["Type"], Kind.ADDED, *bodies)
        changes = tuple(self._shown(name, change) for change in self._changes[place])
        return self._changed(self._both[place], bodies, changes) if changes else None

    def _changed(
        self, one: _Both, bodies: tuple[Document | None, Document | None], changes: tuple[Change, ...]
    ) -> ResourceChange:
        found = ResourceChange(*one.place, one.after["Type"], Kind.CHANGED, *bodies, changes)
        kind = KINDS.get(found.effect, Kind.CHANGED) if one.is_of_one_type else Kind.REPLACED
        if kind not in (Kind.REPLACED, Kind.MAY_BE_REPLACED):
            return replace(found, kind=kind)
        fate = fate_of(one.before, "UpdateReplacePolicy")
        refused = refusal(one.schema, one.before, one.after) if kind is Kind.REPLACED else ""
        return replace(found, kind=kind, fate=fate, refused=refused)

    def _sections(self, name: str) -> Iterator[Change]:
        old, new = (side.get(name, NOTHING).sections for side in (self._old, self._new))
        seen = []
        for leaf in leaves(old, new, pairs=_by_content):
            seen.append(leaf.steps)
            effect = Effect.IN_PLACE if leaf.steps[0] == "Outputs" else Effect.NOTHING
            yield Change(leaf.steps, leaf.kind, leaf.before, leaf.after, effect)
        found = tuple(references(new.get("Outputs", {}), ("Outputs",)))
        for steps, value, because, is_sure in self._moved(found, seen):
            yield Change(steps, "Modify", value, value, Effect.IN_PLACE, is_sure, because)

    def _secrets(self, name: str) -> frozenset[str]:
        return self._old.get(name, NOTHING).secrets | self._new.get(name, NOTHING).secrets

    def _masked(self, name: str, body: Document | None) -> Document | None:
        masked: Document | None = hidden(body, self._secrets(name))
        return masked

    def _shown(self, name: str, change: Change) -> Change:
        secrets = self._secrets(name)
        if not secrets:
            return change
        return replace(change, before=hidden(change.before, secrets), after=hidden(change.after, secrets))


def _leaves(schema: Schema | None, before: Document, after: Document) -> tuple[Leaf, ...]:
    """Where two bodies differ; in the properties, lists are compared as the schema has them."""

    def pairs(steps: Steps, old: list[Any], new: list[Any]) -> Iterator[Pair]:
        free = schema is not None and steps[:1] == ("Properties",) and schema.keeps_no_order(steps[1:])
        yield from in_any_order(old, new) if free else in_order(old, new)

    if before == after:
        return ()
    return tuple(leaves(before, after, pairs=pairs))


def _by_content(_: Steps, old: list[Any], new: list[Any]) -> Iterator[Pair]:
    yield from in_order(old, new)
