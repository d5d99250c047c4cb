"""Lines of level DEBUG: until a time, of what an operator needs at night, and of no value that came in."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from runtime.api.service import make_service
from tests.runtime.api.asking import SECRET, settings
from tests.runtime.api.faults import HURRIED
from tests.runtime.api.hostile import Spot, read_operations
from tests.runtime.api.test_injection import furnish

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.runtime.api.asking import Client

    Serve = Callable[..., Client]

NIGHT, PAST = "2026-11-26T03:00:00Z", "2020-01-01T00:00:00Z"
MARK = "zqxjkvb"
"""Stands in nothing of ours, and is as good a name as a value."""
HEADERS = ("authorization", "idempotency-key")


def until(minutes: int) -> str:
    """So many minutes from now."""
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def debugged(client: Client) -> list[dict[str, Any]]:
    """The lines of level DEBUG."""
    return [line for line in client.lines() if line.get("level") == "DEBUG"]


@pytest.fixture
def client(serve_here: Serve) -> Client:
    """Somebody who is signed in, where debugging is on."""
    client = serve_here(debug_until=until(5)).sign_in()
    client.log.seek(0)
    client.log.truncate()
    return client


def test_a_request_tells_its_route_its_filters_and_its_statements(client: Client) -> None:
    assert client.get("/tasks?limit=5&priority=P0").status == 200

    asked, query, connection, statement = debugged(client)
    assert {"GET /api/v1/tasks"} == {asked["route"]}
    assert ["limit", "priority"] == query["names"]
    assert 0 <= connection["age_seconds"] < 60
    assert statement["sql"].startswith("SELECT ")
    assert "%(" in statement["sql"]
    assert (0, None) == (statement["rows"], statement["sqlstate"])
    assert 0 < statement["milliseconds"] < 5000
    assert {line["request_id"] for line in client.lines()} == {asked["request_id"]}


def test_a_statement_that_fails_tells_its_state(client: Client) -> None:
    client.post("/organizations", {"name": MARK, "slug": "taken"})
    client.post("/organizations", {"name": MARK, "slug": "taken"})

    failed = [line for line in debugged(client) if line.get("sqlstate")]
    assert [("23505", None)] == [(line["sqlstate"], line["rows"]) for line in failed]


def test_a_statement_in_a_hurry_is_told_like_another(client: Client) -> None:
    assert client.get("/tasks", milliseconds=HURRIED).status == 200

    told = [line["sql"] for line in debugged(client) if line["message"] == "statement"]
    assert 2 == len(told)
    assert any("set_config" in sql for sql in told)


def test_the_login_functions_event_is_told_too(client: Client) -> None:
    client.sign_in(MARK)

    told = debugged(client)
    assert "login" == told[0]["route"]
    assert {"asked", "connection", "statement"} == {line["message"] for line in told}


def test_it_ends_by_itself(serve_here: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    end = datetime.fromisoformat(NIGHT).timestamp()
    client = serve_here(debug_until=NIGHT)
    counts = []
    for now in (end - 60, end, end - 60):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        before = len(debugged(client))
        assert client.get("/health").status == 200
        counts.append(len(debugged(client)) - before)

    assert [3, 0, 3] == counts


@pytest.mark.parametrize(("end", "level"), [("", "INFO"), (PAST, "INFO"), (PAST, "WARN")])
def test_without_a_time_to_come_the_level_counts(serve_here: Serve, end: str, level: str) -> None:
    client = serve_here(debug_until=end, log_level=level)

    assert client.get("/health").status == 200
    assert [] == debugged(client)
    assert ("INFO" in {line.get("level") for line in client.lines()}) == (level == "INFO")


@pytest.mark.parametrize("text", ["soon", "2026-11-26T03:00:00", "2099-01-01", "1e99", MARK])
def test_a_time_that_cannot_be_read_is_told_once_and_serves(text: str) -> None:
    log = io.StringIO()
    make_service(settings("postgresql://miyabi@localhost/x?sslmode=require", debug_until=text), log)

    (line,) = log.getvalue().splitlines()
    assert "DEBUG_UNTIL is refused" in line
    assert "WARN" in line
    assert text not in line.replace(NIGHT, "")


def test_nothing_that_anybody_sent_stands_in_it(serve_here: Serve) -> None:
    """A marked value at every place of every route that the document of the API names."""
    owner = serve_here(debug_until=until(5)).sign_in(MARK)
    founded = owner.post("/organizations", {"name": MARK})["id"]
    caller = owner.working_in(founded)
    ids = furnish(caller, founded, caller.user_id)
    statements = 0
    for operation in read_operations(ids):
        if operation.route.path in ("/auth/logout", "/organizations/{org_id}") and not operation.body:
            continue  # who is gone can't ask for more
        for kind, spots in groupby(operation.spots, lambda spot: spot.kind):
            for spot in spots:
                if kind != "header" or spot.name in HEADERS:
                    operation.ask(caller, spot, MARK)
        operation.ask(caller, Spot("header", "cookie"), MARK)
        lines = debugged(caller)
        statements += sum(line["message"] == "statement" for line in lines)
        told = "".join(map(str, lines))
        sent = (MARK, SECRET, caller.token, caller.session["refresh_token"], f"{MARK}@example.org")
        assert [] == [value for value in sent if str(value) in told], operation.route.key
        caller.log.seek(0)
        caller.log.truncate()

    assert 200 < statements


def test_at_that_level_libraries_stay_silent() -> None:
    """Powertools would write what a route is given."""
    seen = "logging.getLogger('aws_lambda_powertools').getEffectiveLevel()"
    program = f"import logging; logging.getLogger().setLevel(10); import runtime.api.handler; print({seen})"

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ("30", "") == (done.stdout.strip(), done.stderr)
