"""The environments of the house, synthesised once for each test process, and copies to break."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

from cfn import Deployment, Template
from stacks.invariants.rule import System
from stacks.loading import load_environment
from stacks.synthesis import Synthesis, synthesise

AS_OF = date(2026, 11, 22)
"""The day by which tests judge dates, so that they say the same on any day."""

Templates = dict[str, dict[str, Any]]
"""Template bodies by stack."""


@cache
def synthesis(environment: str) -> Synthesis:
    """An environment of the house as it is; leave it unchanged."""
    return synthesise(load_environment(environment))


class _Copies(dict[str, dict[str, Any]]):
    """An environment's templates, each copied when it is taken out: most tests break one of six.

    To read a template's text again takes a third of what a deep copy takes.
    """

    def __init__(self, environment: str) -> None:
        super().__init__(synthesis(environment).templates)
        self._environment = environment
        self._untouched = set(self)

    def __getitem__(self, stack: str) -> dict[str, Any]:
        if stack in self._untouched:
            self._untouched.remove(stack)
            self[stack] = json.loads(_text(self._environment, stack))
        return super().__getitem__(stack)


def templates(environment: str) -> Templates:
    """A copy of an environment's templates, to break; take out by its name what you break."""
    return _Copies(environment)


@cache
def _text(environment: str, stack: str) -> str:
    return json.dumps(synthesis(environment).templates[stack])


@cache
def _whole(environment: str) -> dict[str, Template]:
    """The templates as they are, whose resources and names are looked for once."""
    return {stack: Template(stack, body) for stack, body in synthesis(environment).templates.items()}


def system(environment: str, bodies: Templates | None = None) -> System:
    """What rules look at: an environment of the house, with its own templates or with broken ones."""
    settings, whole = synthesis(environment).environment, _whole(environment)
    parts = [*whole.values()]
    if bodies is not None:
        parts = [
            whole[stack] if stack in whole and body is whole[stack].body else Template(stack, body)
            for stack, body in bodies.items()
        ]
    return System(settings, Deployment(environment, parts, settings.region, settings.account), AS_OF)
