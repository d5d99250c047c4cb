"""What a plan consists of; whoever shows one needs nothing but these."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cfn.diff import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from cfn.diff import ResourceChange, StackChange
    from cost.changes import Changes


class Verdict(StrEnum):
    """What a plan comes to, from the least to the gravest."""

    NOTHING = "nothing changes"
    CHANGES = "changes"
    REPLACEMENT = "something is certainly replaced"
    DATA_LOSS = "data may be lost"


@dataclass(frozen=True, slots=True)
class StackSettings:
    """What belongs to a stack besides its template."""

    tags: Mapping[str, str] = field(default_factory=dict)
    policy: Mapping[str, Any] | None = None
    termination_protection: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a stack that becomes another, such as `termination protection`."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Risk:
    """Something about what holds data, or who may reach it, that has to be seen before all else."""

    stack: str
    logical_id: str
    """Empty where it is about the stack as a whole."""
    what: str
    left: str = ""
    """What is left of the data."""
    loses_data: bool = True
    """False for what is good to know, and does no harm to data by itself."""

    def __str__(self) -> str:
        """For example `database.Database is replaced: nothing is left`."""
        place = f"{self.stack}.{self.logical_id}" if self.logical_id else f"stack {self.stack}"
        return f"{place} {self.what}" + (f": {self.left}" if self.left else "")


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What becomes of one stack."""

    name: str
    """Such as `database`."""
    kind: Kind
    change: StackChange | None
    settings: tuple[Setting, ...] = ()
    status: str = ""
    """CloudFormation's status of a stack that is deployed."""
    remedy: str = ""
    """What has to be done before the stack can be updated; empty where it can."""

    @property
    def resources(self) -> tuple[ResourceChange, ...]:
        """Its resources to which something happens, or of which the template tells something else."""
        return self.change.resources if self.change else ()

    @property
    def acts(self) -> bool:
        """Whether anything is done about it."""
        return bool(self.settings) or (self.change is not None and self.change.acts)

    def count(self, *kinds: Kind) -> int:
        """How many resources meet one of these ends."""
        return sum(one.kind in kinds for one in self.resources)


@dataclass(frozen=True, slots=True)
class Plan:
    """What it takes to come from what is there to what is wanted."""

    before: str
    after: str
    stacks: tuple[StackPlan, ...]
    risks: tuple[Risk, ...]
    bill: Changes | None
    """What it costs before and after; None where it could not be priced."""
    unpriced: str = ""
    """Why it could not be."""

    @property
    def resources(self) -> Iterator[ResourceChange]:
        """Every resource to which something happens."""
        return (one for stack in self.stacks for one in stack.resources)

    @property
    def losses(self) -> tuple[Risk, ...]:
        """The risks that data is lost."""
        return tuple(risk for risk in self.risks if risk.loses_data)

    @property
    def blocked(self) -> tuple[StackPlan, ...]:
        """Stacks that can't be updated as they stand."""
        return tuple(stack for stack in self.stacks if stack.remedy)

    @property
    def verdict(self) -> Verdict:
        """What it comes to; the gravest counts."""
        if self.losses:
            return Verdict.DATA_LOSS
        if any(one.kind is Kind.REPLACED for one in self.resources):
            return Verdict.REPLACEMENT
        acts = any(stack.acts or stack.remedy for stack in self.stacks)
        return Verdict.CHANGES if acts else Verdict.NOTHING

    def costs(self) -> dict[tuple[str, str], Decimal]:
        """USD a month that resources cost more, by stack and logical id; what costs the same is left out."""
        if self.bill is None:
            return {}
        found: dict[tuple[str, str], Decimal] = {}
        for change in self.bill.all:
            resource = change.line.resource
            place = resource.template.name, resource.logical_id
            found[place] = found.get(place, change.difference() * 0) + change.difference()
        return {place: amount for place, amount in found.items() if amount}
