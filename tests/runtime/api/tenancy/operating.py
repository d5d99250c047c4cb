"""Rules of the operator, who does in the database what no route does."""

from __future__ import annotations

from typing import LiteralString

from hypothesis.stateful import precondition, rule
from hypothesis.strategies import booleans, none, one_of, sampled_from

from tests.runtime.api.tenancy.machine import ORGANIZATIONS, USERS, Asking
from tests.runtime.api.tenancy.model import GRANTED


class Operating(Asking):
    """What the operator does."""

    def operate(self, statement: LiteralString, *parameters: object) -> None:
        """Do it, by the connection of the master."""
        self.operator.execute(statement, parameters)
        self.watch.changed()

    @rule(organization=ORGANIZATIONS, user=USERS)
    def suspend_or_let_back(self, organization: str, user: str) -> None:
        """Suspend a member; let back who was, if there is a place for them."""
        found = self.world.organizations.get(organization)
        row = found and found.members.get(user)
        if found is None or not row or row.status == "invited":
            return
        if row.status == "suspended" and found.places_taken >= found.max_members:
            return
        row.status = "active" if row.status == "suspended" else "suspended"
        self.operate(
            "UPDATE organization_members SET status = %s WHERE organization_id = %s AND user_id = %s",
            row.status,
            organization,
            user,
        )

    @rule(organization=ORGANIZATIONS, is_active=booleans())
    def switch_off_or_on(self, organization: str, is_active: bool) -> None:  # noqa: FBT001  (drawn)
        """An organization."""
        if found := self.world.organizations.get(organization):
            found.is_active = is_active
            self.operate("UPDATE organizations SET is_active = %s WHERE id = %s", is_active, organization)

    @rule(organization=ORGANIZATIONS, more=sampled_from([0, 1]))
    def limit(self, organization: str, more: int) -> None:
        """Leave an organization no place for another member or repository, or one."""
        if found := self.world.organizations.get(organization):
            repositories = self.world.listed("", organization, "repositories")
            found.max_members = found.places_taken + more
            found.max_repositories = len(repositories) + more
            self.operate(
                "UPDATE organizations SET max_members = %s, max_repositories = %s WHERE id = %s",
                found.max_members,
                found.max_repositories,
                organization,
            )

    @precondition(lambda machine: len(machine.world.grants) < 2)
    @rule(user=USERS, organization=one_of(none(), ORGANIZATIONS), permission=sampled_from(sorted(GRANTED)))
    def grant(self, user: str, organization: str | None, permission: str) -> None:
        """One permission, in an organization or in all."""
        if organization is None or organization in self.world.organizations:
            self.world.grants.add((user, organization, permission))
            self.operate(
                "INSERT INTO user_permissions (user_id, organization_id, permission_id)"
                " SELECT %s, %s, id FROM permissions WHERE code = %s ON CONFLICT DO NOTHING",
                user,
                organization,
                permission,
            )

    @precondition(lambda machine: machine.world.grants)
    @rule()
    def take_grants_back(self) -> None:
        """All of them."""
        self.world.grants.clear()
        self.operate("DELETE FROM user_permissions")
