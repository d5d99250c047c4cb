"""What others need to know of a living system: names, ARNs, endpoints; never a secret, only where one is."""

from __future__ import annotations

import os
import shlex
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed
from ops.inventory import LOG_GROUPS, functions_of, stacks_of
from ops.stack import describe, held
from runtime.contract import API_PREFIX, Function
from stacks import values
from stacks.naming import secret_name
from stacks.secrets import GITHUB, JWT, MASTER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.live import Live
    from ops.stack import Held, Stack
    from stacks.settings import Environment
    from stacks.values import Value

FOLDER: Final = Path("config")
"""Where the system that was made by hand had its file; git ignores what is written there."""
PREFIXES: Final = {Function.API: "LAMBDA", Function.LOGIN: "LOGIN", Function.MIGRATOR: "MIGRATOR"}
"""How the variables of each function begin; the report calls the api function the Lambda function."""
ENDPOINT: Final = "ApiEndpoint"
FROM_OUTPUTS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("API_GATEWAY_ID", "service", values.API_ID.title, "Id of the HTTP API"),
    ("API_GATEWAY_ENDPOINT", "service", ENDPOINT, "Address of the HTTP API itself"),
    ("DATABASE_HOST", "database", values.DATABASE_HOST.title, "Address of the PostgreSQL instance"),
    ("DATABASE_PORT", "database", values.DATABASE_PORT.title, "Its port"),
    ("DATABASE_INSTANCE_ID", "database", values.DATABASE_ID.title, "Its identifier"),
    ("PUBLIC_ADDRESS", "edge", values.PUBLIC_ADDRESS.title, "Address of the frontend"),
    ("DISTRIBUTION_ID", "edge", values.DISTRIBUTION_ID.title, "The CloudFront distribution"),
    ("FRONTEND_BUCKET", "edge", values.FRONTEND_BUCKET.title, "Bucket of the frontend's files"),
    ("ALARM_TOPIC_ARN", "observability", "AlarmTopicArn", "Where every alarm goes"),
)
"""Variable, stack, its output, and what it is."""
MODE: Final = 0o600
ARN_PARTS: Final = 7
"""Parts of a function's ARN; the eighth would be a qualifier."""


@dataclass(frozen=True, slots=True)
class Output:
    """One value, under the name of its variable."""

    name: str
    value: str
    description: str


@dataclass(frozen=True, slots=True)
class Outputs:
    """All that is told of an environment.

    `stacks` has the outputs of each stack as CloudFormation has them, by the stack's name; `missing` the
    names of those that are not there yet.
    """

    environment: str
    values: tuple[Output, ...]
    stacks: dict[str, dict[str, str]]
    missing: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """All of it, as data."""
        return {
            "environment": self.environment,
            "values": {one.name: one.value for one in self.values},
            "stacks": self.stacks,
            "missing": list(self.missing),
        }

    def env(self) -> str:
        """A file that a shell reads by `set -a; . FILE`."""
        lines = [
            f"# {self.environment}, as `miyabi outputs {self.environment} --format env` tells it.",
            "# No secret stands here: those that end in _SECRET_ID tell where one is in Secrets Manager.",
            *(f"{one.name}={shlex.quote(one.value)}" for one in self.values),
        ]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _There:
    """The stacks that are there, and the resources of each."""

    stacks: dict[str, Stack]
    held: dict[str, dict[str, Held]]

    def id(self, stack: str, logical_id: str) -> str | None:
        """Physical id of a resource; None where there is none."""
        found = self.held.get(stack, {}).get(logical_id)
        return found.physical_id if found else None


def read(live: Live) -> Outputs:
    """Ask AWS for all that an environment tells; raises `NotDeployed` where no stack of it is there."""
    account = live.require_account()
    names = {stack: live.stack_name(stack) for stack in stacks_of(live.environment)}
    there = _look(live, names)
    if not there.stacks:
        raise NotDeployed(f"stack {next(iter(names.values()))}", live.region)
    return Outputs(
        environment=live.environment.name,
        values=(
            Output("AWS_REGION", live.region, "Region of all but CloudFront"),
            Output("AWS_ACCOUNT_ID", account, "Whose account it is"),
            *_functions(live, there),
            *_outputs(there),
            *_logs(there),
            *_database_name(live.environment, there),
            *_secrets(live.environment, there),
        ),
        stacks={found.name: found.outputs for found in there.stacks.values()},
        missing=tuple(name for stack, name in names.items() if stack not in there.stacks),
    )


def write(outputs: Outputs, folder: Path = FOLDER) -> tuple[Path, bool]:
    """Write the file for shells, readable by its owner alone; returns where, and whether a byte changed.

    It is replaced in one step: whoever reads it meanwhile reads the former one whole. Raises OSError.
    """
    path, text = folder / f"lambda-{outputs.environment}.env", outputs.env().encode()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() == text and path.stat().st_mode & 0o777 == MODE:
        return path, False
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")  # mode 0600 from the start
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path, True


def _look(live: Live, names: dict[str, str]) -> _There:
    """All stacks at once: one after the other they would take seconds."""

    def one(name: str) -> tuple[Stack, dict[str, Held]] | None:
        stack = describe(live, name)
        return (stack, held(live, name)) if stack else None

    with ThreadPoolExecutor(len(names)) as pool:
        found = dict(zip(names, pool.map(one, names.values()), strict=True))
    there = {stack: answer for stack, answer in found.items() if answer}
    return _There(
        {stack: answer[0] for stack, answer in there.items()},
        {stack: answer[1] for stack, answer in there.items()},
    )


def _functions(live: Live, there: _There) -> Iterator[Output]:
    for place in functions_of(live.environment):
        name = _output(there, place.stack, place.name)
        if name is None:
            continue
        configuration = live.call(
            "lambda:GetFunctionConfiguration",
            f"function {name}",
            FunctionName=name,
            Qualifier=place.qualifier,
        )
        prefix, what = PREFIXES[place.function], place.function.value
        arn = ":".join(configuration["FunctionArn"].split(":")[:ARN_PARTS])
        group = configuration.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
        yield Output(f"{prefix}_FUNCTION_NAME", name, f"The {what} function")
        yield Output(f"{prefix}_FUNCTION_ARN", arn, "Its ARN")
        if place.qualifier:
            yield Output(f"{prefix}_ALIAS_ARN", f"{arn}:{place.qualifier}", "What its callers invoke")
        yield Output(f"{prefix}_ROLE_ARN", configuration["Role"], "Its execution role")
        yield Output(f"{prefix}_LOG_GROUP", group, "Its log")


def _outputs(there: _There) -> Iterator[Output]:
    for name, stack, output, description in FROM_OUTPUTS:
        found = there.stacks[stack].outputs.get(output) if stack in there.stacks else None
        if found is not None:
            yield Output(name, found, description)
    service = there.stacks.get("service")
    if service and ENDPOINT in service.outputs:
        base = _output(there, "edge", values.PUBLIC_ADDRESS) or service.outputs[ENDPOINT]
        yield Output("HEALTH_URL", f"{base}{API_PREFIX}/health", "200 when the database has answered")


def _logs(there: _There) -> Iterator[Output]:
    for log, name, description in (
        ("access", "ACCESS_LOG_GROUP", "A line for each request to the HTTP API"),
        ("database", "DATABASE_LOG_GROUP", "PostgreSQL's own log"),
    ):
        found = there.id(*LOG_GROUPS[log])
        if found:
            yield Output(name, found, description)


def _database_name(environment: Environment, there: _There) -> Iterator[Output]:
    if "database" in there.stacks:
        yield Output("DATABASE_NAME", environment.database.database_name, "The database within it")


def _secrets(environment: Environment, there: _There) -> Iterator[Output]:
    """Where each secret is: its name or its ARN."""
    entered = {name: secret_name(environment.system, name) for name in (MASTER, JWT, GITHUB)}
    jwt_is_entered = environment.api.jwt_secret == "entered"  # noqa: S105  (a choice, not a secret)
    by_hand = environment.database.master_password == "entered"  # noqa: S105  (the same)
    found = {
        "DATABASE_SECRET_ID": (
            _login_secret(there)
            if environment.migrator
            else (entered[MASTER] if by_hand else there.id("database", "DatabaseMasterSecret"))
        ),
        "JWT_SECRET_ID": entered[JWT] if jwt_is_entered else there.id("service", "JwtSecret"),
        "GITHUB_SECRET_ID": entered[GITHUB] if environment.login else None,
        "ORIGIN_SECRET_ID": there.id("service", "OriginSecret"),
    }
    purposes = {
        "DATABASE_SECRET_ID": "Where the password is that the API signs in to the database with",
        "JWT_SECRET_ID": "Where the secret is that signs the API's tokens",
        "GITHUB_SECRET_ID": "Where the OAuth application's secret is",
        "ORIGIN_SECRET_ID": "Where the secret is that CloudFront sends to the API",
    }
    for name, where in found.items():
        if where:
            yield Output(name, where, purposes[name])


def _login_secret(there: _There) -> str | None:
    """The secret of the database role that the API uses now."""
    service = there.stacks.get("service")
    letter = service.parameters.get("ApiLogin", "a") if service else "a"
    return there.id("database", f"ApiLogin{letter.upper()}Secret")


def _output(there: _There, stack: str, value: Value) -> str | None:
    found = there.stacks.get(stack)
    return found.outputs.get(value.title) if found else None
