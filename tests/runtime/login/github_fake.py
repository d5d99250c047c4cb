"""GitHub on loopback: real HTTP, as strict as the real one where the login could be wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fault = Callable[["Handler"], None]

CLIENT_ID = "Iv1.0123456789abcdef"
CLIENT_SECRET = "client-secret-of-the-app"
USER = {
    "id": 583231,
    "login": "octocat",
    "name": "Mona Lisa",
    "email": "public@example.com",
    "avatar_url": "https://avatars.githubusercontent.com/u/583231?v=4",
}
EMAILS = [
    {"email": "other@example.com", "primary": False, "verified": True},
    {"email": "mona@example.com", "primary": True, "verified": True},
]
TOKEN, USER_PATH, EMAILS_PATH = "/login/oauth/access_token", "/user", "/user/emails"
REVOKE = f"/applications/{CLIENT_ID}/token"


@dataclass
class Grant:
    """What GitHub remembers of a consent until its code is exchanged."""

    challenge: str
    redirect_uri: str


@dataclass
class Asked:
    """A request that arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str


@dataclass
class FakeGitHub:
    """A server's state. A path in `faults` is answered by that instead."""

    address: str = ""
    user: Any = field(default_factory=lambda: dict(USER))
    emails: Any = field(default_factory=lambda: list(EMAILS))
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    issued: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)

    def consent(self, location: str) -> dict[str, str]:
        """What a user does who says yes: the query with which the browser comes back."""
        page = urlsplit(location)
        assert f"{page.scheme}://{page.netloc}{page.path}" == f"{self.address}/login/oauth/authorize"
        query = dict(parse_qsl(page.query, strict_parsing=True))
        assert (CLIENT_ID, "S256") == (query["client_id"], query["code_challenge_method"])
        assert len(query["code_challenge"]) == 43
        code = secrets.token_hex(10)
        self.grants[code] = Grant(query["code_challenge"], query["redirect_uri"])
        return {"code": code, "state": query["state"]}

    def exchange(self, form: dict[str, str]) -> dict[str, str]:
        """A token for a code, once."""
        if (CLIENT_ID, CLIENT_SECRET) != (form["client_id"], form["client_secret"]):
            return {"error": "incorrect_client_credentials"}
        grant = self.grants.pop(form["code"], None)
        if grant is None or grant.challenge != challenge_of(form["code_verifier"]):
            return {"error": "bad_verification_code"}
        if grant.redirect_uri != form["redirect_uri"]:
            return {"error": "redirect_uri_mismatch"}
        token = f"gho_{secrets.token_hex(18)}"
        self.tokens.add(token)
        self.issued.append(token)
        return {"access_token": token, "scope": "user:email", "token_type": "bearer"}

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.path for asked in self.asked]


def challenge_of(verifier: str) -> str:
    """S256, written anew from RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode().strip("=")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    state: FakeGitHub

    def answer(self) -> None:
        """Answer it, or fail as it was told."""
        length = int(self.headers.get("content-length", 0))
        place = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, place.path, place.query, headers, self.rfile.read(length).decode())
        self.state.asked.append(asked)
        with suppress(OSError):
            self.state.faults.get(place.path, Handler.serve)(self)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815  (the names that http.server looks for)

    def serve(self) -> None:
        """As GitHub does."""
        asked = self.state.asked[-1]
        route = (asked.method, asked.path)
        if route == ("POST", TOKEN):
            return self._give_token(asked)
        if route == ("DELETE", REVOKE):
            return self._revoke(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.state.tokens:
            return self.send(401, {"message": "Bad credentials"})
        if "user-agent" not in asked.headers:
            return self.send(403, {"message": "Request forbidden by administrative rules"})
        found = {("GET", USER_PATH): self.state.user, ("GET", EMAILS_PATH): self.state.emails}.get(route)
        return self.send(200, found) if found is not None else self.send(404, {"message": "Not Found"})

    def _give_token(self, asked: Asked) -> None:
        if asked.headers.get("accept") != "application/json" or asked.query:
            return self.send(200, "access_token=gho_in_another_form", "application/x-www-form-urlencoded")
        form = {name: values[0] for name, values in parse_qs(asked.body, strict_parsing=True).items()}
        return self.send(200, self.state.exchange(form))

    def _revoke(self, asked: Asked) -> None:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            return self.send(401, {})
        self.state.tokens.discard(json.loads(asked.body)["access_token"])
        return self.send(204, "")

    def send(self, status: int, content: Any, kind: str = "application/json", **headers: str) -> None:
        """Send an answer; a text as it is, anything else as JSON."""
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[FakeGitHub]:
    """Serve on a free port."""
    state = FakeGitHub()
    handler = type("Bound", (Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.address = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
