"""What a resource's replacement does to those that refer to it: they get another value, and so on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cfn.diff.certainty import is_identity
from cfn.values import Reference, Text, unsettled_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.leaves import Steps
    from cfn.schema import Schema

    Place = tuple[str, str]
    """Template and logical id of a resource."""


@dataclass(frozen=True, slots=True)
class Move:
    """Something that a reference stands for becomes another: surely or maybe, and why."""

    because: str
    is_sure: bool


@dataclass(slots=True)
class Moves:
    """What has been found so far to become another, by template and logical id of the resources."""

    added: set[Place] = field(default_factory=set)
    replaced: dict[Place, bool] = field(default_factory=dict)
    """Those that are surely replaced; whether the other one surely has another identity."""
    maybe_replaced: set[Place] = field(default_factory=set)
    changed: dict[Place, frozenset[str]] = field(default_factory=dict)
    """Those that are changed in place, with the names of the properties that change."""

    def is_new(self, reference: Reference) -> bool:
        """Whether a reference is to stand for something that nothing stood for before."""
        place = _place(reference)
        return place in self.added or (self.replaced.get(place, False) and is_identity(reference.attribute))

    def of(self, reference: Reference) -> Move | None:
        """What becomes of a reference that was there before as well.

        An attribute of a resource that is changed in place stays, but for one that is called as a property
        that changes.
        """
        place, name = _place(reference), reference.logical_id
        if place in self.replaced:
            return Move(f"{name} is replaced", self.is_new(reference))
        if place in self.maybe_replaced:
            return Move(f"{name} may be replaced", is_sure=False)
        attribute = (reference.attribute or "").rpartition(".")[2]
        if attribute in self.changed.get(place, ()):
            return Move(f"{attribute} of {name} changes", is_sure=False)
        return None


def references(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any, Reference]]:
    """Every reference within a value: the way to where it stands, what stands there, and the reference."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from references(item, (*steps, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from references(item, (*steps, str(position)))
    elif isinstance(value, Reference | Text):
        for part in unsettled_parts(value):
            if isinstance(part, Reference):
                yield steps, value, part


def has_another_identity(schema: Schema | None, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a resource that takes another's place surely answers to another Ref.

    It does, unless its name is given and stays.
    """
    if schema is None:
        return False
    return all(
        before.get(name) is None or before.get(name) != after.get(name)
        for name in map(_top, schema.identifier)
    )


def _top(path: str) -> str:
    return path.partition("/")[0]


def _place(reference: Reference) -> Place:
    return reference.template_name, reference.logical_id
