"""Makes components of resources: an anchor that is unique, a state, and facts without empty ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from report.system.facts import Component, Fact, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cfn import Resource
    from report.system.states import Seen
    from report.system.telling import Told

NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Maker:
    """What components are made with: templates, what is seen of the system, and the anchors given so far."""

    told: Told
    seen: Seen
    given: set[str] = field(default_factory=set)

    def of(self, *types: str) -> list[Resource]:
        """Resources of these types, in order of deployment."""
        return self.told.deployment.resources(*types)

    def get(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A resolved property."""
        return self.told.get(resource, path, default)

    def pointing_at(self, resource: Resource, path: str, *types: str) -> list[Resource]:
        """Resources of these types whose property refers to a resource."""
        deployment = self.told.deployment
        return [one for one in self.of(*types) if deployment.resource(deployment.get(one, path)) is resource]

    def component(
        self,
        group: str,
        kind: str,
        name: str,
        facts: Iterable[Fact],
        resources: Sequence[Resource],
        *,
        layers: Sequence[str] = (),
        parts: Sequence[str] = (),
    ) -> Component:
        """A component, whose state is that of its layers and parts."""
        return Component(
            anchor=self._anchor(resources[0]),
            group=group,
            kind=kind,
            name=name,
            state=self.seen.of(layers, parts, [str(one) for one in resources]),
            facts=tuple(facts),
            resources=tuple(str(one) for one in resources),
        )

    def _anchor(self, resource: Resource) -> str:
        words = NOT_A_LETTER.sub("-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", str(resource)).lower()).strip(
            "-"
        )
        anchor, number = f"component-{words}", 2
        while anchor in self.given:
            anchor, number = f"component-{words}-{number}", number + 1
        self.given.add(anchor)
        return anchor


def fact(name: str, *texts: str, code: bool = False) -> Fact:
    """A fact whose values are known."""
    return Fact(name, tuple(Value(text, is_code=code) for text in texts))


def yes(name: str, value: object) -> Fact:
    """A fact that is yes or no; what is left out is no."""
    return fact(name, "Yes" if value is True or value == "true" else "No")


def facts_of(told: Told, resource: Resource, table: Iterable[tuple[str, str, str]]) -> Iterator[Fact]:
    """Facts of a table: name, property, and unit."""
    for name, path, unit in table:
        yield from told.fact(resource, name, path, unit=unit)
