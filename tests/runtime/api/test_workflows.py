"""Workflows: what they hold, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.runtime.api.tenants import expected, found, register

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client

DEFINITION = {"steps": [{"agent": "reviewer", "after": []}], "version": 1}


def make(client: Client, **more: Any) -> dict[str, Any]:
    """Make a workflow."""
    answer = client.post("/workflows", {"name": "nightly", "definition": DEFINITION} | more)
    assert answer.status == 201, answer.text
    made: dict[str, Any] = answer.body
    return made


def test_a_workflow_keeps_what_it_is_given(api: Client) -> None:
    client = api.sign_in()
    repository = register(client)

    made = make(client, description="every night", repository_id=repository)

    assert ("nightly", "every night", repository, DEFINITION) == (
        made["name"],
        made["description"],
        made["repository_id"],
        made["definition"],
    )
    assert (False, False) == (made["is_template"], made["is_public"])
    assert made == client.get(f"/workflows/{made['id']}").body


@pytest.mark.parametrize(
    "wrong",
    [
        {"definition": None},
        {"definition": [1]},
        {"definition": "{}"},
        {"definition": {"a": "x" * 70_000}},
        {"name": " "},
        {"repository_id": "a/b"},
        {"is_public": True},
        {"is_template": True},
        {"organization_id": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_a_workflow_that_breaks_a_rule_of_form_is_refused(api: Client, wrong: dict[str, Any]) -> None:
    client = api.sign_in()
    made = make(client)

    refused = client.post("/workflows", {"name": "nightly", "definition": DEFINITION} | wrong)
    (field,) = wrong

    assert (400, True) == (refused.status, f"body.{field}" in refused["details"])
    if wrong != {"definition": None}:
        assert 400 == client.patch(f"/workflows/{made['id']}", wrong).status
    assert [made["updated_at"]] == [each["updated_at"] for each in client.get("/workflows")["workflows"]]


def test_a_change_names_what_it_changes_and_leaves_the_rest(api: Client) -> None:
    client = api.sign_in()
    made = make(client, description="every night", repository_id=register(client))
    path = f"/workflows/{made['id']}"

    renamed = client.patch(path, {"name": "weekly", "repository_id": None, "definition": None}).body
    same = client.patch(path, {}).body

    assert {"name", "repository_id", "updated_at"} == {key for key in made if made[key] != renamed[key]}
    assert ("weekly", None) == (renamed["name"], renamed["repository_id"])
    assert renamed == same == client.get(path).body


def test_a_workflow_gets_no_repository_of_another_owner(api: Client, master_url: str) -> None:
    """What counts is whose the workflow is, and not where the caller works."""
    owner = found(api, master_url, "owner")["owner"]
    alone = owner.working_in(None)
    stranger = api.sign_in()
    mine, own, theirs = register(owner), register(alone), register(stranger)
    shared, personal = make(owner), make(alone)

    for caller in (owner, alone):
        statuses = {
            (workflow, repository): caller.patch(
                f"/workflows/{key}", {"repository_id": repositories[repository]}
            ).status
            for workflow, key in (("shared", shared["id"]), ("personal", personal["id"]))
            for repositories in ({"shared": mine, "personal": own, "another's": theirs},)
            for repository in repositories
        }
        assert {
            (workflow, repository): 200 if workflow == repository else 404
            for workflow in ("shared", "personal")
            for repository in ("shared", "personal", "another's")
        } == statuses


def test_a_deleted_workflow_is_gone(api: Client) -> None:
    client = api.sign_in()
    made, kept = make(client), make(client)

    gone = client.delete(f"/workflows/{made['id']}")

    assert (204, "") == (gone.status, gone.text)
    assert (404, 404) == (
        client.get(f"/workflows/{made['id']}").status,
        client.delete(f"/workflows/{made['id']}").status,
    )
    assert [kept["id"]] == [each["id"] for each in client.get("/workflows")["workflows"]]


def test_workflows_are_listed_newest_first_and_without_their_definition(api: Client) -> None:
    client = api.sign_in()
    made = [make(client)["id"] for _ in range(3)]

    pages = [client.get(f"/workflows?limit=2&page={page}").body for page in (1, 2, 3)]

    assert made[::-1] == [each["id"] for page in pages for each in page["workflows"]]
    assert [3, 3, 3] == [page["total"] for page in pages]
    assert "definition" not in pages[0]["workflows"][0]


def test_each_role_does_what_it_may(api: Client, master_url: str) -> None:
    tenant = found(api, master_url)
    path = f"/workflows/{make(tenant['owner'])['id']}"
    body = {"name": "nightly", "definition": DEFINITION}
    to_delete = {role: make(tenant["owner"])["id"] for role in tenant.people}

    assert expected("workflows.read", 200, former=403, outsider=200) == tenant.statuses(
        lambda person: person.get("/workflows")
    )
    assert expected("workflows.read", 200, former=404, outsider=404) == tenant.statuses(
        lambda person: person.get(path)
    )
    assert expected("workflows.create", 201, former=403, outsider=201) == tenant.statuses(
        lambda person: person.post("/workflows", body)
    )
    assert expected("workflows.update", 200, former=404, outsider=404) == tenant.statuses(
        lambda person: person.patch(path, {"name": "weekly"})
    )
    assert expected("workflows.delete", 204, former=404, outsider=404) == {
        role: person.delete(f"/workflows/{to_delete[role]}").status for role, person in tenant.people.items()
    }


def test_a_public_workflow_is_nobody_elses_to_read(api: Client, master_url: str) -> None:
    owner, other = found(api, master_url, "owner")["owner"], found(api, master_url, "owner")["owner"]
    shared, personal = make(owner), make(owner.working_in(None))
    with psycopg.connect(master_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE workflows SET is_public = true, is_template = true WHERE id = ANY(%s)",
            [[shared["id"], personal["id"]]],
        )

    for stranger in (other, other.working_in(None)):
        for key in (shared["id"], personal["id"]):
            asked = [
                stranger.get(f"/workflows/{key}"),
                stranger.patch(f"/workflows/{key}", {"name": "mine"}),
                stranger.delete(f"/workflows/{key}"),
            ]
            assert [404, 404, 404] == [answer.status for answer in asked]
        assert 0 == stranger.get("/workflows")["total"]
    assert (True, "nightly") == (
        owner.get(f"/workflows/{shared['id']}")["is_public"],
        owner.get(f"/workflows/{shared['id']}")["name"],
    )
