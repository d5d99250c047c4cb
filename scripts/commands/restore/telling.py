"""What a restore will do, and what came of it, in words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.restoring.plan import TAKES, Notice, Step
from ops.restoring.times import text
from scripts.talk import show, talk

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from ops.live import Live
    from ops.restoring.flow import Result
    from ops.restoring.plan import Plan

HOUR = 3600


def show_plan(live: Live, planned: Plan, now: datetime) -> None:
    """Tell what is lost, what is done, how long that takes, and what callers notice."""
    names = planned.names
    if planned.is_undo:
        talk(f"{names.aside} serves {live.environment.name} again as {names.serving};")
        talk(f"what serves now is kept as {names.new}, and what was written since is in that one alone")
    elif planned.at is not None:
        talk(f"{names.serving} goes back to how it was at {text(planned.at)}")
        talk(
            f"lost to the API: everything written since, which is {_long(now - planned.at)} by now and grows"
        )
        if planned.window:
            talk(f"RDS can restore it up to {text(planned.window.latest)}{_since(planned)}")
        talk(f"the instance of now is kept as {names.aside}, and costs as much as before until it is deleted")
    if planned.is_going_on:
        talk("this was begun before, and is gone on with:")
    for number, step in enumerate(planned.steps, 1):
        takes = f" ({TAKES[step]})" if step in TAKES else ""
        noticed = f"  callers: {Notice.NO_ANSWER}" if planned.notice(step) is Notice.NO_ANSWER else ""
        talk(f"  {number:2}  {step}{takes}{noticed}")
    if live.environment.migrator is None:
        talk("there is no migrator: the new instance is compared by its settings, and nobody connects to it")


def show_result(live: Live, planned: Plan, result: Result) -> None:
    """Tell what serves now, what is left over, and how to go back."""
    names, env = planned.names, live.environment.name
    if Step.REOPEN not in planned.steps:
        show(f"{names.new} is there and checked; {names.serving} serves as before")
        talk("to switch to it: the same command without --prepare; it costs as long as it is there")
        _tell_deletion(names.new)
        return
    health = f"; {result.health.address} answers {result.health.found}" if result.health else ""
    if planned.is_undo:
        show(f"{names.serving} is the instance from before the restore{health}")
        talk(f"{names.new} is left over")
        _tell_deletion(names.new)
        return
    show(f"{names.serving} holds what it held at {planned.at and text(planned.at)}{health}")
    for difference in result.differences:
        talk(f"it differs from the old one: {difference}")
    if result.applied:
        talk(f"migrations applied: {', '.join(map(str, result.applied))}")
    talk(f"to go back: miyabi restore {env} --undo")
    talk(f"{names.aside} is kept")
    _tell_deletion(names.aside)


def as_document(live: Live, planned: Plan, result: Result | None) -> dict[str, Any]:
    """The plan as data, and what came of it."""
    window = planned.window
    document: dict[str, Any] = {
        "environment": live.environment.name,
        "undo": planned.is_undo,
        "at": text(planned.at) if planned.at else None,
        "instance": planned.names.serving,
        "new": planned.names.new,
        "aside": planned.names.aside,
        "earliest": text(window.earliest) if window and window.earliest else None,
        "latest": text(window.latest) if window else None,
        "steps": [
            {"step": step.name.lower(), "callers": planned.notice(step).value} for step in planned.steps
        ],
        "done": result is not None,
    }
    if result is not None:
        document |= {
            "applied": result.applied,
            "differences": result.differences,
            "health": result.health.status if result.health else None,
        }
    return document


def _since(planned: Plan) -> str:
    earliest = planned.window.earliest if planned.window else None
    return f", from {text(earliest)} on" if earliest else ""


def _tell_deletion(instance: str) -> None:
    """The commands that delete an instance, with a last snapshot of it."""
    talk("when it is not needed any more, which also ends what it costs:")
    talk(
        f"  aws rds modify-db-instance --db-instance-identifier {instance} "
        "--no-deletion-protection --apply-immediately"
    )
    talk(
        f"  aws rds delete-db-instance --db-instance-identifier {instance} "
        f"--final-db-snapshot-identifier {instance}-final"
    )


def _long(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds // HOUR} h {seconds % HOUR // 60} min" if seconds >= HOUR else f"{seconds // 60} min"
