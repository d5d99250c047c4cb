"""`miyabi migrate rehearse`: what pending migrations would lock, rewrite and scan, statement by statement."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from scripts.commands.migrate.direct import directly, pg_dump_of
from scripts.commands.migrate.tables import duration, table, where
from scripts.exit_codes import Exit
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from runtime.migrator.context import Document
    from scripts.commands.migrate.telling import Telling

EXCERPT: Final = 44
"""Characters of a statement that a line shows."""
WEAK: Final = ("AccessShareLock", "RowShareLock")
"""Locks that reading takes, and that are in nobody's way but of who changes the table itself."""
NAMED: Final = 2
"""Locks that a line names."""
MARKS: Final = {"blocks": "!"}


def rehearse(
    *,
    env: str | None,
    database_url: str | None,
    folder: Path,
    options: Mapping[str, Any],
    refuse_blocking: bool,
    pg_dump: Path | None,
    as_json: bool,
) -> int:
    """Rehearse what is pending in a folder, print it, and return the exit code.

    Raises `ProgramError` where the words name no database.
    """
    run = partial(
        _rehearse,
        folder=folder,
        options={name: value for name, value in options.items() if value is not None},
        refuse_blocking=refuse_blocking,
        pg_dump=pg_dump,
        as_json=as_json,
    )
    return directly("rehearse", env, database_url, run, as_json=as_json)


def _rehearse(
    url: str,
    telling: Telling,
    *,
    folder: Path,
    options: Mapping[str, Any],
    refuse_blocking: bool,
    pg_dump: Path | None,
    as_json: bool,
) -> int:
    from runtime.migrator import rehearse as rehearsal
    from runtime.migrator.connection import read_url
    from runtime.migrator.context import Context
    from runtime.migrator.files import read_migrations

    context = Context(read_url(url), read_migrations(folder), telling)
    document = rehearsal.rehearse(context, options, pg_dump=pg_dump_of(pg_dump))
    show(json.dumps(document, indent=2) if as_json else rehearsed(document))
    return Exit.RULE_BROKEN if refuse_blocking and document["blocking"] else Exit.DONE


def rehearsed(document: Document) -> str:
    """Every statement of every file with its locks and its verdict, and how many block."""
    if not document["files"]:
        return f"{where(document)}\nnothing to rehearse: nothing is pending"
    lines = [where(document)]
    for file in document["files"]:
        lines += ["", *_file(file)]
    lines += ["", *(f"warning: {warning}" for warning in document["warnings"])]
    lines += [f"not told by a rehearsal: {limit}" for limit in document["limits"]]
    return "\n".join([*lines, _sum(document)])


def _file(file: Mapping[str, Any]) -> Iterator[str]:
    how = "in a transaction" if file["transaction"] else "statement by statement"
    yield f"{file['file']}, {how}, {duration(file['seconds'])} without rows"
    rows = [
        (
            MARKS.get(statement["level"], " "),
            str(statement["line"]),
            _excerpt(statement["statement"]),
            _locks(statement["locks"]),
            statement["verdict"],
        )
        for statement in file["statements"]
    ]
    yield from table(("", "line", "statement", "locks", "verdict"), rows)


def _excerpt(statement: str) -> str:
    line = " ".join(statement.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}…"


def _locks(locks: Sequence[Mapping[str, str]]) -> str:
    """As LOCK TABLE calls the modes: `ACCESS EXCLUSIVE tasks`."""
    told = [f"{_mode(lock['mode'])} {lock['relation']}" for lock in locks if lock["mode"] not in WEAK]
    more = f", {len(told) - NAMED} more" if len(told) > NAMED else ""
    return ", ".join(told[:NAMED]) + more


def _mode(mode: str) -> str:
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return spaced.strip().upper()


def _sum(document: Document) -> str:
    count = sum(len(file["statements"]) for file in document["files"])
    blocking = document["blocking"] or "none"
    keep = "keep" if document["blocking"] > 1 else "keeps"
    waiting = f"{blocking} {keep} others waiting while it scans or rewrites"
    return f"{_count(count, 'statement')} rehearsed, {waiting}{' (!)' if document['blocking'] else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
