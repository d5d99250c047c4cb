"""The life of a newcomer's organization, over real HTTP: what the routes do together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from runtime.contract import API_PREFIX
from tests.runtime.api.serving import over_http

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Client


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody who speaks HTTP."""

    url: str
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request; the status, and the body if there is one."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + API_PREFIX + path, data, headers, method=method)  # noqa: S310  (loopback)
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310  (likewise)
                text, status = answer.read(), answer.status
        except HTTPError as refused:
            with refused:
                text, status = refused.read(), refused.code
        return status, json.loads(text) if text else None

    def get(self, path: str) -> Any:
        """Read what must be there."""
        status, body = self.ask("GET", path)
        assert status == 200, body
        return body

    def post(self, path: str, body: Any = None) -> Any:
        """Make or do what must succeed."""
        status, answer = self.ask("POST", path, body)
        assert status in (200, 201), answer
        return answer

    def working_in(self, organization: str) -> Browser:
        """The same person, with a token for an organization."""
        answer = self.post("/auth/switch-organization", {"organization_id": organization})
        return Browser(self.url, answer["access_token"])


@pytest.fixture
def served(api: Client) -> Iterator[str]:
    with over_http(api) as url:
        yield url


def test_a_task_is_carried_out_in_an_organization_and_keeps_its_log(api: Client, served: str) -> None:
    newcomer = Browser(served, str(api.sign_in().token))
    organization = newcomer.post("/organizations", {"name": f"Life at {served}"})["id"]
    owner = newcomer.working_in(organization)

    team = owner.post(f"/organizations/{organization}/teams", {"name": "Gardeners"})
    repository = owner.post("/repositories", {"full_name": "miyabi-society/garden"})["id"]
    new = {"name": "Rake", "agent_type": "gardener", "repository_id": repository}
    task = owner.post("/tasks", new)["id"]
    execution = owner.post(f"/tasks/{task}/start")["execution_id"]
    under_way = owner.get("/dashboard/summary")
    done = owner.post(f"/tasks/{task}/complete", {"result": {"stones": 15}})
    logs = owner.get(f"/agents/executions/{execution}/logs")["logs"]
    ended = owner.get("/dashboard/summary")

    assert "gardeners" == team["slug"]
    assert ("completed", {"stones": 15}) == (done["status"], done["result"])
    assert ["gardener started", "completed"] == [line["message"] for line in logs]
    assert [1, 0] == [each["executions"]["running"] for each in (under_way, ended)]
    assert (1, 1, 1) == (ended["executions"]["completed"], ended["repositories"], ended["members"])
    assert [execution] == [each["id"] for each in owner.get("/dashboard/recent")["executions"]]
    assert 409 == owner.ask("POST", f"/tasks/{task}/start")[0]


def test_who_is_invited_to_look_sees_all_and_changes_nothing_until_they_are_gone(
    api: Client, served: str
) -> None:
    first, second = api.sign_in(), api.sign_in()
    newcomer, guest = Browser(served, str(first.token)), Browser(served, str(second.token))
    organization = newcomer.post("/organizations", {"name": f"Guests of {served}"})["id"]
    owner, path = newcomer.working_in(organization), f"/organizations/{organization}"
    task = owner.post("/tasks", {"name": "Rake"})["id"]
    invitation = {"identifier": second.session["user"]["email"], "role": "viewer"}
    owner.post(f"{path}/members", invitation)
    invited = guest.get("/organizations")["organizations"]
    before = guest.ask("GET", path)[0], guest.ask("GET", f"/tasks/{task}")[0]
    guest.post(f"{path}/members/accept")
    viewer = guest.working_in(organization)

    refused = [
        viewer.ask("POST", "/tasks", {"name": "mine"})[0],
        viewer.ask("POST", f"/tasks/{task}/start")[0],
        viewer.ask("PATCH", f"/tasks/{task}", {"name": "mine"})[0],
        viewer.ask("DELETE", f"/tasks/{task}")[0],
        viewer.ask("POST", "/repositories", {"full_name": "a/b"})[0],
        viewer.ask("PATCH", path, {"name": "mine"})[0],
        viewer.ask("DELETE", path)[0],
        viewer.ask("POST", f"{path}/members", invitation)[0],
        viewer.ask("POST", f"{path}/teams", {"name": "mine"})[0],
    ]
    seen = viewer.get("/tasks")["tasks"]
    gone = owner.ask("DELETE", f"{path}/members/{second.user_id}")[0]
    after = [viewer.ask("GET", each)[0] for each in (f"/tasks/{task}", "/tasks", "/dashboard/summary", path)]

    assert [("viewer", "invited")] == [(each["role"], each["status"]) for each in invited]
    assert (404, 404) == before
    assert {403} == set(refused)
    assert [(task, "Rake", "pending")] == [(each["id"], each["name"], each["status"]) for each in seen]
    assert (204, [404, 403, 403, 404]) == (gone, after)
