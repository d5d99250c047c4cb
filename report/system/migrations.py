"""The schema's history: which files there are, what for, and which of them an account has applied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ops.status.part import Standing
from report.system.facts import WORDS, State
from report.system.model import Migration, Migrations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ops.status.part import Part

VERSION: Final = re.compile(r"\d+")
DIRECTIVE: Final = "no-transaction"
"""A first line that is for the runner, not for people."""
REPORTED: Final = "20251126"
"""The document's day as versions begin: it lists every file of before as applied."""
STANDINGS: Final = {"applied": Standing.WELL, "pending": Standing.NOTICE}


@dataclass(frozen=True, slots=True)
class File:
    """A migration: its name, its size in bytes, and what it says that it is for."""

    name: str
    size: int
    purpose: str


def read(folder: Path) -> tuple[File, ...]:
    """All migrations of a folder, in the order of their versions; raises OSError."""
    return tuple(
        File(path.name, path.stat().st_size, purpose(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.sql"))
    )


def purpose(text: str) -> str:
    """The first comment of a migration."""
    lines = [line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--")]
    return next((line for line in lines if line and line != DIRECTIVE), "")


def migrations(files: Sequence[File], part: Part | None, command: str) -> Migrations:
    """The files, each with its state where the account told it; `command` tells it where it did not."""
    states = {str(row["version"]): str(row["state"]) for row in part.rows} if part else {}
    rows = tuple(Migration(one.name, one.size, one.purpose, _state(one, states)) for one in files)
    return Migrations(_whole(part, command), rows, sum(one.name < REPORTED for one in files))


def _state(file: File, states: Mapping[str, str]) -> State:
    version = VERSION.match(file.name)
    state = states.get(version[0]) if version else None
    if state is None:
        return State.unknown()
    return State(STANDINGS.get(state, Standing.WRONG), state)


def _whole(part: Part | None, command: str) -> State:
    if part is None or not part.rows:
        why = f" ({part.summary.removeprefix('not known: ')})" if part else " from templates"
        return State.unknown(f"Which of them are applied is not known{why}: `{command}` tells it.")
    return State(part.standing, WORDS[part.standing], part.summary)
