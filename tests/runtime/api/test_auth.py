"""Sessions: refreshing, replaying, signing out, and working in an organization."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from runtime.contract import REFRESH_COOKIE
from tests.runtime.api.asking import MILLISECONDS, serve

if TYPE_CHECKING:
    from tests.runtime.api.asking import Answer, Client


def refresh(client: Client, token: str) -> Answer:
    """Refresh by a token in the body, signed in as nobody."""
    return client.anonymous().post("/auth/refresh", {"refresh_token": token})


def cookie(answer: Answer) -> dict[str, str]:
    """Read the cookie that an answer sets: its value, and its attributes."""
    (line,) = answer.cookies
    first, *rest = line.split("; ")
    name, _, value = first.partition("=")
    assert REFRESH_COOKIE == name
    return {"value": value} | {part.partition("=")[0]: part.partition("=")[2] for part in rest}


def test_a_refresh_gives_a_new_pair_and_says_for_how_long(api: Client) -> None:
    client = api.sign_in("ada")

    answer = refresh(client, client.session["refresh_token"])

    assert 200 == answer.status
    assert (3600, 604_800) == (answer["expires_in"], answer["refresh_expires_in"])
    assert client.session["user"] == answer["user"]
    assert 200 == replace(client, token=answer["access_token"]).get("/tasks").status
    assert answer["refresh_token"] != client.session["refresh_token"]
    assert "no-store" == answer.headers["cache-control"]


def test_a_refresh_token_is_for_one_use_and_a_second_ends_its_session(api: Client) -> None:
    client = api.sign_in()
    first = client.session["refresh_token"]
    second = refresh(client, first)["refresh_token"]

    replayed = refresh(client, first)
    honest = refresh(client, second)

    assert (401, "jwt_error") == (replayed.status, replayed["error"])
    assert 401 == honest.status
    figures = [line for line in api.lines() if "RefreshReplays" in line]
    assert 1 == len(figures)
    (told,) = [
        line for line in api.lines() if line.get("message", "").startswith("a refresh token was shown")
    ]
    assert ("WARN", client.user_id, replayed["request_id"]) == (
        told["level"],
        told["user_id"],
        told["request_id"],
    )


def test_of_two_who_refresh_at_once_one_gets_through(shared_url: str) -> None:
    """The other has shown a used token, so both must sign in again: nobody can tell who is the thief."""
    client = serve(shared_url).sign_in()
    others = [serve(shared_url) for _ in range(2)]
    token = client.session["refresh_token"]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda other: refresh(other, token), others))

    assert [200, 401] == sorted(answer.status for answer in answers)
    (winner,) = [answer for answer in answers if answer.status == 200]
    assert 401 == refresh(client, winner["refresh_token"]).status


def test_after_logout_the_session_can_not_be_refreshed(api: Client) -> None:
    client = api.sign_in()
    other = api.sign_in(github_id=int(client.session["user"]["github_id"]))

    answer = client.post("/auth/logout")

    assert (204, "") == (answer.status, answer.text)
    assert ("", "0") == (cookie(answer)["value"], cookie(answer)["Max-Age"])
    assert 401 == refresh(client, client.session["refresh_token"]).status
    assert 200 == refresh(other, other.session["refresh_token"]).status
    assert 204 == client.post("/auth/logout").status


def test_a_browsers_token_stays_in_its_cookie(api: Client) -> None:
    client = api.sign_in()
    sent = {"cookie": f"other=1; {REFRESH_COOKIE}={client.session['refresh_token']}"}

    answer = client.anonymous().post("/auth/refresh", headers=sent)

    told = cookie(answer)
    assert (200, None) == (answer.status, answer["refresh_token"])
    assert ("/api/v1/auth", "604800", "Strict") == (told["Path"], told["Max-Age"], told["SameSite"])
    assert {"HttpOnly", "Secure"} <= told.keys()
    assert 200 == refresh(client, told["value"]).status


@pytest.mark.parametrize("sent", [{}, {"cookie": "other=1"}, {"cookie": f"{REFRESH_COOKIE}=x.y.z"}])
def test_who_shows_no_refresh_token_gets_nothing(api: Client, sent: dict[str, str]) -> None:
    assert 401 == api.post("/auth/refresh", headers=sent).status


def test_no_token_is_in_the_database_or_in_the_log(api: Client, master_url: str) -> None:
    client = api.sign_in()
    renewed = refresh(client, client.session["refresh_token"])
    refresh(client, client.session["refresh_token"])
    shown = [client.token, client.session["refresh_token"], renewed["access_token"], renewed["refresh_token"]]

    log = api.log.getvalue()
    with psycopg.connect(master_url) as connection:
        rows = str(connection.execute("SELECT sessions::text, users::text FROM sessions, users").fetchall())

    assert [] == [token for token in shown if str(token) in log or str(token) in rows]


def test_an_expired_session_is_over_and_goes_at_the_next_login(api: Client, master_url: str) -> None:
    client = api.sign_in()
    with psycopg.connect(master_url) as connection:
        connection.execute(
            "UPDATE sessions SET created_at = created_at - age, rotated_at = rotated_at - age, "
            "expires_at = expires_at - age FROM (SELECT interval '9 d' AS age) AS ages WHERE user_id = %s",
            [client.user_id],
        )

    answer = refresh(client, client.session["refresh_token"])
    api.sign_in(github_id=int(client.session["user"]["github_id"]))

    assert 401 == answer.status
    with psycopg.connect(master_url) as connection:
        query = "SELECT count(*) FROM sessions WHERE user_id = %s"
        assert (1,) == connection.execute(query, [client.user_id]).fetchone()


def test_a_login_brings_the_profile_up_to_date(api: Client) -> None:
    first = api.sign_in("before")
    second = api.sign_in("after", github_id=int(first.session["user"]["github_id"]))

    assert first.user_id == second.user_id
    assert ("after", "after@example.org") == (
        second.session["user"]["name"],
        second.session["user"]["email"],
    )


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"action": "login"},
        {"action": "logout", "profile": {"github_id": 1, "email": "a@b.co"}},
        {"action": "login", "profile": {"github_id": 0, "email": "a@b.co"}},
        {"action": "login", "profile": {"github_id": "1; DROP TABLE users", "email": "a@b.co"}},
        {"action": "login", "profile": {"github_id": 1, "email": "a@b.co", "role": "owner"}},
        {"action": "login", "profile": {"github_id": 1, "email": "a\0@b.co"}},
    ],
)
def test_an_event_that_is_no_login_begins_no_session(api: Client, event: dict[str, Any]) -> None:
    answer = api.service.application.sign_in(event, "one", MILLISECONDS)

    assert (False, "validation_error") == (answer["ok"], answer["error"]["error"])


def test_nobody_works_in_an_organization_that_is_not_theirs(api: Client) -> None:
    client = api.sign_in()

    answer = client.post("/auth/switch-organization", {"organization_id": str(uuid4())})

    assert (403, "authorization_error") == (answer.status, answer["error"])


def test_a_switch_lasts_over_a_refresh_until_the_membership_ends(api: Client, master_url: str) -> None:
    client = api.sign_in()
    made = client.post("/organizations", {"name": f"of {client.user_id}"})
    switched = client.post("/auth/switch-organization", {"organization_id": made["id"]})

    kept = refresh(client, client.session["refresh_token"])
    with psycopg.connect(master_url) as connection:
        connection.execute(
            "UPDATE organization_members SET status = 'suspended' WHERE user_id = %s", [client.user_id]
        )
    lost = refresh(client, kept["refresh_token"])

    assert (made["id"], "owner") == (switched["organization_id"], switched["organization_role"])
    claims = [client.service.tokens.read(answer["access_token"]) for answer in (kept, lost)]
    assert [(made["id"], "owner"), ("None", None)] == [
        (str(claim.organization_id), claim.role) for claim in claims
    ]
