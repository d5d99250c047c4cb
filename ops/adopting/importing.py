"""Brings resources that are there into stacks, and lets go of them again.

"Import existing resources into a stack", CloudFormation User Guide: the template of an import has the
resources that are there, each with a DeletionPolicy, and neither outputs nor anything new. What is new
comes with the update after it. An update changes what differs between two templates, and not what differs
between a template and a resource: so the import's template says of a differing property what is there.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from cfn.registry import schema_of
from ops.change_sets import Executed, execute, propose
from ops.deploying.errors import StackFailed, StackUnusable
from ops.deploying.one_stack import bring
from ops.deploying.reporter import Silent
from ops.errors import NotDeployed, Unready
from ops.stack import describe, follow, held, last_event, remedy
from ops.wanted import as_deployed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ops.adopting.comparing import Differing
    from ops.adopting.discovery import Discovered, Place
    from ops.deploying.reporter import Reporter
    from ops.live import Live
    from ops.stack import Event, Stack
    from ops.wanted import Wanted, WantedStack

    Document = dict[str, Any]


HIDDEN: Final = frozenset({"Environment"})
"""Properties in which secrets may stand: what is there of them is written into no template."""


class GrownBeyond(Unready):
    """A stack has more than what was adopted, or is protected, and is not to be let go of like this."""

    def __init__(self, stack: str, found: str) -> None:
        self.stack = stack
        super().__init__(
            f"stack {stack} {found}; `--release` is for stacks that are as they were adopted, "
            "and nothing was changed"
        )


class NotKept(Unready):
    """A stack would take with it what was adopted."""

    def __init__(self, stack: str, logical_ids: Sequence[str]) -> None:
        self.stack, self.logical_ids = stack, tuple(logical_ids)
        super().__init__(
            f"stack {stack} was not deleted, since {', '.join(logical_ids)} would go with it: its template "
            "does not retain that, and CloudFormation takes no change of that alone; change a tag of the "
            "stack too, and release again"
        )


@dataclass(frozen=True, slots=True)
class Importing:
    """What is to be done about one stack: resources to import, and what the template has otherwise of them.

    `there` has their properties as they are now.
    """

    stack: WantedStack
    places: tuple[Place, ...]
    differing: tuple[Differing, ...] = ()
    there: Mapping[Place, Document] = field(default_factory=dict, repr=False)

    @property
    def is_done(self) -> bool:
        """Whether the stack has all of them already."""
        return not self.places


def foresee(
    live: Live,
    wanted: Wanted,
    discovered: Discovered,
    there: Mapping[Place, Document],
    differing: Sequence[Differing],
) -> list[Importing]:
    """What each stack lacks of what is there; an operation that goes on is waited for.

    Raises `StackUnusable`.
    """
    return [
        Importing(one, _lacking(live, one, discovered.places), tuple(differing), there)
        for one in wanted.stacks
    ]


def adopt(
    live: Live,
    importing: Importing,
    given: Mapping[str, str],
    reporter: Reporter | None = None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Import what a stack lacks, then bring it to its whole template. Raises `StackFailed` and others."""
    told, stack = reporter or Silent(), importing.stack
    if importing.places:
        now = describe(live, stack.name)
        part = _adopted_part(live, importing, now)
        change_set = propose(
            live, part, now, given, imports=[_import(live, place) for place in importing.places], pause=pause
        )
        assert change_set is not None  # noqa: S101  (there is something to import)
        told.begin(stack.stack, change_set.changes)
        executed = execute(live, change_set, told.event, pause=pause)
        told.end(stack.stack, executed.stack.status, succeeded=executed.succeeded)
        if not executed.succeeded:
            raise StackFailed(executed)
    bring(live, stack, given, reporter=told, pause=pause)


def refuse_grown(live: Live, wanted: Wanted) -> None:
    """Raise `GrownBeyond` for a stack that has more than its template here, or that is protected."""
    for one in wanted.stacks:
        now = describe(live, one.name)
        if now is None:
            continue
        more = sorted(held(live, one.name).keys() - one.body["Resources"].keys())
        if more:
            raise GrownBeyond(one.name, f"has {', '.join(more)}, which {wanted.environment} has not")
        if now.termination_protection:
            raise GrownBeyond(one.name, "is protected against deletion")


def release(
    live: Live,
    stack: WantedStack,
    discovered: Discovered,
    reporter: Reporter | None = None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Delete a stack, if there is one, and leave everything in it that was adopted.

    A DeletionPolicy can't be changed alone: what the stack has made itself is taken out in the same update.
    Call `refuse_grown` before. Raises `StackFailed`, and `NotKept` before anything could go with the stack.
    """
    told = reporter or Silent()
    now = describe(live, stack.name)
    if now is None:
        return
    adopted = {place.logical_id for place in discovered.places if place.stack == stack.stack}
    standing = as_deployed(live, now)
    kept = {
        name: {**resource, "DeletionPolicy": "Retain"}
        for name, resource in standing.body["Resources"].items()
        if name in adopted
    }
    alone = {"Resources": kept, "Parameters": standing.body.get("Parameters", {})}
    change_set = propose(live, replace(standing, text=json.dumps(alone)), now, pause=pause)
    if change_set is not None:
        told.begin(stack.stack, change_set.changes)
        executed = execute(live, change_set, told.event, pause=pause)
        if not executed.succeeded:
            raise StackFailed(executed)
    _require_kept(live, now)
    events: list[Event] = []

    def seen(event: Event) -> None:
        events.append(event)
        told.event(event)

    before = last_event(live, now.id)
    live.call("cloudformation:DeleteStack", f"stack {stack.name}", StackName=now.id)
    gone = follow(live, now.id, seen, after=before, pause=pause)
    told.end(stack.stack, gone.status, succeeded=gone.status == "DELETE_COMPLETE")
    if gone.status != "DELETE_COMPLETE":
        raise StackFailed(Executed(gone, tuple(events)))


def _require_kept(live: Live, now: Stack) -> None:
    """Raise `NotKept` unless the template that stands now keeps all that the stack has."""
    resources = as_deployed(live, now).body["Resources"]
    going = [
        one.logical_id
        for one in held(live, now.name).values()
        if one.status != "DELETE_COMPLETE"
        and resources.get(one.logical_id, {}).get("DeletionPolicy") != "Retain"
    ]
    if going:
        raise NotKept(now.name, sorted(going))


def _lacking(live: Live, stack: WantedStack, places: Sequence[Place]) -> tuple[Place, ...]:
    now = describe(live, stack.name)
    if now is not None and now.is_busy:
        now = follow(live, now.id, lambda _: None)
    if now is not None and not now.is_updatable:
        raise StackUnusable(stack.name, now.status, remedy(now.status, live.environment.name, stack.name))
    try:
        there = held(live, stack.name) if now is not None else {}
    except NotDeployed:
        there = {}
    return tuple(one for one in places if one.stack == stack.stack and one.logical_id not in there)


def _adopted_part(live: Live, importing: Importing, now: Stack | None) -> WantedStack:
    """Of a template what an import may have: what the stack has already, and what is to be imported."""
    stack, wanted = importing.stack, importing.stack.body
    imported = {
        place.logical_id: _as_it_is(wanted["Resources"][place.logical_id], place, importing)
        for place in importing.places
    }
    standing = as_deployed(live, now).body if now is not None else {}
    body = {
        **{name: part for name, part in standing.items() if name != "Resources"},
        "Parameters": {**standing.get("Parameters", {}), **wanted.get("Parameters", {})},
        "Resources": {**standing.get("Resources", {}), **imported},
    }
    return replace(stack, text=json.dumps(body))


def _as_it_is(resource: Document, place: Place, importing: Importing) -> Document:
    """A resource of the template with what is there in place of each property that differs."""
    properties, found = dict(resource["Properties"]), importing.there[place]
    for name in {one.path.split("/")[1] for one in importing.differing if one.place == place}:
        properties.pop(name, None)
        if name in found and name not in HIDDEN:
            properties[name] = found[name]
    return {**resource, "Properties": properties, "DeletionPolicy": "Retain"}


def _import(live: Live, place: Place) -> Document:
    """One of CloudFormation's ResourcesToImport."""
    schema = schema_of(place.type, live.region)
    assert schema is not None, place.type  # noqa: S101  (cfn-lint knows the types of our templates)
    return {
        "ResourceType": place.type,
        "LogicalResourceId": place.logical_id,
        "ResourceIdentifier": dict(zip(schema.identifier, place.identifier, strict=True)),
    }
