"""The secrets that the function's password comes from: when they were renewed, never what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ops.doctor.errors import NotThere
from runtime.contract import API_LOGINS
from stacks.naming import secret_name
from stacks.secrets import ENTERED, GITHUB, JWT, MASTER
from stacks.values import LOGIN_SECRETS, MASTER_SECRET, ORIGIN_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.doctor.evidence.whole import Evidence

    Document = Mapping[str, Any]

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


@dataclass(frozen=True, slots=True)
class Renewal:
    """How far a secret's renewal is: the versions' moments by their labels."""

    secret: str
    current_since: datetime | None
    pending_since: datetime | None
    is_current_pending: bool


class Secrets:
    """Metadata of secrets; each attribute raises `NotThere` or `AccessError`."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence, self._reading = evidence, evidence.reading

    @cached_property
    def of_password(self) -> str:
        """Name or ARN of the secret that the password of the URL's user comes from."""
        database = self._evidence.database
        user = database.user
        for letter, role in API_LOGINS.items():
            if user == role:
                return self._reading.value(LOGIN_SECRETS[letter])
        instance = database.instance
        if user != instance.get("MasterUsername"):
            raise NotThere(f"secret that is known to hold the password of {user or 'nobody'}")
        managed = (instance.get("MasterUserSecret") or {}).get("SecretArn")
        if managed:
            return str(managed)
        if self._evidence.environment.database.master_password == "entered":  # noqa: S105  (a choice)
            return secret_name(self._reading.system, MASTER)
        return self._reading.value(MASTER_SECRET)

    def renewal(self, secret: str) -> Renewal:
        """How far the renewal of a secret is."""
        found = self._reading.call("secretsmanager:ListSecretVersionIds", f"secret {secret}", SecretId=secret)
        by_label = {label: each for each in found["Versions"] for label in each.get("VersionStages", ())}
        current, pending = by_label.get(CURRENT), by_label.get(PENDING)
        return Renewal(
            secret,
            current.get("CreatedDate") if current else None,
            pending.get("CreatedDate") if pending else None,
            is_current_pending=bool(pending) and pending is current,
        )

    def describe(self, secret: str) -> Document | None:
        """What is told of a secret but its value; None where it is not there."""
        found: Document | None = self._reading.find(
            "secretsmanager:DescribeSecret", f"secret {secret}", SecretId=secret
        )
        return found

    @property
    def entered(self) -> Iterator[str]:
        """Names of the secrets that a person enters for this environment."""
        environment = self._evidence.environment
        wanted = {
            MASTER: environment.database.master_password == "entered",  # noqa: S105  (a choice)
            JWT: environment.api.jwt_secret == "entered",  # noqa: S105  (a choice)
            GITHUB: environment.login is not None,
        }
        return (secret_name(environment.system, name) for name in ENTERED if wanted[name])

    @property
    def made(self) -> Iterator[str]:
        """ARNs of the secrets that stacks have made and published, of those that are deployed."""
        published = (self._reading.value_or_none(each) for each in (*LOGIN_SECRETS.values(), ORIGIN_SECRET))
        return (each for each in published if each is not None)

    @property
    def given(self) -> datetime:
        """When the function that answers was made: references are resolved then."""
        return datetime.fromisoformat(str(self._evidence.function.configuration["LastModified"]))


def since(moment: datetime) -> timedelta:
    """How long ago that was."""
    return datetime.now(UTC) - moment
