"""Organizations: made with an owner, told to whom they concern, and deleted with all they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.runtime.api.organizing import admit, arrange, invite, organize, start_team, suspend

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client


def test_who_makes_an_organization_owns_it(api: Client) -> None:
    client = api.sign_in()

    made = client.post(
        "/organizations", {"name": " Miyabi ", "slug": f"a-{uuid4().hex}", "github_org_login": "Miyabi-1"}
    )
    (member,) = client.get(f"/organizations/{made['id']}/members")["members"]

    assert (201, "Miyabi", client.user_id) == (made.status, made["name"], made["owner_id"])
    assert made.body == client.get(f"/organizations/{made['id']}").body
    assert (client.user_id, "owner", "active") == (member["user_id"], member["role"], member["status"])
    assert member["accepted_at"] is not None
    assert {"Miyabi-1", None, 5} == {made["github_org_login"], made["description"], made["max_members"]}


def test_a_slug_is_made_of_the_name(api: Client) -> None:
    word = uuid4().hex

    made = api.sign_in().post("/organizations", {"name": f"  The {word}  & Söns, Ltd. "})

    assert f"the-{word}-sns-ltd" == made["slug"]


def test_a_name_without_a_letter_of_ascii_needs_a_slug(api: Client) -> None:
    client, slug = api.sign_in(), f"miyabi-{uuid4().hex}"

    refused = client.post("/organizations", {"name": "雅"})
    made = client.post("/organizations", {"name": "雅", "slug": slug})

    assert (400, "validation_error") == (refused.status, refused["error"])
    assert "body.slug" in refused["details"]
    assert (201, slug) == (made.status, made["slug"])


def test_a_slug_is_taken_once(api: Client) -> None:
    slug = f"taken-{uuid4().hex}"
    api.sign_in().post("/organizations", {"name": "first", "slug": slug})
    other = api.sign_in()

    refused = other.post("/organizations", {"name": slug.replace("-", " ")})

    assert (409, "conflict") == (refused.status, refused["error"])
    assert "slug" in refused["message"]
    assert 0 == other.get("/organizations")["total"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "  "},
        {"name": None},
        {"name": "x", "slug": ""},
        {"name": "x", "slug": "Upper"},
        {"name": "x", "slug": "two--hyphens"},
        {"name": "x", "slug": "x" * 101},
        {"name": "x", "slug": "x\n"},
        {"name": "x", "github_org_login": "-x"},
        {"name": "x", "github_org_login": "x" * 40},
        {"name": "x", "description": 7},
        {"name": "x", "plan": "enterprise"},
        {"name": "x", "max_members": 1000},
        {"name": "x", "owner_id": "3b3c0f1e-0000-4000-8000-000000000000"},
    ],
)
def test_an_organization_that_breaks_a_rule_of_form_is_refused(api: Client, body: Any) -> None:
    client = api.sign_in()

    answer = client.post("/organizations", body)

    assert (400, "validation_error") == (answer.status, answer["error"])
    assert 0 == client.get("/organizations")["total"]


def test_a_change_names_what_it_changes(api: Client) -> None:
    client = api.sign_in()
    path = f"/organizations/{organize(client, description='before')}"
    before = client.get(path).body
    avatar = "https://avatars.example.org/u/1?v=4&s=[80]"

    client.patch(path, {"avatar_url": avatar, "settings": {"a": [1, None]}})
    after = client.patch(path, {"name": None, "settings": None, "description": None}).body

    assert after == client.patch(path, {}).body == client.get(path).body
    changed = {name for name in before if before[name] != after[name]}
    assert {"avatar_url", "settings", "description", "updated_at"} == changed
    assert (avatar, {"a": [1, None]}, None) == (
        after["avatar_url"],
        after["settings"],
        after["description"],
    )


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"avatar_url": address}
            for address in (
                "",
                "http://example.org/a.png",
                "https://",
                "https:///a.png",
                "https://user@example.org/",
                "https://example.org\\@evil.example/",
                'https://example.org/"onload="x',
                "https://example.org/a b",
                "https://example.org/\n",
                "https://example.org/雅",
                "javascript:alert(1)",
                "https://example.org/" + "x" * 1981,
            )
        ),
        {"name": ""},
        {"settings": []},
        {"slug": "another"},
        {"plan": "enterprise"},
        {"is_active": False},
        {"owner_id": None},
    ],
    ids=str,
)
def test_a_change_that_breaks_a_rule_of_form_is_refused(api: Client, change: Any) -> None:
    client = api.sign_in()
    path = f"/organizations/{organize(client)}"
    before = client.get(path).body

    answer = client.patch(path, change)

    assert (400, "validation_error") == (answer.status, answer["error"])
    assert before == client.get(path).body


def test_one_sees_ones_organizations_by_name_with_ones_part_in_each(api: Client, master_url: str) -> None:
    owner, client = api.sign_in(), api.sign_in()
    organize(owner, name="Not theirs")
    invite(owner, organize(owner, name="B, invited"), client, "admin")
    suspended = organize(owner, name="C, suspended")
    invite(owner, suspended, client, "viewer")
    suspend(master_url, suspended, client)
    off = organize(client, name="D, switched off")
    arrange(master_url, "UPDATE organizations SET is_active = false WHERE id = %s", off)
    organize(client, name="A, their own")

    answer = client.get("/organizations")
    second = client.get("/organizations?limit=1&page=2")

    assert [
        ("A, their own", "owner", "active"),
        ("B, invited", "admin", "invited"),
        ("C, suspended", "viewer", "suspended"),
    ] == [(each["name"], each["role"], each["status"]) for each in answer["organizations"]]
    assert "settings" not in answer["organizations"][1]
    assert answer["organizations"][1:2] == second["organizations"]
    assert (3, 2, 1) == (second["total"], second["page"], second["limit"])


def test_an_organization_that_is_switched_off_is_not_there(api: Client, master_url: str) -> None:
    client = api.sign_in()
    organization = organize(client)
    arrange(master_url, "UPDATE organizations SET is_active = false WHERE id = %s", organization)
    path = f"/organizations/{organization}"

    asked = [
        client.get(path),
        client.patch(path, {"name": "x"}),
        client.delete(path),
        client.get(f"{path}/members"),
        client.post(f"{path}/members", {"identifier": "x"}),
        client.post(f"{path}/members/accept"),
        client.delete(f"{path}/members/{client.user_id}"),
        client.get(f"{path}/teams"),
        client.post(f"{path}/teams", {"name": "x"}),
    ]

    assert [404] * len(asked) == [answer.status for answer in asked]


def test_an_organization_is_deleted_with_all_it_has_and_nothing_else(api: Client, master_url: str) -> None:
    owner = api.sign_in()
    organization, kept = organize(owner), organize(owner)
    member = admit(owner, organization)
    start_team(owner, organization, member)
    start_team(owner, kept)
    for key in (organization, kept):
        assert owner.working_in(key).post("/tasks", {"name": "a task"}).status == 201

    answer = owner.delete(f"/organizations/{organization}")

    assert (204, "") == (answer.status, answer.text)
    assert 404 == owner.get(f"/organizations/{organization}").status
    counted = (
        "SELECT (SELECT count(*) FROM organization_members WHERE organization_id = key.id),"
        " (SELECT count(*) FROM teams WHERE organization_id = key.id),"
        " (SELECT count(*) FROM team_members JOIN teams ON teams.id = team_id"
        " WHERE organization_id = key.id),"
        " (SELECT count(*) FROM tasks WHERE organization_id = key.id) FROM (SELECT %s::uuid AS id) AS key"
    )
    assert [(0, 0, 0, 0)] == arrange(master_url, counted, organization)
    assert [(1, 1, 1, 1)] == arrange(master_url, counted, kept)


def test_a_token_of_a_deleted_organization_opens_nothing_there(api: Client) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    inside = owner.working_in(organization)
    owner.delete(f"/organizations/{organization}")

    assert (403, 403) == (inside.get("/tasks").status, inside.post("/tasks", {"name": "x"}).status)
