"""What a part of the preflight is given, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.errors import NotDeployed
from ops.stack import held

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from ops.live import Live
    from ops.stack import Held
    from ops.wanted import Wanted, WantedStack

    Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A problem that a deployment would fail of, or a note about what could not be looked at."""

    sentence: str
    is_problem: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be deployed where: `stacks` are those of `wanted` that are meant.

    `given` has values of parameters by stack; `package` and `bootstrap` are the zips that are to be uploaded,
    None where what is there stays; `today` is the day as of which dates are judged.
    """

    live: Live
    wanted: Wanted
    stacks: tuple[WantedStack, ...]
    given: Mapping[str, Mapping[str, str]]
    package: Path | None
    bootstrap: Path | None
    today: date

    def resources(self, kind: str) -> Iterator[tuple[WantedStack, str, Document]]:
        """Resources of a type that the stacks are to have: stack, logical id, properties."""
        for stack in self.stacks:
            if f'"{kind}"' not in stack.text:
                continue
            for name, resource in stack.body["Resources"].items():
                if resource["Type"] == kind:
                    yield stack, name, resource.get("Properties", {})

    def missing(self, kind: str) -> list[Document]:
        """The properties of those that are not there yet."""
        wanted = list(self.resources(kind))
        there = {stack.name: held_by(self.live, stack.name) for stack, _, _ in wanted}
        return [properties for stack, name, properties in wanted if name not in there[stack.name]]


def held_by(live: Live, stack: str) -> dict[str, Held]:
    """The resources that a stack has, by logical id; none where there is no stack."""
    try:
        return held(live, stack)
    except NotDeployed:
        return {}


def literal(value: Any) -> int | None:
    """A number of a template; None where it is left out or only known in AWS."""
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else None
