"""Compares what is there with what the templates say, property by property.

Cloud Control API tells a resource's properties in the shape of its registry schema, which is the templates'.
What a template takes from another resource is replaced by what that resource has; what stands for a secret
is not compared, and never shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn import Deployment, Template
from cfn.registry import schema_of
from cfn.values import Reference, Text, Unknown
from ops.adopting import database_address
from ops.adopting.discovery import NotFound
from ops.errors import NotDeployed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.schema import Schema
    from ops.adopting.discovery import Discovered, Place
    from ops.live import Live
    from ops.wanted import Wanted

    Document = dict[str, Any]

DYNAMIC: Final = "{{resolve:"
"""How a dynamic reference begins; each of ours stands for a secret."""
UNTOLD: Final[Mapping[str, frozenset[str]]] = {
    "AWS::Lambda::Function": frozenset({"Code"}),
    "AWS::RDS::DBInstance": frozenset({"MasterUserPassword"}),
}
"""Properties that no API tells; the code is compared by its hash."""
ADDRESS: Final = "DATABASE_URL"
HIDDEN: Final = "Environment"
"""Where values may be secrets that somebody has written there: what is there is not shown."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A property that the templates have otherwise, and that the update after the import changes.

    Values are JSON.
    """

    place: Place
    path: str
    expected: str
    actual: str

    def __str__(self) -> str:
        """One line for an operator."""
        return f"{self.place.stack}.{self.place.logical_id} {self.path}: {self.actual} -> {self.expected}"


def read(live: Live, discovered: Discovered) -> dict[Place, Document]:
    """The properties of every resource as they are now; raises `NotFound`."""
    return {place: _read(live, place) for place in discovered.places}


def compare(
    live: Live, wanted: Wanted, discovered: Discovered, there: Mapping[Place, Document]
) -> list[Differing]:
    """What the templates have otherwise than what is there, in the order of the stacks."""
    deployment = Deployment(
        wanted.environment,
        [Template(one.stack, one.body) for one in wanted.stacks],
        live.region,
        live.require_account(),
        parameters={stack: dict(values) for stack, values in discovered.parameters.items()},
    )
    known = {(place.stack, place.logical_id): (place, found) for place, found in there.items()}
    differing: list[Differing] = []
    for resource in deployment.resources():
        place_and_found = known.get((resource.template.name, resource.logical_id))
        if place_and_found is None:
            continue
        place, found = place_and_found
        schema = schema_of(place.type, live.region)
        assert schema is not None, place.type  # noqa: S101  (cfn-lint knows the types of our templates)
        meant = _settled(deployment.properties(resource), known)
        differing += _differing(place, schema, meant, found)
        differing += _differing_address(place, deployment.properties(resource), found, known)
    return differing


def changed(before: Mapping[Place, Document], after: Mapping[Place, Document], region: str) -> list[str]:
    """Which properties of which resources are others than before, such as `database.Database /MultiAZ`."""
    found: list[str] = []
    for place, now in after.items():
        schema = schema_of(place.type, region)
        assert schema is not None, place.type  # noqa: S101  (as above)
        was = before[place]
        paths = {one.path for one in (*schema.differences(was, now), *schema.differences(now, was))}
        told = (path for path in sorted(paths) if path.split("/")[1] not in schema.read_only)
        found += [f"{place.stack}.{place.logical_id} {path}" for path in told]
    return found


def _read(live: Live, place: Place) -> Document:
    try:
        answer = live.call(
            "cloudcontrol:GetResource",
            str(place),
            TypeName=place.type,
            Identifier="|".join(place.identifier),
        )
    except NotDeployed:
        raise NotFound(
            str(place), "is not there any more", "look what became of it, and adopt again"
        ) from None
    properties: Document = json.loads(answer["ResourceDescription"]["Properties"])
    return properties


def _differing(place: Place, schema: Schema, meant: Document, found: Document) -> Iterator[Differing]:
    untold = UNTOLD.get(place.type, frozenset()) | schema.write_only
    known = {name: value for name, value in meant.items() if name not in untold}
    for one in schema.differences(schema.coerced(known), found):
        if one.wanted == LEFT_OUT or (isinstance(one.wanted, list) and one.wanted == [one.found]):
            continue  # a policy's list of one is the same as that one
        hidden = one.path.split("/")[1] == HIDDEN
        actual = "something else" if hidden and one.kind != "REMOVE" else _shown(one.found)
        yield Differing(place, one.path, "nothing" if one.kind == "ADD" else _shown(one.wanted), actual)


def _differing_address(
    place: Place, meant: Document, found: Document, known: Mapping[tuple[str, str], tuple[Place, Document]]
) -> Iterator[Differing]:
    """What of a function's DATABASE_URL is written otherwise, beside the password."""
    wanted, there = (one.get(HIDDEN, {}).get("Variables", {}).get(ADDRESS) for one in (meant, found))
    if not (isinstance(wanted, Text) and isinstance(there, str)):
        return
    settled = [part if isinstance(part, str) else _settled(part, known) for part in wanted.parts]
    if LEFT_OUT in settled:
        return
    for name, expected, actual in database_address.differences("".join(map(str, settled)), there):
        yield Differing(place, f"/{HIDDEN}/Variables/{ADDRESS} {name}", expected, actual)


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _settled(value: Any, known: Mapping[tuple[str, str], tuple[Place, Document]]) -> Any:
    """A value with what other resources have in place of references, and LEFT_OUT for what can't be known."""
    if isinstance(value, dict):
        return {name: _settled(part, known) for name, part in value.items()}
    if isinstance(value, list):
        parts = [_settled(part, known) for part in value]
        return LEFT_OUT if LEFT_OUT in parts else parts
    if isinstance(value, Text):
        parts = [part if isinstance(part, str) else _settled(part, known) for part in value.parts]
        return LEFT_OUT if LEFT_OUT in parts or DYNAMIC in value else "".join(map(str, parts))
    if isinstance(value, Reference):
        return _held(value, known)
    if isinstance(value, Unknown) or (isinstance(value, str) and DYNAMIC in value):
        return LEFT_OUT
    return value


def _held(reference: Reference, known: Mapping[tuple[str, str], tuple[Place, Document]]) -> Any:
    """What a reference comes to, of a resource that is there."""
    found = known.get((reference.template_name, reference.logical_id))
    if found is None:
        return LEFT_OUT
    place, properties = found
    if reference.attribute is None:
        return place.identifier[-1]
    value: Any = properties
    for step in reference.attribute.split("."):
        value = value.get(step, LEFT_OUT) if isinstance(value, dict) else LEFT_OUT
    return value


LEFT_OUT: Final = Unknown("it can't be compared")
"""Stands for what can't be compared."""
