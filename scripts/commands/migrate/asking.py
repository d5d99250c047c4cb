"""Asks the migrator, prints what it answers, and ends with the exit code that this means."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from runtime.migrator.errors import MigratorError
from scripts.commands.migrate.telling import Telling
from scripts.ending import tell
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.migrate_options import FOLDER
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from runtime.migrator.context import Document


class WhichDatabase(ProgramError):
    """The words on the command line name no database, or two."""


def ask(
    event: Mapping[str, Any],
    *,
    env: str | None,
    database_url: str | None,
    folder: Path,
    as_json: bool,
    render: Callable[[Document], str],
    code: Callable[[Document], int] = lambda _: Exit.DONE,
) -> int:
    """Perform an event where the words say, print its answer, and return the exit code."""
    telling = Telling(sys.stderr)
    try:
        document = _answer(event, env, database_url, folder, telling)
    except (MigratorError, ProgramError) as error:
        telling.clear()
        return tell(error, as_json=as_json)
    telling.clear()
    show(json.dumps(document, indent=2) if as_json else render(document))
    return code(document)


def _answer(
    event: Mapping[str, Any], env: str | None, database_url: str | None, folder: Path, telling: Telling
) -> Document:
    if env and database_url:
        raise WhichDatabase(f"{env} and a database URL are both given; give one of them (unset DATABASE_URL)")
    if env and folder != FOLDER:
        raise WhichDatabase(f"{env}'s function applies the files of its package; leave --migrations out")
    if env:
        return _through_function(event, env, telling)
    if not database_url:
        raise WhichDatabase(
            "no database is named; name an environment, give --database-url, or set DATABASE_URL"
        )
    return _directly(event, database_url, folder, telling)


def _directly(event: Mapping[str, Any], url: str, folder: Path, telling: Telling) -> Document:
    from runtime.migrator.actions import perform
    from runtime.migrator.connection import read_url
    from runtime.migrator.context import Context
    from runtime.migrator.files import read_migrations
    from runtime.migrator.signals import terminable

    migrations = read_migrations(folder)
    with terminable():
        return perform(event, Context(read_url(url), migrations, telling))


def _through_function(event: Mapping[str, Any], env: str, telling: Telling) -> Document:
    from ops.migrating import ask_function
    from stacks.errors import StackError
    from stacks.loading import load_environment

    try:
        environment = load_environment(env)
    except StackError as error:
        raise WhichDatabase(str(error)) from None
    try:
        return ask_function(environment, event, say=telling.say)
    except KeyboardInterrupt:
        telling.say(
            f"the function is not stopped by this; `miyabi migrate status {env}` tells what it has done"
        )
        raise
