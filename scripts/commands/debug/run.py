"""Switches lines of level DEBUG on for a while, or off."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.artifact_bucket import ensure_bucket
from ops.debugging import plan, read_span, switch
from ops.live import Live
from ops.locking import lock
from scripts.commands.happening import tell_event
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.aws import Connect
    from ops.debugging import Debugging
    from scripts.consent import Consent


def run(
    env: str,
    span: str | None,
    consent: Consent,
    *,
    as_json: bool = False,
    connect: Connect | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Switch it on for a span such as `30m`, or off where there is none; returns the exit code."""

    def work() -> int:
        wanted = read_span(span) if span else None
        consent.require_somebody("debug", as_json=as_json)
        live = Live(load_environment(env), connect)
        live.require_account()
        planned = plan(live, wanted, now(), pause=pause)
        if not planned.is_change:
            return _told(env, planned, "debugging is off already", as_json=as_json)
        _show(planned)
        if not consent.given(f"publish a new version of the functions of {env}?"):
            return _told(env, planned, "nothing was changed", as_json=as_json)
        with lock(live, ensure_bucket(live, talk), f"debug {env}", say=talk):
            switch(live, planned, tell_event, pause=pause)
        return _told(env, planned, _sentence(planned), as_json=as_json)

    return ended(work, as_json=as_json)


def _show(planned: Debugging) -> None:
    """What it does and costs."""
    if planned.until:
        talk(f"the functions write lines of level DEBUG until {_text(planned.until)}, and then no more")
        talk("the log grows by several lines a request meanwhile; no secret stands in them")
    else:
        talk("the functions write no lines of level DEBUG any more")
    talk("a new version of them is published, so that each starts anew once; no request fails")


def _sentence(planned: Debugging) -> str:
    return f"debugging is on until {_text(planned.until)}" if planned.until else "debugging is off"


def _told(env: str, planned: Debugging, sentence: str, *, as_json: bool) -> int:
    document: dict[str, Any] = {
        "environment": env,
        "until": _text(planned.until) if planned.until else None,
        "until_before": _text(planned.until_now) if planned.until_now else None,
        "result": sentence,
    }
    show(json.dumps(document, indent=2) if as_json else sentence)
    return Exit.DONE


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
