"""Deletes an environment from the command line: shows what goes and what stays, asks, follows."""

from __future__ import annotations

import json
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ops.artifact_bucket import bucket_name
from ops.destroying.flow import Callbacks, Result, require_word, run_beside
from ops.destroying.flow import run as delete
from ops.destroying.plan import Fate, plan
from ops.live import Live
from ops.locking import lock
from scripts.commands.happening import tell_event
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ops.aws import Connect
    from ops.destroying.plan import DoomedStack, Plan
    from ops.locking import Lock
    from scripts.consent import Consent


def run(
    env: str,
    word: str | None,
    consent: Consent,
    *,
    everything: bool = False,
    as_json: bool = False,
    connect: Connect | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Delete an environment; returns the exit code."""

    def work() -> int:
        consent.require_somebody("destroy", as_json=as_json)
        live = Live(load_environment(env), connect)
        planned = plan(live, everything=everything)
        _show(planned)
        if consent.dry_run:
            return _unchanged(live, planned, as_json=as_json)
        said = word or _asked(live.system, planned, consent)
        require_word(live, planned, said)
        account = live.require_account()
        if not consent.given(f"delete this of {env}, account {account}, {live.region}?"):
            return _unchanged(live, planned, as_json=as_json)
        with _lock(live, planned) as held:
            told = Callbacks(
                say=lambda sentence: talk(f"    {sentence}"),
                begin=lambda one: talk(f"  {one.stack.name}"),
                watch=tell_event,
                require=held.require if held else lambda: None,
                pause=pause,
            )
            result = delete(live, plan(live, everything=everything), said, told)
            if everything:
                told.require()
                result.beside = run_beside(live, planned, told.say)
        _told(live, planned, result, as_json=as_json)
        return Exit.DONE

    return ended(work, as_json=as_json)


def _lock(live: Live, planned: Plan) -> AbstractContextManager[Lock | None]:
    """The system's lock; none where there is no bucket to hold it, and so nobody who takes one."""
    if planned.beside.bucket is None:
        return nullcontext()
    return lock(live, bucket_name(live), f"destroy {live.environment.name}", say=talk)


def _asked(system: str, planned: Plan, consent: Consent) -> str | None:
    """The word, from a person at a terminal; nobody else is asked."""
    if not planned.protections or consent.yes or not sys.stdin.isatty():
        return None
    import typer

    try:
        found: str = typer.prompt(
            f"data goes with it: type {system} if all of it may", default="", show_default=False, err=True
        )
    except typer.Abort:
        return None
    return found or None


def _show(planned: Plan) -> None:
    """Tell what becomes of each thing; what is merely configuration is counted."""
    for one in planned.stacks:
        talk(f"{one.stack.name} ({one.stack.status.lower().replace('_', ' ')})")
        talk(f"  {len(one.of(Fate.DELETED))} resources are deleted")
        for each in one.resources:
            if each.fate is Fate.SNAPSHOT or each.holds_data:
                talk(f"  {each.fate}: {each.logical_id}, {each.physical_id}")
        for each in one.of(Fate.KEPT):
            talk(f"  kept: {each.logical_id}, {each.physical_id}")
        for why in one.protections:
            talk(f"  mind: {why}")
    verb = "deleted too" if planned.everything else "kept"
    beside = planned.beside
    for what in (
        *beside.parameters,
        *beside.secrets,
        *([f"bucket {beside.bucket}"] if beside.bucket else []),
    ):
        talk(f"{verb}: {what}")


def _unchanged(live: Live, planned: Plan, *, as_json: bool) -> int:
    talk("nothing was deleted")
    if as_json:
        show(json.dumps(_document(live, planned, None), indent=2))
    return Exit.DONE


def _told(live: Live, planned: Plan, result: Result, *, as_json: bool) -> None:
    if as_json:
        show(json.dumps(_document(live, planned, result), indent=2))
        return
    for one in result.kept:
        talk(f"  kept: {one}")
    for one in result.snapshots:
        talk(f"  snapshot: {one}")
    if result.kept:
        talk("what is kept costs on; a new deployment that wants such a name is refused until it is deleted")
    show(f"{live.environment.name} is deleted: {', '.join(result.deleted) or 'there were no stacks'}")


def _document(live: Live, planned: Plan, result: Result | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "environment": live.environment.name,
        "stacks": [_stack(one) for one in planned.stacks],
        "protections": list(planned.protections),
        "done": result is not None,
    }
    if result is not None:
        document |= {
            "deleted": result.deleted,
            "kept": result.kept,
            "snapshots": result.snapshots,
            "beside": result.beside,
        }
    return document


def _stack(one: DoomedStack) -> dict[str, Any]:
    return {
        "name": one.stack.name,
        "status": one.stack.status,
        "resources": [
            {
                "logical_id": each.logical_id,
                "id": each.physical_id,
                "type": each.type,
                "fate": each.fate.value,
            }
            for each in one.resources
        ],
    }
