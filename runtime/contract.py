"""Where code and template meet: functions, handlers, environment variables and routes.

`stacks` builds its templates from these tables and `runtime` reads its settings by them, so a
variable that the code requires and the template does not set can't happen. It did once: two
required variables were missing from the function as it was first deployed by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

API_PREFIX: Final = "/api/v1"
ORIGIN_HEADER: Final = "x-origin-secret"
"""Header by which CloudFront proves to the functions that a request came through it."""
REFRESH_COOKIE: Final = "__Secure-miyabi-refresh"
"""Holds a browser's refresh token: set by the login, taken and renewed by the API."""
REFRESH_COOKIE_PATH: Final = f"{API_PREFIX}/auth"
CA_BUNDLE: Final = "/var/task/runtime/ca/rds.pem"
"""Where the package carries the RDS root certificates; libpq wants an absolute path."""
ALLOWED_HEADERS: Final = ("authorization", "content-type", "idempotency-key", "x-correlation-id")
"""What a page of another origin may send."""
EXPOSED_HEADERS: Final = ("idempotency-replayed", "retry-after", "x-correlation-id", "x-request-id")
"""What it may read of an answer."""
API_LOGINS: Final = {"a": "miyabi_api_a", "b": "miyabi_api_b"}
"""The API's two database roles: one is in use while the other's password is renewed."""
CUSTOM_HANDLER: Final = "bootstrap"
"""Handler of every `provided.*` runtime: the binary's name in the zip."""


class Function(StrEnum):
    """The Lambda functions."""

    API = "api"
    LOGIN = "login"
    MIGRATOR = "migrator"


HANDLERS: Final = {
    Function.API: "runtime.api.handler.handle",
    Function.LOGIN: "runtime.login.handler.handle",
    Function.MIGRATOR: "runtime.migrator.handler.handle",
}
"""Module and callable that a managed Python runtime imports."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable: which functions read it, and which of those can't start without it."""

    name: str
    why: str
    required_by: frozenset[Function] = frozenset()
    optional_for: frozenset[Function] = frozenset()
    secret: bool = False

    @property
    def functions(self) -> frozenset[Function]:
        """Every function that may be given the variable."""
        return self.required_by | self.optional_for


_API = frozenset({Function.API})
_LOGIN = frozenset({Function.LOGIN})
_MIGRATOR = frozenset({Function.MIGRATOR})
_ALL = frozenset(Function)

VARIABLES: Final = (
    Variable(
        "DATABASE_URL",
        "where the database is and as whom to connect; TLS is required in it",
        _API | _MIGRATOR,
        secret=True,
    ),
    Variable("DATABASE_CONNECT_TIMEOUT", "seconds to wait for a connection", _API | _MIGRATOR),
    Variable("DATABASE_STATEMENT_TIMEOUT", "seconds that one statement may run", _API),
    Variable("JWT_SECRET", "signs and verifies tokens, HS256, 32 bytes or more", _API, secret=True),
    Variable(
        "JWT_SECRET_PREVIOUS",
        "still verifies tokens while the secret is being renewed",
        optional_for=_API,
        secret=True,
    ),
    Variable("JWT_EXPIRATION", "life of an access token in seconds", _API),
    Variable("REFRESH_EXPIRATION", "life of a refresh token in seconds", _API),
    Variable(
        "ORIGIN_SECRET",
        "what the origin header must hold; left out, any caller is served",
        optional_for=_API | _LOGIN,
        secret=True,
    ),
    Variable(
        "ORIGIN_SECRET_PREVIOUS",
        "still accepted while the origin secret is being renewed",
        optional_for=_API | _LOGIN,
        secret=True,
    ),
    Variable("CORS_ORIGINS", "origins that may call from a browser, separated by commas", optional_for=_API),
    Variable("GITHUB_CLIENT_ID", "the OAuth application at GitHub", _LOGIN),
    Variable("GITHUB_CLIENT_SECRET", "its secret", _LOGIN, secret=True),
    Variable("API_FUNCTION", "ARN of the api function's alias, which receives the verified profile", _LOGIN),
    Variable(
        "PUBLIC_ADDRESS", "address of the frontend, for redirects and the callback", optional_for=_LOGIN
    ),
    Variable(
        "PUBLIC_ADDRESS_PARAMETER",
        "SSM parameter to read that address from when it is CloudFront's own",
        optional_for=_LOGIN,
    ),
    Variable(
        "API_LOGIN_A_PASSWORD", "password to give to database role miyabi_api_a", _MIGRATOR, secret=True
    ),
    Variable(
        "API_LOGIN_B_PASSWORD", "password to give to database role miyabi_api_b", _MIGRATOR, secret=True
    ),
    Variable("ENVIRONMENT", "named in every log line and metric", _ALL),
    Variable("LOG_LEVEL", "least severity that is written", _ALL),
    Variable(
        "DEBUG_UNTIL",
        "until when lines of level DEBUG are written whatever LOG_LEVEL says, such as 2026-11-26T03:00:00Z",
        optional_for=_API | _LOGIN,
    ),
    Variable("RUST_LOG", "log filter of a bootstrap written in Rust", optional_for=_API),
    Variable(
        "SECRETS_REVISION",
        "changes when secrets were renewed, so that their references are resolved again",
        optional_for=_ALL,
    ),
)


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API.

    `token` tells whether a bearer token must be presented; it is verified in the function, since
    the gateway's JWT authorizer can't check HS256. `permission` is the code that the caller
    must hold, or None where being signed in (or a member) is enough.
    """

    method: str
    path: str
    function: Function = Function.API
    token: bool = True
    permission: str | None = None

    @property
    def key(self) -> str:
        """The route key as API Gateway spells it: `GET /api/v1/tasks/{task_id}`."""
        return f"{self.method} {API_PREFIX}{self.path}"


def _public(method: str, path: str, function: Function = Function.API) -> Route:
    return Route(method, path, function, token=False)


_MEMBERS = "/organizations/{org_id}/members"
_TEAMS = "/organizations/{org_id}/teams"
_TEAM = f"{_TEAMS}/{{team_id}}"

ROUTES: Final = (
    _public("GET", "/health"),
    _public("GET", "/health/live"),
    _public("GET", "/openapi.json"),
    _public("GET", "/docs"),
    _public("GET", "/auth/github", Function.LOGIN),
    _public("GET", "/auth/github/callback", Function.LOGIN),
    _public("POST", "/auth/refresh"),
    Route("POST", "/auth/logout"),
    Route("POST", "/auth/switch-organization"),
    Route("GET", "/repositories", permission="repositories.read"),
    Route("POST", "/repositories", permission="repositories.write"),
    Route("GET", "/repositories/{repository_id}", permission="repositories.read"),
    Route("POST", "/agents/execute", permission="agents.execute"),
    Route("GET", "/agents/executions", permission="agents.read"),
    Route("GET", "/agents/executions/{execution_id}", permission="agents.read"),
    Route("GET", "/agents/executions/{execution_id}/logs", permission="agents.read"),
    Route("GET", "/workflows", permission="workflows.read"),
    Route("POST", "/workflows", permission="workflows.create"),
    Route("GET", "/workflows/{workflow_id}", permission="workflows.read"),
    Route("PATCH", "/workflows/{workflow_id}", permission="workflows.update"),
    Route("DELETE", "/workflows/{workflow_id}", permission="workflows.delete"),
    Route("GET", "/dashboard/summary"),
    Route("GET", "/dashboard/recent"),
    Route("GET", "/organizations"),
    Route("POST", "/organizations"),
    Route("GET", "/organizations/{org_id}", permission="organization.read"),
    Route("PATCH", "/organizations/{org_id}", permission="organization.update"),
    Route("DELETE", "/organizations/{org_id}", permission="organization.delete"),
    Route("GET", _MEMBERS, permission="organization.members.read"),
    Route("POST", _MEMBERS, permission="organization.members.manage"),
    Route("POST", f"{_MEMBERS}/accept"),
    Route("PATCH", f"{_MEMBERS}/{{user_id}}", permission="organization.members.manage"),
    Route("DELETE", f"{_MEMBERS}/{{user_id}}", permission="organization.members.manage"),
    Route("GET", _TEAMS, permission="teams.read"),
    Route("POST", _TEAMS, permission="teams.create"),
    Route("GET", _TEAM, permission="teams.read"),
    Route("PATCH", _TEAM, permission="teams.update"),
    Route("DELETE", _TEAM, permission="teams.delete"),
    Route("GET", f"{_TEAM}/members", permission="teams.read"),
    Route("POST", f"{_TEAM}/members", permission="teams.update"),
    Route("DELETE", f"{_TEAM}/members/{{user_id}}", permission="teams.update"),
    Route("GET", "/tasks", permission="tasks.read"),
    Route("POST", "/tasks", permission="tasks.create"),
    Route("GET", "/tasks/stats", permission="tasks.read"),
    Route("GET", "/tasks/{task_id}", permission="tasks.read"),
    Route("PATCH", "/tasks/{task_id}", permission="tasks.update"),
    Route("DELETE", "/tasks/{task_id}", permission="tasks.delete"),
    Route("POST", "/tasks/{task_id}/start", permission="tasks.update"),
    Route("POST", "/tasks/{task_id}/complete", permission="tasks.update"),
    Route("POST", "/tasks/{task_id}/fail", permission="tasks.update"),
    Route("POST", "/tasks/{task_id}/cancel", permission="tasks.update"),
    Route("POST", "/tasks/{task_id}/retry", permission="tasks.update"),
)


def variables_of(function: Function) -> dict[str, Variable]:
    """The variables that a function may be given, by name."""
    return {variable.name: variable for variable in VARIABLES if function in variable.functions}


def required_variables(function: Function) -> set[str]:
    """Names without which the function does not start."""
    return {variable.name for variable in VARIABLES if function in variable.required_by}
