"""For any two environments a difference is complete, and its replacements are those of the registry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings

from cfn import Deployment, Reference, Template
from cfn.diff import Effect, Kind, compare
from cfn.diff.bodies import part
from cfn.registry import schema_of
from cfn.values import unsettled_parts
from stacks.synthesis import synthesise
from tests.sampling import examples
from tests.stacks.strategies import valid
from tests.stacks.systems import synthesis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cfn.diff import Change, Difference
    from stacks.settings import Environment

    Document = dict[str, Any]
    Place = tuple[str, str]

REGION = "us-east-1"


def as_deployed(templates: Mapping[str, Document]) -> Deployment:
    return Deployment("d", [Template(name, body) for name, body in templates.items()], REGION)


def bodies(deployment: Deployment) -> dict[Place, Document]:
    """Every resource's resolved body."""
    return {
        (template.name, logical_id): body
        for template in deployment.templates
        for logical_id, body in part(deployment, template, {}).resources.items()
    }


def sections(deployment: Deployment) -> dict[str, Document]:
    return {one.name: part(deployment, one, {}).sections for one in deployment.templates}


def applied(value: Any, changes: Iterable[tuple[Sequence[str], Change]]) -> Any:
    """The value with changes made to it, each at the rest of its path."""
    under: dict[str, list[tuple[Sequence[str], Change]]] = {}
    for steps, change in changes:
        if not steps:
            return change.after
        under.setdefault(steps[0], []).append((steps[1:], change))
    if not under:
        return value
    return _in_list(value, under) if isinstance(value, list) else _in_mapping(value, under)


def _in_mapping(value: Document, under: Mapping[str, list[tuple[Sequence[str], Change]]]) -> Document:
    made = {key: applied(item, under[key]) if key in under else item for key, item in value.items()}
    made |= {key: applied(None, changes) for key, changes in under.items() if key not in value}
    return {key: item for key, item in made.items() if item is not None}


def _in_list(value: list[Any], under: Mapping[str, list[tuple[Sequence[str], Change]]]) -> list[Any]:
    """What is removed or changed is named by its place as it was, what is added by its place as it is."""
    made = list(value)
    added: dict[int, Any] = {}
    gone: set[int] = set()
    for key, found in under.items():
        place = int(key)
        for change in (one for steps, one in found if not steps):
            if change.kind == "Add":
                added[place] = change.after
            elif change.kind == "Remove":
                gone.add(place)
        if changed := [(steps, one) for steps, one in found if steps or one.kind == "Modify"]:
            made[place] = applied(made[place], changed)
    made = [item for place, item in enumerate(made) if place not in gone]
    for place, item in sorted(added.items()):
        made.insert(place, item)
    return made


def in_one_order(body: Document) -> Document:
    """A resource's body with its lists sorted whose order means nothing."""
    schema = schema_of(body["Type"], REGION)
    assert schema is not None

    def ordered(value: Any, steps: tuple[str, ...]) -> Any:
        if isinstance(value, dict):
            return {key: ordered(item, (*steps, key)) for key, item in value.items()}
        if not isinstance(value, list):
            return value
        items = [ordered(item, (*steps, str(place))) for place, item in enumerate(value)]
        free = schema.keeps_no_order(steps)
        return (
            sorted(items, key=lambda item: json.dumps(item, default=str, sort_keys=True)) if free else items
        )

    return body | {"Properties": ordered(body["Properties"], ())}


def refuse_incomplete(before: Deployment, after: Deployment, found: Difference) -> None:
    """Fail unless the changes, made to the first, give the second."""
    made = bodies(before)
    for one in found.resources:
        place = one.stack, one.logical_id
        if one.after is None:
            del made[place]
        elif one.before is None:
            made[place] = one.after
        else:
            made[place] = applied(made[place], [(change.steps, change) for change in one.changes])
    wanted = bodies(after)
    assert wanted.keys() == made.keys()
    for place, body in wanted.items():
        assert in_one_order(body) == in_one_order(made[place]), place
    around = sections(before)
    for stack in found.stacks:
        changes = [(change.steps, change) for change in stack.sections]
        around[stack.name] = applied(around.get(stack.name, {}), changes)
    assert {name: body for name, body in around.items() if body} == sections(after)


def create_only(kind: str, body: Document) -> Document:
    """What stands in a resource's create-only properties."""
    schema = schema_of(kind, REGION)
    assert schema is not None
    found = {}
    for path in schema.create_only:
        value: Any = body["Properties"]
        for step in path.split("/"):
            value = value.get(step) if isinstance(value, dict) else value
        found[path] = value
    return found


def replaced_by_the_registry(before: Deployment, after: Deployment) -> set[Place]:
    """Resources of which a create-only property becomes another, or refers to one of these."""
    old, new = bodies(before), bodies(after)
    both = {place for place in old.keys() & new.keys() if old[place]["Type"] == new[place]["Type"]}
    fixed = {place: create_only(new[place]["Type"], in_one_order(new[place])) for place in both}
    found = {
        place for place in both if fixed[place] != create_only(new[place]["Type"], in_one_order(old[place]))
    }
    while more := {place for place in both - found if _named(fixed[place]) & found}:
        found |= more
    return found


def _named(value: Any) -> set[Place]:
    parts = [one for one in unsettled_parts(value) if isinstance(one, Reference)]
    return {(one.template_name, one.logical_id) for one in parts}


def refuse_other_replacements(before: Deployment, after: Deployment, found: Difference) -> None:
    """Fail unless what is certainly replaced is what the registry's create-only properties replace."""
    wanted = replaced_by_the_registry(before, after)
    kinds = {(one.stack, one.logical_id): one for one in found.resources}
    assert {place for place, one in kinds.items() if one.kind is Kind.REPLACED} <= wanted
    for place in wanted:
        one = kinds[place]
        if one.kind is not Kind.REPLACED:
            unsure = [change for change in one.changes if not change.is_sure]
            assert Kind.MAY_BE_REPLACED is one.kind, place
            assert Effect.MAY_REPLACE in {change.effect for change in unsure}, place


@given(valid(), valid())
@settings(max_examples=examples(12, soak=1000))
def test_a_difference_of_any_environments_is_complete_and_replaces_what_the_registry_does(
    one: Environment, other: Environment
) -> None:
    before, after = (as_deployed(synthesise(each).templates) for each in (one, other))
    found = compare(before, after)

    refuse_incomplete(before, after, found)
    refuse_other_replacements(before, after, found)


def test_reported_becomes_production_without_a_replacement() -> None:
    before, after = (as_deployed(synthesis(name).templates) for name in ("reported", "production"))
    found = compare(before, after)
    kinds = {f"{one}": one.kind for one in found.resources}

    assert Kind.CHANGED is kinds["database.Database"]
    assert {Kind.REPLACED, Kind.MAY_BE_REPLACED}.isdisjoint(kinds.values())
    refuse_incomplete(before, after, found)
    refuse_incomplete(after, before, compare(after, before))
