"""Runs what connects to the database itself, and never asks the function in AWS."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.migrator.errors import MigratorError, Stopped
from runtime.migrator.signals import number_of, terminable
from scripts.commands.migrate.asking import WhichDatabase
from scripts.commands.migrate.telling import Telling
from scripts.ending import tell

if TYPE_CHECKING:
    from collections.abc import Callable


def directly(
    action: str,
    env: str | None,
    url: str | None,
    run: Callable[[str, Telling], int],
    *,
    as_json: bool = False,
) -> int:
    """Run something with the URL; return the exit code that it returns, or that its error means.

    Raises `WhichDatabase` where an environment is named, or no URL.
    """
    if env is not None:
        raise WhichDatabase(
            f"{action} runs pg_dump, which the function of {env} does not have; "
            "leave the environment out, and give --database-url or set DATABASE_URL"
        )
    if not url:
        raise WhichDatabase("no database is named; give --database-url, or set DATABASE_URL")
    telling = Telling(sys.stderr)
    try:
        with terminable():
            return run(url, telling)
    except MigratorError as error:
        telling.clear()
        return tell(error, as_json=as_json)
    except KeyboardInterrupt as stop:
        telling.clear()
        return tell(Stopped(action, number_of(stop)), as_json=as_json)


def pg_dump_of(given: Path | None) -> Path | str:
    """The program: as given, else in the folder that PGBIN names, else the one to be found."""
    if given is not None:
        return given
    folder = os.environ.get("PGBIN")
    return Path(folder) / "pg_dump" if folder else "pg_dump"
