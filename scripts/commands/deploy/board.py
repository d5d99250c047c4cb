"""What is known of a deployment while it goes on: its steps, and the resources that are under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ops.stack import Event

FINAL: Final = ("_COMPLETE", "_FAILED", "_SKIPPED")
"""How the statuses end in which nothing goes on with a resource."""
UNTOLD: Final = ("Resource creation Initiated", "Requested update required")
"""Reasons that say no more than the status does."""


class State(StrEnum):
    """How a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Resource:
    """A resource as its last event has it; `since` is when something began with it."""

    logical_id: str
    type: str
    status: str
    since: float
    at: float
    reason: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing goes on with it."""
        return self.status.endswith(FINAL)

    @property
    def has_failed(self) -> bool:
        """Whether it failed, as opposed to being called off because something else did."""
        return self.status.endswith("_FAILED") and "cancelled" not in self.reason

    @property
    def kind(self) -> str:
        """Its type without AWS and the service, such as `DBInstance`."""
        return self.type.rpartition("::")[2]


@dataclass(slots=True)
class Step:
    """A stack, or a step that is none; times are the clock's seconds."""

    name: str
    needs: frozenset[str] = frozenset()
    state: State = State.WAITING
    sentence: str = ""
    began: float | None = None
    ended: float | None = None
    expected: int = 0
    resources: dict[str, Resource] = field(default_factory=dict)
    failures: list[Resource] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """How many resources nothing goes on with any more."""
        return sum(resource.is_final for resource in self.resources.values())

    def under_way(self) -> Iterator[Resource]:
        """The resources with which something goes on, longest first."""
        going = (one for one in self.resources.values() if not one.is_final)
        yield from sorted(going, key=lambda one: one.since)

    def elapsed(self, now: float) -> float:
        """Seconds that it has taken so far."""
        return (now if self.ended is None else self.ended) - (now if self.began is None else self.began)


class Board:
    """All steps of one deployment; not to be written to by two threads at once."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self._names: dict[str, str] = {}

    def expect(self, steps: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Note the steps to come, with those that each needs."""
        for name, needs in steps:
            self.steps[name] = Step(name, needs)

    def begin(self, name: str, now: float, changes: Sequence[dict[str, Any]] = ()) -> Step:
        """Note that a step is under way, with the changes that a stack's change set has."""
        step = self.steps.setdefault(name, Step(name))
        step.state, step.ended, step.sentence = State.RUNNING, None, ""
        step.began = now
        step.expected = len(changes)
        step.resources.clear()
        return step

    def end(self, name: str, now: float, sentence: str, *, succeeded: bool) -> Step:
        """Note what came of a step."""
        step = self.steps.setdefault(name, Step(name))
        step.state = State.DONE if succeeded else State.FAILED
        step.sentence = sentence
        step.began = now if step.began is None else step.began
        step.ended = now
        return step

    def event(self, event: Event, now: float) -> Resource | None:
        """Note an event; returns the resource, None where the event is about the stack itself."""
        step = self.steps.setdefault(short_name(event.stack), Step(short_name(event.stack)))
        if event.is_of_stack:
            return None
        before = step.resources.get(event.logical_id)
        fresh = before is None or before.is_final
        found = Resource(
            event.logical_id,
            event.type,
            event.status,
            since=now if before is None or fresh else before.since,
            at=now,
            reason="" if event.reason in UNTOLD else event.reason,
        )
        step.resources[event.logical_id] = found
        if found.has_failed:
            step.failures.append(found)
        return found


def short_name(stack: str) -> str:
    """`service` of `miyabi-staging-service`."""
    return stack.rpartition("-")[2]


def clock(seconds: float) -> str:
    """Seconds as people read them, such as `4 s`, `1 m 02 s` or `1 h 05 m`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {left:02} m"
    return f"{minutes} m {rest:02} s" if minutes else f"{rest} s"
