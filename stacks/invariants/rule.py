"""How a rule is written down, and what it may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stacks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from cfn import Deployment, Resource
    from stacks.settings import Environment

    Check = Callable[["Subject"], Iterator[str]]
    SystemCheck = Callable[["System"], Iterator[tuple[str, str, str]]]


@dataclass(frozen=True, slots=True)
class System:
    """Everything a rule may look at: the synthesised templates, the settings behind them, and the day."""

    environment: Environment
    deployment: Deployment
    as_of: date
    _subjects: dict[tuple[str, ...], list[Subject]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def of_type(self, *types: str) -> list[Subject]:
        """Every resource of these types, over all stacks."""
        found = self._subjects.get(types)
        if found is None:
            found = [Subject(resource, self) for resource in self.deployment.resources(*types)]
            self._subjects[types] = found
        return [*found]


@dataclass(frozen=True, slots=True)
class Subject:
    """One resource under examination, with its surroundings."""

    resource: Resource
    system: System

    @property
    def deployment(self) -> Deployment:
        """The templates together, for references that lead to other stacks."""
        return self.system.deployment

    @property
    def environment(self) -> Environment:
        """The settings behind the templates."""
        return self.system.environment

    def get(self, path: str, default: Any = None) -> Any:
        """A resolved property by its dotted path."""
        return self.system.deployment.get(self.resource, path, default)

    def target(self, path: str) -> Resource | None:
        """The resource that a property refers to, in this stack or another."""
        deployment = self.system.deployment
        return deployment.resource(deployment.get(self.resource, path))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the house; `check` yields stack, logical id and what was found for each violation."""

    id: str
    types: tuple[str, ...]
    """The types it looks at; none for a rule about the system as a whole."""
    sentence: str
    remedy: str
    also: tuple[str, ...]
    """Ids that other tools give the same rule."""
    check: SystemCheck

    def findings(self, system: System) -> Iterator[Finding]:
        """Every violation in an environment."""
        for stack, logical_id, found in self.check(system):
            yield Finding(system.environment.name, stack, logical_id, self.id, found, self.remedy)


RULES: dict[str, Rule] = {}


def rule(identifier: str, *types: str, remedy: str, also: tuple[str, ...] = ()) -> Callable[[Check], Check]:
    """Register a check of each resource of some types (of all, when none is named)."""

    def register(check: Check) -> Check:
        def every(system: System) -> Iterator[tuple[str, str, str]]:
            for subject in system.of_type(*types):
                for found in check(subject):
                    yield subject.resource.template.name, subject.resource.logical_id, found

        _register(identifier, types, remedy, also, check.__doc__, every)
        return check

    return register


def system_rule(
    identifier: str, *, remedy: str, also: tuple[str, ...] = ()
) -> Callable[[SystemCheck], SystemCheck]:
    """Register a check of the system as a whole, which yields stack, logical id and what it found."""

    def register(check: SystemCheck) -> SystemCheck:
        _register(identifier, (), remedy, also, check.__doc__, check)
        return check

    return register


def _register(
    identifier: str,
    types: tuple[str, ...],
    remedy: str,
    also: tuple[str, ...],
    docstring: str | None,
    check: SystemCheck,
) -> None:
    if identifier in RULES:
        raise ValueError(f"rule {identifier} is defined twice")
    sentence = (docstring or "").strip().splitlines()[0]
    RULES[identifier] = Rule(identifier, types, sentence, remedy, also, check)
