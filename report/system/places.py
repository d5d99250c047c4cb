"""Where things are: configuration files, links to the console, and commands to look with."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from report.system.components.api import API, endpoint
from report.system.components.database import INSTANCE
from report.system.components.edge import DISTRIBUTION
from report.system.components.functions import FUNCTION, LOG_GROUP
from report.system.facts import Row, Value
from report.system.telling import partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from report.system.components.making import Maker

HEALTH: Final = "/api/v1/health"
DASHBOARD: Final = "AWS::CloudWatch::Dashboard"
CONSOLES: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
SECRETS: Final = (
    (
        "config/.database-url-prod.txt",
        "DATABASE_URL",
        "is put together where it is needed; its password is a secret",
    ),
    ("config/.db-password-prod.txt", "master password", "is a secret"),
    ("config/.jwt-secret-production.txt", "JWT secret", "is a secret"),
)
"""What the document kept in files, and what has taken their place."""


def files(maker: Maker, entered: tuple[str, ...]) -> Iterator[Row]:
    """Configuration files of an environment, and where its secrets are; `entered` are those of a person."""
    environment = maker.told.environment
    if not environment:
        return
    yield Row(
        f"config/lambda-{environment}.env",
        Value(f"miyabi outputs {environment} --write", is_code=True),
        "Names, ARNs, endpoints and log groups for shells; git ignores it, its owner alone may read it. "
        "The document's file of this place, config/lambda-production.env, held two secrets as well; this one "
        "holds none.",
    )
    yield Row(
        f"stacks/environments/{environment}.toml",
        Value("a person"),
        f"The settings, from which `miyabi synth {environment}` makes all templates; no secret stands there.",
    )
    for name in entered:
        yield Row(
            name,
            Value(f"miyabi secret set {environment} {name.rpartition('/')[2]}", is_code=True),
            "A secret in Secrets Manager that a person enters.",
        )
    for name, what, instead in SECRETS:
        yield Row(
            name,
            Value("nobody now"),
            f"The document's file with the {what}, which {instead}; Secrets Manager has taken its place.",
        )


def links(maker: Maker) -> Iterator[Row]:
    """Addresses of the system, and of its parts in AWS's console."""
    for api in maker.of(API):
        base = endpoint(maker, api)
        yield Row("Base URL", _linked(base))
        yield Row(
            "Health check",
            _linked(Value(base.text + HEALTH, is_code=True) if base.is_known else base),
            HEALTH,
        )
    for distribution in maker.of(DISTRIBUTION):
        domain = maker.told.attributes.get(f"{distribution}.DomainName")
        found = Value(f"https://{domain}", is_code=True) if domain else maker.told.unknown()
        yield Row("Frontend", _linked(found))
    yield from _console(maker)


def _console(maker: Maker) -> Iterator[Row]:
    region = maker.told.deployment.region
    base, where = f"https://{CONSOLES[partition(region)]}", f"region={region}"
    for function in maker.of(FUNCTION):
        yield _row(
            maker, function, "FunctionName", "Lambda function", f"{base}/lambda/home?{where}#/functions/{{}}"
        )
    for api in maker.of(API):
        address = f"{base}/apigateway/main/apis/{{}}/resources?api={{}}&{where}"
        yield _row(maker, api, "", "API Gateway", address)
    for instance in maker.of(INSTANCE):
        address = f"{base}/rds/home?{where}#database:id={{}}"
        yield _row(maker, instance, "DBInstanceIdentifier", "RDS instance", address)
    for group in maker.of(LOG_GROUP):
        address = f"{base}/cloudwatch/home?{where}#logsV2:log-groups/log-group/{{}}"
        yield _row(maker, group, "LogGroupName", "CloudWatch logs", address, is_twice=True)
    for distribution in maker.of(DISTRIBUTION):
        yield _row(
            maker,
            distribution,
            "",
            "CloudFront distribution",
            f"{base}/cloudfront/v4/home#/distributions/{{}}",
        )
    for dashboard in maker.of(DASHBOARD):
        address = f"{base}/cloudwatch/home?{where}#dashboards/dashboard/{{}}"
        yield _row(maker, dashboard, "DashboardName", "Dashboard", address)


def _row(
    maker: Maker, resource: Resource, path: str, name: str, address: str, *, is_twice: bool = False
) -> Row:
    found = maker.told.id(resource, path)
    if not found.is_known:
        return Row(f"{name} {resource.logical_id}", found)
    return Row(
        name,
        Value(found.text, is_code=True, link=address.replace("{}", _encoded(found.text, is_twice=is_twice))),
    )


def _encoded(name: str, *, is_twice: bool) -> str:
    """A name within an address; CloudWatch wants log groups encoded twice, with `$` for `%`."""
    once = quote(name, safe="")
    return quote(once, safe="").replace("%", "$") if is_twice else once


def _linked(value: Value) -> Value:
    return Value(value.text, value.is_code, value.text) if value.is_known else value


def commands(maker: Maker) -> Iterator[Row]:
    """Commands to look with, for a shell."""
    environment, region = maker.told.environment, maker.told.deployment.region
    if environment:
        for command, what in (
            (f"miyabi status {environment}", "How each part is"),
            (f"miyabi doctor {environment}", "What is wrong, how that is known, and what to do"),
            (f"miyabi logs {environment} all --follow", "The lines of all logs, as they come"),
            (f"miyabi drift {environment}", "What was changed by hand"),
            (f"miyabi migrate status {environment}", "Which migrations are applied"),
        ):
            yield Row(what, Value(command, is_code=True))
    for function in maker.of(FUNCTION):
        name = maker.told.id(function, "FunctionName")
        if name.is_known:
            yield from _of_function(maker.told.name(function, "FunctionName"), region)
    for group in maker.of(LOG_GROUP):
        name = maker.told.id(group, "LogGroupName")
        if name.is_known:
            command = f"aws logs tail {shlex.quote(name.text)} --follow --region {region}"
            yield Row(f"Tail {group.logical_id}", Value(command, is_code=True))
    if any(maker.get(one, "PubliclyAccessible") is True for one in maker.of(INSTANCE)):
        yield Row("Reach the database", Value('psql "$DATABASE_URL" -c "SELECT version();"', is_code=True))
    elif environment and any("Migrator" in one.logical_id for one in maker.of(FUNCTION)):
        command = f"miyabi migrate probe {environment}"
        yield Row("Reach the database, from inside", Value(command, is_code=True))


def _of_function(name: str, region: str) -> Iterator[Row]:
    quoted = shlex.quote(name)
    yield Row(
        f"Configuration of {name}",
        Value(
            f"aws lambda get-function-configuration --function-name {quoted} --region {region}", is_code=True
        ),
    )
    # Seconds since 1970, which the AWS CLI takes: to go back an hour, `date` has other words on each system.
    dimension = shlex.quote(f"Name=FunctionName,Value={name}")
    metric = (
        "aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Invocations "
        f"--dimensions {dimension} --start-time $(($(date +%s) - 3600)) "
        f"--end-time $(date +%s) --period 300 --statistics Sum --region {region}"
    )
    yield Row(f"How often {name} was invoked in the last hour", Value(metric, is_code=True))
