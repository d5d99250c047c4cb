"""Repositories: what they may be called, how many there may be, and whose they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.runtime.api.tenants import elsewhere, expected, found, register
from tests.runtime.migrator.failures.means import until_waits

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client

NOWHERE = "00000000-0000-4000-8000-000000000000"
BODIES: dict[str, dict[str, Any]] = {
    "tasks": {"name": "a task"},
    "agents/execute": {"agent_type": "reviewer", "issue_number": 1},
    "workflows": {"name": "a workflow", "definition": {}},
}
"""What else is said to make something on a repository, by path."""


@pytest.mark.parametrize(
    ("full_name", "owner", "name"),
    [
        ("octo-org/Hello.World", "octo-org", "Hello.World"),
        ("a/.github", "a", ".github"),
        ("A1-b2-C3/-_-", "A1-b2-C3", "-_-"),
        ("x" * 39 + "/" + "y" * 100, "x" * 39, "y" * 100),
    ],
)
def test_a_repository_is_registered_by_its_name(api: Client, full_name: str, owner: str, name: str) -> None:
    client = api.sign_in()

    made = client.post("/repositories", {"full_name": full_name})

    assert (201, owner, name) == (made.status, made["owner"], made["name"])
    assert (full_name, "main", True) == (made["full_name"], made["default_branch"], made["is_active"])
    assert (client.user_id, None, None) == (
        made["user_id"],
        made["organization_id"],
        made["github_repo_id"],
    )
    assert made.body == client.get(f"/repositories/{made['id']}").body


@pytest.mark.parametrize(
    "full_name",
    [
        "",
        "repo",
        "/repo",
        "owner/",
        "owner/repo/",
        "own er/repo",
        "-owner/repo",
        "owner-/repo",
        "own--er/repo",
        "own_er/repo",
        "owner/re po",
        "owner/.",
        "owner/..",
        "owner/repo.git",
        "owner/repo\n",
        "öwner/repo",
        "https://github.com/owner/repo",
        "x" * 40 + "/repo",
        "owner/" + "y" * 101,
        7,
        None,
    ],
)
def test_what_github_would_not_call_a_repository_is_refused(api: Client, full_name: object) -> None:
    client = api.sign_in()

    refused = client.post("/repositories", {"full_name": full_name})

    assert (400, "validation_error") == (refused.status, refused["error"])
    assert "body.full_name" in refused["details"]
    assert 0 == client.get("/repositories")["total"]


def test_a_client_claims_no_id_of_github(api: Client) -> None:
    refused = api.sign_in().post("/repositories", {"full_name": "a/b", "github_repo_id": 1})

    assert (400, True) == (refused.status, "body.github_repo_id" in refused["details"])


def test_a_repository_is_registered_once_by_each_owner_however_it_is_spelt(
    api: Client, master_url: str
) -> None:
    tenant, other = found(api, master_url, "owner", "member"), api.sign_in()
    register(tenant["owner"])

    refused = tenant["member"].post("/repositories", {"full_name": "OCTO-ORG/hello.world"})
    register(other)
    register(tenant["member"].working_in(None))

    assert (409, "conflict") == (refused.status, refused["error"])
    assert "this repository is registered here already" == refused["message"]
    assert 1 == tenant["owner"].get("/repositories")["total"]


def test_an_organization_has_as_many_repositories_as_it_may(api: Client, master_url: str) -> None:
    tenant = found(api, master_url, "owner", max_repositories=2)
    for name in ("a/one", "a/two"):
        register(tenant["owner"], name)

    refused = tenant["owner"].post("/repositories", {"full_name": "a/three"})
    repeated = tenant["owner"].post("/repositories", {"full_name": "a/one"})

    assert (409, "the organization has 2 repositories, which is all that it may have") == (
        refused.status,
        refused["message"],
    )
    assert "this repository is registered here already" == repeated["message"]
    assert 2 == tenant["owner"].get("/repositories")["total"]


@pytest.mark.parametrize("most", [0, None])
def test_an_organization_may_have_none_or_any_number(api: Client, master_url: str, most: int | None) -> None:
    owner = found(api, master_url, "owner", max_repositories=most)["owner"]

    assert (409 if most == 0 else 201) == owner.post("/repositories", {"full_name": "a/b"}).status


def test_what_is_switched_off_counts_no_more_and_gives_its_name_free(api: Client, master_url: str) -> None:
    owner = found(api, master_url, "owner", max_repositories=1)["owner"]
    old = register(owner, "a/b")
    with psycopg.connect(master_url, autocommit=True) as connection:
        connection.execute("UPDATE repositories SET is_active = false WHERE id = %s", [old])

    new = register(owner, "a/b")

    assert [new] == [repository["id"] for repository in owner.get("/repositories")["repositories"]]
    assert owner.get(f"/repositories/{old}")["is_active"] is False


def test_two_at_once_do_not_both_get_the_last_place(api: Client, master_url: str, shared_url: str) -> None:
    """Both must wait for the organization's row, for which no foreign key waits when it is locked so."""
    tenant = found(api, master_url, "owner", max_repositories=1)
    clients = [elsewhere(shared_url, tenant["owner"]) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads, psycopg.connect(master_url) as connection:
        connection.execute(
            "SELECT FROM organizations WHERE id = %s FOR NO KEY UPDATE", [tenant.organization_id]
        )
        asked = [
            threads.submit(client.post, "/repositories", {"full_name": f"a/{number}"})
            for number, client in enumerate(clients)
        ]
        until_waits(master_url, 2)
        connection.rollback()
        statuses = sorted(each.result().status for each in asked)

    assert [201, 409] == statuses
    assert 1 == tenant["owner"].get("/repositories")["total"]


def test_the_newest_come_first_in_pages(api: Client) -> None:
    client = api.sign_in()
    made = [register(client, f"a/{number}") for number in range(3)]

    pages = [client.get(f"/repositories?limit=2&page={page}").body for page in (1, 2, 3)]

    assert made[::-1] == [repository["id"] for page in pages for repository in page["repositories"]]
    assert [3, 3, 3] == [page["total"] for page in pages]


def test_each_role_does_what_it_may(api: Client, master_url: str) -> None:
    tenant = found(api, master_url)
    key = register(tenant["owner"])

    assert expected("repositories.read", 200, former=403, outsider=200) == tenant.statuses(
        lambda person: person.get("/repositories")
    )
    assert expected("repositories.read", 200, former=404, outsider=404) == tenant.statuses(
        lambda person: person.get(f"/repositories/{key}")
    )
    assert expected("repositories.write", 201, former=403, outsider=201) == tenant.statuses(
        lambda person: person.post("/repositories", {"full_name": f"a/{person.user_id}"})
    )
    assert ["a/" + tenant["outsider"].user_id] == [
        repository["full_name"] for repository in tenant["outsider"].get("/repositories")["repositories"]
    ]


def test_a_switched_off_organization_opens_nothing(api: Client, master_url: str) -> None:
    tenant = found(api, master_url, "owner")
    key = register(tenant["owner"])
    with psycopg.connect(master_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE organizations SET is_active = false WHERE id = %s", [tenant.organization_id]
        )

    asked = [
        tenant["owner"].get("/repositories"),
        tenant["owner"].get(f"/repositories/{key}"),
        tenant["owner"].post("/repositories", {"full_name": "a/b"}),
        tenant["owner"].get("/dashboard/summary"),
        tenant["owner"].get("/dashboard/recent"),
    ]

    assert [403, 404, 403, 403, 403] == [answer.status for answer in asked]


@pytest.mark.parametrize("path", BODIES)
def test_nothing_is_made_on_a_repository_of_another_owner(api: Client, master_url: str, path: str) -> None:
    """Nor of one's own while one works elsewhere, nor of one that is not there or switched off."""
    tenant, other = found(api, master_url, "owner"), found(api, master_url, "owner")
    owner = tenant["owner"]
    mine, personal, off = register(owner), register(owner.working_in(None)), register(owner, "a/off")
    theirs = register(other["owner"])
    with psycopg.connect(master_url, autocommit=True) as connection:
        connection.execute("UPDATE repositories SET is_active = false WHERE id = %s", [off])
    needed = BODIES[path]
    kept = "agents/executions" if path == "agents/execute" else path

    in_organization = [
        owner.post(f"/{path}", needed | {"repository_id": key}) for key in (theirs, personal, off, NOWHERE)
    ]
    alone = [
        owner.working_in(None).post(f"/{path}", needed | {"repository_id": key})
        for key in (theirs, mine, off, NOWHERE)
    ]

    assert {(404, "not_found")} == {(answer.status, answer["error"]) for answer in in_organization + alone}
    assert [0, 0, 0] == [
        client.get(f"/{kept}")["total"] for client in (owner, owner.working_in(None), other["owner"])
    ]
    assert 201 == owner.post(f"/{path}", needed | {"repository_id": mine}).status
