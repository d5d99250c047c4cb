"""The api function: an event of the gateway, or of the login, in; an answer out.

In Lambda, all that can be done before the first request is done while this module is imported: that
phase runs at full speed whatever the function's memory is.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from runtime.api.application import Application, Document
from runtime.api.database import Database
from runtime.api.errors import Misconfigured, Unavailable
from runtime.api.metrics import Metrics
from runtime.api.settings import ConfigurationRefused, Settings, read_initialization, read_settings
from runtime.api.signing_in import sign_in
from runtime.api.tokens import Tokens
from runtime.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


class Invocation(Protocol):
    """What is read of Lambda's context object."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the execution environment."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """What lives as long as the execution environment."""

    application: Application
    database: Database
    tokens: Tokens
    journal: Journal

    def open(self) -> None:
        """Connect; a database that does not answer now is asked again by the first request."""
        try:
            self.database.open()
        except Unavailable as failure:
            self.journal.write("WARN", f"no connection at the start: {failure.reason}")


def make_service(settings: Settings, stream: TextIO) -> Service:
    """Put together what the settings ask for; the log goes to the stream, nothing is connected yet."""
    journal = Journal(stream, settings.log_level, {"environment": settings.environment}, settings.secrets())
    metrics = Metrics(settings.environment, stream)

    def opened(seconds: float) -> None:
        metrics.count("DatabaseConnects")
        journal.write("INFO", "connected", milliseconds=round(seconds * 1000, 1))

    database = Database(
        settings.target,
        connect_timeout=settings.database_connect_timeout,
        statement_timeout=settings.database_statement_timeout,
        opened=opened,
    )
    keys = [key.get_secret_value() for key in (settings.jwt_secret, settings.jwt_secret_previous) if key]
    origin_secrets = [
        secret.get_secret_value()
        for secret in (settings.origin_secret, settings.origin_secret_previous)
        if secret
    ]
    tokens = Tokens(keys, access_seconds=settings.jwt_expiration, refresh_seconds=settings.refresh_expiration)
    application = Application(
        database, tokens, journal, metrics, origin_secrets=origin_secrets, origins=settings.origins
    )
    return Service(application, database, tokens, journal)


def handle(event: Mapping[str, Any], context: Invocation) -> Document:
    """Answer an event: payload 2.0 of the gateway, or what the login hands over."""
    try:
        service = _service()
    except ConfigurationRefused as refused:
        return _misconfigured(refused, event, context)
    milliseconds = context.get_remaining_time_in_millis()
    if "requestContext" not in event:
        return sign_in(event, service.database, service.tokens, service.journal, milliseconds)
    return service.application.answer(event, milliseconds)


@cache
def _service() -> Service:
    """The execution environment's own service."""
    return make_service(read_settings(), sys.stdout)


def _misconfigured(refused: ConfigurationRefused, event: Mapping[str, Any], context: Invocation) -> Document:
    """Say in the log what is wrong, and to the caller only that it is ours to mend."""
    Journal(sys.stdout, "ERROR", {"request_id": context.aws_request_id}).write("ERROR", str(refused))
    told = Misconfigured("the server is not set up; its operator finds the reason in the log")
    problem = told.problem(event.get("requestContext", {}).get("requestId", context.aws_request_id))
    if "requestContext" not in event:
        return {"ok": False, "error": problem}
    from json import dumps

    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": told.status, "headers": headers, "body": dumps(problem), "isBase64Encoded": False}


def _initialize() -> None:
    """Do in the init phase what the first request would wait for."""
    try:
        service = _service()
    except ConfigurationRefused as refused:
        Journal(sys.stdout, "ERROR", {}).write("ERROR", str(refused))
        return
    if read_initialization() != "snap-start":  # no connection may be a part of the snapshot
        service.open()


if read_initialization():
    _initialize()
