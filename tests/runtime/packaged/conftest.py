"""One execution environment of each function for a worker, from the package, on a migrated database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ops.package.interpreters import find_runnable
from ops.package.shelf import built, runtime_client
from runtime.contract import HANDLERS, Function
from tests.runtime.api.asking import settings
from twin.configuration import Configuration
from twin.environment import ExecutionEnvironment
from twin.event import Api, Request, make_event
from twin.routing import RouteTable
from twin.serving import prepare_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.contract import Route
    from twin.postgres import Server

AS_OF = date(2026, 11, 25)
LOGIN_VARIABLES = {
    "GITHUB_CLIENT_ID": "a-client",
    "GITHUB_CLIENT_SECRET": "known-to-the-tests",
    "API_FUNCTION": "arn:aws:lambda:us-east-1:123456789012:function:api:live",
    "PUBLIC_ADDRESS": "https://app.example.org",
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "INFO",
}


@dataclass(frozen=True, slots=True)
class Packaged:
    """The functions, made from the package."""

    database: str
    """The master's URL."""
    environments: Mapping[Function, ExecutionEnvironment]

    def ask(self, route: Route, path: str, *, body: bytes = b"", token: str | None = None) -> dict[str, Any]:
        """Send a request as the gateway does."""
        headers = [("content-type", "application/json")] if body else []
        headers += [("authorization", f"Bearer {token}")] if token else []
        request = Request(route.method, path, tuple(headers), body)
        match = RouteTable({route.key: None}).match(route.method, request.path)
        assert match is not None, path
        answer: dict[str, Any] = self.environments[route.function].invoke(make_event(request, match, Api()))
        return answer


@pytest.fixture(scope="session")
def packaged(postgres: Server) -> Iterator[Packaged]:
    """All three functions."""
    runnable = find_runnable()
    folder = built(runnable.target, runnable.interpreter, region="us-east-1", as_of=AS_OF).folder
    url = prepare_database(postgres)
    with psycopg.connect(url) as connection:
        database = postgres.url(connection.info.dbname)
    given = settings(url)
    secrets = {
        "DATABASE_URL": url,
        "JWT_SECRET": given.jwt_secret.get_secret_value(),
    }
    plain = given.model_dump(mode="json", exclude_none=True, exclude={name.lower() for name in secrets})
    variables = {
        Function.API: {name.upper(): str(value) for name, value in plain.items()} | secrets,
        Function.LOGIN: LOGIN_VARIABLES,
        Function.MIGRATOR: {
            "DATABASE_URL": database,
            "DATABASE_CONNECT_TIMEOUT": "3",
            "API_LOGIN_A_PASSWORD": "known-to-the-tests-a",
            "API_LOGIN_B_PASSWORD": "known-to-the-tests-b",
            "ENVIRONMENT": "test",
            "LOG_LEVEL": "INFO",
        },
    }
    environments = {
        function: ExecutionEnvironment(
            Configuration(
                folder,
                HANDLERS[function],
                variables[function],
                python=runnable.interpreter.path,
                runtime=runtime_client(runnable.target),
                name=function.value,
            )
        )
        for function in Function
    }
    try:
        yield Packaged(database, environments)
    finally:
        for environment in environments.values():
            environment.close()
