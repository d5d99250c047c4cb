"""What lives as long as an execution environment, put together from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.api.application import Application
from runtime.api.database import Database
from runtime.api.errors import Unavailable
from runtime.api.metrics import Metrics
from runtime.api.record import Record
from runtime.api.tokens import Tokens
from runtime.journal import Journal
from runtime.variables import DEBUG_REFUSED, read_end

if TYPE_CHECKING:
    from typing import TextIO

    from runtime.api.settings import Settings


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
    debug_until = read_end(settings.debug_until)
    journal = Journal(
        stream,
        settings.log_level,
        {"environment": settings.environment},
        settings.secrets(),
        debug_until=debug_until or 0.0,
    )
    if debug_until is None:
        journal.write("WARN", DEBUG_REFUSED)
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
    tokens = Tokens(
        settings.keys, access_seconds=settings.jwt_expiration, refresh_seconds=settings.refresh_expiration
    )
    application = Application(
        database,
        tokens,
        Record(journal, metrics),
        origin_secrets=settings.origin_secrets,
        origins=settings.origins,
    )
    return Service(application, database, tokens, journal)
