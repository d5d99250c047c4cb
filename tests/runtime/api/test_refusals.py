"""What a refused or unusual request leaves behind: nothing, and no more than the caller may know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.contract import REFRESH_COOKIE
from tests.runtime.api.asking import serve

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client
    from twin.postgres import Server

FAILING_COMMIT = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE query_canceled; END $$;
CREATE CONSTRAINT TRIGGER fail AFTER UPDATE ON sessions DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION fail()
"""


def test_a_refresh_whose_commit_fails_gives_no_cookie_and_costs_no_session(
    postgres: Server, own_database: str, own_url: str
) -> None:
    client = serve(own_url).sign_in()
    cookie = {"cookie": f"{REFRESH_COOKIE}={client.session['refresh_token']}"}
    with psycopg.connect(postgres.url(own_database), autocommit=True) as connection:
        connection.execute(FAILING_COMMIT)
        failed = client.anonymous().post("/auth/refresh", headers=cookie)
        connection.execute("DROP TRIGGER fail ON sessions")

    again = client.anonymous().post("/auth/refresh", headers=cookie)

    assert (503, []) == (failed.status, failed.cookies)
    assert 200 == again.status


@pytest.mark.parametrize("others", ["x=a b", "flag", "a=1; b", 'q="x; y"', "é=é"])
def test_a_cookie_of_somebody_else_does_not_hide_ours(api: Client, others: str) -> None:
    client = api.sign_in()
    cookies = f"{others}; {REFRESH_COOKIE}={client.session['refresh_token']}"

    assert 200 == client.anonymous().post("/auth/refresh", headers={"cookie": cookies}).status


def test_an_answer_that_lambda_could_not_send_is_refused_in_our_own_words(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = api.sign_in()
    client.post("/workflows", {"name": "雅" * 255, "definition": {}, "description": "雅" * 10_000})
    monkeypatch.setattr("runtime.api.application.LARGEST", 30_000)

    refused = client.get("/workflows?limit=100")

    assert (400, "validation_error") == (refused.status, refused["error"])
    assert "limit" in refused["message"]


def test_letters_are_sent_as_themselves(api: Client) -> None:
    made = api.sign_in().post("/tasks", {"name": "雅の会"})

    assert "雅の会" in made.text


def test_what_the_user_wrote_is_not_in_the_log_of_a_fault(
    postgres: Server, own_database: str, own_url: str
) -> None:
    client = serve(own_url).sign_in()
    with psycopg.connect(postgres.url(own_database), autocommit=True) as connection:
        connection.execute("ALTER TABLE tasks RENAME COLUMN issue_number TO issue")

    answer = client.post("/tasks", {"name": "my secret", "metadata": {"key": "ghp_0123456789"}})

    log = client.log.getvalue()
    assert 500 == answer.status
    assert "UndefinedColumn" in log
    assert "my secret" not in log
    assert "ghp_0123456789" not in log


def test_a_sign_in_that_fails_leaves_its_cause_in_the_log(
    postgres: Server, own_database: str, own_url: str
) -> None:
    client = serve(own_url)
    with psycopg.connect(postgres.url(own_database), autocommit=True) as connection:
        connection.execute("ALTER TABLE users RENAME COLUMN avatar_url TO picture")

    event = {"action": "login", "profile": {"github_id": 1, "email": "a@example.org"}}
    answer = client.service.application.sign_in(event, "the-invocation", 29_000)

    fault = next(line for line in client.lines() if line.get("level") == "ERROR")
    assert {"error": "internal_error", "message": answer["error"]["message"]} == answer["error"]
    assert "the-invocation" == fault["request_id"]
    assert "UndefinedColumn" in json.dumps(fault["traceback"])


def test_a_key_means_another_creation_in_another_organization(api: Client) -> None:
    client = api.sign_in()
    one = client.post("/organizations", {"name": f"one {client.user_id}"})["id"]
    two = client.post("/organizations", {"name": f"two {client.user_id}"})["id"]
    headers = {"idempotency-key": "the-same"}

    first = client.working_in(one).post("/tasks", {"name": "x"}, headers=headers)
    second = client.working_in(two).post("/tasks", {"name": "x"}, headers=headers)

    assert (201, 422) == (first.status, second.status)


def test_who_lost_the_right_is_not_told_the_first_answer(api: Client, master_url: str) -> None:
    owner, guest = api.sign_in(), api.sign_in()
    organization = owner.post("/organizations", {"name": f"of {owner.user_id}"})["id"]
    path = f"/organizations/{organization}/members"
    body = {"identifier": guest.session["user"]["email"]}
    headers = {"idempotency-key": "an-invitation"}
    made = owner.post(path, body, headers=headers)
    with psycopg.connect(master_url) as connection:
        connection.execute(
            "UPDATE organization_members SET role = 'viewer' WHERE user_id = %s", [owner.user_id]
        )

    assert (201, 403) == (made.status, owner.post(path, body, headers=headers).status)


@pytest.mark.parametrize("query", ["status=pending&status=failed", "limit=1&limit=100", "page=1&page=1"])
def test_a_parameter_that_stands_twice_is_refused(api: Client, query: str) -> None:
    answer = api.sign_in().get(f"/tasks?{query}")

    assert (400, True) == (answer.status, "twice" in answer["details"])


@pytest.mark.parametrize(("text", "status"), [("{}", 200), ('{"nonsense": 1}', 400), ("{not json", 400)])
def test_a_body_that_a_route_would_ignore_is_refused(api: Client, text: str, status: int) -> None:
    client = api.sign_in()
    key = client.post("/tasks", {"name": "x"})["id"]

    assert status == client.post(f"/tasks/{key}/start", text=text).status


def test_times_of_a_session_are_the_databases_own(api: Client, master_url: str) -> None:
    """A machine whose clock is ahead could not refresh: a session is never rotated before it was begun."""
    client = api.sign_in()
    with psycopg.connect(master_url) as connection:
        row = connection.execute(
            "SELECT created_at <= now(), created_at > now() - interval '1 minute',"
            " expires_at = created_at + interval '604800 seconds' FROM sessions WHERE user_id = %s",
            [client.user_id],
        ).fetchone()

    assert (True, True, True) == row


def test_keys_and_sessions_whose_time_is_over_go_whoevers_they_were(api: Client, master_url: str) -> None:
    gone, client = api.sign_in(), api.sign_in()
    gone.post("/tasks", {"name": "x"}, headers={"idempotency-key": "old"})
    with psycopg.connect(master_url) as connection:
        connection.execute(
            "UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE user_id = %s",
            [gone.user_id],
        )
        connection.execute(
            "UPDATE sessions SET created_at = created_at - age, rotated_at = rotated_at - age,"
            " expires_at = expires_at - age FROM (SELECT interval '9 d' AS age) AS a WHERE user_id = %s",
            [gone.user_id],
        )

    client.post("/tasks", {"name": "x"}, headers={"idempotency-key": "new"})
    api.sign_in()

    with psycopg.connect(master_url) as connection:
        left = connection.execute(
            "SELECT (SELECT count(*) FROM idempotency_keys WHERE user_id = %(gone)s),"
            " (SELECT count(*) FROM sessions WHERE user_id = %(gone)s)",
            {"gone": gone.user_id},
        ).fetchone()
    assert (0, 0) == left


def test_an_empty_origin_secret_is_refused_and_a_previous_one_alone_counts_nothing(shared_url: str) -> None:
    assert 200 == serve(shared_url, origin_secret_previous="previous").get("/health/live").status
    with pytest.raises(ValueError, match="origin_secret"):
        serve(shared_url, origin_secret="")
