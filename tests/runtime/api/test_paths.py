"""What a path may hold, and that it means the same to the gateway and to the function."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from runtime.contract import API_PREFIX, ROUTES
from tests.runtime.api.asking import MILLISECONDS, serve
from twin.event import Api as Gateway
from twin.event import Request, make_event
from twin.routing import Match

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client


@pytest.mark.parametrize("key", ["%C2%A5", "%1F", "%22", "%23", "%5C", "%F0%9F%8C%B8", "%0A"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_path_with_characters_that_no_id_has_is_no_fault_of_ours(
    api: Client, method: str, key: str
) -> None:
    answer = api.sign_in().ask(method, f"/tasks/{key}")

    assert (400, "validation_error") == (answer.status, answer["error"])
    assert "path.task_id" in answer["details"]


@pytest.mark.parametrize(
    ("chosen", "rest"),
    [
        ("GET /organizations/{org_id}", "/members"),
        ("GET /organizations/{org_id}", "/teams"),
        ("DELETE /organizations/{org_id}/teams/{team_id}", "/members/3b3c0f1e-0000-4000-8000-000000000000"),
    ],
)
def test_an_encoded_slash_does_not_lead_past_a_permission(api: Client, chosen: str, rest: str) -> None:
    """The gateway has chosen a route; the decoded path is that of another one, with its own permission."""
    owner = api.sign_in()
    organization = owner.post("/organizations", {"name": f"Slashes {uuid4()}"})
    method, _, path = chosen.partition(" ")
    ids = {"org_id": organization["id"], "team_id": "3b3c0f1e-0000-4000-8000-000000000000"}
    headers = (("authorization", f"Bearer {owner.token}"),)
    request = Request(method, API_PREFIX + path.format(**ids) + rest, headers)
    event = make_event(request, Match(f"{method} {API_PREFIX}{path}", ids), Gateway())

    answer = api.service.application.answer(event, MILLISECONDS)

    assert 404 == answer["statusCode"]
    assert '"there is no such path"' in answer["body"]


def test_every_route_is_found_by_the_gateways_key_and_by_its_path(api: Client) -> None:
    """Both ways lead to the same: an id that is none is refused as such, by the route itself."""
    caller = api.sign_in()
    for route in ROUTES:
        if route.path.count("{") and route.method == "GET":
            path = API_PREFIX + route.path.replace("{", "").replace("}", "")
            request = Request("GET", path, (("authorization", f"Bearer {caller.token}"),))
            for key in (route.key, "$default"):
                event = make_event(request, Match(key, {}), Gateway())

                assert 400 == api.service.application.answer(event, MILLISECONDS)["statusCode"], route.key


def test_an_answer_that_breaks_its_form_is_our_fault_and_not_the_callers(
    shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serve(shared_url)
    [route] = [
        each
        for each in api.service.application._resolver._static_routes
        if each.openapi_path == f"{API_PREFIX}/health/live"
    ]
    # where a route keeps its function until it is asked first
    monkeypatch.setattr(route, "_middleware_stack", lambda: {"status": "unheard of"})

    answer = api.get("/health/live")

    assert (500, "internal_error") == (answer.status, answer["error"])
