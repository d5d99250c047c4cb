"""Makes organizations with members in each standing, by the API where it can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client


def organize(owner: Client, **more: Any) -> str:
    """Make an organization and return its id."""
    answer = owner.post("/organizations", {"name": f"Organization {uuid4().hex[:12]}"} | more)
    assert answer.status == 201, answer.text
    return str(answer["id"])


def invite(owner: Client, organization: str, client: Client, role: str = "member") -> None:
    """Invite somebody, as an owner or admin."""
    invitation = {"identifier": client.session["user"]["email"], "role": role}
    answer = owner.post(f"/organizations/{organization}/members", invitation)
    assert answer.status == 201, answer.text


def admit(owner: Client, organization: str, role: str = "member") -> Client:
    """Somebody new who was invited and has accepted."""
    client = owner.sign_in()
    invite(owner, organization, client, role)
    answer = client.post(f"/organizations/{organization}/members/accept")
    assert (200, role) == (answer.status, answer["role"]), answer.text
    return client


def start_team(owner: Client, organization: str, *members: Client, **more: Any) -> str:
    """Make a team that others are in, and return its id."""
    answer = owner.post(f"/organizations/{organization}/teams", {"name": f"Team {uuid4().hex[:12]}"} | more)
    assert answer.status == 201, answer.text
    for member in members:
        added = owner.post(
            f"/organizations/{organization}/teams/{answer['id']}/members", {"user_id": member.user_id}
        )
        assert added.status == 201, added.text
    return str(answer["id"])


def roles(client: Client, organization: str) -> dict[str, str]:
    """The role of each member, by the user's id."""
    members = client.get(f"/organizations/{organization}/members?limit=100")["members"]
    return {member["user_id"]: member["role"] for member in members}


def owners(owner: Client, organization: str) -> tuple[list[str], str]:
    """Who owns an organization: by the roles of its members, and by its own row."""
    held = [user for user, role in roles(owner, organization).items() if role == "owner"]
    return held, owner.get(f"/organizations/{organization}")["owner_id"]


def arrange(master_url: str, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Do in the database what no route does, or look at what none shows."""
    with psycopg.connect(master_url) as connection:
        cursor = connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def suspend(master_url: str, organization: str, client: Client) -> None:
    """Suspend a member, as an operator does."""
    arrange(
        master_url,
        "UPDATE organization_members SET status = 'suspended' WHERE organization_id = %s AND user_id = %s",
        organization,
        client.user_id,
    )
