"""Renews a secret from the command line: looks how far that is, shows what is left, asks, and does it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ops.artifact_bucket import ensure_bucket
from ops.live import Live
from ops.locking import lock
from ops.rotating.flow import Callbacks, plan
from ops.rotating.flow import run as renew
from ops.rotating.seen import Kind, good_until, look
from ops.rotating.steps import FINISH, INTERRUPTS, Step
from scripts.commands.happening import tell_event
from scripts.ending import ended
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks.loading import load_environment

if TYPE_CHECKING:
    from ops.aws import Connect
    from ops.rotating.flow import Plan
    from scripts.consent import Consent


class OptionMisplaced(ProgramError):
    """An option is given for a secret that has no such thing."""

    def __init__(self, option: str, secret: str, wanted: str) -> None:
        self.option, self.secret = option, secret
        super().__init__(f"{option} is for the {wanted} secret, and there is nothing like it for {secret}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says: which secret, and how."""

    secret: str
    both: bool = False
    finish: bool = False
    leaked: bool = False

    def require_sense(self) -> None:
        """Raise `OptionMisplaced`."""
        for option, is_given, wanted in (
            ("--both", self.both, Kind.DATABASE),
            ("--finish", self.finish, Kind.JWT),
            ("--leaked", self.leaked, Kind.JWT),
        ):
            if is_given and self.secret != wanted:
                raise OptionMisplaced(option, self.secret, wanted)


def run(
    env: str,
    wish: Wish,
    consent: Consent,
    *,
    as_json: bool = False,
    connect: Connect | None = None,
    callbacks: Callbacks | None = None,
) -> int:
    """Renew a secret; returns the exit code. `connect` and `callbacks` are other than AWS's in tests."""
    outside = replace(
        callbacks or Callbacks(), say=_say, step=lambda step: talk(f"  {step}"), watch=tell_event
    )

    def work() -> int:
        wish.require_sense()
        consent.require_somebody("rotate", as_json=as_json)
        live = Live(load_environment(env), connect)
        live.require_account()
        return _run(live, wish, consent, outside, as_json=as_json)

    return ended(work, as_json=as_json)


def _run(live: Live, wish: Wish, consent: Consent, outside: Callbacks, *, as_json: bool) -> int:
    planned = _plan(live, wish, outside)
    _show(live, wish, planned)
    if consent.dry_run or not consent.given(f"renew the {wish.secret} secret of {live.environment.name}?"):
        talk("nothing was changed")
        if as_json:
            show(json.dumps(_document(live, wish, planned, done=False), indent=2))
        return Exit.DONE
    with lock(
        live, ensure_bucket(live, talk), f"rotate {live.environment.name} {wish.secret}", say=talk
    ) as held:
        outside.require = held.require
        # what was looked at before the lock was held may have changed
        planned = _plan(live, wish, outside)
        renew(live, planned, outside)
        if wish.both:
            talk("and the other role's password, once nobody is connected as it")
            renew(live, _plan(live, wish, outside), outside)
    _told(live, wish, planned, outside, as_json=as_json)
    return Exit.DONE


def _plan(live: Live, wish: Wish, outside: Callbacks) -> Plan:
    return plan(live, Kind(wish.secret), leaked=wish.leaked, finish=wish.finish, callbacks=outside)


def _show(live: Live, wish: Wish, planned: Plan) -> None:
    """Tell what is to be done, and what callers notice."""
    what = f"password of {planned.role}" if planned.role else f"{wish.secret} secret"
    talk(f"{what} of {live.environment.name}: {planned.seen.stage}")
    if planned.is_going_on:
        talk("this was begun before, and is gone on with:")
    for number, step in enumerate(planned.steps, 1):
        talk(f"  {number}  {step}")
    if wish.both:
        talk("  and all of it for the other role, after its sessions have ended (up to 7 minutes)")
    noticed = [INTERRUPTS[step] for step in planned.steps if step in INTERRUPTS]
    talk(f"callers notice: {'; '.join(noticed) or 'nothing'}")


def _told(live: Live, wish: Wish, planned: Plan, outside: Callbacks, *, as_json: bool) -> None:
    document = _document(live, wish, planned, done=True)
    if Step.GIVE_API in planned.steps and wish.secret == Kind.JWT:
        until = good_until(live, look(live, Kind.JWT, pause=outside.pause))
        document["before_accepted_until"] = until.isoformat() if until else None
        if until:
            talk(
                f"the secret before is accepted until {until:%Y-%m-%d %H:%M} UTC or later; after that: "
                f"miyabi rotate {live.environment.name} jwt --finish"
            )
    sentence = f"the {wish.secret} secret is renewed"
    if planned.steps == FINISH:
        sentence = "the secret before is refused from now on"
    show(json.dumps(document, indent=2) if as_json else sentence)


def _document(live: Live, wish: Wish, planned: Plan, *, done: bool) -> dict[str, Any]:
    return {
        "environment": live.environment.name,
        "secret": wish.secret,
        "role": planned.role or None,
        "found": planned.seen.stage.name.lower(),
        "steps": [step.name.lower() for step in planned.steps],
        "done": done,
    }


def _say(sentence: str) -> None:
    talk(f"    {sentence}")
