"""Organizations with somebody in each role, and what each role may do by the table of grants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import psycopg

from tests.migrations.adding import add
from tests.runtime.api.asking import serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.runtime.api.asking import Answer, Client

ROLES = ("owner", "admin", "member", "viewer")
FORMER, OUTSIDER = "former", "outsider"
GRANTED = {
    "repositories.read": set(ROLES),
    "repositories.write": {"owner", "admin", "member"},
    "agents.read": set(ROLES),
    "agents.execute": {"owner", "admin", "member"},
    "workflows.read": set(ROLES),
    "workflows.create": {"owner", "admin", "member"},
    "workflows.update": {"owner", "admin", "member"},
    "workflows.delete": {"owner", "admin"},
}
"""Who holds a permission of this work, as the sixth reported migration grants it."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organization, and people who work in it."""

    organization_id: str
    people: dict[str, Client]

    def __getitem__(self, role: str) -> Client:
        """Somebody in a role; `outsider` has none, `former` a token from before a suspension."""
        return self.people[role]

    def statuses(self, ask: Callable[[Client], Answer]) -> dict[str, int]:
        """What everybody gets who asks the same."""
        return {role: ask(person).status for role, person in self.people.items()}


def found(api: Client, master_url: str, *roles: str, **columns: object) -> Tenant:
    """Make an organization with somebody in each of the roles, by default in all and two without one."""
    people = {role: api.sign_in() for role in roles or (*ROLES, FORMER, OUTSIDER)}
    with psycopg.connect(master_url, autocommit=True) as connection:
        organization = add(connection, "organizations", **columns)
        for role, person in people.items():
            if role != OUTSIDER:
                add(
                    connection,
                    "organization_members",
                    organization_id=organization,
                    user_id=person.user_id,
                    role="member" if role == FORMER else role,
                )
        working = {
            role: person if role == OUTSIDER else person.working_in(organization)
            for role, person in people.items()
        }
        if FORMER in people:
            connection.execute(
                "UPDATE organization_members SET status = 'suspended' WHERE user_id = %s",
                [people[FORMER].user_id],
            )
    return Tenant(str(organization), working)


def expected(permission: str | None, status: int, *, former: int, outsider: int) -> dict[str, int]:
    """What everybody is to get: the status who holds the permission, 403 the other members."""
    held = set(ROLES) if permission is None else GRANTED[permission]
    members = {role: status if role in held else 403 for role in ROLES}
    return members | {FORMER: former, OUTSIDER: outsider}


def elsewhere(url: str, client: Client) -> Client:
    """The same caller, at a service with a connection of its own."""
    return replace(serve(url), token=client.token, session=client.session)


def register(client: Client, full_name: str = "octo-org/Hello.World") -> str:
    """Register a repository where the caller works, and return its id."""
    answer = client.post("/repositories", {"full_name": full_name})
    assert answer.status == 201, answer.text
    return str(answer["id"])
