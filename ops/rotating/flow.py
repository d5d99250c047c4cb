"""Renews one secret: looks how far that is, and does what is left, step by step."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ops.adjusting import adjust, deployed, require_unmoved
from ops.deploying.smoke import address_of, ask_once, ask_until_well
from ops.errors import Told
from ops.migrating import ask_migrator
from ops.rotating import versions
from ops.rotating.errors import LoginStillUsed, NothingToFinish, NotWell, OtherUnfinished, TooEarly
from ops.rotating.seen import (
    ACCEPTED,
    LOGIN,
    PREVIOUS_JWT,
    PREVIOUS_ORIGIN,
    REVISION,
    Kind,
    Seen,
    Stage,
    good_until,
    look,
    unfinished,
)
from ops.rotating.steps import FINISH, UPDATES, Step, steps_of
from runtime.contract import API_LOGINS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.deploying.smoke import Health
    from ops.live import Live
    from ops.stack import Event

IN_USE: Final = "LoginInUse"
"""How the migrator calls it that sessions are connected as a role."""
SESSION_PAUSE: Final = 15.0
SESSION_WAIT: Final = 420.0
"""Seconds to wait for the sessions of a role to end: they do after five idle minutes."""
EDGE_PAUSE: Final = 60.0
"""Seconds after CloudFront is everywhere, in which requests that it sent before may arrive."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a renewal will do, by what was seen."""

    seen: Seen
    steps: tuple[Step, ...]

    @property
    def is_going_on(self) -> bool:
        """Whether somebody has begun it."""
        return self.seen.stage is not Stage.FRESH

    @property
    def role(self) -> str:
        """The database role whose password is renewed; empty for another secret."""
        return API_LOGINS.get(self.seen.login, "")


@dataclass(slots=True)
class Callbacks:
    """Whom a renewal tells, asks and waits by."""

    say: Callable[[str], None] = lambda _: None
    step: Callable[[Step], None] = lambda _: None
    watch: Callable[[Event], None] = lambda _: None
    require: Callable[[], None] = lambda: None
    """Raises when the system's lock was lost."""
    ask: Callable[[str], Health] = ask_once
    pause: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


def plan(
    live: Live,
    kind: Kind,
    *,
    leaked: bool = False,
    finish: bool = False,
    callbacks: Callbacks | None = None,
) -> Plan:
    """What is to be done to renew a secret, or to go on with that.

    Raises:
        NotRenewable: The environment can't without failing requests.
        OtherUnfinished: Another secret's renewal is half done.
        TooEarly: Tokens of the secret before are good yet.
        NothingToFinish: The secret before is refused already.
        StackUnusable, ValueMoved: A stack could not be updated half-way; nothing is begun then.

    """
    told = callbacks or Callbacks()
    seen = look(live, kind, pause=told.pause)
    for other in unfinished(live, seen.service):
        if other is not kind:
            raise OtherUnfinished(live.environment.name, kind, other)
    if kind is Kind.JWT and seen.stage in {Stage.FRESH, Stage.MADE} and not leaked:
        _require_time(live, seen, told.now(), finish=finish)
    is_finish = finish and seen.stage is Stage.FRESH
    planned = Plan(seen, FINISH if is_finish else steps_of(seen, leaked=leaked))
    if seen.stage in {Stage.FRESH, Stage.MADE}:
        for stack in dict.fromkeys(UPDATES[step] for step in planned.steps if step in UPDATES):
            require_unmoved(live, stack, pause=told.pause)
    return planned


def _require_time(live: Live, seen: Seen, now: datetime, *, finish: bool) -> None:
    until = good_until(live, seen)
    if until is not None and now < until:
        raise TooEarly(live.environment.name, until)
    if until is None and finish and seen.stage is Stage.FRESH:
        raise NothingToFinish(live.environment.name)


def run(live: Live, planned: Plan, callbacks: Callbacks | None = None) -> None:
    """Do the steps of a plan. Raises what keeps it from its end; the same command then goes on."""
    told = callbacks or Callbacks()
    for step in planned.steps:
        told.require()
        told.step(step)
        _DOING[step](live, planned.seen, told)


def _make(live: Live, seen: Seen, _: Callbacks) -> None:
    if seen.kind is Kind.DATABASE:
        versions.make(live, seen.versions.secret, "password", {"username": API_LOGINS[seen.login]})
    else:
        versions.make(live, seen.versions.secret, "secret", {})


def _make_current(live: Live, seen: Seen, _: Callbacks) -> None:
    versions.make_current(live, seen.versions.secret)


def _settle(live: Live, seen: Seen, _: Callbacks) -> None:
    versions.settle(live, seen.versions.secret)


def _give_migrator(live: Live, _: Seen, told: Callbacks) -> None:
    _raise_revision(live, "database", {}, told)


def _set_verifier(live: Live, seen: Seen, told: Callbacks) -> None:
    """Have the migrator set the role's password, once nobody is connected with the one before."""
    waited = 0.0
    while True:
        try:
            ask_migrator(live, {"action": "roles", "login": seen.login}, pause=told.pause)
        except Told as error:
            if error.kind != IN_USE:
                raise
            if waited >= SESSION_WAIT:
                raise LoginStillUsed(live.environment.name, API_LOGINS[seen.login], waited) from None
            told.say(f"sessions are connected as {API_LOGINS[seen.login]}: waiting until they end")
            told.pause(SESSION_PAUSE)
            waited += SESSION_PAUSE
        else:
            return


def _switch(live: Live, seen: Seen, told: Callbacks) -> None:
    _raise_revision(live, "service", {LOGIN: seen.login}, told)


def _give_api(live: Live, seen: Seen, told: Callbacks) -> None:
    previous = PREVIOUS_JWT if seen.kind is Kind.JWT else PREVIOUS_ORIGIN
    _raise_revision(live, "service", {previous: ACCEPTED}, told)


def _give_api_alone(live: Live, _: Seen, told: Callbacks) -> None:
    _raise_revision(live, "service", {PREVIOUS_JWT: "refused"}, told)


def _give_edge(live: Live, _: Seen, told: Callbacks) -> None:
    _raise_revision(live, "edge", {}, told)


def _refuse_before(live: Live, seen: Seen, told: Callbacks) -> None:
    if seen.kind is Kind.ORIGIN:
        told.pause(EDGE_PAUSE)
    previous = PREVIOUS_JWT if seen.kind is Kind.JWT else PREVIOUS_ORIGIN
    adjust(live, "service", {previous: "refused"}, told.watch, pause=told.pause)


def _ask(live: Live, seen: Seen, told: Callbacks) -> None:
    address = address_of(live)
    if address is None:
        told.say("the API has no address to ask")
        return
    health = ask_until_well(address, ask=told.ask, pause=told.pause)
    if not health.is_well:
        raise NotWell(health.address, health.found, _after_failure(live, seen, told))
    told.say(f"{health.address} answers {health.found}")


def _after_failure(live: Live, seen: Seen, told: Callbacks) -> str:
    """What is done about an API that is not well: the login before still has its password."""
    name = live.environment.name
    if seen.kind is not Kind.DATABASE:
        return f"see `miyabi logs {name}`, and go on with the same command"
    before = next(letter for letter in API_LOGINS if letter != seen.login)
    adjust(live, "service", {LOGIN: before}, told.watch, pause=told.pause)
    return (
        f"the API uses {API_LOGINS[before]} again, as before; see `miyabi logs {name}`, "
        "and go on with the same command"
    )


def _raise_revision(live: Live, stack: str, given: dict[str, str], told: Callbacks) -> None:
    """Update a stack so that CloudFormation resolves the references to secrets again."""
    now = deployed(live, stack, told.watch, pause=told.pause)
    revision = str(int(now.parameters.get(REVISION, "1")) + 1)
    adjust(live, stack, {REVISION: revision, **given}, told.watch, pause=told.pause)


_DOING: Final[dict[Step, Callable[[Live, Seen, Callbacks], None]]] = {
    Step.MAKE: _make,
    Step.MAKE_CURRENT: _make_current,
    Step.GIVE_MIGRATOR: _give_migrator,
    Step.SET_VERIFIER: _set_verifier,
    Step.SWITCH: _switch,
    Step.GIVE_API: _give_api,
    Step.GIVE_API_ALONE: _give_api_alone,
    Step.GIVE_EDGE: _give_edge,
    Step.REFUSE_BEFORE: _refuse_before,
    Step.ASK: _ask,
    Step.SETTLE: _settle,
}
