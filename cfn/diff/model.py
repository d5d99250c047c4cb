"""What a difference consists of: stacks, their resources, and of these each part that becomes another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from cfn.leaves import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.leaves import Steps

    Document = dict[str, Any]


class Effect(StrEnum):
    """What CloudFormation does about a change, in the words of "Update behaviors of stack resources"."""

    NOTHING = "nothing"
    """It is written down, and no resource is touched."""
    IN_PLACE = "no interruption"
    INTERRUPTS = "some interruptions"
    MAY_REPLACE = "may replace"
    """It hangs on the value, or on what the service finds."""
    REPLACES = "replacement"


class Kind(StrEnum):
    """What becomes of a resource, or of a stack."""

    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    MAY_BE_REPLACED = "may be replaced"
    REMOVED = "removed"
    RETAINED = "retained"
    """It leaves the stack and stays as it is."""
    UNTOUCHED = "untouched"
    """Its template tells something else, and nothing is done about it."""


class Fate(StrEnum):
    """What is left of a resource that goes."""

    DELETED = "deleted"
    SNAPSHOT = "deleted after a snapshot"
    RETAINED = "retained"


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a resource, or of a template, that becomes another.

    Values are resolved; what only AWS knows is a Reference, an Unknown or a Text of `cfn.values`.
    """

    steps: Steps
    """Its path, such as `("Properties", "Tags", "0", "Value")`; see `cfn.leaves.Leaf` for items of lists."""
    kind: str
    """Add, Modify or Remove."""
    before: Any
    after: Any
    effect: Effect
    is_sure: bool = True
    """False where the new value may turn out to be the old one: only AWS knows."""
    because: str = ""
    """What makes it change where its expression stays, or why it is not sure."""
    note: str = ""
    """What AWS says of such a change."""

    @property
    def pointer(self) -> str:
        """Its path as a JSON pointer within the resource's body, such as `/Properties/MultiAZ`."""
        return pointer(self.steps)

    @property
    def is_moved(self) -> bool:
        """Whether it is written as before, and stands for something that becomes another."""
        return bool(self.because) and bool(self.before == self.after)


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What becomes of one resource.

    `before` and `after` are its resolved bodies; None where it is not there.
    """

    stack: str
    logical_id: str
    type: str
    kind: Kind
    before: Document | None
    after: Document | None
    changes: tuple[Change, ...] = ()
    fate: Fate | None = None
    """Of a resource that goes, or of the one whose place another takes."""
    refused: str = ""
    """Why CloudFormation will not do it; empty where nothing speaks against it."""

    def __str__(self) -> str:
        """For example `database.Database`."""
        return f"{self.stack}.{self.logical_id}"

    @property
    def effect(self) -> Effect:
        """The gravest effect of its changes."""
        return max((change.effect for change in self.changes), key=GRAVITY.index, default=Effect.NOTHING)


@dataclass(frozen=True, slots=True)
class StackChange:
    """What becomes of one stack: of its resources, and of what its template says besides."""

    name: str
    """Of its template after; before, where it is no longer there."""
    kind: Kind
    resources: tuple[ResourceChange, ...]
    sections: tuple[Change, ...]
    """Changes of outputs, conditions and so on; the first step is the section."""

    @property
    def acts(self) -> bool:
        """Whether CloudFormation does anything about it."""
        return any(one.kind is not Kind.UNTOUCHED for one in self.resources) or any(
            change.effect is not Effect.NOTHING for change in self.sections
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of each stack, in order of deployment; those that are no longer there at the end."""

    stacks: tuple[StackChange, ...]

    @property
    def resources(self) -> Iterator[ResourceChange]:
        """Every resource to which something happens, by stack."""
        return (one for stack in self.stacks for one in stack.resources)

    @property
    def acts(self) -> bool:
        """Whether CloudFormation does anything about it."""
        return any(stack.acts for stack in self.stacks)


GRAVITY: Final = tuple(Effect)
"""Effects from the least to the gravest."""
