"""Teams: made with a lead, seen by whom they concern, and made of active members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.runtime.api.organizing import admit, arrange, invite, organize, start_team, suspend

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client


def names(client: Client, path: str) -> list[str]:
    """The names of the teams that somebody sees."""
    return [team["name"] for team in client.get(path)["teams"]]


def test_who_makes_a_team_leads_it(api: Client) -> None:
    client = api.sign_in()
    organization = organize(client)
    path = f"/organizations/{organization}/teams"

    made = client.post(path, {"name": " The Team ", "description": "of ours"})
    (member,) = client.get(f"{path}/{made['id']}/members")["members"]

    assert (201, "The Team", "the-team") == (made.status, made["name"], made["slug"])
    assert (organization, "of ours", True) == (
        made["organization_id"],
        made["description"],
        made["is_visible"],
    )
    assert made.body == client.get(f"{path}/{made['id']}").body
    assert (client.user_id, "lead") == (member["user_id"], member["role"])
    assert client.session["user"]["email"] == member["email"]


def test_who_makes_a_team_and_is_no_member_does_not_join_it(api: Client, master_url: str) -> None:
    owner, operator = api.sign_in(), api.sign_in()
    path = f"/organizations/{organize(owner)}/teams"
    grant = (
        "INSERT INTO user_permissions (user_id, permission_id) SELECT %s, id FROM permissions WHERE code = %s"
    )
    arrange(master_url, grant, operator.user_id, "teams.create")

    made = operator.post(path, {"name": "From above"})

    assert 201 == made.status
    assert 0 == owner.get(f"{path}/{made['id']}/members")["total"]


def test_a_slug_is_taken_once_in_an_organization(api: Client) -> None:
    client = api.sign_in()
    first, second = (f"/organizations/{organize(client)}/teams" for _ in range(2))
    team = {"name": "Same"}

    found = [client.post(first, team), client.post(first, team), client.post(second, team)]

    assert [201, 409, 201] == [answer.status for answer in found]
    assert "slug" in found[1]["message"]
    assert 1 == client.get(first)["total"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "雅"},
        {"name": "x", "slug": "A"},
        {"name": "x", "is_visible": "yes"},
        {"name": "x", "is_visible": None},
        {"name": "x", "organization_id": "3b3c0f1e-0000-4000-8000-000000000000"},
    ],
)
def test_a_team_that_breaks_a_rule_of_form_is_refused(api: Client, body: Any) -> None:
    client = api.sign_in()
    path = f"/organizations/{organize(client)}/teams"

    answer = client.post(path, body)

    assert (400, "validation_error") == (answer.status, answer["error"])
    assert 0 == client.get(path)["total"]


def test_a_change_names_what_it_changes(api: Client) -> None:
    client = api.sign_in()
    organization = organize(client)
    path = f"/organizations/{organization}/teams/{start_team(client, organization, description='before')}"
    before = client.get(path).body

    after = client.patch(path, {"name": "After", "description": None, "is_visible": None}).body
    refused = client.patch(path, {"slug": "after"})

    assert after == client.patch(path, {}).body == client.get(path).body
    assert {name for name in before if before[name] != after[name]} == {"name", "description", "updated_at"}
    assert (400, "validation_error") == (refused.status, refused["error"])


def test_a_deleted_team_is_gone_and_its_repositories_stay(api: Client, master_url: str) -> None:
    client = api.sign_in()
    organization = organize(client)
    team = start_team(client, organization)
    inside = client.working_in(organization)
    key = inside.post("/repositories", {"full_name": "miyabi/kept"})["id"]
    arrange(master_url, "UPDATE repositories SET team_id = %s WHERE id = %s", team, key)
    path = f"/organizations/{organization}/teams/{team}"

    answer = client.delete(path)

    assert (204, "") == (answer.status, answer.text)
    assert [404] * 3 == [
        each.status for each in (client.get(path), client.delete(path), client.get(f"{path}/members"))
    ]
    assert 200 == inside.get(f"/repositories/{key}").status


def test_teams_come_by_name_in_pages(api: Client) -> None:
    client = api.sign_in()
    organization = organize(client)
    for name in ("C", "A", "B"):
        start_team(client, organization, name=name)
    path = f"/organizations/{organization}/teams"

    pages = [client.get(f"{path}?limit=2&page={page}").body for page in (1, 2, 3)]

    assert [["A", "B"], ["C"], []] == [[team["name"] for team in page["teams"]] for page in pages]
    assert {3} == {page["total"] for page in pages}


def test_a_hidden_team_is_seen_by_its_members_and_by_who_may_change_it(api: Client, master_url: str) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    admin, inside, outside = (admit(owner, organization, role) for role in ("admin", "viewer", "viewer"))
    path = f"/organizations/{organization}/teams"
    hidden = start_team(owner, organization, inside, name="Hidden", is_visible=False)
    unsure = start_team(owner, organization, name="Unsure")
    start_team(owner, organization, name="Open")
    arrange(master_url, "UPDATE teams SET is_visible = NULL WHERE id = %s", unsure)

    assert [["Hidden", "Open", "Unsure"]] * 2 == [names(client, path) for client in (owner, admin)]
    assert ["Hidden", "Open"] == names(inside, path)
    assert (["Open"], 1) == (names(outside, path), outside.get(path)["total"])
    for key, statuses in ((hidden, [200, 200, 200, 404]), (unsure, [200, 200, 404, 404])):
        for deeper in ("", "/members"):
            clients = (owner, admin, inside, outside)
            assert statuses == [client.get(f"{path}/{key}{deeper}").status for client in clients]


def test_members_of_a_team_come_leads_first_and_then_by_name(api: Client) -> None:
    owner = api.sign_in(f"m-{uuid4().hex[:6]}")
    organization = organize(owner)
    path = f"/organizations/{organization}/teams/{start_team(owner, organization)}/members"
    for name, role in [("c", "member"), ("b", "lead"), ("a", "member")]:
        client = api.sign_in(f"{name}-{uuid4().hex[:6]}")
        invite(owner, organization, client)
        client.post(f"/organizations/{organization}/members/accept")
        added = owner.post(path, {"user_id": client.user_id, "role": role})
        assert (201, client.user_id, role) == (added.status, added["user_id"], added["role"])

    pages = [owner.get(f"{path}?limit=3&page={page}").body for page in (1, 2, 3)]

    assert ["b", "m", "a", "c"] == [each["name"][0] for page in pages for each in page["members"]]
    assert {4} == {page["total"] for page in pages}


def test_only_active_members_of_the_organization_are_added(api: Client, master_url: str) -> None:
    owner, invited, outsider = api.sign_in(), api.sign_in(), api.sign_in()
    organization = organize(owner)
    suspended, active = admit(owner, organization), admit(owner, organization)
    invite(owner, organization, invited)
    suspend(master_url, organization, suspended)
    path = f"/organizations/{organization}/teams/{start_team(owner, organization)}/members"

    found = [
        owner.post(path, {"user_id": user}).status
        for user in (
            invited.user_id,
            suspended.user_id,
            outsider.user_id,
            str(uuid4()),
            active.user_id,
            active.user_id,
        )
    ]

    assert [409, 409, 409, 404, 201, 409] == found
    assert {owner.user_id, active.user_id} == {each["user_id"] for each in owner.get(path)["members"]}


@pytest.mark.parametrize(
    "body", [{}, {"user_id": "x"}, {"user_id": 7}, {"user_id": str(uuid4()), "role": "owner"}]
)
def test_an_addition_that_breaks_a_rule_of_form_is_refused(api: Client, body: Any) -> None:
    owner = api.sign_in()
    organization = organize(owner)

    answer = owner.post(
        f"/organizations/{organization}/teams/{start_team(owner, organization)}/members", body
    )

    assert (400, "validation_error") == (answer.status, answer["error"])


def test_every_active_member_may_leave_a_team_and_not_make_others_leave(api: Client, master_url: str) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    first, second, third = (admit(owner, organization, "viewer") for _ in range(3))
    team = start_team(owner, organization, first, second, third)
    path = f"/organizations/{organization}/teams/{team}/members"
    suspend(master_url, organization, third)

    refused = first.delete(f"{path}/{second.user_id}")
    left = first.delete(f"{path}/{first.user_id}")
    again = first.delete(f"{path}/{first.user_id}")
    removed = owner.delete(f"{path}/{second.user_id}")
    suspended = third.delete(f"{path}/{third.user_id}")

    assert [403, 204, 404, 204, 404] == [each.status for each in (refused, left, again, removed, suspended)]
    assert [owner.user_id, third.user_id] == [each["user_id"] for each in owner.get(path)["members"]]


def test_a_lead_may_fill_the_team_until_they_leave_the_organization(api: Client) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    lead, first, second = (admit(owner, organization, "viewer") for _ in range(3))
    path = f"/organizations/{organization}/teams/{start_team(owner, organization)}/members"
    owner.post(path, {"user_id": lead.user_id, "role": "lead"})

    added = lead.post(path, {"user_id": first.user_id})
    owner.delete(f"/organizations/{organization}/members/{lead.user_id}")
    refused = lead.post(path, {"user_id": second.user_id})

    assert (201, 404) == (added.status, refused.status)
