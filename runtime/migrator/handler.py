"""The migrator as a Lambda function: an event in, a document out; see docs/migrator-function.md.

Whatever an operator can act on is an answer, `{"ok": false, "error": ...}`. Only a fault of ours is
raised, so that Lambda reports and counts it.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from runtime.journal import silence_libraries
from runtime.migrator.actions import perform
from runtime.migrator.connection import Target, read_url
from runtime.migrator.context import Context, Document, EventRefused
from runtime.migrator.errors import AccessError, DatabaseError, FilesError, LockError, MigratorError
from runtime.migrator.files import read_migrations
from runtime.migrator.journal import Journal
from runtime.migrator.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.variables import Invocation

MIGRATIONS: Final = Path(__file__).parent.parent.parent / "migrations"
"""Beside the package `runtime`, in the repository as in the zip."""
FAMILIES: Final = (FilesError, AccessError, LockError, DatabaseError)


class FaultHidden(Exception):
    """A fault whose own words hold a secret: Lambda reports this one in its place."""


def handle(event: Any, context: Invocation) -> Document:
    """Do what the event asks for, and answer; raises only what is a fault of ours."""
    journal = Journal(sys.stdout, "INFO", {"request_id": context.aws_request_id})
    try:
        settings = _settings()
        journal = _journal(settings, context)
        answer = _answer(settings, event, context, journal)
    except MigratorError as error:
        told = describe(error)
        told["message"] = journal.hide(told["message"])
        journal.write("ERROR", told["message"], kind=told["kind"])
        return {"ok": False, "error": told}
    except Exception as error:
        journal.fault(error)
        if journal.hide(str(error)) != str(error):
            raise FaultHidden(journal.hide(str(error))) from None
        raise
    return {"ok": True, "answer": answer}


def describe(error: MigratorError) -> dict[str, str]:
    """An error as data: its class, which of the four families it belongs to, and its sentence."""
    family = next((family for family in FAMILIES if isinstance(error, family)), MigratorError)
    return {"kind": type(error).__name__, "family": family.__name__, "message": str(error)}


@cache
def _settings() -> Settings:
    """What the function was given, read once in the life of an execution environment."""
    silence_libraries()
    return read_settings()


def _answer(settings: Settings, event: Any, context: Invocation, journal: Journal) -> Document:
    deadline = monotonic() + context.get_remaining_time_in_millis() / 1000
    if not isinstance(event, dict):
        raise EventRefused(f"an event of type {type(event).__name__}", 'objects such as {"action": "status"}')
    journal.write("INFO", "asked", event=event)
    target = _target(settings)
    answer = perform(event, Context(target, read_migrations(MIGRATIONS), journal, deadline))
    journal.write("INFO", "answered", action=event["action"])
    return answer


def _target(settings: Settings) -> Target:
    read = read_url(settings.database_url.get_secret_value())
    return Target({"connect_timeout": str(settings.database_connect_timeout)} | read.parameters)


def _journal(settings: Settings, context: Invocation) -> Journal:
    fields = {"environment": settings.environment, "request_id": context.aws_request_id}
    return Journal(sys.stdout, settings.log_level, fields, _secrets(settings))


def _secrets(settings: Settings) -> Iterator[str]:
    """Everything that must not be read in a log: passwords as they are, and as the URL spells them."""
    url = settings.database_url.get_secret_value()
    yield url
    yield settings.api_login_a_password.get_secret_value()
    yield settings.api_login_b_password.get_secret_value()
    _, _, after = url.partition("://")
    yield after.rpartition("@")[0].partition(":")[2]
    try:
        yield read_url(url).parameters.get("password", "")
    except MigratorError:
        return
