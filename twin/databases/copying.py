"""Copies the data of a server that runs, as a base backup does.

https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psycopg import Connection

LEFT_OUT: Final = frozenset(
    {"pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"}
)
"""Folders whose files mean nothing to another server; they must be there, empty."""
FILES_LEFT_OUT: Final = frozenset({"pg_internal.init", "postmaster.opts", "postmaster.pid"})
LABEL: Final = "backup_label"
WAL: Final = "pg_wal"


def copy_running(connection: Connection, data: Path, target: Path) -> None:
    """Copy the data folder of the server that the superuser is connected to; `target` is made."""
    connection.execute("SELECT pg_backup_start('copy', true)")
    try:
        _copy(data, target)
    finally:
        row = connection.execute("SELECT labelfile FROM pg_backup_stop(false)").fetchone()
    assert row is not None  # noqa: S101 - the function has always one row
    (target / LABEL).write_text(row[0], encoding="utf-8")
    # The log up to here is what makes the files one state; it is copied when all of it is written.
    shutil.rmtree(target / WAL)
    _copy(data / WAL, target / WAL)


def copy_stopped(data: Path, target: Path) -> None:
    """Copy the data folder of a server that does not run."""
    _copy(data, target)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, copy_function=_copy_if_there, ignore=_without(source))
    for name in LEFT_OUT:
        if (source / name).is_dir():
            (target / name).mkdir(exist_ok=True)


def _without(data: Path) -> Callable[[str, list[str]], set[str]]:
    def ignored(folder: str, names: list[str]) -> set[str]:
        found = {name for name in names if name in FILES_LEFT_OUT or name.startswith("pgsql_tmp")}
        return found | (LEFT_OUT & set(names) if folder == str(data) else set())

    return ignored


def _copy_if_there(source: str, target: str) -> None:
    """A file that is dropped meanwhile is not missed: the log knows."""
    with suppress(FileNotFoundError):
        shutil.copyfile(source, target)
