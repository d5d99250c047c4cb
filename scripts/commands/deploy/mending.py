"""`miyabi deploy --continue-rollback` and `--abandon`: help a stack that a failure left unusable."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from ops import rolling_back
from ops.artifact_bucket import ensure_bucket
from ops.live import Live
from ops.locking import lock
from scripts.commands.deploy.progress import progress
from scripts.commands.deploy.run import Outside
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.consent import Consent

MENDED: Final = ("UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE")
"""Statuses in which a stack can be deployed again."""


def mend(
    env: str,
    consent: Consent,
    *,
    continue_rollback: str | None,
    skip: Sequence[str],
    abandon: str | None,
    as_json: bool = False,
    outside: Outside | None = None,
) -> int:
    """Help a stack that a failure left unusable; returns the exit code."""
    ready = outside or Outside()
    return ended(
        lambda: _mend(env, consent, continue_rollback, skip, abandon, ready, as_json=as_json),
        as_json=as_json,
    )


def _mend(
    env: str,
    consent: Consent,
    going_on: str | None,
    skip: Sequence[str],
    abandoned: str | None,
    outside: Outside,
    *,
    as_json: bool,
) -> int:
    consent.require_somebody("deploy", as_json=as_json)
    live = Live(load_environment(env), outside.connect)
    live.require_account()
    name = live.stack_name(going_on or abandoned or "")
    what = (
        f"go on with the rollback of stack {name}"
        if going_on
        else f"delete stack {name}, which was never made"
    )
    if not consent.given(f"{what}?"):
        talk(f"nothing was changed: this would {what}" if consent.dry_run else "nothing was changed")
        if as_json:
            _show(name, None)
        return Exit.DONE
    pause = outside.pause or time.sleep
    with lock(live, ensure_bucket(live), f"deploy {env}", say=talk), progress() as reporter:
        if going_on:
            stack = rolling_back.continue_rollback(live, name, skip, reporter.event, pause=pause)
        else:
            stack = rolling_back.abandon(live, name, reporter.event, pause=pause)
    if as_json:
        _show(name, stack.status)
    else:
        show(f"stack {name} is in {stack.status}")
    return Exit.DONE if stack.status in MENDED else Exit.ROLLED_BACK


def _show(name: str, status: str | None) -> None:
    """The result as data; without a status nothing was done."""
    show(json.dumps({"stack": name, "status": status, "done": status is not None}, indent=2))
