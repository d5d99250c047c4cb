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


def templates(environment: str) -> Templates:
    """A copy of an environment's templates, to break."""
    copied: Templates = json.loads(_text(environment))
    return copied


@cache
def _text(environment: str) -> str:
    """To read it again takes a third of what a deep copy takes, and every mutation needs a copy."""
    return json.dumps(synthesis(environment).templates)


def system(environment: str, bodies: Templates | None = None) -> System:
    """What rules look at: an environment of the house, with its own templates or with broken ones."""
    settings = synthesis(environment).environment
    parts = [Template(stack, body) for stack, body in (bodies or synthesis(environment).templates).items()]
    return System(settings, Deployment(environment, parts, settings.region, settings.account), AS_OF)
