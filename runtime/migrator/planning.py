"""Lays files and ledger side by side: what is applied, what is pending, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from runtime.migrator.errors import Dirty, Edited, Missing, OutOfOrder, VersionUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.migrator.files import Migration, Migrations
    from runtime.migrator.ledger import Row


class State(StrEnum):
    """What is true of a version."""

    APPLIED = "applied"
    PENDING = "pending"
    OUT_OF_ORDER = "out of order"
    """Pending, but older than one that is applied."""
    EDITED = "edited"
    """Applied from other bytes than the file has now."""
    MISSING = "missing"
    """Applied, without a file here."""
    DIRTY = "dirty"
    """Begun outside of a transaction, not finished."""


@dataclass(frozen=True, slots=True)
class Step:
    """A version with its file, its row in the ledger, or both."""

    version: int
    state: State
    migration: Migration | None
    row: Row | None

    @property
    def description(self) -> str:
        """In the file's words, or the ledger's where there is no file."""
        if self.migration is not None:
            return self.migration.description
        return self.row.description if self.row else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every version of files and ledger, in order."""

    steps: tuple[Step, ...]

    def of(self, *states: State) -> tuple[Step, ...]:
        """The steps in one of these states."""
        return tuple(step for step in self.steps if step.state in states)

    @property
    def pending(self) -> tuple[Migration, ...]:
        """What a run would apply, in its order."""
        steps = self.of(State.PENDING, State.OUT_OF_ORDER)
        return tuple(step.migration for step in steps if step.migration)

    @property
    def newest_applied(self) -> int | None:
        """The greatest version in the ledger."""
        return max((step.version for step in self.steps if step.row), default=None)

    def until(self, target: int) -> Plan:
        """The plan without pending versions beyond `target`, which must be one of the files'."""
        known = [step.version for step in self.steps if step.migration]
        if target not in known:
            raise VersionUnknown(target, known)
        return Plan(tuple(step for step in self.steps if step.row or step.version <= target))

    def require_sound(
        self,
        *,
        explain: Callable[[Migration, Row], tuple[str, bool]],
        statements: Callable[[Migration], int],
        ignore_missing: bool = False,
        strict: bool = False,
        resume: bool = False,
    ) -> None:
        """Raise the first of `Dirty`, `Edited`, `Missing` and `OutOfOrder` that holds, naming every version.

        `explain` tells in a line why a file no longer matches, and whether that is known; `statements`
        counts a file's.
        """
        for step in self.of(State.DIRTY):
            count = statements(step.migration) if step.migration else None
            resumable = _can_be_resumed(step, count)
            if not (resume and resumable):
                changed = bool(step.migration and step.row and step.migration.checksum != step.row.checksum)
                raise Dirty(step.version, _statements_done(step), count, resumable=resumable, edited=changed)
        if edited := self.of(State.EDITED):
            pairs = [(step.migration, step.row) for step in edited if step.migration and step.row]
            explained = [explain(file, row) for file, row in pairs]
            lines = [line for line, _ in explained] if any(known for _, known in explained) else []
            raise Edited([file.name for file, _ in pairs], lines)
        if (missing := self.of(State.MISSING)) and not ignore_missing:
            raise Missing([step.version for step in missing])
        if (late := self.of(State.OUT_OF_ORDER)) and strict:
            raise OutOfOrder([step.version for step in late], self.newest_applied or 0)


def warnings_of_clock(plan: Plan, moment: int) -> tuple[str, ...]:
    """A sentence on pending versions that are moments after `moment`, the server's clock as a version."""
    ahead = [file.version for file in plan.pending if file.version > moment and _is_moment(file.version)]
    if not ahead:
        return ()
    versions = (
        f"version {ahead[0]} lies" if len(ahead) == 1 else f"{len(ahead)} versions from {ahead[0]} on lie"
    )
    return (
        f"by the database's clock, {versions} in the future; whatever is written until then will be older",
    )


def _is_moment(version: int) -> bool:
    """Whether a version is a time as `sqlx migrate add` writes it: year to second."""
    digits = str(version)
    if len(digits) != len("YYYYMMDDHHMMSS"):
        return False
    parts = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2))]
    year, month, day, hour, minute, second = parts
    try:
        datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  (whether there is such a time)
    except ValueError:
        return False
    return True


def _can_be_resumed(step: Step, statements: int | None) -> bool:
    """Only what runs statement by statement, and only while those are the ones that were begun."""
    file, row, done = step.migration, step.row, _statements_done(step)
    if file is None or row is None or statements is None or done is None:
        return False
    return file.no_transaction and file.checksum == row.checksum and done <= statements


def _statements_done(step: Step) -> int | None:
    """How many the row counts; None of a file in a transaction that has ended it itself: nobody counted."""
    done = step.row.statements_done if step.row else None
    return done if done or (step.migration and step.migration.no_transaction) else None


def lay_out(migrations: Migrations, rows: Mapping[int, Row]) -> Plan:
    """Lay files and rows side by side."""
    files = {migration.version: migration for migration in migrations.up}
    newest = max(rows, default=None)
    return Plan(
        tuple(
            Step(
                version,
                _state(files.get(version), rows.get(version), newest),
                files.get(version),
                rows.get(version),
            )
            for version in sorted(files.keys() | rows.keys())
        )
    )


def _state(migration: Migration | None, row: Row | None, newest: int | None) -> State:
    if row is None:
        late = migration is not None and newest is not None and migration.version < newest
        return State.OUT_OF_ORDER if late else State.PENDING
    if not row.success:
        return State.DIRTY
    if migration is None:
        return State.MISSING
    return State.APPLIED if migration.checksum == row.checksum else State.EDITED
