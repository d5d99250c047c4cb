"""Members: what each may be made, how they go, and the one who owns the organization, come what may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.runtime.api.organizing import admit, arrange, invite, organize, owners, roles, start_team, suspend

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client


def test_members_come_by_role_and_then_by_name(api: Client) -> None:
    owner = api.sign_in(f"z-{uuid4().hex[:6]}")
    organization = organize(owner)
    for name, role in [("c", "viewer"), ("b", "admin"), ("d", "member"), ("a", "admin")]:
        invite(owner, organization, api.sign_in(f"{name}-{uuid4().hex[:6]}"), role)
    path = f"/organizations/{organization}/members"

    everybody = owner.get(path)
    pages = [owner.get(f"{path}?limit=2&page={page}").body for page in (1, 2, 3, 4)]

    assert ["z", "a", "b", "d", "c"] == [member["name"][0] for member in everybody["members"]]
    assert everybody["members"] == [member for page in pages for member in page["members"]]
    assert {(5, 2)} == {(page["total"], page["limit"]) for page in pages}


def test_a_role_is_changed_and_counts_at_once(api: Client) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    client = admit(owner, organization, "viewer").working_in(organization)
    path = f"/organizations/{organization}/members/{client.user_id}"
    task = {"name": "a task"}

    before = client.post("/tasks", task).status
    changed = owner.patch(path, {"role": "member"})
    after = client.post("/tasks", task).status

    assert (403, 200, "member", 201) == (before, changed.status, changed["role"], after)
    assert changed.body == owner.patch(path, {"role": "member"}).body
    assert ([owner.user_id], owner.user_id) == owners(owner, organization)


@pytest.mark.parametrize(
    "body", [{}, {"role": "boss"}, {"role": None}, {"role": "member", "status": "active"}]
)
def test_a_change_of_role_that_breaks_a_rule_of_form_is_refused(api: Client, body: Any) -> None:
    owner = api.sign_in()

    answer = owner.patch(f"/organizations/{organize(owner)}/members/{owner.user_id}", body)

    assert (400, "validation_error") == (answer.status, answer["error"])


def test_to_make_an_owner_is_to_hand_ownership_over(api: Client) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    heir = admit(owner, organization, "viewer")

    answer = owner.patch(f"/organizations/{organization}/members/{heir.user_id}", {"role": "owner"})

    assert (200, "owner") == (answer.status, answer["role"])
    assert {heir.user_id: "owner", owner.user_id: "admin"} == roles(owner, organization)
    assert ([heir.user_id], heir.user_id) == owners(owner, organization)
    assert 403 == owner.delete(f"/organizations/{organization}").status


def test_a_handed_over_organization_has_one_owner_where_it_had_two(api: Client, master_url: str) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    second, heir = admit(owner, organization), admit(owner, organization)
    arrange(master_url, "UPDATE organization_members SET role = 'owner' WHERE user_id = %s", second.user_id)

    owner.patch(f"/organizations/{organization}/members/{heir.user_id}", {"role": "owner"})

    assert ([heir.user_id], heir.user_id) == owners(owner, organization)


def test_only_an_active_member_becomes_the_owner(api: Client, master_url: str) -> None:
    owner, invited = api.sign_in(), api.sign_in()
    organization = organize(owner)
    invite(owner, organization, invited)
    suspended = admit(owner, organization)
    suspend(master_url, organization, suspended)
    path = f"/organizations/{organization}/members"

    found = [owner.patch(f"{path}/{each.user_id}", {"role": "owner"}).status for each in (invited, suspended)]
    unknown = owner.patch(f"{path}/{uuid4()}", {"role": "owner"})

    assert ([409, 409], 404) == (found, unknown.status)
    assert ([owner.user_id], owner.user_id) == owners(owner, organization)


def test_only_an_owner_makes_changes_or_removes_an_owner(api: Client) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    admin, member = admit(owner, organization, "admin"), admit(owner, organization)
    path = f"/organizations/{organization}/members"

    asked = [
        admin.patch(f"{path}/{admin.user_id}", {"role": "owner"}),
        admin.patch(f"{path}/{member.user_id}", {"role": "owner"}),
        admin.patch(f"{path}/{owner.user_id}", {"role": "viewer"}),
        admin.patch(f"{path}/{owner.user_id}", {"role": "owner"}),
        admin.delete(f"{path}/{owner.user_id}"),
        member.delete(f"{path}/{owner.user_id}"),
    ]

    assert [(403, "authorization_error")] * len(asked) == [(each.status, each["error"]) for each in asked]
    assert ([owner.user_id], owner.user_id) == owners(owner, organization)


def test_the_last_owner_stays(api: Client, master_url: str) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    admin = admit(owner, organization, "admin")
    path = f"/organizations/{organization}/members/{owner.user_id}"

    demoted, left = owner.patch(path, {"role": "admin"}), owner.delete(path)
    suspend(master_url, organization, owner)
    suspended = owner.delete(path)

    assert [(409, "conflict")] * 3 == [(each.status, each["error"]) for each in (demoted, left, suspended)]
    assert "owner first" in left["message"]
    assert ([owner.user_id], owner.user_id) == owners(admin, organization)


@pytest.mark.parametrize("way", ["left", "demoted", "suspended"])
def test_of_two_owners_one_may_go_and_the_other_is_named(api: Client, master_url: str, way: str) -> None:
    """Old rows may have two; one who is suspended is none to count on."""
    owner = api.sign_in()
    organization = organize(owner)
    second = admit(owner, organization)
    arrange(master_url, "UPDATE organization_members SET role = 'owner' WHERE user_id = %s", second.user_id)
    path = f"/organizations/{organization}/members/{owner.user_id}"
    if way == "suspended":
        suspend(master_url, organization, second)

    answer = owner.patch(path, {"role": "member"}) if way == "demoted" else owner.delete(path)

    if way == "suspended":
        assert 409 == answer.status
    else:
        assert {"demoted": 200, "left": 204}[way] == answer.status
        assert ([second.user_id], second.user_id) == owners(second, organization)


def test_everybody_may_leave_and_leaves_the_teams(api: Client, master_url: str) -> None:
    owner, invited = api.sign_in(), api.sign_in()
    organization, other = organize(owner), organize(owner)
    member, suspended = admit(owner, organization, "viewer"), admit(owner, organization)
    invite(owner, organization, invited)
    invite(owner, other, member)
    member.post(f"/organizations/{other}/members/accept")
    team, kept = start_team(owner, organization, member, suspended), start_team(owner, other, member)
    suspend(master_url, organization, suspended)

    for client in (member, invited, suspended):
        path = f"/organizations/{organization}/members/{client.user_id}"
        assert [204, 404] == [client.delete(path).status, client.delete(path).status]

    assert [owner.user_id] == list(roles(owner, organization))
    assert 1 == owner.get(f"/organizations/{organization}/teams/{team}/members")["total"]
    assert 2 == owner.get(f"/organizations/{other}/teams/{kept}/members")["total"]


def test_a_removed_member_has_no_rights_left(api: Client) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    client = admit(owner, organization, "admin").working_in(organization)
    path = f"/organizations/{organization}/members/{client.user_id}"

    removed, again = owner.delete(path), owner.delete(path)

    assert (204, "", 404) == (removed.status, removed.text, again.status)
    assert (404, 403) == (client.get(f"/organizations/{organization}").status, client.get("/tasks").status)
    assert 403 == client.post("/auth/switch-organization", {"organization_id": organization}).status
