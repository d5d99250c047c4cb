"""A day of a user, by routes of every kind: what is asked where the single answer does not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Answer, Client


def walk(anybody: Client) -> list[Answer]:
    """Sign in as somebody new, work alone and in an organization, and return what was answered."""
    alone = anybody.sign_in()
    founded = alone.post("/organizations", {"name": f"Walkers {uuid4()}"})
    there = alone.working_in(founded["id"])
    return [
        *_health(anybody),
        founded,
        *_tasks(alone, {}),
        *_organization(there, f"/organizations/{founded['id']}"),
        *_work(there),
        *_session(there),
    ]


def _health(anybody: Client) -> Iterator[Answer]:
    yield anybody.get("/health")
    yield anybody.get("/health/live")


def _tasks(client: Client, more: dict[str, str]) -> Iterator[Answer]:
    made = client.post("/tasks", {"name": "a task", **more}, headers={"idempotency-key": str(uuid4())})
    task = f"/tasks/{made['id']}"
    yield made
    yield client.patch(task, {"priority": "P0", "metadata": {"text": "é" * 100}})
    yield client.post(f"{task}/start")
    yield client.post(f"{task}/fail", {"error_message": "no luck"})
    yield client.post(f"{task}/retry")
    yield client.post(f"{task}/start")
    yield client.post(f"{task}/complete", {"result": {"lines": 3}})
    yield client.get(task)
    yield client.get("/tasks?limit=5&priority=P0&status=completed")
    yield client.get("/tasks/stats")
    yield client.delete(task)


def _organization(client: Client, path: str) -> Iterator[Answer]:
    team = client.post(f"{path}/teams", {"name": "a team"})
    yield team
    yield client.get(path)
    yield client.patch(path, {"description": "walks"})
    yield client.get("/organizations")
    yield client.get(f"{path}/members")
    yield client.get(f"{path}/teams")
    yield client.get(f"{path}/teams/{team['id']}/members")


def _work(client: Client) -> Iterator[Answer]:
    repository = client.post("/repositories", {"full_name": "octo-org/walks"})
    workflow = client.post("/workflows", {"name": "a workflow", "definition": {"steps": []}})
    execution = client.post(
        "/agents/execute",
        {"repository_id": repository["id"], "issue_number": 7, "agent_type": "reviewer"},
    )
    yield from (repository, workflow, execution)
    yield from _tasks(client, {"repository_id": repository["id"], "agent_type": "reviewer"})
    yield client.get(f"/agents/executions/{execution['id']}/logs")
    yield client.get("/agents/executions")
    yield client.get("/repositories")
    yield client.patch(f"/workflows/{workflow['id']}", {"name": "another"})
    yield client.get("/workflows")
    yield client.get("/dashboard/summary")
    yield client.get("/dashboard/recent")
    yield client.delete(f"/workflows/{workflow['id']}")


def _session(client: Client) -> Iterator[Answer]:
    renewed = client.post("/auth/refresh", {"refresh_token": client.session["refresh_token"]})
    yield renewed
    yield replace(client, token=renewed["access_token"]).post("/auth/logout")
