"""Runs the functions that are deployed to the local AWS, under AWS's runtime client, on a real PostgreSQL.

What a function is given is what its stack gave it, secrets and all; only where the database is differs:
RDS's address leads to a server on this machine, which has the deployed password.
"""

from __future__ import annotations

import json
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from ops.deploying.smoke import HEALTH, Health
from runtime.contract import ORIGIN_HEADER
from runtime.migrator.connection import read_url
from tests.ops.changing.functions import let_in
from twin.aws.invoking import Answered, run_functions
from twin.configuration import Configuration
from twin.environment import ExecutionEnvironment
from twin.invocation import FunctionFailed, InitFailed
from twin.postgres import MASTER

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.invoking import Invocation
    from twin.postgres import Server

ROOT = Path(__file__).parents[2]
PACKAGES = (Path(sysconfig.get_path("purelib")),)


@dataclass(slots=True)
class Functions:
    """Runs the functions of one account: an execution environment for each version that is asked."""

    server: Server
    database: str
    asked: list[tuple[str, Any]] = field(default_factory=list)
    """Handler and event of each invocation."""
    _environments: dict[str, ExecutionEnvironment] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, invocation: Invocation) -> Answered:
        """Run a function to its end."""
        event = json.loads(invocation.payload)
        handler = invocation.configuration["Handler"]
        self.asked.append((handler, event))
        try:
            document = self._environment(invocation).invoke(event)
        except (FunctionFailed, InitFailed) as failed:
            told = {"errorType": type(failed).__name__, "errorMessage": str(failed)}
            return Answered(json.dumps(told).encode(), "Unhandled")
        return Answered(json.dumps(document).encode())

    def actions(self) -> list[str]:
        """What the migrator was asked, in order."""
        return [event["action"] for handler, event in self.asked if "migrator" in handler]

    def close(self) -> None:
        """End all processes."""
        for environment in self._environments.values():
            environment.close()

    def __enter__(self) -> Self:
        """They run already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self.close()

    def _environment(self, invocation: Invocation) -> ExecutionEnvironment:
        """The one of that version with these variables; `$LATEST` has others after each change."""
        variables = self._here(dict(invocation.variables))
        key = json.dumps([invocation.function, invocation.version, variables], sort_keys=True)
        with self._lock:
            if key not in self._environments:
                handler = invocation.configuration["Handler"]
                configuration = Configuration(
                    ROOT, handler, variables, PACKAGES, name=invocation.function, init_seconds=60
                )
                self._environments[key] = ExecutionEnvironment(configuration)
            return self._environments[key]

    def _here(self, variables: dict[str, str]) -> dict[str, str]:
        """The same with the address of the server here in place of RDS's."""
        url = variables.get("DATABASE_URL")
        if url is None:
            return variables
        asked = read_url(url).parameters
        if asked["user"] == MASTER:
            let_in(self.server, asked["password"])
        return variables | {
            "DATABASE_URL": self.server.url(self.database, user=asked["user"], password=asked["password"])
        }


def run_here(aws: Aws, server: Server) -> Functions:
    """Have the functions of an account run, on a database of their own; `close` ends them."""
    functions = Functions(server, server.create_database())
    run_functions(aws.account, functions)
    return functions


def ask_by_invoking(aws: Aws, function: str) -> Any:
    """What asks for health without CloudFront and gateway: it invokes the api's alias with their event."""

    def ask(address: str) -> Health:
        parts = urlsplit(address)
        variables = aws.client("lambda").get_function_configuration(FunctionName=function, Qualifier="live")
        secret = variables["Environment"]["Variables"].get("ORIGIN_SECRET", "")
        event = {
            "version": "2.0",
            "routeKey": f"GET {HEALTH}",
            "rawPath": HEALTH,
            "rawQueryString": "",
            "headers": {"host": parts.netloc, ORIGIN_HEADER: secret},
            "requestContext": {
                "accountId": aws.account,
                "apiId": "local",
                "domainName": parts.netloc,
                "http": {"method": "GET", "path": HEALTH, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
                "requestId": "smoke",
                "routeKey": f"GET {HEALTH}",
                "stage": "$default",
                "timeEpoch": 0,
            },
            "isBase64Encoded": False,
        }
        answer = aws.client("lambda").invoke(
            FunctionName=function, Qualifier="live", Payload=json.dumps(event).encode()
        )
        document = json.loads(answer["Payload"].read())
        status = document.get("statusCode", 502)
        return Health(address + HEALTH, status, f"{status} {document.get('body', document)}")

    return ask
