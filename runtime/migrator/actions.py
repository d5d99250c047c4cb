"""What can be asked of the migrator, as plain data in and out: one table for the command and the function.

An event is `{"action": name, ...}` with the options of that action; a document answers it. Both hold
nothing that JSON does not, so that the same words go to a function in AWS and to a local run.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Final

from runtime.migrator.context import Action, EventRefused
from runtime.migrator.errors import ServerRefused, Stopped
from runtime.migrator.signals import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.migrator.context import Context, Document


def perform(event: Mapping[str, Any], context: Context) -> Document:
    """Do what an event asks for. Raises `EventRefused`, and any `MigratorError` of the action."""
    name = event.get("action")
    action = ACTIONS.get(name) if isinstance(name, str) else None
    if action is None:
        raise EventRefused(f"no action {name!r}", ", ".join(ACTIONS))
    options = {key: value for key, value in event.items() if key != "action" and value is not None}
    for key, value in options.items():
        _require(name, key, value, action.options)
    from psycopg import Error

    from runtime.migrator.exchange import reason

    try:
        document: Document = resolve_name(f"{__package__}.{action.run}")(context, options)
    except KeyboardInterrupt as stop:
        raise Stopped(str(name), number_of(stop)) from None
    except Error as error:
        raise ServerRefused(str(name), error.sqlstate, reason(error)) from error
    return document


def _require(action: Any, key: str, value: Any, options: Mapping[str, type]) -> None:
    wanted = options.get(key)
    if wanted is None:
        raise EventRefused(f"{action} has no option {key!r}", ", ".join(options) or "none")
    if isinstance(value, float) and not 0 <= value < LONGEST:
        raise EventRefused(f"{key} of {action} is {value!r}", f"seconds from 0 to {LONGEST}")
    if type(value) is not wanted and not (wanted is float and type(value) is int):
        raise EventRefused(f"{key} of {action} is {value!r}", f"values of type {wanted.__name__}")


LONGEST: Final = 86_400
"""Seconds that an option may ask to wait."""
_CONSENT: Final = {"dry_run": bool, "shown": str, "lock_wait": float, "lock_timeout": float}
"""What the actions share that are shown before they are done: see `consent`."""
_ELSEWHERE: Final = {"host": str}
"""Of the actions that may look at another instance than the configured one: see `neighbours`."""
_SOUND: Final = {"ignore_missing": bool, "strict": bool}
_UP: Final = _SOUND | {
    "target": int,
    "resume": bool,
    "lock_wait": float,
    "lock_timeout": float,
    "attempts": int,
}

ACTIONS: Final[Mapping[str, Action]] = {
    "status": Action(
        "what is applied, pending, edited, missing or unfinished", "inspecting:status", _ELSEWHERE
    ),
    "plan": Action(
        "what `up` would apply, after its checks", "inspecting:plan", _SOUND | {"target": int, "resume": bool}
    ),
    "up": Action("apply what is pending", "applying:apply_pending", _UP),
    "verify": Action(
        "whether what is applied still matches its files, and the schema what they make",
        "comparing:verify",
        _SOUND | {"schema": bool, "accept": list},
    ),
    "adopt": Action(
        "take over a database whose schema is the one of the files",
        "adopt:adopt",
        _CONSENT | {"accept": list, "baseline": int},
    ),
    "repair": Action(
        "mend the ledger's row of a migration that was reformatted or not finished",
        "repair:repair",
        _CONSENT | {"version": int, "applied": bool, "rolled_back": bool},
    ),
    "revert": Action(
        "take the newest migration back by its down file", "revert:revert", _CONSENT | {"version": int}
    ),
    "roles": Action(
        "make the API's database roles and set their passwords",
        "preparing:prepare_roles",
        {"login": str, "force": bool},
    ),
    "probe": Action("whether the database is reached, over TLS, as whom", "probe:probe", _ELSEWHERE),
}
"""Every action by its name."""
