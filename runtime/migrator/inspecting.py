"""Looks and tells: what is applied, what would be, whether it still matches. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.migrator import connection as connecting
from runtime.migrator import scanner
from runtime.migrator.neighbours import target_of
from runtime.migrator.planning import State
from runtime.migrator.runner import Options, preflight, read_plan, require_sound, warnings_of_place
from runtime.migrator.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.migrator.connection import Target
    from runtime.migrator.context import Context, Document
    from runtime.migrator.planning import Plan, Step
    from runtime.migrator.survey import Survey


def _look(context: Context, purpose: str, target: Target | None = None) -> tuple[Survey, Plan]:
    wanted = target or context.target
    with connecting.connect(wanted, purpose=purpose, say=context.progress.say) as connection:
        place = survey(connection)
        return place, read_plan(connection, place, context.migrations)


def status(context: Context, options: Mapping[str, Any]) -> Document:
    """Every version of files and ledger with its state."""
    place, plan = _look(context, "status", target_of(context, options))
    return head(place) | {
        "steps": [_step(step) for step in plan.steps],
        "counts": {state.value: len(plan.of(state)) for state in State if plan.of(state)},
    }


def plan(context: Context, options: Mapping[str, Any]) -> Document:
    """What `up` would apply, after every check that it makes. Raises what `up` would."""
    place, found = _look(context, "plan")
    if "target" in options:
        found = found.until(options["target"])
    require_sound(found, Options(**options))
    warnings = preflight(found.pending)
    return head(place) | {
        "pending": [
            _step(step) | {"file": step.migration.name, "transaction": not step.migration.no_transaction}
            for step in found.of(State.PENDING, State.OUT_OF_ORDER)
            if step.migration
        ],
        "warnings": [
            *warnings_of_place(found, place),
            *(hazard.render() for hazard in warnings),
        ],
        "embedded": _is_shared(found),
    }


def verify(context: Context, options: Mapping[str, Any]) -> Document:
    """Whether every applied migration still matches its file. Raises `DatabaseError` where one does not."""
    place, plan = _look(context, "verify")
    require_sound(plan, Options(**options))
    return head(place) | {"verified": len(plan.of(State.APPLIED)), "pending": len(plan.pending)}


def head(place: Survey) -> Document:
    """Where an answer comes from: database, user, server, ledger."""
    return {
        "database": place.database,
        "user": place.user,
        "server": f"PostgreSQL {place.version // 10000}.{place.version % 10000}",
        "ledger": f"{place.ledger.schema}._sqlx_migrations" if place.ledger.exists else None,
    }


def _step(step: Step) -> Document:
    row = step.row
    known = row is not None and row.success and row.execution_time >= 0
    return {
        "version": step.version,
        "description": step.description,
        "state": step.state.value,
        "installed_on": row.installed_on.isoformat() if row else None,
        "seconds": row.execution_time / 1e9 if row and known else None,
        "statements_done": row.statements_done if row else None,
        "statements": len(scanner.split(step.migration.text))
        if step.state is State.DIRTY and step.migration
        else None,
    }


def _is_shared(plan: Plan) -> bool:
    """Whether an application with the applied migrations built in would refuse to start after this."""
    return bool(plan.of(State.APPLIED, State.EDITED) and plan.pending)
