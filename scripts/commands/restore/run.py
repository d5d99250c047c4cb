"""Brings the database back to an earlier time from the command line: shows the plan, asks, does it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.artifact_bucket import ensure_bucket
from ops.live import Live
from ops.locking import lock
from ops.restoring.flow import Callbacks, Restore
from ops.restoring.plan import plan, plan_undo, prepared
from ops.restoring.times import read_time
from scripts.commands.restore.telling import as_document, show_plan, show_result
from scripts.ending import ended
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.aws import Connect
    from ops.restoring.plan import Plan
    from scripts.consent import Consent


class TimeMissing(ProgramError):
    """Neither a time is given nor that a restore is to be undone, or both are."""

    def __init__(self) -> None:
        super().__init__(
            "say to when by --at TIME, such as --at 2026-11-26T03:00:00Z, or --undo to go back; one of them, "
            "and --prepare with the former alone"
        )


def run(  # noqa: PLR0913  (what the command line says, and what tests replace)
    env: str,
    at: str | None,
    consent: Consent,
    *,
    undo: bool = False,
    prepare: bool = False,
    as_json: bool = False,
    connect: Connect | None = None,
    callbacks: Callbacks | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Restore, or undo that; returns the exit code."""
    outside = replace(
        callbacks or Callbacks(),
        say=lambda sentence: talk(f"    {sentence}"),
        step=lambda step: talk(f"  {step}"),
    )

    def work() -> int:
        if (at is None) is not undo or (undo and prepare):
            raise TimeMissing
        consent.require_somebody("restore", as_json=as_json)
        live = Live(load_environment(env), connect)
        live.require_account()
        wanted = read_time(at, now()) if at else None
        planned = _plan(live, wanted, prepare=prepare)
        show_plan(live, planned, now())
        question = _question(env, undo=undo, prepare=prepare)
        if not consent.given(question):
            talk("nothing was changed")
            if as_json:
                show(json.dumps(as_document(live, planned, None), indent=2))
            return Exit.DONE
        with lock(live, ensure_bucket(live, talk), f"restore {env}", say=talk) as held:
            outside.require = held.require
            restore = Restore(live, _plan(live, wanted, prepare=prepare), outside)
            return _done(live, restore, as_json=as_json)

    return ended(work, as_json=as_json)


def _plan(live: Live, at: datetime | None, *, prepare: bool) -> Plan:
    if at is None:
        return plan_undo(live)
    return prepared(plan(live, at)) if prepare else plan(live, at)


def _question(env: str, *, undo: bool, prepare: bool) -> str:
    if prepare:
        return f"make an instance of {env} as it was then, beside the one that serves?"
    return f"switch {env} to {'the instance before' if undo else 'its state of that time'}?"


def _done(live: Live, restore: Restore, *, as_json: bool) -> int:
    try:
        result = restore.run()
    except BaseException:
        if restore.is_shut:
            talk(
                "the API takes no request until this is finished: run the same command again, or "
                f"`miyabi restore {live.environment.name} --undo`"
            )
        raise
    document: dict[str, Any] = as_document(live, restore.plan, result)
    if as_json:
        show(json.dumps(document, indent=2))
    else:
        show_result(live, restore.plan, result)
    return Exit.DONE
