"""The package answers every route of the contract, under AWS's runtime client and over TLS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from runtime.contract import ROUTES, Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.packaged.conftest import Packaged

ROOT = Path(__file__).parents[3]
BY_KEY = {f"{route.method} {route.path}": route for route in ROUTES}
LIFE: tuple[tuple[str, dict[str, Any] | None, int], ...] = (
    ("GET /health", None, 200),
    ("GET /health/live", None, 200),
    ("GET /openapi.json", None, 200),
    ("GET /docs", None, 200),
    ("GET /auth/github", None, 302),
    ("GET /auth/github/callback", None, 401),
    ("POST /auth/refresh", {"refresh_token": "{refresh_token}"}, 200),
    ("POST /organizations", {"name": "Miyabi Society"}, 201),
    ("GET /organizations", None, 200),
    ("GET /organizations/{org_id}", None, 200),
    ("PATCH /organizations/{org_id}", {"description": "A garden"}, 200),
    ("POST /auth/switch-organization", {"organization_id": "{org_id}"}, 200),
    ("POST /organizations/{org_id}/members", {"identifier": "other@example.org"}, 201),
    ("POST /organizations/{org_id}/members/accept", None, 200),
    ("GET /organizations/{org_id}/members", None, 200),
    ("PATCH /organizations/{org_id}/members/{user_id}", {"role": "admin"}, 200),
    ("POST /organizations/{org_id}/teams", {"name": "Gardeners"}, 201),
    ("GET /organizations/{org_id}/teams", None, 200),
    ("GET /organizations/{org_id}/teams/{team_id}", None, 200),
    ("PATCH /organizations/{org_id}/teams/{team_id}", {"description": "Rakes"}, 200),
    ("POST /organizations/{org_id}/teams/{team_id}/members", {"user_id": "{user_id}"}, 201),
    ("GET /organizations/{org_id}/teams/{team_id}/members", None, 200),
    ("DELETE /organizations/{org_id}/teams/{team_id}/members/{user_id}", None, 204),
    ("DELETE /organizations/{org_id}/teams/{team_id}", None, 204),
    ("DELETE /organizations/{org_id}/members/{user_id}", None, 204),
    ("POST /repositories", {"full_name": "miyabi-society/garden"}, 201),
    ("GET /repositories", None, 200),
    ("GET /repositories/{repository_id}", None, 200),
    (
        "POST /agents/execute",
        {"repository_id": "{repository_id}", "issue_number": 7, "agent_type": "rake"},
        201,
    ),
    ("GET /agents/executions", None, 200),
    ("GET /agents/executions/{execution_id}", None, 200),
    ("GET /agents/executions/{execution_id}/logs", None, 200),
    ("POST /workflows", {"name": "Every morning", "definition": {"steps": []}}, 201),
    ("GET /workflows", None, 200),
    ("GET /workflows/{workflow_id}", None, 200),
    ("PATCH /workflows/{workflow_id}", {"name": "Every evening"}, 200),
    ("DELETE /workflows/{workflow_id}", None, 204),
    (
        "POST /tasks",
        {"name": "Rake the gravel", "repository_id": "{repository_id}", "agent_type": "rake"},
        201,
    ),
    ("GET /tasks", None, 200),
    ("GET /tasks/stats", None, 200),
    ("GET /tasks/{task_id}", None, 200),
    ("PATCH /tasks/{task_id}", {"priority": "P0"}, 200),
    ("POST /tasks/{task_id}/start", None, 200),
    ("POST /tasks/{task_id}/fail", {"error_message": "rain"}, 200),
    ("POST /tasks/{task_id}/retry", None, 200),
    ("POST /tasks/{task_id}/start", None, 200),
    ("POST /tasks/{task_id}/complete", {"result": {"stones": 15}}, 200),
    ("POST /tasks/{task_id}/cancel", None, 409),
    ("DELETE /tasks/{task_id}", None, 204),
    ("GET /dashboard/summary", None, 200),
    ("GET /dashboard/recent", None, 200),
    ("DELETE /organizations/{org_id}", None, 204),
    ("POST /auth/logout", None, 204),
)
"""One life through all routes, in this order; `{name}` is what an earlier answer told."""
NAMES = {
    "POST /organizations": "org_id",
    "POST /organizations/{org_id}/teams": "team_id",
    "POST /repositories": "repository_id",
    "POST /agents/execute": "execution_id",
    "POST /workflows": "workflow_id",
    "POST /tasks": "task_id",
}
"""What the id in an answer is called afterwards."""


def login(packaged: Packaged, github_id: int, name: str) -> dict[str, Any]:
    """Hand a profile over, as the login function does."""
    profile = {"github_id": github_id, "email": f"{name}@example.org", "name": name}
    answer = packaged.environments[Function.API].invoke({"action": "login", "profile": profile})
    assert answer["ok"], answer
    session: dict[str, Any] = answer["session"]
    return session


def walk(packaged: Packaged) -> Iterator[tuple[str, int, int]]:
    """Go through the life, and yield each step with the status that is expected and the one that came."""
    session, other = login(packaged, 1, "demo"), login(packaged, 2, "other")
    known = {"refresh_token": session["refresh_token"], "user_id": other["user"]["id"]}
    tokens = {"demo": session["access_token"], "other": other["access_token"]}
    for key, body, expected in LIFE:
        route = BY_KEY[key]
        text = json.dumps(body) if body is not None else ""
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", value)
        path = route.key.partition(" ")[2].format(**known)
        who = "other" if key.endswith("/accept") else "demo"
        answer = packaged.ask(route, path, body=text.encode(), token=tokens[who] if route.token else None)
        told = json.loads(answer["body"]) if str(answer.get("body")).startswith("{") else {}
        if key in NAMES and "id" in told:
            known[NAMES[key]] = told["id"]
        if key == "POST /auth/switch-organization":
            tokens["demo"] = told["access_token"]
        yield key, expected, answer["statusCode"]


def test_every_route_is_answered_from_the_package(packaged: Packaged) -> None:
    steps = list(walk(packaged))

    assert [] == [step for step in steps if step[1] != step[2]]
    assert set(BY_KEY) == {key for key, _, _ in steps}


def test_its_connection_is_over_tls_and_as_the_apis_role(packaged: Packaged) -> None:
    login(packaged, 1, "demo")

    with psycopg.connect(packaged.database) as connection:
        found = connection.execute(
            "SELECT usename, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)"
            " WHERE application_name = 'miyabi api' AND datname = current_database()"
        ).fetchall()
    assert [("miyabi_api_a", True)] == found


def test_the_migrator_of_the_package_finds_its_migrations_applied(packaged: Packaged) -> None:
    answer = packaged.environments[Function.MIGRATOR].invoke({"action": "status"})

    assert answer["ok"], answer
    assert {"applied": len(list((ROOT / "migrations").glob("*.sql")))} == answer["answer"]["counts"]


def test_a_package_shows_no_secret_in_its_log(packaged: Packaged) -> None:
    session = login(packaged, 3, "third")
    environment = packaged.environments[Function.API]

    log = "\n".join(map(str, environment.log))

    assert '"route": "login"' in log
    assert session["access_token"] not in log
    assert environment.configuration.variables["JWT_SECRET"] not in log
