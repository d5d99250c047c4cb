"""What can stop a migration run: four kinds of errors, each an exit code of the command.

    MigratorError
    ├── FilesError      the migration files, or the words of the command, can't be used
    ├── AccessError     the database can't be reached, or not safely, or not as this user
    ├── LockError       somebody else is migrating
    └── DatabaseError   the database's state, or what it answered, forbids going on

Every class owns its sentence and keeps what it was made of. No sentence holds a password.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


class Outcome(StrEnum):
    """What became of a migration that was interrupted, as the ledger says afterwards."""

    APPLIED = "it is applied and recorded"
    ROLLED_BACK = "it was rolled back"
    UNFINISHED = "part of it is done, and it is marked as unfinished"
    RUNNING = "the server has not given it up yet"
    UNKNOWN = "what became of it can't be told until the database is reached"

    @property
    def remedy(self) -> str:
        """What to do then."""
        if self is Outcome.UNFINISHED:
            return "do the rest by `miyabi migrate up --resume`"
        return (
            "run again" if self in (Outcome.APPLIED, Outcome.ROLLED_BACK) else "see `miyabi migrate status`"
        )


class MigratorError(Exception):
    """Anything that an operator can act on."""


class FilesError(MigratorError):
    """The migration files, or the words of the command, can't be used; the database was not touched."""


class AccessError(MigratorError):
    """The database can't be reached, not over TLS, or not with the rights that are needed."""


class LockError(MigratorError):
    """Somebody else holds what the run needs."""


class DatabaseError(MigratorError):
    """The database's state, or what it answered, forbids going on."""


class FolderUnreadable(FilesError):
    """The folder of migrations is missing, no folder, or may not be read."""

    def __init__(self, folder: Path, error: OSError) -> None:
        self.folder, self.error = folder, error
        super().__init__(
            f"the folder of migrations {folder} can't be read ({error.strerror}); name one that can"
        )


class FileRefused(FilesError):
    """One migration file can't be used."""

    def __init__(self, path: Path, found: str, remedy: str) -> None:
        self.path, self.found = path, found
        super().__init__(f"{path}: {found}; {remedy}")


class DuplicateVersion(FilesError):
    """Two files carry one version."""

    def __init__(self, version: int, first: Path, second: Path) -> None:
        self.version, self.first, self.second = version, first, second
        super().__init__(
            f"version {version} is given twice, by {first.name} and {second.name}; "
            "give one of them a version of its own"
        )


class FileChanged(FilesError):
    """A file was written to while the run was on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} has changed since this run read it; nothing of it was applied: "
            "run again when it is finished"
        )


class VersionUnknown(FilesError):
    """A version was named that no file has."""

    def __init__(self, version: int, known: Sequence[int]) -> None:
        self.version = version
        last = f"the last one is {known[-1]}" if known else "there is none"
        super().__init__(f"no migration has version {version}; {last}")


class HazardsFound(FilesError):
    """Statements in pending files that must not be sent, each with its place."""

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        count = f"{len(findings)} statements" if len(findings) > 1 else "a statement"
        super().__init__(f"nothing was applied, because of {count} in pending files:\n" + "\n".join(findings))


class UrlRefused(AccessError):
    """A connection string that is malformed, or asks for less than TLS."""

    def __init__(self, found: str, remedy: str) -> None:
        self.found = found
        super().__init__(f"the database URL {found}; {remedy}")


class ConnectionFailed(AccessError):
    """No connection could be made."""

    def __init__(self, target: str, reason: str, remedy: str = "") -> None:
        self.target, self.reason = target, reason
        super().__init__(f"no connection to {target}: {reason}" + (f"; {remedy}" if remedy else ""))


class Pooled(AccessError):
    """A pooler stands between, which moves statements from one server session to another."""

    def __init__(self, told: int, found: int) -> None:
        self.told, self.found = told, found
        super().__init__(
            f"the connection goes through a pooler (announced as backend {told}, answered by {found}), "
            "where locks of a session protect nothing; name the database's own address"
        )


class ReadOnly(AccessError):
    """The session can't write."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"nothing can be applied here: {reason}; connect to the primary, as a user who may write"
        )


class RightMissing(AccessError):
    """The user lacks a right that the run needs."""

    def __init__(self, user: str, right: str, thing: str) -> None:
        self.user, self.right, self.thing = user, right, thing
        super().__init__(
            f"user {user} lacks {right} on {thing}; let its owner grant it, "
            "or connect as the owner of the schema"
        )


class LockHeld(LockError):
    """Another session holds the migration lock."""

    def __init__(self, waited: float, holder: str, pid: int | None) -> None:
        self.waited, self.holder, self.pid = waited, holder, pid
        remedy = (
            f"wait for it, or if nobody is behind it any more: SELECT pg_terminate_backend({pid})"
            if pid
            else "try again"
        )
        super().__init__(f"another session holds the migration lock after {waited:.0f} s: {holder}; {remedy}")


class LockLost(DatabaseError):
    """The lock was given away while the run was on."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name} gave the migration lock away and another session has taken it; "
            "it is applied, the ones after it are not: run again"
        )


class LedgerUnusable(DatabaseError):
    """The ledger is not where, or not what, it should be."""

    def __init__(self, found: str, remedy: str) -> None:
        self.found = found
        super().__init__(f"the ledger _sqlx_migrations {found}; {remedy}")


class Dirty(DatabaseError):
    """A migration was begun outside of a transaction and not finished.

    `resumable` tells whether the rest of it can be done: it runs statement by statement, from the file
    that was begun, which is not `edited`.
    """

    def __init__(
        self,
        version: int,
        done: int | None,
        statements: int | None,
        *,
        resumable: bool = True,
        edited: bool = False,
    ) -> None:
        self.version, self.done, self.statements, self.resumable = version, done, statements, resumable
        counted = statements and done is not None and done <= statements
        where = f" after {done} of {statements} statements" if counted else ""
        rest = "do the rest by `miyabi migrate up --resume`, or " if resumable else ""
        super().__init__(
            f"migration {version} was begun and not finished{where}"
            f"{', and its file has changed since' if edited else ''}; see what it left behind, "
            f"then {rest}say what is true by `miyabi migrate repair {version}` "
            "with --applied or --rolled-back"
        )


class Missing(DatabaseError):
    """Applied migrations have no file."""

    def __init__(self, versions: Sequence[int]) -> None:
        self.versions = tuple(versions)
        super().__init__(
            f"applied, but without a file here: {_listed(versions)}; "
            "bring the files back, or go on without them by --ignore-missing"
        )


class Edited(DatabaseError):
    """Applied migrations no longer match their files.

    `explanations` has a line for each of the names, or none at all where nothing explains any of them:
    then other files made this database.
    """

    def __init__(self, names: Sequence[str], explanations: Sequence[str]) -> None:
        self.names, self.explanations = tuple(names), tuple(explanations)
        adopt = "`miyabi migrate adopt --dry-run` compares what they made, to take the database over"
        if explanations:
            sentence = (
                f"changed since they were applied: {_listed(names)}; restore the files and put the change "
                "into a new migration (`miyabi migrate repair` is for files that say the same in other bytes)"
            )
        elif len(names) == 1:
            sentence = (
                f"{names[0]} is not the file that was applied, nor is any earlier version of it; restore "
                f"that one and put the change into a new migration, or if it is of another's making: {adopt}"
            )
        else:
            sentence = f"other files than these were applied: {_listed(names)}; {adopt}"
        super().__init__("\n".join([sentence, *explanations]))


class OutOfOrder(DatabaseError):
    """Pending migrations are older than applied ones, and the run is strict."""

    def __init__(self, versions: Sequence[int], newest: int) -> None:
        self.versions, self.newest = tuple(versions), newest
        super().__init__(
            f"pending, but older than the applied {newest}: {_listed(versions)}; "
            "give them newer versions, or leave out --strict"
        )


class MigrationFailed(DatabaseError):
    """The database refused a statement of a migration.

    `place` is `file:line:column`, `sqlstate` the five characters of PostgreSQL's code or None, `state`
    tells what is left of the migration.
    """

    def __init__(self, place: str, sqlstate: str | None, reason: str, statement: str, state: str) -> None:
        self.place, self.sqlstate, self.reason = place, sqlstate, reason
        self.statement, self.state = statement, state
        code = f" ({sqlstate})" if sqlstate else ""
        quoted = f"\n    {statement}" if statement else ""
        super().__init__(f"{place}: {reason}{code}; {state}{quoted}")


class AppliedElsewhere(DatabaseError):
    """Another tool, which takes no lock, applied the migration at the same moment."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(
            f"migration {version} was applied by another tool at the same moment; "
            "ours was rolled back: run again"
        )


class NothingRecorded(DatabaseError):
    """The ledger's row of a file was gone when the file had run."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"the ledger's row of {name} is gone, by a ROLLBACK or DELETE in the file or by another hand, "
            "so it is not recorded; see what is left of it before you run again"
        )


class ConnectionLost(DatabaseError):
    """The server went away in the middle."""

    def __init__(self, name: str, reason: str, outcome: Outcome) -> None:
        self.name, self.reason, self.outcome = name, reason, outcome
        super().__init__(f"the connection was lost during {name} ({reason}): {outcome}; {outcome.remedy}")


class ServerRefused(DatabaseError):
    """The server refused what is ours and no migration's, or went away then."""

    def __init__(self, action: str, sqlstate: str | None, reason: str) -> None:
        self.action, self.sqlstate, self.reason = action, sqlstate, reason
        code = f" ({sqlstate})" if sqlstate else ""
        super().__init__(
            f"the database did not go along with {action}: {reason}{code}; "
            "see `miyabi migrate status` for what is done, and run again"
        )


class Stopped(DatabaseError):
    """A signal stopped the run; `outcome` is None where no migration was running."""

    def __init__(self, name: str, signal: int, outcome: Outcome | None = None) -> None:
        self.name, self.signal, self.outcome = name, signal, outcome
        became = f"{outcome}; {outcome.remedy}" if outcome else "no migration was running; run again"
        super().__init__(f"stopped during {name}: {became}")


class CantRevert(DatabaseError):
    """A migration can't be taken back."""

    def __init__(self, version: int, reason: str) -> None:
        self.version, self.reason = version, reason
        super().__init__(
            f"migration {version} can't be reverted: {reason}; write a new migration that undoes it"
        )


def _listed(things: Iterable[object]) -> str:
    return ", ".join(map(str, things))
