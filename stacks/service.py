"""The service stack: the api and login functions, and the HTTP API in front of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Equals, If, NoValue, Sub

from runtime.contract import API_LOGINS, Function
from stacks import policies, values
from stacks.database import database_url
from stacks.functions import Blueprint, DeployedFunction, add_function
from stacks.http_api import add_http_api
from stacks.naming import arn, parameter_path
from stacks.secrets import GITHUB, JWT, MASTER, add_generated, entered, resolve
from stacks.stack import Stack

if TYPE_CHECKING:
    from stacks.sections import FunctionSettings
    from stacks.settings import Environment


def build_service(environment: Environment) -> Stack:
    """Functions and HTTP API of an environment."""
    stack = Stack("service", environment, "HTTP API and its functions")
    origin_secret = _add_origin_secret(stack) if environment.edge else {}
    api = _add_api(stack, origin_secret)
    deployed = {Function.API: api}
    stack.publish(values.API_FUNCTION_NAME, api.function.ref())
    if environment.login:
        login = _add_login(stack, environment.login, api, origin_secret)
        stack.publish(values.LOGIN_FUNCTION_NAME, login.function.ref())
        deployed[Function.LOGIN] = login
    http_api = add_http_api(stack, deployed)
    stack.publish(values.API_ID, http_api.ref())
    stack.output(
        "ApiEndpoint", http_api.get_att("ApiEndpoint"), "Base address of the API; health is at /api/v1/health"
    )
    return stack


def _add_origin_secret(stack: Stack) -> dict[str, Any]:
    """The secret that CloudFront adds to each request, and the variable by which functions ask for it."""
    secret = add_generated(
        stack, "OriginSecret", "Header value that proves a request came through CloudFront", key="secret"
    )
    stack.publish(values.ORIGIN_SECRET, secret.ref())
    edge = stack.environment.edge
    required = edge is not None and edge.require_origin_header
    return _renewable(stack, "ORIGIN_SECRET", secret.ref(), "requests with the header") if required else {}


def _add_api(stack: Stack, origin_secret: dict[str, Any]) -> DeployedFunction:
    settings, database = stack.environment.api, stack.environment.database
    optional = {"RUST_LOG": settings.rust_log.lower()} if settings.rust_log else {}
    if stack.environment.http_api.cors_origins:
        optional["CORS_ORIGINS"] = ",".join(stack.environment.http_api.cors_origins)
    return add_function(
        stack,
        Blueprint(
            function=Function.API,
            settings=settings,
            purpose="Answers the HTTP API",
            runtime=settings.runtime,
            architecture=settings.architecture,
            tracing=settings.tracing,
            alias=settings.alias,
            snap_start=settings.snap_start,
            own_log_settings=settings.own_log_settings,
            managed_log_policy=settings.managed_log_policy,
            function_name=settings.function_name,
            role_name=settings.role_name,
            security_group=values.API_GROUP if settings.in_vpc else None,
            variables={
                "DATABASE_URL": _api_database_url(stack),
                "DATABASE_CONNECT_TIMEOUT": str(database.connect_timeout_seconds),
                "DATABASE_STATEMENT_TIMEOUT": str(database.statement_timeout_seconds),
                "JWT_EXPIRATION": str(settings.access_token_seconds),
                "REFRESH_EXPIRATION": str(settings.refresh_token_seconds),
                **optional,
                **_renewable(stack, "JWT_SECRET", _jwt_secret(stack), "tokens signed with the secret"),
                **origin_secret,
            },
        ),
    )


def _api_database_url(stack: Stack) -> Sub:
    """As one of the two API roles; as the master user only where no migrator could make those."""
    database = stack.environment.database
    if stack.environment.migrator is None:
        by_hand = database.master_password == "entered"  # noqa: S105  (a choice, not a password)
        secret = entered(stack, MASTER) if by_hand else stack.read(values.MASTER_SECRET)
        return database_url(stack, database.master_user, resolve(secret, "password"))
    stack.parameter(
        "ApiLogin",
        "String",
        "Database role of the API, miyabi_api_a or _b: switch to the other while one password is renewed",
        AllowedValues=sorted(API_LOGINS),
        Default="a",
    )
    stack.template.add_condition("ApiLoginIsB", Equals({"Ref": "ApiLogin"}, "b"))
    secrets = {letter: stack.read(value) for letter, value in values.LOGIN_SECRETS.items()}
    return database_url(
        stack,
        If("ApiLoginIsB", API_LOGINS["b"], API_LOGINS["a"]),
        resolve(If("ApiLoginIsB", secrets["b"], secrets["a"]), "password"),
    )


def _jwt_secret(stack: Stack) -> Any:
    if stack.environment.api.jwt_secret == "entered":  # noqa: S105  (a choice, not a secret)
        return entered(stack, JWT)
    return add_generated(stack, "JwtSecret", "Signs the API's tokens", key="secret").ref()


def _renewable(stack: Stack, variable: str, secret: Any, what: str) -> dict[str, Any]:
    """The variable of a secret, and of the one before it while the operator says that it still counts."""
    current = {variable: resolve(secret, "secret")}
    if not stack.environment.api.alias:
        return current
    name = f"Previous{variable.title().replace('_', '')}"
    choice = stack.parameter(
        name,
        "String",
        f"Whether {what} before the last renewal are still accepted",
        AllowedValues=["refused", "accepted"],
        Default="refused",
    )
    condition = f"{name}IsAccepted"
    stack.template.add_condition(condition, Equals(choice, "accepted"))
    previous = If(condition, resolve(secret, "secret", stage="AWSPREVIOUS"), NoValue)
    return current | {f"{variable}_PREVIOUS": previous}


def _add_login(
    stack: Stack, settings: FunctionSettings, api: DeployedFunction, origin_secret: dict[str, Any]
) -> DeployedFunction:
    """The one function that speaks to the internet, outside the VPC and without any database secret."""
    address, rights = _public_address(stack)
    github = entered(stack, GITHUB)
    return add_function(
        stack,
        Blueprint(
            function=Function.LOGIN,
            settings=settings,
            purpose="Logs users in with GitHub and hands the verified profile to the api function",
            rights=(policies.invoke(api.invoke_arn), *rights),
            variables={
                "GITHUB_CLIENT_ID": resolve(github, "client_id"),
                "GITHUB_CLIENT_SECRET": resolve(github, "client_secret"),
                "API_FUNCTION": api.invoke_arn,
                **address,
                **origin_secret,
            },
        ),
    )


def _public_address(stack: Stack) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Our domain if there is one; else the parameter that edge, deployed later, writes."""
    edge = stack.environment.edge
    if edge and edge.domain:
        return {"PUBLIC_ADDRESS": f"https://{edge.domain}"}, ()
    path = parameter_path(stack.environment.system, values.PUBLIC_ADDRESS.stack, values.PUBLIC_ADDRESS.name)
    return {"PUBLIC_ADDRESS_PARAMETER": path}, (policies.read_parameter(arn("ssm", f"parameter{path}")),)
