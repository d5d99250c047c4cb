"""The figures of one resource: what a usage file says, else what traffic implies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cost.usage.file import UsageFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from cfn.template import Resource
    from cost.usage.file import Figure

EMPTY = UsageFile("no usage file", {})


@dataclass(frozen=True, slots=True)
class Derived:
    """A figure that follows from traffic, and the sentence on what was assumed on the way."""

    value: Decimal
    assumption: str = ""


@dataclass(frozen=True)
class Usage:
    """A month's figures of every resource, each a point: for a range, one end of it."""

    file: UsageFile = EMPTY
    derived: Mapping[Resource, Mapping[str, Derived]] = field(default_factory=dict)
    high: bool = True
    """Which end of a range is meant."""

    def stated(self, resource: Resource, key: str) -> Figure | None:
        """What the file says, a range as its end on this side."""
        found = self.file.look_up(resource, key)
        if isinstance(found, tuple):
            return found[1] if self.high else found[0]
        return found

    def implied(self, resource: Resource, key: str) -> Derived | None:
        """What traffic implies, where the file says nothing."""
        return self.derived.get(resource, {}).get(key)

    def assumptions(self, resource: Resource) -> list[str]:
        """What was assumed for the figures of a resource that traffic implies and the file does not give."""
        return [
            figure.assumption
            for key, figure in self.derived.get(resource, {}).items()
            if figure.assumption and figure.value and self.file.look_up(resource, key) is None
        ]
