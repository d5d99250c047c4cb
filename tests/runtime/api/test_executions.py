"""Executions: asked for, or begun and ended with a task; whose they are, and what their logs tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.migrations.adding import add
from tests.runtime.api.tenants import expected, found, register

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client

LARGE = {"result", "options", "error_message"}
"""What a list leaves out: a hundred of them would not fit into an answer of Lambda."""


def execute(client: Client, repository: str, **more: Any) -> str:
    """Ask for an execution and return its id."""
    asked = {"repository_id": repository, "issue_number": 7, "agent_type": "reviewer"} | more
    answer = client.post("/agents/execute", asked)
    assert answer.status == 201, answer.text
    return str(answer["id"])


def log(client: Client, execution: str) -> list[tuple[str, str]]:
    """Level and message of an execution's lines."""
    return [
        (line["log_level"], line["message"])
        for line in client.get(f"/agents/executions/{execution}/logs")["logs"]
    ]


def test_an_execution_that_is_asked_for_waits_for_its_agent(api: Client) -> None:
    client = api.sign_in()
    repository = register(client)

    made = client.post(
        "/agents/execute",
        {
            "repository_id": repository,
            "issue_number": 7,
            "agent_type": "reviewer",
            "options": {"auto_pr": True},
        },
    )

    assert (201, "pending", None) == (made.status, made["status"], made["started_at"])
    assert (repository, 7, "reviewer", {"auto_pr": True}) == (
        made["repository_id"],
        made["issue_number"],
        made["agent_type"],
        made["options"],
    )
    assert made.body == client.get(f"/agents/executions/{made['id']}").body
    assert [("INFO", "reviewer requested")] == log(client, made["id"])


@pytest.mark.parametrize("field", ["repository_id", "issue_number", "agent_type"])
def test_an_execution_is_not_asked_for_by_halves(api: Client, field: str) -> None:
    client = api.sign_in()
    body = {"repository_id": register(client), "issue_number": 7, "agent_type": "reviewer"}
    del body[field]

    refused = client.post("/agents/execute", body)

    assert (400, True) == (refused.status, f"body.{field}" in refused["details"])
    assert 0 == client.get("/agents/executions")["total"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issue_number": 0},
        {"issue_number": "7"},
        {"agent_type": "a b"},
        {"options": []},
        {"status": "running"},
    ],
)
def test_an_execution_is_asked_for_in_the_right_form(api: Client, wrong: dict[str, Any]) -> None:
    client = api.sign_in()
    body = {"repository_id": register(client), "issue_number": 7, "agent_type": "reviewer"}

    assert 400 == client.post("/agents/execute", body | wrong).status
    assert 0 == client.get("/agents/executions")["total"]


@pytest.mark.parametrize(
    ("step", "body", "status", "told"),
    [
        ("complete", {"result": {"pull_request": 3}}, "completed", ("INFO", "completed")),
        ("fail", {"error_message": "no such branch"}, "failed", ("ERROR", "failed: no such branch")),
        ("cancel", None, "failed", ("ERROR", "failed: the task was cancelled")),
    ],
)
def test_a_task_is_carried_out_by_an_execution_that_ends_with_it(
    api: Client, step: str, body: dict[str, Any] | None, status: str, told: tuple[str, str]
) -> None:
    client = api.sign_in()
    repository = register(client)
    task = client.post(
        "/tasks",
        {"name": "t", "repository_id": repository, "agent_type": "reviewer", "issue_number": 7},
    )["id"]
    key = client.post(f"/tasks/{task}/start")["execution_id"]
    running = client.get(f"/agents/executions/{key}").body

    client.post(f"/tasks/{task}/{step}", body)
    ended = client.get(f"/agents/executions/{key}").body

    assert ("running", "reviewer", repository, 7) == (
        running["status"],
        running["agent_type"],
        running["repository_id"],
        running["issue_number"],
    )
    assert running["started_at"] is not None
    assert (status, (body or {}).get("result")) == (ended["status"], ended["result"])
    assert ended["completed_at"] >= ended["started_at"]
    assert [("INFO", "reviewer started"), told] == log(client, key)


def test_a_task_that_is_retried_gets_another_execution(api: Client) -> None:
    client = api.sign_in()
    body = {"name": "t", "repository_id": register(client), "agent_type": "reviewer"}
    task = client.post("/tasks", body)["id"]

    first = client.post(f"/tasks/{task}/start")["execution_id"]
    client.post(f"/tasks/{task}/fail")
    waiting = client.post(f"/tasks/{task}/retry")["execution_id"]
    second = client.post(f"/tasks/{task}/start")["execution_id"]

    assert (None, True) == (waiting, first != second)
    assert ["running", "failed"] == [
        execution["status"] for execution in client.get("/agents/executions")["executions"]
    ]


@pytest.mark.parametrize("without", ["repository_id", "agent_type"])
def test_a_task_without_repository_or_agent_has_no_execution(api: Client, without: str) -> None:
    client = api.sign_in()
    body = {"name": "t", "repository_id": register(client), "agent_type": "reviewer"}
    del body[without]
    task = client.post("/tasks", body)["id"]

    started = client.post(f"/tasks/{task}/start")

    assert ("running", None) == (started["status"], started["execution_id"])
    assert 0 == client.get("/agents/executions")["total"]


def test_an_execution_that_its_agent_has_ended_stays_as_it_is(api: Client, master_url: str) -> None:
    client = api.sign_in()
    body = {"name": "t", "repository_id": register(client), "agent_type": "reviewer"}
    task = client.post("/tasks", body)["id"]
    key = client.post(f"/tasks/{task}/start")["execution_id"]
    with psycopg.connect(master_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE agent_executions SET status = 'completed', result = '{\"by\": \"agent\"}' WHERE id = %s",
            [key],
        )

    assert 200 == client.post(f"/tasks/{task}/cancel").status
    execution = client.get(f"/agents/executions/{key}").body

    assert ("completed", {"by": "agent"}) == (execution["status"], execution["result"])
    assert [("INFO", "reviewer started")] == log(client, key)


def test_what_nobody_said_is_null_to_the_database_and_not_to_json(api: Client, master_url: str) -> None:
    client = api.sign_in()
    body = {"name": "t", "repository_id": register(client), "agent_type": "reviewer"}
    task = client.post("/tasks", body)["id"]
    key = client.post(f"/tasks/{task}/start")["execution_id"]
    client.post(f"/tasks/{task}/complete")

    with psycopg.connect(master_url) as connection:
        rows = connection.execute("SELECT result IS NULL FROM agent_executions WHERE id = %s", [key])

        assert [(True,)] == rows.fetchall()


def test_an_organizations_task_has_an_execution_of_the_organization(api: Client, master_url: str) -> None:
    tenant = found(api, master_url, "member", "viewer")
    body = {"name": "t", "repository_id": register(tenant["member"]), "agent_type": "reviewer"}
    task = tenant["member"].post("/tasks", body)["id"]

    key = tenant["member"].working_in(None).post(f"/tasks/{task}/start")["execution_id"]

    assert tenant.organization_id == tenant["viewer"].get(f"/agents/executions/{key}")["organization_id"]
    assert 0 == tenant["member"].working_in(None).get("/agents/executions")["total"]


def test_executions_are_listed_newest_first_and_without_what_may_be_large(api: Client) -> None:
    client = api.sign_in()
    repository = register(client)
    made = [execute(client, repository, options={"number": number}) for number in range(3)]

    page = client.get("/agents/executions?limit=2").body

    assert (made[:0:-1], 3) == ([each["id"] for each in page["executions"]], page["total"])
    assert set(client.get(f"/agents/executions/{made[0]}").body) - LARGE == set(page["executions"][0])


def test_filters_of_executions_are_joined(api: Client) -> None:
    client = api.sign_in()
    first, second = register(client, "a/first"), register(client, "a/second")
    execute(client, first)
    wanted = execute(client, second)
    execute(client, second, agent_type="writer")

    query = f"status=pending&repository_id={second}&agent_type=reviewer"

    assert [wanted] == [each["id"] for each in client.get(f"/agents/executions?{query}")["executions"]]
    assert 0 == client.get("/agents/executions?status=failed")["total"]
    assert 400 == client.get("/agents/executions?status=done").status
    assert 400 == client.get("/agents/executions?log_level=INFO").status


def test_a_log_is_read_from_its_start_in_pages_and_by_level(api: Client, master_url: str) -> None:
    client = api.sign_in()
    key = execute(client, register(client))
    with psycopg.connect(master_url) as connection:
        for day, level, message in [(3, "INFO", "last"), (2, "ERROR", "third"), (1, "DEBUG", "second")]:
            line = {"log_level": level, "message": message, "timestamp": f"2199-01-0{day}"}
            add(connection, "execution_logs", execution_id=key, **line)

    path = f"/agents/executions/{key}/logs"
    pages = [client.get(f"{path}?limit=3&page={page}").body for page in (1, 2, 3)]

    assert ["reviewer requested", "second", "third", "last"] == [
        line["message"] for page in pages for line in page["logs"]
    ]
    assert [4, 4, 4] == [page["total"] for page in pages]
    assert ["third"] == [line["message"] for line in client.get(f"{path}?log_level=ERROR")["logs"]]
    assert (200, 0) == (
        client.get(f"{path}?log_level=WARN").status,
        client.get(f"{path}?log_level=WARN")["total"],
    )
    assert 400 == client.get(f"{path}?log_level=info").status


def test_what_an_agent_writes_amiss_is_shown_all_the_same(api: Client, master_url: str) -> None:
    """The database checks no status and no level, and one odd row must not hide the others."""
    client = api.sign_in()
    key = execute(client, register(client))
    with psycopg.connect(master_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE agent_executions SET status = 'stuck', options = NULL, result = '[1]' WHERE id = %s",
            [key],
        )
        add(connection, "execution_logs", execution_id=key, log_level="TRACE", metadata='"text"')

    execution = client.get(f"/agents/executions/{key}").body

    assert ("stuck", None, [1]) == (execution["status"], execution["options"], execution["result"])
    assert ["stuck"] == [each["status"] for each in client.get("/agents/executions")["executions"]]
    assert "TRACE" in {level for level, _ in log(client, key)}
    assert 1 == client.get("/dashboard/summary")["executions"]["total"]


def test_each_role_does_what_it_may(api: Client, master_url: str) -> None:
    tenant = found(api, master_url)
    repository = register(tenant["owner"])
    key = execute(tenant["owner"], repository)
    body = {"repository_id": repository, "issue_number": 1, "agent_type": "reviewer"}

    for path in (f"/agents/executions/{key}", f"/agents/executions/{key}/logs"):
        asked = {role: person.get(path).status for role, person in tenant.people.items()}
        assert expected("agents.read", 200, former=404, outsider=404) == asked
    assert expected("agents.read", 200, former=403, outsider=200) == tenant.statuses(
        lambda person: person.get("/agents/executions")
    )
    assert expected("agents.execute", 201, former=403, outsider=404) == tenant.statuses(
        lambda person: person.post("/agents/execute", body)
    )
    assert (4, 0) == (
        tenant["viewer"].get("/agents/executions")["total"],
        tenant["outsider"].get("/agents/executions")["total"],
    )


def test_an_empty_list_is_told_from_one_that_is_refused(api: Client, master_url: str) -> None:
    tenant = found(api, master_url, "viewer", "former")

    assert expected_lists(200) == lists(tenant["viewer"])
    assert expected_lists(403) == lists(tenant["former"])


def expected_lists(status: int) -> dict[str, int]:
    """The same status for every list."""
    return dict.fromkeys(("/repositories", "/agents/executions", "/workflows", "/tasks"), status)


def lists(client: Client) -> dict[str, int]:
    """What a caller gets for each list."""
    return {path: client.get(path).status for path in expected_lists(200)}


def test_nobody_reads_an_execution_of_another_owner(api: Client, master_url: str) -> None:
    """Nor by a list's filter, nor from inside another organization."""
    tenant, other = found(api, master_url, "owner"), found(api, master_url, "owner")
    repository = register(tenant["owner"])
    key, personal = execute(tenant["owner"], repository), tenant["owner"].working_in(None)
    alone = execute(personal, register(personal))

    for stranger in (other["owner"], other["owner"].working_in(None)):
        for path in (key, f"{key}/logs", alone, f"{alone}/logs"):
            refused = stranger.get(f"/agents/executions/{path}")
            assert (404, "there is no such execution") == (refused.status, refused["message"])
        assert 0 == stranger.get(f"/agents/executions?repository_id={repository}")["total"]
