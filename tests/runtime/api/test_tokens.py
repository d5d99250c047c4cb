"""Tokens: what is not one of ours, of the right kind and valid now, opens nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.api.errors import TokenRefused
from runtime.api.tokens import REFRESH, Claims, Tokens
from runtime.contract import ROUTES, Function
from tests.runtime.api.asking import SECRET, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.runtime.api.asking import Client

OTHER = "another secret, which is long enough for it"
CLAIMS = Claims(uuid4(), uuid4(), 7)


def tokens(*secrets: str) -> Tokens:
    """Make and read tokens by these secrets."""
    return Tokens(secrets or [SECRET], access_seconds=3600, refresh_seconds=7200)


def payload(token: str) -> dict[str, Any]:
    """Read what a token says."""
    return dict(jwt.decode(token, options={"verify_signature": False}))


def signed(claims: dict[str, Any], *, secret: str = SECRET, header: dict[str, Any] | None = None) -> str:
    """Sign by hand, whatever the header says: a library would refuse some of it."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps(header or {"alg": "HS256", "typ": "JWT"}).encode())
    body = part(json.dumps(claims).encode())
    mark = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{part(mark)}"


def changed(**more: Any) -> Callable[[str], str]:
    """Sign the same claims, some of them changed; None leaves one out."""

    def forge(token: str) -> str:
        claims = payload(token) | more
        return signed({name: value for name, value in claims.items() if value is not None})

    return forge


def now(seconds: int) -> int:
    """The time, so many seconds from now."""
    return int(time.time()) + seconds


def at(**seconds: int) -> Callable[[str], str]:
    """Sign the same claims with other times, so many seconds from when it is done."""

    def forge(token: str) -> str:
        return changed(**{name: now(each) for name, each in seconds.items()})(token)

    return forge


ATTACKS: dict[str, Callable[[str], str]] = {
    "no algorithm": lambda token: jwt.encode(payload(token), "", algorithm="none"),
    "no algorithm, spelt otherwise": lambda token: signed(payload(token), header={"alg": "nOnE"}),
    "no algorithm in the header": lambda token: signed(payload(token), header={"typ": "JWT"}),
    "HS512": lambda token: jwt.encode(payload(token), SECRET * 2, algorithm="HS512"),
    "HS384": lambda token: jwt.encode(payload(token), SECRET * 2, algorithm="HS384"),
    "RS256 in the header": lambda token: signed(payload(token), header={"alg": "RS256", "typ": "JWT"}),
    "a list of algorithms": lambda token: signed(payload(token), header={"alg": ["HS256"]}),
    "a critical header": lambda token: signed(payload(token), header={"alg": "HS256", "crit": ["b64"]}),
    "another secret": lambda token: signed(payload(token), secret=OTHER),
    "an empty secret": lambda token: signed(payload(token), secret=""),
    "expired": at(exp=-61),
    "never expiring": changed(exp=None),
    "expiring at infinity": changed(exp="never"),
    "from the future": at(iat=120),
    "not yet valid": at(nbf=120),
    "of no time": changed(iat=None),
    "of no kind": changed(typ=None),
    "of another kind": changed(typ="refresh"),
    "of nobody": changed(sub=None),
    "of somebody without an id": changed(sub="admin"),
    "of a number": changed(sub=7),
    "without a session": changed(sid=None),
    "with a list for an organization": changed(org_id=["a"]),
    "truncated": lambda token: token[:-1],
    "without a signature": lambda token: token.rpartition(".")[0] + ".",
    "with the signature twice": lambda token: f"{token}.{token.rpartition('.')[2]}",
    "nothing": lambda _: "",
    "three dots": lambda _: "...",
    "very long": lambda token: token + "a" * 100_000,
    "not ASCII": lambda token: token + "é",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_that_is_not_ours_opens_nothing(api: Client, attack: str) -> None:
    client = api.sign_in()
    assert client.token
    forged = replace(client, token=None)

    answer = forged.get("/tasks", headers={"authorization": f"Bearer {ATTACKS[attack](client.token)}"})

    assert 401 == answer.status
    assert answer["error"] in {"jwt_error", "authentication_error"}
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_refresh_token_opens_no_route_and_an_access_token_refreshes_nothing(api: Client) -> None:
    """The original's refresh token was an ordinary access token."""
    client = api.sign_in()
    swapped = replace(client, token=client.session["refresh_token"])

    assert 401 == swapped.get("/tasks").status
    assert 401 == api.post("/auth/refresh", {"refresh_token": client.token}).status


@pytest.mark.parametrize("route", [r for r in ROUTES if r.function is Function.API], ids=lambda r: r.key)
def test_every_route_that_is_not_public_asks_for_a_token(api: Client, route: Any) -> None:
    path = route.path.replace("{org_id}", str(uuid4()))
    for name in ("task_id", "team_id", "user_id", "workflow_id", "execution_id", "repository_id"):
        path = path.replace(f"{{{name}}}", str(uuid4()))

    status = api.ask(route.method, path).status

    assert (401 == status) == (route.token or route.path == "/auth/refresh")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(api: Client, scheme: str) -> None:
    client = api.sign_in()

    assert 200 == api.get("/tasks", headers={"authorization": f"{scheme} {client.token}"}).status


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Token x"])
def test_another_scheme_signs_nobody_in(api: Client, header: str) -> None:
    assert 401 == api.get("/tasks", headers={"authorization": header}).status


def test_the_previous_secret_still_counts_and_signs_nothing_new(shared_url: str) -> None:
    before = serve(shared_url).sign_in()
    after = serve(shared_url, jwt_secret=OTHER, jwt_secret_previous=SECRET)

    known = replace(after, token=before.token)
    refreshed = after.post("/auth/refresh", {"refresh_token": before.session["refresh_token"]})

    assert 200 == known.get("/tasks").status
    assert 200 == refreshed.status
    assert CLAIMS.github_id != tokens(OTHER).read(refreshed["access_token"]).github_id
    with pytest.raises(TokenRefused):
        tokens(SECRET).read(refreshed["access_token"])


def test_without_the_previous_secret_its_tokens_are_worth_nothing(shared_url: str) -> None:
    before = serve(shared_url).sign_in()
    after = replace(serve(shared_url, jwt_secret=OTHER), token=before.token)

    assert 401 == after.get("/tasks").status


def test_clocks_may_differ_by_a_minute() -> None:
    token = tokens().issue(CLAIMS)

    assert CLAIMS == tokens().read(changed(exp=now(-50))(token))
    assert CLAIMS == tokens().read(changed(iat=now(50))(token))


@given(organization=st.none() | st.uuids(), role=st.sampled_from(["owner", "admin", "member", "viewer"]))
def test_what_is_issued_is_read_again(organization: Any, role: str) -> None:
    claims = replace(CLAIMS, organization_id=organization, role=role if organization else None)
    ours = tokens()

    assert claims == ours.read(ours.issue(claims))
    assert claims == ours.read(ours.issue_refresh(claims), REFRESH)


@given(place=st.integers(0, 400), letter=st.sampled_from("AZaz09-_."))
@settings(max_examples=200)
def test_no_changed_letter_goes_unnoticed(place: int, letter: str) -> None:
    token = tokens().issue(CLAIMS)
    place %= len(token) - 1  # the last letter's low bits are padding, which base64 ignores
    forged = token[:place] + letter + token[place + 1 :]

    if forged == token:
        assert CLAIMS == tokens().read(forged)
    else:
        with pytest.raises(TokenRefused):
            tokens().read(forged)
