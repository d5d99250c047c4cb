"""Asks the API as the gateway does: an event in, an answer out."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from runtime.api.service import Service, make_service
from runtime.api.settings import Settings
from runtime.contract import API_PREFIX
from tests.runtime.api.documented import check
from twin.event import Api as Gateway
from twin.event import Request, make_event
from twin.routing import RouteTable

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "a secret that signs tokens in tests"
MILLISECONDS = 29_000
SERVING: list[Service] = []
"""The services that a test has started."""
_table = RouteTable({"$default": None})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str

    @property
    def body(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.text)

    def __getitem__(self, key: str) -> Any:
        """A field of the body."""
        return self.body[key]


@dataclass(frozen=True, slots=True)
class Client:
    """One caller of a service; `token` is what it shows."""

    service: Service
    log: io.StringIO
    token: str | None = None
    session: Mapping[str, Any] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
        milliseconds: int = MILLISECONDS,
    ) -> Answer:
        """Send a request, with a body that becomes JSON, or a text that is sent as it is.

        Whatever comes back must be what the API's document tells of.
        """
        sent = text if text is not None else None if body is None else json.dumps(body)
        given = {"content-type": "application/json"} if sent is not None else {}
        if self.token:
            given["authorization"] = f"Bearer {self.token}"
        given |= headers or {}
        request = Request(method, API_PREFIX + path, tuple(given.items()), (sent or "").encode())
        match = _table.match(method, request.path)
        assert match is not None
        answer = self.service.application.answer(make_event(request, match, Gateway()), milliseconds)
        told = Answer(answer["statusCode"], answer["headers"], answer.get("cookies", []), answer["body"])
        check(method, path, told)
        return told

    def get(self, path: str, **more: Any) -> Answer:
        """Read."""
        return self.ask("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        """Make, or do."""
        return self.ask("POST", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Answer:
        """Change."""
        return self.ask("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        """Delete."""
        return self.ask("DELETE", path, **more)

    @property
    def user_id(self) -> str:
        """The user who calls."""
        return str(self.session["user"]["id"])

    def sign_in(self, name: str | None = None, *, github_id: int | None = None) -> Client:
        """Somebody who has signed in, as the login function does it: a new user, unless they are known."""
        name = name or f"user-{uuid4().hex[:8]}"
        github_id = github_id or uuid4().int >> 66
        profile = {"github_id": github_id, "email": f"{name}@example.org", "name": name}
        event = {"action": "login", "profile": profile}
        answer = self.service.application.sign_in(event, "signing-in", MILLISECONDS)
        assert answer["ok"], answer
        return replace(self, token=answer["session"]["access_token"], session=answer["session"])

    def working_in(self, organization_id: str | UUID | None) -> Client:
        """The same caller, in an organization."""
        key = None if organization_id is None else str(organization_id)
        answer = self.post("/auth/switch-organization", {"organization_id": key})
        assert answer.status == 200, answer.text
        return replace(self, token=answer["access_token"])

    def anonymous(self) -> Client:
        """Nobody."""
        return replace(self, token=None, session={})

    def lines(self) -> list[dict[str, Any]]:
        """What the log holds."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def settings(database_url: str, **changed: Any) -> Settings:
    """Settings as the template gives them."""
    given: dict[str, Any] = {
        "database_url": database_url,
        "database_connect_timeout": 3,
        "database_statement_timeout": 20,
        "jwt_secret": SECRET,
        "jwt_expiration": 3600,
        "refresh_expiration": 604_800,
        "environment": "test",
        "log_level": "INFO",
    }
    return Settings(**given | changed)


def serve(database_url: str, **changed: Any) -> Client:
    """A service on a database, and a caller who is nobody yet; its connection is closed after the test."""
    log = io.StringIO()
    service = make_service(settings(database_url, **changed), log)
    SERVING.append(service)
    return Client(service, log)
