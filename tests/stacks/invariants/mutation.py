"""Mutations: each breaks one thing in a real template and names every rule that must notice, and no other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from stacks.invariants.catalogue import check
from tests.stacks.systems import Templates, system, templates

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.findings import Finding

    Break = Callable[[Templates], None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A way to break an environment's templates, and the ids of the rules that must find it."""

    name: str
    environment: str
    rules: frozenset[str]
    apply: Break


def breaks(found: list[Mutation], *rules: str, environment: str = "staging") -> Callable[[Break], Break]:
    """Collect a mutation under its function's name."""

    def register(apply: Break) -> Break:
        found.append(Mutation(apply.__name__, environment, frozenset(rules), apply))
        return apply

    return register


def newly_found(mutation: Mutation) -> set[str]:
    """Ids of the rules that find something in the broken templates, and not in the whole ones."""
    broken = templates(mutation.environment)
    mutation.apply(broken)
    found = set(check(system(mutation.environment, broken)))
    return {finding.rule for finding in found - _already(mutation.environment)}


@cache
def _already(environment: str) -> frozenset[Finding]:
    """What is found in the whole templates."""
    return frozenset(check(system(environment)))
