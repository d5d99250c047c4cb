"""Runs deployed functions within the tests' process, on a real PostgreSQL, with the variables they have.

Each instance of the local AWS's RDS has a database of its own on the server; one that was restored gets a
copy of what the test has named as its past. That a function starts under AWS's runtime client is seen
elsewhere; here a dozen versions of it are asked.
"""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import psycopg
from moto.rds.models import rds_backends
from psycopg import sql

from runtime.api.service import make_service
from runtime.api.settings import Settings
from runtime.contract import ORIGIN_HEADER
from runtime.migrator import handler
from runtime.migrator.connection import read_url
from tests.runtime.api.asking import Answer, Client
from twin.aws.invoking import Answered, Invocation
from twin.postgres import MASTER

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.postgres import Server

ENOUGH = {
    "DATABASE_CONNECT_TIMEOUT": "3",
    "API_LOGIN_A_PASSWORD": "known-to-the-tests",
    "API_LOGIN_B_PASSWORD": "known-to-the-tests",
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "ERROR",
}
"""What the migrator is given beside its database."""


class _Context:
    """What Lambda tells a function about its invocation, as far as the migrator asks."""

    aws_request_id = "6f1c2c0e-3a0e-4d7f-9a51-7d3c1f0b2a44"

    def get_remaining_time_in_millis(self) -> int:
        """Time enough."""
        return 60_000


def migrated(server: Server) -> str:
    """A database with all migrations, applied by the migrator, so that its ledger knows them."""
    name, password = server.create_database(), ENOUGH["API_LOGIN_A_PASSWORD"]
    let_in(server, password)
    answer = _handled({"action": "up"}, {"DATABASE_URL": server.url(name, password=password), **ENOUGH})
    assert answer["ok"], answer
    return name


def let_in(server: Server, password: str) -> None:
    """Give the master the password that RDS would have given it when the instance was made."""
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(MASTER), sql.Literal(password))
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(statement)


def _handled(event: Any, variables: dict[str, str]) -> dict[str, Any]:
    """What the migrator answers, started with these variables."""
    with patch.dict(os.environ, variables, clear=True), redirect_stdout(io.StringIO()):
        handler._settings.cache_clear()
        return handler.handle(event, _Context())


@dataclass(slots=True)
class Functions:
    """The functions of one account; `past` is the database that a restored instance has a copy of."""

    aws: Aws
    server: Server
    template: str
    events: list[dict[str, Any]] = field(default_factory=list)
    """What the migrator was asked."""
    past: str | None = None
    _databases: dict[str, str] = field(default_factory=dict)
    _clients: list[Client] = field(default_factory=list)

    def __call__(self, invocation: Invocation) -> Answered:
        """Have the migrator do what an event asks."""
        event = json.loads(invocation.payload)
        self.events.append(dict(event))
        variables = self._here(dict(invocation.variables), event.pop("host", None))
        return Answered(json.dumps(_handled(event, variables)).encode())

    def database(self, address: str) -> str:
        """The database of the instance with that address."""
        instances = rds_backends[self.aws.account][self.aws.region].databases.values()
        [resource] = [one.dbi_resource_id for one in instances if one.address == address]
        if resource not in self._databases:
            source = self.past if self._databases and self.past else self.template
            self._databases[resource] = self.server.create_database(template=source)
        return self._databases[resource]

    def serving(self) -> str:
        """The database of the instance whose address the functions have."""
        [found] = self.aws.client("rds").describe_db_instances(DBInstanceIdentifier="miyabi-staging-1")[
            "DBInstances"
        ]
        return self.database(found["Endpoint"]["Address"])

    def api(self, version: str = "live") -> Client:
        """A new execution environment of a version of the api function, as its stack has made that."""
        name = self.aws.client("ssm").get_parameter(Name="/miyabi/staging/service/api-function-name")
        configuration = self.aws.client("lambda").get_function_configuration(
            FunctionName=name["Parameter"]["Value"], Qualifier=version
        )
        given = self._here(configuration["Environment"]["Variables"], None)
        log = io.StringIO()
        settings = Settings(**{key.lower(): value for key, value in given.items()})  # type: ignore[arg-type]  # as the environment has them
        client = Client(make_service(settings, log), log)
        self._clients.append(client)
        return client

    def version(self) -> str:
        """The number of the version that callers of the api function get."""
        name = self.aws.client("ssm").get_parameter(Name="/miyabi/staging/service/api-function-name")
        alias = self.aws.client("lambda").get_alias(FunctionName=name["Parameter"]["Value"], Name="live")
        version: str = alias["FunctionVersion"]
        return version

    def header(self) -> str:
        """What CloudFront puts into each request at present."""
        cloudfront = self.aws.client("cloudfront")
        [distribution] = cloudfront.list_distributions()["DistributionList"]["Items"]
        origins = {one["Id"]: one for one in distribution["Origins"]["Items"]}
        [header] = origins["api"]["CustomHeaders"]["Items"]
        value: str = header["HeaderValue"]
        return value

    def close(self) -> None:
        """End all connections."""
        while self._clients:
            self._clients.pop().service.database.close()

    def _here(self, variables: dict[str, str], host: str | None) -> dict[str, str]:
        """The variables with the address of the server here in place of RDS's."""
        asked = read_url(variables["DATABASE_URL"]).parameters
        if asked["user"] == MASTER:
            let_in(self.server, asked["password"])
        database = self.database(host or asked["host"])
        url = self.server.url(database, user=asked["user"], password=asked["password"])
        return variables | {"DATABASE_URL": url}


@dataclass(slots=True)
class Caller:
    """Somebody who signed in before, and asks again and again, by CloudFront as it is at that moment."""

    functions: Functions
    token: str
    failures: list[str] = field(default_factory=list)
    asked: int = 0
    _environments: list[Client] = field(default_factory=list)
    _version: str = ""

    def ask(self, when: str) -> None:
        """Ask in a new execution environment of the version that is live, and in those that are there."""
        self._environments.append(self.functions.api())
        self.ask_again(when)

    def ask_again(self, when: str) -> None:
        """Ask in environments that are there, of the version that is live and of the one before."""
        version = self.functions.version()
        if version != self._version:
            self._version = version
            self._environments.append(self.functions.api())
        for client in self._environments[-2:]:
            self._ask(client, when)

    def drop(self) -> None:
        """Let the execution environments of versions before end, as Lambda does after a while."""
        self.functions.close()
        self._environments.clear()

    def _ask(self, client: Client, when: str) -> None:
        self.asked += 1
        caller, header = replace(client, token=self.token), {ORIGIN_HEADER: self.functions.header()}
        answer: Answer = caller.get("/organizations", headers=header)
        if answer.status != 200:
            self.failures.append(f"{when}: {answer.status} {answer.text}")
