"""Prints the migrator's answers for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.migrator.context import Document

STATES = {"edited": "changed since", "missing": "no file here", "dirty": "unfinished"}
"""States that need more words than their name."""
_SCALES = ((0.01, "ms", 0.001, 1), (1, "ms", 0.001, 0), (120, "s", 1, 1))
"""Below so many seconds: the unit, its size in seconds, and decimals."""


def status(document: Document) -> str:
    """Every version with its state."""
    rows = [
        (
            str(step["version"]),
            step["description"],
            _state(step),
            _moment(step["installed_on"]),
            _took(step),
        )
        for step in document["steps"]
    ]
    counts = ", ".join(f"{number} {STATES.get(state, state)}" for state, number in document["counts"].items())
    head = ("version", "description", "state", "applied on (UTC)", "took")
    hint = ["what has changed: miyabi migrate verify"] if "edited" in document["counts"] else []
    return "\n".join([where(document), "", *table(head, rows), "", counts or "no migrations", *hint])


def plan(document: Document) -> str:
    """What a run would apply, and what to know before."""
    pending = document["pending"]
    if not pending:
        return f"{where(document)}\nnothing to apply"
    rows = [
        (
            str(step["version"]),
            step["description"],
            "in a transaction" if step["transaction"] else "statement by statement",
            "older than applied ones" if step["state"] == "out of order" else "",
        )
        for step in pending
    ]
    lines = [where(document), "", *table(("version", "description", "runs", ""), rows), ""]
    lines += [f"warning: {warning}" for warning in document["warnings"]]
    if document["embedded"]:
        lines.append(
            "an application that carries the applied migrations in its binary (sqlx::migrate!) "
            "will not start once these are applied, unless it ignores missing ones"
        )
    lines.append("what they lock, scan and rewrite on this schema: miyabi migrate rehearse")
    lines.append(f"{_count(len(pending), 'migration')} to apply: miyabi migrate up")
    return "\n".join(lines)


def applied(document: Document) -> str:
    """What a run did."""
    done, remaining = document["applied"], document["remaining"]
    if not done and not remaining:
        return f"{document['database']}: nothing to apply"
    sentence = (
        f"{document['database']}: {_count(len(done), 'migration')} applied in {duration(document['seconds'])}"
    )
    return sentence + (f", {len(remaining)} remain: run again" if remaining else "")


def verified(document: Document) -> str:
    """What was found to be in order."""
    pending = f", {document['pending']} pending" if document["pending"] else ""
    return (
        f"{where(document)}\n{_count(document['verified'], 'applied migration')} match their files{pending}"
    )


def where(document: Document) -> str:
    """Which database, which server, as whom."""
    return f"{document['database']}, {document['server']}, as {document['user']}"


def duration(seconds: float) -> str:
    """A time as a person reads it."""
    for below, unit, size, digits in _SCALES:
        if seconds < below:
            return f"{seconds / size:.{digits}f} {unit}"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of columns, as wide as they must be."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]


def _state(step: dict[str, Any]) -> str:
    state: str = STATES.get(step["state"], step["state"])
    if step["statements"] is None:
        return state
    return f"{state}, {step['statements_done']} of {step['statements']} statements done"


def _took(step: dict[str, Any]) -> str:
    if step["seconds"] is not None:
        return duration(step["seconds"])
    return "?" if step["installed_on"] else ""


def _moment(text: str | None) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if text else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
