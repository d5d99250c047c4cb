"""Which migrations are applied and pending, as the migrator function tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ops.migrating import ask_migrator
from ops.status.part import Finding, Part, Standing

if TYPE_CHECKING:
    from ops.live import Live

NAME: Final = "migrations"
WRONG: Final = {
    "edited": "changed since they were applied",
    "missing": "applied and without a file in the package",
    "dirty": "begun and not finished",
}
"""States of a migration that nobody wants, in words."""


def look(live: Live) -> Part:
    """Ask the migrator; it reads, and changes nothing. Raises `MigratorError`."""
    if live.environment.migrator is None:
        return Part(NAME, "not known: the environment has no migrator")
    found = ask_migrator(live, {"action": "status"})
    counts: dict[str, int] = found["counts"]
    name = live.environment.name
    findings = [
        Finding(
            Standing.WRONG,
            f"{counts[state]} {words}; see `miyabi migrate {_command(state)} {name}`",
        )
        for state, words in WRONG.items()
        if counts.get(state)
    ]
    pending = sum(number for state, number in counts.items() if state not in {*WRONG, "applied"})
    if pending:
        findings.append(
            Finding(Standing.NOTICE, f"{pending} pending; `miyabi migrate plan {name}` lists them")
        )
    return Part(
        NAME, f"{counts.get('applied', 0)} applied, {pending} pending", tuple(findings), _rows(found["steps"])
    )


def _rows(steps: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    keys = ("version", "description", "state", "installed_on")
    return tuple({key: step[key] for key in keys} for step in steps)


def _command(state: str) -> str:
    return "verify" if state == "edited" else "status"
