"""Deploys an environment from the command line: looks, shows, asks, does, and tells what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from cost import Traffic
from ops.adopting.phases import phase_of
from ops.adopting.way import refuse_leaping, refuse_skipping
from ops.artifact_bucket import ensure_bucket
from ops.deploying.causes import explained
from ops.deploying.errors import StackFailed, refuse_unknown
from ops.deploying.flow import Deployment, Options, Result
from ops.deploying.smoke import ask_once
from ops.deploying.steps import Pauses, Stopped
from ops.deploying.survey import survey
from ops.live import Live
from ops.locking import lock
from ops.wanted import Wanted
from scripts.commands.deploy.packages import package_for
from scripts.commands.deploy.progress import progress
from scripts.commands.deploy.telling import rule_broken, show_dry, show_survey, told
from scripts.commands.plan.run import CODES
from scripts.commands.synth import acceptable, examined
from scripts.ending import ended, tell
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import talk
from stacks.build import files
from stacks.loading import load_environment
from stacks.waivers import load_waivers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ops.adopting.phases import Phase
    from ops.aws import Connect
    from ops.deploying.smoke import Health
    from ops.deploying.survey import Survey
    from scripts.consent import Consent
    from stacks.settings import Environment
    from stacks.synthesis import Synthesis

STOPPED: Final = (
    "stopped; what was begun goes on at AWS: `miyabi deploy {environment}` follows it, and goes on from there"
)


class ParameterUnreadable(ProgramError):
    """A word that is to give a parameter does not."""

    def __init__(self, word: str, found: str) -> None:
        self.word = word
        super().__init__(f"--parameter {word}: {found}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says about a deployment."""

    package: Path | None = None
    bootstrap: Path | None = None
    only: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    migrations: bool = True
    smoke_test: bool = True
    address: str | None = None
    as_of: date | None = None
    phase: int | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What a deployment reaches out to; tests give others."""

    connect: Connect | None = None
    ask: Callable[[str], Health] = ask_once
    pause: Callable[[float], None] | None = None


def run(
    env: str, wish: Wish, consent: Consent, *, as_json: bool = False, outside: Outside | None = None
) -> int:
    """Deploy an environment; returns the exit code."""
    return ended(lambda: _run(env, wish, consent, outside or Outside(), as_json=as_json), as_json=as_json)


def _run(env: str, wish: Wish, consent: Consent, outside: Outside, *, as_json: bool) -> int:
    consent.require_somebody("deploy", as_json=as_json)
    phase = None if wish.phase is None else phase_of(env, wish.phase)
    synthesis = checked(phase.environment if phase else load_environment(env), wish.as_of, phase)
    if synthesis is None:
        return rule_broken(as_json=as_json)
    live = Live(synthesis.environment, outside.connect)
    wanted = Wanted.of(files(synthesis))
    refuse_unknown(wanted, wish.only)
    account = live.require_account()
    if phase:
        refuse_skipping(live, phase)
    else:
        refuse_leaping(live, synthesis)
    options = Options(
        package=package_for(synthesis.environment, wish.package),
        bootstrap=wish.bootstrap,
        only=wish.only or (phase.stacks if phase else ()),
        parameters=by_stack(wish.parameters, wanted),
        migrations=wish.migrations and (phase is None or phase.migrates),
        smoke_test=wish.smoke_test,
        address=wish.address,
    )
    found = survey(live, wanted, options, _traffic(synthesis))
    show_survey(found, as_json=as_json)
    if consent.dry_run and as_json:
        show_dry(found)
        return CODES[found.plan.verdict] or (Exit.CHANGES if found.is_anything else Exit.DONE)
    if not found.is_anything:
        return told(Result(), env, as_json=as_json)
    if consent.dry_run:
        talk("nothing was done: this is what would be")
        return CODES[found.plan.verdict] or Exit.CHANGES
    if not consent.given(f"deploy this to {env}, account {account}, {live.region}?"):
        talk("nothing was changed")
        return Exit.DONE
    return _deploy(live, wanted, options, found, outside, as_json=as_json)


def checked(
    environment: Environment, as_of: date | None = None, phase: Phase | None = None
) -> Synthesis | None:
    """An environment's templates, after the same checks as `synth` makes; None when a rule is broken."""
    today = date.today()  # noqa: DTZ011  (the operator's own calendar day)
    waivers = load_waivers()
    outcome = examined(environment, phase.waivers(waivers) if phase else waivers, as_of or today)
    if acceptable([outcome.judgement], strict=False):
        return outcome.synthesis
    return None


def by_stack(words: Sequence[str], wanted: Wanted) -> Mapping[str, Mapping[str, str]]:
    """Values of parameters by stack, of `[STACK.]NAME=VALUE`; raises `ParameterUnreadable`."""
    found: dict[str, dict[str, str]] = {}
    for word in words:
        place, equals, value = word.partition("=")
        stack, _, name = place.rpartition(".")
        stacks = [
            one.stack
            for one in wanted.stacks
            if stack in ("", one.stack) and name in {parameter.name for parameter in one.parameters}
        ]
        if not equals:
            raise ParameterUnreadable(word, "write it as NAME=VALUE, or as STACK.NAME=VALUE")
        if not stacks:
            raise ParameterUnreadable(word, f"no stack of {wanted.environment} has a parameter {place}")
        for one in stacks:
            found.setdefault(one, {})[name] = value
    return found


def _deploy(
    live: Live,
    wanted: Wanted,
    options: Options,
    found: Survey,
    outside: Outside,
    *,
    as_json: bool,
) -> int:
    environment, pauses = wanted.environment, Pauses()
    bucket = ensure_bucket(live, talk)
    with lock(live, bucket, f"deploy {environment}", say=talk) as held, progress() as reporter:
        deployment = Deployment(
            live,
            wanted,
            options,
            shown=found.shown,
            reporter=reporter,
            ask=outside.ask,
            require_lock=held.require,
            pause=outside.pause or pauses,
        )
        try:
            deployment.run(bucket, pauses.stop)
        except StackFailed as failed:
            failure: StackFailed | None = failed
        except (KeyboardInterrupt, Stopped):
            reporter.say(STOPPED.format(environment=environment))
            raise KeyboardInterrupt from None
        else:
            failure = None
    if failure is not None:
        return _failed(failure, environment, as_json=as_json)
    return told(deployment.result, environment, as_json=as_json)


def _failed(failed: StackFailed, environment: str, *, as_json: bool) -> int:
    """Tell a failure: its sentence last, so that it is what a person reads first."""
    for sentence in explained(failed.executed, environment):
        talk(f"  {sentence}")
    return tell(failed, as_json=as_json)


def _traffic(synthesis: Synthesis) -> Traffic:
    """What a month brings, for the bill."""
    figures = synthesis.environment.traffic.model_dump().items()
    return Traffic.of({key: value for key, value in figures if value is not None})
