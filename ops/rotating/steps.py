"""The steps of a renewal as tables: what is seen says where to begin, and all that follows is done.

Each step may be done twice: a run that was stopped within one does it again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ops.rotating.seen import PREVIOUS_ORIGIN, Kind, Seen, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping


class Step(StrEnum):
    """What is done, one after the other; the values are for a reader."""

    MAKE = "make a new value"
    MAKE_CURRENT = "make it the current one"
    GIVE_MIGRATOR = "give it to the migrator (database stack)"
    SET_VERIFIER = "set it as the role's password in the database"
    SWITCH = "let the API use that role (service stack)"
    GIVE_API = "give it to the API, which accepts the one before too (service stack)"
    GIVE_API_ALONE = "give it to the API, which refuses the one before (service stack)"
    GIVE_EDGE = "let CloudFront send it (edge stack, some minutes)"
    REFUSE_BEFORE = "let the API refuse the one before (service stack)"
    ASK = "ask the API whether it is well"
    SETTLE = "mark it as done"


DATABASE: Final = (
    Step.MAKE,
    Step.MAKE_CURRENT,
    Step.GIVE_MIGRATOR,
    Step.SET_VERIFIER,
    Step.SWITCH,
    Step.ASK,
    Step.SETTLE,
)
TOKENS: Final = (Step.MAKE, Step.MAKE_CURRENT, Step.GIVE_API, Step.ASK, Step.SETTLE)
LEAKED: Final = (Step.MAKE, Step.MAKE_CURRENT, Step.GIVE_API_ALONE, Step.ASK, Step.SETTLE)
FINISH: Final = (Step.REFUSE_BEFORE, Step.ASK)
ORIGIN: Final = (
    Step.MAKE,
    Step.MAKE_CURRENT,
    Step.GIVE_API,
    Step.GIVE_EDGE,
    Step.REFUSE_BEFORE,
    Step.ASK,
    Step.SETTLE,
)
ORIGIN_UNASKED: Final = (Step.MAKE, Step.MAKE_CURRENT, Step.GIVE_EDGE, Step.SETTLE)
"""Where the functions do not ask for the header."""

UPDATES: Final[Mapping[Step, str]] = {
    Step.GIVE_MIGRATOR: "database",
    Step.SWITCH: "service",
    Step.GIVE_API: "service",
    Step.GIVE_API_ALONE: "service",
    Step.GIVE_EDGE: "edge",
    Step.REFUSE_BEFORE: "service",
}
"""The stack that a step updates."""
INTERRUPTS: Final[Mapping[Step, str]] = {
    Step.GIVE_API_ALONE: "every session ends",
}
"""What callers notice of a step; of the others nothing."""


def steps_of(seen: Seen, *, leaked: bool = False) -> tuple[Step, ...]:
    """What is still to be done, in order."""
    steps = _all_steps(seen, leaked=leaked)
    match seen.stage:
        case Stage.FRESH:
            return steps
        case Stage.MADE:
            return steps[steps.index(Step.MAKE_CURRENT) :]
        case Stage.CURRENT:
            return steps[steps.index(Step.MAKE_CURRENT) + 1 :]
        case Stage.IN_USE:
            return steps[steps.index(Step.ASK) :]


def _all_steps(seen: Seen, *, leaked: bool) -> tuple[Step, ...]:
    if seen.kind is Kind.DATABASE:
        return DATABASE
    if seen.kind is Kind.ORIGIN:
        return ORIGIN if PREVIOUS_ORIGIN in seen.service.parameters else ORIGIN_UNASKED
    return LEAKED if leaked else TOKENS
