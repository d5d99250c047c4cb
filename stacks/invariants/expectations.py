"""Rules of one shape: properties that a resource must write out, and what each of them may say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.values import many
from stacks.invariants.reading import literal, number, said
from stacks.invariants.rule import Subject, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Expected = Callable[[Subject, Any], bool]
    """Whether a property of a resource may have a (resolved) value; None stands for one left out."""


def expect(
    identifier: str,
    kind: str,
    properties: Mapping[str, Expected],
    *,
    sentence: str,
    remedy: str,
    also: tuple[str, ...] = (),
) -> None:
    """Make a rule of a table's row: each resource of a type says in these properties what is expected.

    >>> expect(
    ...     "RDS.3",
    ...     "AWS::RDS::DBInstance",
    ...     {"StorageEncrypted": is_true},
    ...     sentence="The storage is encrypted.",
    ...     remedy="write StorageEncrypted: true",
    ... )
    """

    def check(subject: Subject) -> Iterator[str]:
        for path, expected in properties.items():
            value = subject.get(path)
            if not expected(subject, value):
                yield said(path, value)

    check.__doc__ = sentence
    rule(identifier, kind, remedy=remedy, also=also)(check)


def one_of(*values: Any) -> Expected:
    """One of these values and of their types: 1 is not true, and "true" is neither."""
    return lambda _, found: any(type(found) is type(value) and found == value for value in values)


def between(least: float, most: float = float("inf")) -> Expected:
    """A number within bounds, which may be written as text."""
    return lambda _, found: (amount := number(found)) is not None and least <= amount <= most


def some_text(_: Subject, found: Any) -> bool:
    """Text that is known and not empty."""
    return literal(found) is not None


def text_other_than(*names: str) -> Expected:
    """Text that is known, not empty, and none of these names, however they are spelt."""
    return lambda _, found: (text := literal(found)) is not None and text.lower() not in names


def including(*items: str) -> Expected:
    """A list that holds all of these."""
    return lambda _, found: all(item in many(found) for item in items)


def made_here(*types: str) -> Expected:
    """A reference to a resource of one of these types, in any of the templates."""

    def expected(subject: Subject, found: Any) -> bool:
        resource = subject.deployment.resource(found)
        return resource is not None and resource.type in types

    return expected


is_true, is_false = one_of(True), one_of(False)  # noqa: FBT003  (what they stand for is their name)
is_not_true, is_not_false = one_of(None, False), one_of(None, True)  # noqa: FBT003
