"""The dashboard: what it counts, for whom, and in how many round trips."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import event

from tests.migrations.adding import add
from tests.runtime.api.tenants import expected, found, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Client

NO_EXECUTIONS = dict.fromkeys(("pending", "running", "completed", "failed", "total"), 0)
NO_TASKS = NO_EXECUTIONS | {"cancelled": 0}


def work(client: Client) -> None:
    """Make two repositories, three executions and four tasks."""
    first, _ = (register(client, f"a/{name}") for name in "bc")
    asked = {"repository_id": first, "agent_type": "reviewer"}
    for _ in range(2):
        client.post("/agents/execute", asked | {"issue_number": 1})
    tasks = [client.post("/tasks", asked | {"name": name})["id"] for name in "abcd"]
    client.post(f"/tasks/{tasks[0]}/start")
    client.post(f"/tasks/{tasks[1]}/cancel")


WORK = {
    "executions": NO_EXECUTIONS | {"pending": 2, "running": 1, "total": 3},
    "tasks": NO_TASKS | {"pending": 2, "running": 1, "cancelled": 1, "total": 4},
    "repositories": 2,
}
"""What the summary tells of it."""
NOTHING = {"executions": NO_EXECUTIONS, "tasks": NO_TASKS, "repositories": 0}


def test_an_organization_and_its_members_alone_are_counted_apart(api: Client, master_url: str) -> None:
    tenant = found(api, master_url, "owner", "viewer", "former")
    work(tenant["owner"])
    alone = tenant["owner"].working_in(None)

    of_organization = {"organization_id": tenant.organization_id, "members": 2}
    of_nobody = {"organization_id": None, "members": None}

    assert WORK | of_organization == tenant["viewer"].get("/dashboard/summary").body
    assert NOTHING | of_nobody == alone.get("/dashboard/summary").body
    work(alone)
    assert WORK | of_nobody == alone.get("/dashboard/summary").body
    assert WORK | of_organization == tenant["owner"].get("/dashboard/summary").body


def test_a_repository_that_is_switched_off_is_not_counted(api: Client, master_url: str) -> None:
    client = api.sign_in()
    key = register(client)
    with psycopg.connect(master_url, autocommit=True) as connection:
        connection.execute("UPDATE repositories SET is_active = false WHERE id = %s", [key])

    assert 0 == client.get("/dashboard/summary")["repositories"]


def test_the_latest_twenty_executions_are_shown(api: Client, master_url: str) -> None:
    client = api.sign_in()
    with psycopg.connect(master_url) as connection:
        made = [
            str(add(connection, "agent_executions", user_id=client.user_id, created_at=f"2026-01-{day:02}"))
            for day in range(1, 24)
        ]

    recent = client.get("/dashboard/recent")["executions"]

    assert made[:2:-1] == [execution["id"] for execution in recent]
    assert {"options", "result"}.isdisjoint(recent[0])


def test_each_member_sees_the_dashboard(api: Client, master_url: str) -> None:
    tenant = found(api, master_url)
    work(tenant["owner"])

    for path in ("/dashboard/summary", "/dashboard/recent"):
        asked = {role: person.get(path).status for role, person in tenant.people.items()}
        assert expected(None, 200, former=403, outsider=200) == asked
    assert [] == tenant["outsider"].get("/dashboard/recent")["executions"]
    assert NOTHING["tasks"] == tenant["outsider"].get("/dashboard/summary")["tasks"]
    refused = tenant["former"].get("/dashboard/summary")
    assert ("authorization_error", "you are no active member of the organization; switch to another") == (
        refused["error"],
        refused["message"],
    )


def test_every_read_with_something_to_show_is_one_round_trip(api: Client, master_url: str) -> None:
    client = found(api, master_url, "owner")["owner"]
    work(client)
    client.post("/workflows", {"name": "nightly", "definition": {}})
    execution = client.get("/dashboard/recent")["executions"][0]["id"]
    workflow = client.get("/workflows")["workflows"][0]["id"]
    repository = client.get("/repositories")["repositories"][0]["id"]
    paths = [
        "/dashboard/summary",
        "/dashboard/recent",
        "/repositories",
        f"/repositories/{repository}",
        "/agents/executions",
        f"/agents/executions/{execution}",
        f"/agents/executions/{execution}/logs",
        "/workflows",
        f"/workflows/{workflow}",
        "/tasks",
    ]

    with sent(client) as statements:
        statuses = {client.get(path).status for path in paths}

    assert ({200}, len(paths)) == (statuses, len(statements))


@contextmanager
def sent(client: Client) -> Iterator[list[str]]:
    """The statements that a caller's service sends meanwhile."""
    statements: list[str] = []
    engine = client.service.database._engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
