"""Tasks: their states, and what a body may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client

STEPS = {
    "start": ({"pending"}, "running"),
    "complete": ({"running"}, "completed"),
    "fail": ({"pending", "running"}, "failed"),
    "cancel": ({"pending", "running"}, "cancelled"),
    "retry": ({"failed"}, "pending"),
}
"""From where each step leads, and where to."""
WAYS = {
    "pending": [],
    "running": ["start"],
    "completed": ["start", "complete"],
    "failed": ["fail"],
    "cancelled": ["cancel"],
}
"""How a new task gets into each state."""


def task_in(client: Client, status: str) -> str:
    """Make a task and bring it into a state."""
    key = str(client.post("/tasks", {"name": "a task"})["id"])
    for step in WAYS[status]:
        assert client.post(f"/tasks/{key}/{step}").status == 200
    return key


@pytest.mark.parametrize("status", WAYS)
@pytest.mark.parametrize("step", STEPS)
def test_a_task_goes_only_where_its_state_allows(api: Client, status: str, step: str) -> None:
    client = api.sign_in()
    key = task_in(client, status)
    allowed, goal = STEPS[step]

    answer = client.post(f"/tasks/{key}/{step}")

    assert (200 if status in allowed else 409) == answer.status
    assert (goal if status in allowed else status) == client.get(f"/tasks/{key}")["status"]


@pytest.mark.parametrize(
    ("status", "column"),
    [
        ("running", "started_at"),
        ("completed", "completed_at"),
        ("failed", "failed_at"),
        ("cancelled", "cancelled_at"),
    ],
)
def test_each_state_has_its_time(api: Client, status: str, column: str) -> None:
    """The original never set the last two."""
    client = api.sign_in()

    assert client.get(f"/tasks/{task_in(client, status)}")[column] is not None


def test_a_task_is_retried_as_often_as_it_allows(api: Client) -> None:
    client = api.sign_in()
    key = task_in(client, "failed")

    for retry in (1, 2, 3):
        assert retry == client.post(f"/tasks/{key}/retry")["retry_count"]
        client.post(f"/tasks/{key}/fail", {"error_message": "again"})
    refused = client.post(f"/tasks/{key}/retry")

    assert (409, "conflict") == (refused.status, refused["error"])
    assert "again" == client.get(f"/tasks/{key}")["error_message"]


def test_no_change_writes_a_status(api: Client) -> None:
    """The original let a PATCH write any."""
    client = api.sign_in()
    key = task_in(client, "pending")

    refused = client.patch(f"/tasks/{key}", {"status": "completed"})

    assert (400, "validation_error") == (refused.status, refused["error"])
    assert "body.status" in refused["details"]
    assert "pending" == client.get(f"/tasks/{key}")["status"]


def test_a_change_names_what_it_changes_and_leaves_the_rest(api: Client) -> None:
    client = api.sign_in()
    made = client.post("/tasks", {"name": "before", "description": "stays", "issue_number": 7}).body

    changed = client.patch(f"/tasks/{made['id']}", {"name": " after ", "issue_number": None}).body

    assert ("after", "stays", None) == (changed["name"], changed["description"], changed["issue_number"])
    assert {name for name in made if made[name] != changed[name]} == {"name", "issue_number", "updated_at"}


def test_the_most_urgent_come_first_and_then_the_newest(api: Client) -> None:
    client = api.sign_in()
    for name, priority in [("a", "P2"), ("b", "P0"), ("c", "P1"), ("d", "P0"), ("e", "P2")]:
        client.post("/tasks", {"name": name, "priority": priority})

    answer = client.get("/tasks")

    assert ["d", "b", "c", "e", "a"] == [task["name"] for task in answer["tasks"]]


def test_pages_cover_a_list_once_and_tell_its_length(api: Client) -> None:
    client = api.sign_in()
    names = [f"task {number}" for number in range(5)]
    for name in names:
        client.post("/tasks", {"name": name})

    pages = [client.get(f"/tasks?limit=2&page={page}").body for page in (1, 2, 3, 4)]

    assert [2, 2, 1, 0] == [len(page["tasks"]) for page in pages]
    assert names[::-1] == [task["name"] for page in pages for task in page["tasks"]]
    assert {(5, 2)} == {(page["total"], page["limit"]) for page in pages}


def test_filters_are_joined(api: Client) -> None:
    client = api.sign_in()
    for name, kind in [("a", "reviewer"), ("b", "reviewer"), ("c", "writer")]:
        client.post("/tasks", {"name": name, "agent_type": kind})
    first = client.get("/tasks?agent_type=writer")["tasks"][0]["id"]
    client.post(f"/tasks/{first}/start")

    answer = client.get("/tasks?agent_type=writer&status=running")
    none = client.get("/tasks?agent_type=reviewer&status=running")

    assert ["c"] == [task["name"] for task in answer["tasks"]]
    assert 0 == none["total"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "page=0",
        "page=x",
        "status=done",
        "priority=P9",
        "colour=red",
        "agent_type=%00",
    ],
)
def test_a_query_that_means_nothing_is_refused(api: Client, query: str) -> None:
    answer = api.sign_in().get(f"/tasks?{query}")

    assert (400, "validation_error") == (answer.status, answer["error"])
    assert f"query.{query.partition('=')[0]}" in answer["details"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "  "},
        {"name": 7},
        {"name": "a\0b"},
        {"name": "x" * 256},
        {"name": "x", "priority": "P3"},
        {"name": "x", "issue_number": "7"},
        {"name": "x", "issue_number": 2**31},
        {"name": "x", "issue_number": True},
        {"name": "x", "metadata": {"a\0": 1}},
        {"name": "x", "metadata": {"a": {"b": "c\0"}}},
        {"name": "x", "metadata": {"a": "x" * 70_000}},
        {"name": "x", "metadata": []},
        {"name": "x", "user_id": "3b3c0f1e-0000-4000-8000-000000000000"},
        {"name": "x", "status": "completed"},
        [],
        "x",
        7,
    ],
)
def test_a_body_that_breaks_a_rule_of_form_is_refused(api: Client, body: object) -> None:
    client = api.sign_in()

    answer = client.post("/tasks", body)

    assert (400, "validation_error") == (answer.status, answer["error"])
    assert 0 == client.get("/tasks")["total"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"name": NaN}',
        '{"name": "x", "metadata": {"a": Infinity}}',
        '{"name": "x", "metadata": {"a": 1e999}}',
        '{"name": "\\ud800"}',
        '{"name": "x", "issue_number": ' + "9" * 5000 + "}",
        '{"name": "x", "metadata": ' + '{"a":' * 2000 + "1" + "}" * 2000 + "}",
        '{"name": "x", "metadata": ' + '{"a":' * 80 + "1" + "}" * 80 + "}",
    ],
    ids=["cut", "NaN", "Infinity", "too large", "half a character", "digits", "abyss", "deep"],
)
def test_json_that_postgresql_would_not_take_is_refused(api: Client, text: str) -> None:
    answer = api.sign_in().post("/tasks", text=text)

    assert (400, "validation_error") == (answer.status, answer["error"])


def test_a_text_that_looks_like_an_escape_is_stored_as_it_is(api: Client) -> None:
    client = api.sign_in()
    value = {"path": "C:\\u0000", "quote": "'; DROP TABLE tasks; --"}

    made = client.post("/tasks", {"name": value["quote"], "metadata": value}).body

    assert (value["quote"], value) == (made["name"], made["metadata"])
    assert made == client.get(f"/tasks/{made['id']}").body


def test_a_deleted_task_is_gone_and_a_running_one_stays(api: Client) -> None:
    client = api.sign_in()
    pending, running = task_in(client, "pending"), task_in(client, "running")

    gone = client.delete(f"/tasks/{pending}")
    refused = client.delete(f"/tasks/{running}")

    assert (204, "", 409) == (gone.status, gone.text, refused.status)
    assert (404, 200) == (client.get(f"/tasks/{pending}").status, client.get(f"/tasks/{running}").status)


def test_tasks_are_counted_by_status(api: Client) -> None:
    client = api.sign_in()
    for status in ("pending", "pending", "running", "failed"):
        task_in(client, status)

    assert {
        "pending": 2,
        "running": 1,
        "completed": 0,
        "failed": 1,
        "cancelled": 0,
        "total": 4,
    } == client.get("/tasks/stats").body


def test_a_personal_task_is_nobody_elses(api: Client) -> None:
    owner, other = api.sign_in(), api.sign_in()
    key = task_in(owner, "pending")

    asked = [
        other.get(f"/tasks/{key}"),
        other.patch(f"/tasks/{key}", {"name": "mine"}),
        other.delete(f"/tasks/{key}"),
        *(other.post(f"/tasks/{key}/{step}") for step in STEPS),
    ]

    assert {404} == {answer.status for answer in asked}
    assert 0 == other.get("/tasks")["total"]
    assert ("a task", "pending") == (owner.get(f"/tasks/{key}")["name"], owner.get(f"/tasks/{key}")["status"])


def test_an_old_row_with_an_odd_status_hides_no_list(api: Client, master_url: str) -> None:
    client = api.sign_in()
    key = task_in(client, "pending")
    with psycopg.connect(master_url) as connection:
        connection.execute("UPDATE tasks SET status = 'paused', priority = 'urgent' WHERE id = %s", [key])

    assert ["paused"] == [task["status"] for task in client.get("/tasks")["tasks"]]
    assert (200, 409) == (client.get(f"/tasks/{key}").status, client.post(f"/tasks/{key}/start").status)
    assert 1 == client.get("/tasks/stats")["total"]


def test_a_list_stays_far_below_what_lambda_can_answer(api: Client) -> None:
    """A function's answer ends at 6 MB."""
    client = api.sign_in()
    for _ in range(3):
        client.post(
            "/tasks", {"name": "x" * 255, "metadata": {"a": "x" * 65_000}, "description": "y" * 10_000}
        )

    assert len(client.get("/tasks?limit=100").text) < 3 * 2000
