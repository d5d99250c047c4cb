"""The API alone on localhost: a PostgreSQL of its own, migrated, and a user who has signed in.

    with serve(port=8000) as serving:
        print(serving.url, serving.token)

The API connects as the migrator's role for it, and not as the owner: what it may not do at AWS it may not
do here. All of it is gone afterwards.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from secrets import token_urlsafe
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from typing import TYPE_CHECKING, Any, Final

from runtime.api.problems import Problem
from runtime.api.service import make_service
from runtime.api.settings import Settings
from runtime.contract import API_LOGINS, ROUTES, Function
from runtime.migrator.connection import connect, read_url
from runtime.migrator.files import read_migrations
from runtime.migrator.preparing import lets_in
from runtime.migrator.roles import prepare
from runtime.migrator.runner import up
from twin.errors import PortTaken
from twin.front import Front
from twin.invocation import InvocationContext, in_process
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TextIO

    from runtime.api.service import Service
    from twin.front import Served
    from twin.postgres import Server

MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"
TIMEOUT_SECONDS: Final = 29
"""As in the templates: the gateway gives up at 30."""
DEMO: Final = {"github_id": 1, "email": "demo@example.org", "name": "demo"}
"""The user who is there from the start."""


@dataclass(frozen=True, slots=True)
class Serving:
    """An API that answers."""

    url: str
    """Of the routes, without a slash at the end."""
    session: Mapping[str, Any]
    """Of the demo user, as a login gives it."""
    database: str
    """What the database is, for people."""

    @property
    def token(self) -> str:
        """The demo user's access token."""
        return str(self.session["access_token"])


@contextmanager
def serve(
    *, port: int = 0, log: TextIO, on_served: Callable[[Served], None] = lambda _: None
) -> Iterator[Serving]:
    """Serve until the context ends.

    Args:
        port: Where to listen on 127.0.0.1; a free one if it is 0.
        log: Where the API's own log goes.
        on_served: Told of each request.

    Raises:
        TwinError: There is no PostgreSQL here, or the port is taken.
    """
    _refuse_taken(port)
    with start() as server:
        service = make_service(_settings(prepare_database(server)), log)
        service.open()
        try:
            session = _sign_in(service)
            with _listen(service, port, on_served) as front:
                yield Serving(
                    f"{front.url}/api/v1", session, f"PostgreSQL {server.version} in {server.folder}"
                )
        finally:
            service.database.close()


def prepare_database(server: Server) -> str:
    """Make a database with all migrations and the API's roles; return the URL of one of them."""
    name = server.create_database()
    target = read_url(server.url(name))
    up(target, read_migrations(MIGRATIONS))
    passwords = _passwords(server)
    with connect(target, purpose="roles") as connection:
        prepare(connection, passwords, accepts=partial(lets_in, target))
    return server.url(name, user=API_LOGINS["a"], password=passwords["a"])


@cache
def _passwords(server: Server) -> Mapping[str, str]:  # noqa: ARG001  (one set for each server)
    """Passwords of the API's logins: those belong to the server, and all its databases share them."""
    return {letter: token_urlsafe(24) for letter in API_LOGINS}


def _settings(database_url: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database_url,
            "database_connect_timeout": 3,
            "database_statement_timeout": 20,
            "jwt_secret": token_urlsafe(48),
            "jwt_expiration": 86_400,
            "refresh_expiration": 604_800,
            "environment": "local",
            "log_level": "INFO",
        }
    )


def _sign_in(service: Service) -> Mapping[str, Any]:
    event = {"action": "login", "profile": DEMO}
    answer = service.application.sign_in(event, "the demo user", TIMEOUT_SECONDS * 1000)
    session: Mapping[str, Any] = answer["session"]
    return session


def _no_github(event: Mapping[str, Any]) -> dict[str, Any]:
    """What the login's routes answer here, where GitHub would not know whom to send back."""
    told = Problem(
        error="not_found",
        message="GitHub is not asked here: use the token that was printed at the start",
        request_id=event["requestContext"]["requestId"],
    )
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": 404, "headers": headers, "body": told.model_dump_json(exclude_none=True)}


def _refuse_taken(port: int) -> None:
    """Tell before a database is started; that the port is still free afterwards is no more than likely."""
    with socket() as trial:
        trial.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(port, error.strerror or str(error)) from None


@contextmanager
def _listen(service: Service, port: int, on_served: Callable[[Served], None]) -> Iterator[Front]:
    target = in_process(
        lambda event, context: service.application.answer(event, context.get_remaining_time_in_millis()),
        partial(InvocationContext, function_name="api", timeout_seconds=TIMEOUT_SECONDS),
    )
    routes = {route.key: target if route.function is Function.API else _no_github for route in ROUTES}
    front = Front(routes, requested_port=port, on_served=on_served)
    try:
        front.__enter__()
    except OSError as error:
        raise PortTaken(port, error.strerror or str(error)) from None
    try:
        yield front
    finally:
        front.__exit__()
