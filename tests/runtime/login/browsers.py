"""A browser, the function as the gateway calls it, and the api function behind a stub."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.response import StreamingBody
from botocore.stub import Stubber

from runtime.login.flow import CALLBACK, Login
from runtime.login.github import GitHub
from runtime.login.handler import respond
from runtime.login.sessions import Sessions
from runtime.login.settings import Settings
from runtime.login.sites import Site
from tests.runtime.login.github_fake import CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.runtime.login.github_fake import FakeGitHub

SITE = "https://miyabi.example"
API_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:api:live"
ORIGIN_SECRET = "secret-of-the-origin"
VARIABLES = {
    "GITHUB_CLIENT_ID": CLIENT_ID,
    "GITHUB_CLIENT_SECRET": CLIENT_SECRET,
    "API_FUNCTION": API_FUNCTION,
    "PUBLIC_ADDRESS": SITE,
    "ORIGIN_SECRET": ORIGIN_SECRET,
    "ENVIRONMENT": "staging",
    "LOG_LEVEL": "INFO",
}
SESSION = {
    "access_token": "access.token.of-the-session",
    "refresh_token": "refresh.token.of-the-session",
    "expires_in": 3600,
    "refresh_expires_in": 604800,
    "user": {"id": "3f1d3c1e-9a51-4d7f-8f2c-1f4e6f1c2c0e"},
}
PROFILE = {
    "github_id": 583231,
    "email": "mona@example.com",
    "name": "Mona Lisa",
    "avatar_url": "https://avatars.githubusercontent.com/u/583231?v=4",
}


@dataclass
class Invocation:
    """What Lambda tells of an invocation."""

    seconds: float = 15
    aws_request_id: str = "8f2c1f4e-invocation"

    def get_remaining_time_in_millis(self) -> int:
        """How long it may go on."""
        return int(self.seconds * 1000)


@dataclass
class Api:
    """The api function: what it will answer, each time that it is invoked."""

    client: Any
    stub: Stubber

    def expect(self, answer: Any = None, profile: Mapping[str, Any] = PROFILE, **more: Any) -> None:
        """Be ready for one login event of this profile."""
        event = {"action": "login", "profile": profile}
        content = json.dumps({"ok": True, "session": SESSION} if answer is None else answer).encode()
        self.stub.add_response(
            "invoke",
            {"StatusCode": 200, "Payload": StreamingBody(BytesIO(content), len(content)), **more},
            {
                "FunctionName": API_FUNCTION,
                "InvocationType": "RequestResponse",
                "Payload": json.dumps(event).encode(),
            },
        )


def aws_client(service: str) -> Any:
    """A client that would get nowhere."""
    return boto3.client(
        service, region_name="us-east-1", aws_access_key_id="nobody", aws_secret_access_key="nothing"
    )


@contextmanager
def stubbed(client: Any) -> Iterator[Api]:
    """The api function; one that was expected must be invoked, and no other may be."""
    with Stubber(client) as stub:
        yield Api(client, stub)
        stub.assert_no_pending_responses()


def make_login(github: FakeGitHub, api: Api, patience: float = 4.0) -> Login:
    """The login, before this GitHub and that function."""
    settings = Settings(**{name.lower(): value for name, value in VARIABLES.items()})  # type: ignore[arg-type]  # texts, which pydantic reads
    return Login(
        settings,
        GitHub(CLIENT_ID, CLIENT_SECRET, github.address, github.address, patience),
        Site(SITE, None, lambda: None),
        Sessions(API_FUNCTION, lambda: api.client),
    )


@dataclass
class Response:
    """What the browser gets."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str

    @property
    def location(self) -> str:
        """Where it is sent."""
        return self.headers["location"]

    @property
    def error(self) -> str:
        """The type of the error that the body tells."""
        told = json.loads(self.text)
        assert {"error", "message", "request_id"} == set(told)
        return str(told["error"])


@dataclass
class Browser:
    """Keeps cookies as a browser does, and goes where it is told."""

    login: Login
    cookies: dict[str, str] = field(default_factory=dict)
    invocation: Invocation = field(default_factory=Invocation)
    headers: dict[str, str] = field(default_factory=lambda: {"x-origin-secret": ORIGIN_SECRET})

    def get(self, path: str, query: Mapping[str, str] | None = None, method: str = "GET") -> Response:
        """Ask for a path of the API."""
        answer = respond(lambda: self.login, self.event(path, query, method), self.invocation)
        json.dumps(answer)
        for cookie in answer["cookies"]:
            name, _, rest = cookie.partition("=")
            value, *attributes = rest.split("; ")
            self.cookies[name] = value
            if "Max-Age=0" in attributes:
                del self.cookies[name]
        return Response(answer["statusCode"], answer["headers"], answer["cookies"], answer["body"])

    def event(self, path: str, query: Mapping[str, str] | None, method: str = "GET") -> dict[str, Any]:
        """As the gateway makes it."""
        return {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": "",
            "headers": self.headers,
            "requestContext": {"http": {"method": method, "path": path}, "requestId": "Xm1k2gateway="},
            "isBase64Encoded": False,
            **({"queryStringParameters": dict(query)} if query else {}),
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
        }

    def begin(self, redirect: str = "/dashboard") -> Response:
        """Begin a login."""
        return self.get("/api/v1/auth/github", {"redirect": redirect})

    def come_back(self, query: Mapping[str, str]) -> Response:
        """Come back from GitHub."""
        return self.get(CALLBACK, query)


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
