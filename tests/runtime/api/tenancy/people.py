"""Rules about people: organizations, their members and teams, and what tokens say."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hypothesis.stateful import rule
from hypothesis.strategies import booleans, none, one_of, sampled_from

from tests.runtime.api.tenancy.machine import CALLERS, NEW, ORGANIZATIONS, USERS, Asking, Caller
from tests.runtime.api.tenancy.model import CONFLICT, FORBIDDEN, MISSING, Membership, Organization

MANAGE = "organization.members.manage"
ROLES = sampled_from(["owner", "admin", "member", "viewer"])
PLACES = one_of(none(), ORGANIZATIONS)
"""An organization: the one that the caller works in, or any."""


class Belonging(Asking):
    """What callers do to organizations and members of theirs, and of others."""

    @rule(caller=CALLERS, taken=one_of(none(), ORGANIZATIONS))
    def found(self, caller: Caller, taken: str | None) -> None:
        """An organization, perhaps by the slug of another."""
        slug = f"org-{self.next_number()}"
        expected = 201
        if taken in self.world.organizations:
            slug = next(word for word, each in self.words.items() if each == taken)
            expected = CONFLICT
        body = {"name": f"{slug}-name", "slug": slug, "description": f"{slug}-name"}
        answer = self.ask(caller, expected, "POST", "/organizations", body, of=NEW)
        if expected == 201:
            key = str(answer["id"])
            self.words[slug], self.labels[key] = key, slug
            self.organizations.append(key)
            self.world.organizations[key] = Organization({caller.user: Membership("owner", "active")})

    def place(self, caller: Caller, organization: str | None) -> str:
        """The organization that is meant."""
        return organization or caller.organization or self.organizations[0]

    @rule(caller=CALLERS, organization=ORGANIZATIONS)
    def change_organization(self, caller: Caller, organization: str) -> None:
        """Its settings, which only who may read it sees."""
        expected = self.world.refusal_in(caller.user, organization, "organization.update") or 200
        body = {"settings": {"word": self.word(caller, organization)}}
        self.ask(caller, expected, "PATCH", f"/organizations/{organization}", body, of=organization)

    @rule(caller=CALLERS, organization=ORGANIZATIONS)
    def delete_organization(self, caller: Caller, organization: str) -> None:
        """With all that belongs to it."""
        expected = self.world.refusal_in(caller.user, organization, "organization.delete") or 204
        self.ask(caller, expected, "DELETE", f"/organizations/{organization}", of=organization)
        if expected == 204:
            self.world.end(organization)

    @rule(caller=CALLERS, organization=PLACES, user=USERS, by_name=booleans(), role=ROLES)
    def invite(self, caller: Caller, organization: str | None, user: str, by_name: bool, role: str) -> None:  # noqa: FBT001  (drawn)
        """Anybody, by address or by a name that two may have, as anything but the owner."""
        organization = self.place(caller, organization)
        identifier = self.names[user] if by_name else f"{self.labels[user]}@example.org"
        meant = [each for each in self.users if not by_name or self.names[each] == identifier]
        expected = self.inviting(caller, organization, meant if by_name else [user])
        role = "admin" if role == "owner" else role
        body = {"identifier": identifier, "role": role}
        path = f"/organizations/{organization}/members"
        self.ask(caller, expected, "POST", path, body, of=organization)
        if expected == 201:
            self.world.organizations[organization].members[user] = Membership(role, "invited")

    def inviting(self, caller: Caller, organization: str, meant: list[str]) -> int:
        """What becomes of an invitation of the users whom an identifier means."""
        if refused := self.world.refusal_in(caller.user, organization, MANAGE):
            return refused
        found = self.world.organizations[organization]
        several, there = len(meant) > 1, meant[0] in found.members
        return CONFLICT if several or there or found.places_taken >= found.max_members else 201

    @rule(caller=CALLERS, organization=PLACES)
    def accept(self, caller: Caller, organization: str | None) -> None:
        """An invitation, if there is one."""
        organization = self.place(caller, organization)
        found = self.world.organizations.get(organization)
        row = found.members.get(caller.user) if found and found.is_active else None
        expected = 200 if row and row.status != "suspended" else MISSING
        self.ask(caller, expected, "POST", f"/organizations/{organization}/members/accept", of=organization)
        if expected == 200 and row:
            row.status = "active"

    @rule(caller=CALLERS, organization=PLACES, user=USERS, role=ROLES)
    def change_role(self, caller: Caller, organization: str | None, user: str, role: str) -> None:
        """Anybody's, to the owner's too."""
        organization = self.place(caller, organization)
        expected = self.changing(caller, organization, user, role)
        path = f"/organizations/{organization}/members/{user}"
        self.ask(caller, expected, "PATCH", path, {"role": role}, of=organization)
        if expected == 200:
            members = self.world.organizations[organization].members
            if role == "owner":
                next(row for row in members.values() if row.role == "owner").role = "admin"
            members[user].role = role

    def changing(self, caller: Caller, organization: str, user: str, role: str) -> int:
        """What becomes of a change of role: only an owner changes who that is, and always to somebody."""
        if refused := self.world.refusal_in(caller.user, organization, MANAGE):
            return refused
        row = self.world.organizations[organization].members.get(user)
        if row is None:
            return MISSING
        if "owner" in (row.role, role) and self.world.role(caller.user, organization) != "owner":
            return FORBIDDEN
        if row.role == role:
            return 200
        return CONFLICT if row.role == "owner" or (role == "owner" and row.status != "active") else 200

    @rule(caller=CALLERS, organization=PLACES, user=one_of(none(), USERS))
    def remove(self, caller: Caller, organization: str | None, user: str | None) -> None:
        """Anybody, or the caller themselves."""
        organization, user = self.place(caller, organization), user or caller.user
        expected = self.removing(caller, organization, user)
        self.ask(caller, expected, "DELETE", f"/organizations/{organization}/members/{user}", of=organization)
        if expected == 204:
            self.world.leave(user, organization)

    def removing(self, caller: Caller, organization: str, user: str) -> int:
        """What becomes of a removal: everybody may go, but for the owner."""
        refused = self.world.refusal_in(caller.user, organization, MANAGE)
        if user != caller.user and refused:
            return refused
        if not self.world.knows(caller.user, organization):
            return MISSING
        row = self.world.organizations[organization].members.get(user)
        if row is None:
            return MISSING
        if row.role == "owner":
            own = self.world.role(caller.user, organization)
            return CONFLICT if user == caller.user or own == "owner" else FORBIDDEN
        return 204

    @rule(caller=CALLERS, organization=one_of(none(), ORGANIZATIONS))
    def switch(self, caller: Caller, organization: str | None) -> None:
        """To any organization, or to none; the token from before stays what it was."""
        member = organization is None or self.world.is_member(caller.user, organization)
        expected = FORBIDDEN if not member else 401 if caller.signed.is_over else 200
        body = {"organization_id": organization}
        answer = self.ask(caller, expected, "POST", "/auth/switch-organization", body)
        if expected == 200:
            caller.signed.organization = organization
            self.join(caller, organization, answer["access_token"])

    def join(self, caller: Caller, organization: str | None, token: str) -> None:
        """Let a caller ask by a new token, too."""
        told = caller.client.service.tokens.read(token).organization_id
        assert (organization and UUID(organization)) == told
        name = f"{self.labels[caller.user]} in {self.labels[organization] if organization else 'nothing'}"
        client = replace(caller.client, token=token)
        self.callers.append(replace(caller, name=name, client=client, organization=organization))

    @rule(caller=CALLERS, replays=booleans())
    def refresh(self, caller: Caller, replays: bool) -> None:  # noqa: FBT001  (drawn)
        """By the token that is good, or by one that was used; the latter ends the session."""
        signed = caller.signed
        replays = replays and bool(signed.used)
        token = signed.used[-1] if replays else signed.refresh_token
        expected = 401 if replays or signed.is_over else 200
        answer = self.ask(caller, expected, "POST", "/auth/refresh", {"refresh_token": token})
        if expected == 401:
            signed.is_over = True
            return
        if not self.world.is_member(caller.user, signed.organization):
            signed.organization = None
        signed.used.append(token)
        signed.refresh_token = answer["refresh_token"]
        self.join(caller, signed.organization, answer["access_token"])

    @rule(caller=CALLERS)
    def log_out(self, caller: Caller) -> None:
        """End the session; what access tokens there are go on for their hour, and no longer."""
        self.ask(caller, 204, "POST", "/auth/logout")
        caller.signed.is_over = True

    @rule(caller=CALLERS)
    def look_at_organizations(self, caller: Caller) -> None:
        """All of them, by the list and one by one."""
        own = {
            key: (found.members[caller.user].role, found.members[caller.user].status)
            for key, found in self.world.organizations.items()
            if found.is_active and caller.user in found.members
        }
        answer = self.ask(caller, 200, "GET", "/organizations?limit=100")
        assert own == {each["id"]: (each["role"], each["status"]) for each in answer["organizations"]}
        for key in self.organizations:
            expected = self.world.refusal_in(caller.user, key, "organization.read") or 200
            self.ask(caller, expected, "GET", f"/organizations/{key}")
            expected = self.world.refusal_in(caller.user, key, "organization.members.read") or 200
            members = self.ask(caller, expected, "GET", f"/organizations/{key}/members")
            if expected == 200:
                assert set(self.world.organizations[key].members) == {
                    m["user_id"] for m in members["members"]
                }
