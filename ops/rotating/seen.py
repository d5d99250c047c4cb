"""What stands in AWS about the renewal of a secret: the table of steps begins where that says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ops.adjusting import deployed
from ops.errors import NotDeployed
from ops.rotating.errors import NotRenewable
from ops.rotating.versions import Versions, versions_of
from ops.stack import held
from runtime.contract import API_LOGINS
from stacks.naming import secret_name
from stacks.secrets import JWT
from stacks.values import API_FUNCTION_NAME, LOGIN_SECRETS, ORIGIN_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ops.live import Live
    from ops.stack import Stack
    from stacks.settings import Environment

REVISION: Final = "SecretsRevision"
LOGIN: Final = "ApiLogin"
PREVIOUS_JWT: Final = "PreviousJwtSecret"
PREVIOUS_ORIGIN: Final = "PreviousOriginSecret"
ACCEPTED: Final = "accepted"
DESCRIBED: Final = re.compile(r"\bsecrets (\d+)\b")
"""Where the description of a version tells the revision of its secrets; see `stacks.functions`."""
MARGIN: Final = timedelta(minutes=2)
"""How long after a new version is live a request may still be at work in one of the version before."""


class Kind(StrEnum):
    """The secrets that are renewed without a failed request."""

    DATABASE = "database"
    JWT = "jwt"
    ORIGIN = "origin"


class Stage(StrEnum):
    """How far a renewal is, by the label AWSPENDING."""

    FRESH = "no renewal is going on"
    MADE = "a new value was made"
    CURRENT = "the new value is the one to use, and perhaps not in use yet"
    IN_USE = "the new value is in use, and was not looked at"


@dataclass(frozen=True, slots=True)
class Seen:
    """A secret to renew, and how far that is; `login` is a letter for a database role, else empty."""

    kind: Kind
    versions: Versions
    stage: Stage
    service: Stack
    login: str = ""


def look(live: Live, kind: Kind, *, pause: Callable[[float], None]) -> Seen:
    """How far the renewal of a secret is. Raises `NotRenewable` and `NotDeployed`."""
    service = deployed(live, "service", pause=pause)
    if kind is Kind.DATABASE:
        return _look_at_logins(live, service)
    secret = _jwt_secret(live, service) if kind is Kind.JWT else _origin_secret(live, service)
    versions = versions_of(live, secret)
    return Seen(kind, versions, _stage(versions), service)


def refuse_unrenewable(environment: Environment, kind: Kind, parameters: Collection[str]) -> None:
    """Raise `NotRenewable` where an environment can't renew a secret.

    Args:
        environment: Its settings.
        kind: The secret.
        parameters: Names of the parameters of its stack `service`, deployed or wanted.
    """
    if kind is Kind.DATABASE and LOGIN not in parameters:
        raise NotRenewable(environment.name, kind, "its API has no roles of its own in the database")
    if kind is Kind.JWT and PREVIOUS_JWT not in parameters:
        raise NotRenewable(environment.name, kind, "its function has no way to accept the secret before")
    if kind is Kind.ORIGIN and environment.edge is None:
        raise NotRenewable(environment.name, kind, "it has no CloudFront in front")


def unfinished(live: Live, service: Stack) -> dict[Kind, Stage]:
    """How far each renewal is that was begun and not finished."""
    secrets: Mapping[Kind, Callable[[], list[str]]] = {
        Kind.DATABASE: lambda: [live.value(value) for value in LOGIN_SECRETS.values()],
        Kind.JWT: lambda: [_jwt_secret(live, service)],
        Kind.ORIGIN: lambda: [_origin_secret(live, service)],
    }
    found = {}
    for kind, secrets_of in secrets.items():
        try:
            stages = {_stage(versions_of(live, secret)) for secret in secrets_of()}
        except (NotDeployed, NotRenewable):
            continue
        if begun := stages - {Stage.FRESH}:
            found[kind] = Stage.CURRENT if Stage.CURRENT in begun else Stage.MADE
    return found


def good_until(live: Live, seen: Seen) -> datetime | None:
    """Until when tokens of the JWT secret before may be good; None where they are refused already."""
    if seen.service.parameters.get(PREVIOUS_JWT) != ACCEPTED:
        return None
    return _live_since(live, seen) + timedelta(seconds=_refresh_seconds(live, seen.service)) + MARGIN


def _look_at_logins(live: Live, service: Stack) -> Seen:
    """The login whose renewal goes on, or else the one that the API does not use."""
    refuse_unrenewable(live.environment, Kind.DATABASE, service.parameters)
    in_use = service.parameters[LOGIN]
    found = {letter: versions_of(live, live.value(value)) for letter, value in LOGIN_SECRETS.items()}
    idle = next(letter for letter in API_LOGINS if letter != in_use)
    login = in_use if found[in_use].pending and not found[idle].pending else idle
    stage = _stage(found[login])
    if stage is Stage.CURRENT and login == in_use:
        stage = Stage.IN_USE
    return Seen(Kind.DATABASE, found[login], stage, service, login)


def _stage(versions: Versions) -> Stage:
    if versions.is_made:
        return Stage.MADE
    return Stage.CURRENT if versions.is_current else Stage.FRESH


def _jwt_secret(live: Live, service: Stack) -> str:
    refuse_unrenewable(live.environment, Kind.JWT, service.parameters)
    generated = held(live, service.name).get("JwtSecret")
    return generated.physical_id if generated else secret_name(live.system, JWT)


def _origin_secret(live: Live, service: Stack) -> str:
    refuse_unrenewable(live.environment, Kind.ORIGIN, service.parameters)
    return live.value(ORIGIN_SECRET)


def _live_since(live: Live, seen: Seen) -> datetime:
    """When the first version with the present secrets was published; rather too late than too early."""
    function, revision = live.value(API_FUNCTION_NAME), seen.service.parameters[REVISION]
    listed = live.pages(
        "lambda:ListVersionsByFunction", f"function {function}", "Versions", FunctionName=function
    )
    times = [
        datetime.fromisoformat(one["LastModified"])
        for one in listed
        if (found := DESCRIBED.search(one.get("Description", ""))) and found[1] == revision
    ]
    published = min(times, default=datetime.now(UTC))
    return max(published.astimezone(UTC), seen.versions.current_since.astimezone(UTC))


def _refresh_seconds(live: Live, service: Stack) -> int:
    """How long a refresh token is good, as the deployed template has it."""
    from ops.wanted import as_deployed

    function = as_deployed(live, service).body["Resources"]["ApiFunction"]["Properties"]
    return int(function["Environment"]["Variables"]["REFRESH_EXPIRATION"])
