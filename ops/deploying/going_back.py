"""Brings the functions back to the version before a deployment, and has the stack told so.

The aliases are moved first, since that takes a second. Then the stack gets its former template, parameters
and package again, so that it says what is live.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.artifacts import publish
from ops.change_sets import execute, propose
from ops.deploying.aliases import Alias, aliases, move
from ops.deploying.reporter import Silent
from ops.stack import describe
from ops.wanted import as_deployed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.artifacts import Published
    from ops.deploying.reporter import Reporter
    from ops.live import Live
    from ops.wanted import WantedStack


@dataclass(frozen=True, slots=True)
class Before:
    """The service stack as it was: template, parameters, which package it has, where its aliases point."""

    stack: WantedStack
    parameters: dict[str, str]
    published: Published
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand after going back, as part of a sentence, and whether the stack says so too."""

    sentence: str
    is_told: bool


def remember(live: Live, published: Published) -> Before | None:
    """The service stack as it is now; None where there is none to go back to."""
    now = describe(live, live.stack_name("service"))
    if now is None or not now.is_updatable:
        return None
    stack = as_deployed(live, now)
    return Before(stack, now.parameters, published, tuple(aliases(live, now.name, stack.body)))


def is_as_it_was(live: Live, before: Before) -> bool:
    """Whether the service stack has its former template and parameters, and its aliases their versions."""
    now = remember(live, before.published)
    return now is not None and (now.stack.text, now.parameters, now.aliases) == (
        before.stack.text,
        before.parameters,
        before.aliases,
    )


def go_back(
    live: Live,
    before: Before,
    reporter: Reporter | None = None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Standing:
    """Go back to how the service stack was."""
    told = reporter or Silent()
    for alias in before.aliases:
        move(live, alias)
        told.say(f"{alias.function}: alias {alias.name} is back at version {alias.version}")
    publish(live, before.published)
    now = describe(live, before.stack.name)
    given = {one.name: before.parameters[one.name] for one in before.stack.parameters if not one.is_ssm}
    change_set = propose(live, before.stack, now, given, pause=pause)
    if change_set is None:
        return Standing("the functions are back at the version before", is_told=True)
    told.begin(before.stack.stack, change_set.changes)
    executed = execute(live, change_set, told.event, pause=pause)
    told.end(before.stack.stack, executed.stack.status, succeeded=executed.succeeded)
    if executed.succeeded:
        return Standing(
            "the functions are back at the version before, and so is the service stack", is_told=True
        )
    return Standing(
        "the functions are back at the version before, but the service stack could not be told so: it is in "
        f"{executed.stack.status}",
        is_told=False,
    )
