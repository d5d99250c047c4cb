"""Rules about teams, by the path of their own organization or of any other."""

from __future__ import annotations

from hypothesis.stateful import rule
from hypothesis.strategies import booleans, none, one_of, sampled_from

from tests.runtime.api.tenancy.machine import CALLERS, ORGANIZATIONS, TEAMS, USERS, Asking, Caller
from tests.runtime.api.tenancy.model import CONFLICT, MISSING, Team

PLACES = one_of(none(), ORGANIZATIONS)
"""The organization of the path: the team's own, or any."""


class Teaming(Asking):
    """What callers do to teams."""

    def team_place(self, team: str, organization: str | None) -> str:
        """The organization that the path names."""
        found = self.world.teams.get(team)
        return organization or (found.organization if found else self.organizations[0])

    @rule(caller=CALLERS, organization=ORGANIZATIONS, is_visible=booleans())
    def make_team(self, caller: Caller, organization: str, is_visible: bool) -> None:  # noqa: FBT001  (drawn)
        """A member who makes one becomes its lead."""
        expected = self.world.refusal_in(caller.user, organization, "teams.create") or 201
        name = f"{self.word(caller, organization)} {self.next_number()}"
        body = {"name": name, "is_visible": is_visible}
        answer = self.ask(
            caller, expected, "POST", f"/organizations/{organization}/teams", body, of=organization
        )
        if expected == 201:
            joins = self.world.is_member(caller.user, organization)
            key = self.label(str(answer["id"]), "team")
            self.world.teams[key] = Team(organization, is_visible, {caller.user: "lead"} if joins else {})
            self.teams.append(key)

    @rule(caller=CALLERS, team=TEAMS, organization=PLACES, is_visible=booleans())
    def change_team(self, caller: Caller, team: str, organization: str | None, is_visible: bool) -> None:  # noqa: FBT001  (drawn)
        """Show or hide it."""
        place = self.team_place(team, organization)
        expected = self.world.refusal_of_team(caller.user, place, team, "teams.update") or 200
        path = f"/organizations/{place}/teams/{team}"
        self.ask(caller, expected, "PATCH", path, {"is_visible": is_visible}, of=place)
        if expected == 200:
            self.world.teams[team].is_visible = is_visible

    @rule(caller=CALLERS, team=TEAMS, organization=PLACES)
    def delete_team(self, caller: Caller, team: str, organization: str | None) -> None:
        """Anybody's."""
        place = self.team_place(team, organization)
        expected = self.world.refusal_of_team(caller.user, place, team, "teams.delete") or 204
        self.ask(caller, expected, "DELETE", f"/organizations/{place}/teams/{team}", of=place)
        if expected == 204:
            del self.world.teams[team]

    @rule(caller=CALLERS, team=TEAMS, organization=PLACES, user=USERS, role=sampled_from(["lead", "member"]))
    def add_to_team(self, caller: Caller, team: str, organization: str | None, user: str, role: str) -> None:
        """Anybody, but only an active member gets in."""
        place = self.team_place(team, organization)
        expected = self.world.refusal_of_team(caller.user, place, team, "teams.update")
        if expected is None:
            there = user in self.world.teams[team].members
            expected = CONFLICT if there or not self.world.is_member(user, place) else 201
        path = f"/organizations/{place}/teams/{team}/members"
        self.ask(caller, expected, "POST", path, {"user_id": user, "role": role}, of=place)
        if expected == 201:
            self.world.teams[team].members[user] = role

    @rule(caller=CALLERS, team=TEAMS, organization=PLACES, user=one_of(none(), USERS))
    def remove_from_team(self, caller: Caller, team: str, organization: str | None, user: str | None) -> None:
        """Anybody; every member may leave."""
        place, user = self.team_place(team, organization), user or caller.user
        leaves = user == caller.user and self.world.is_member(user, place)
        expected = None if leaves else self.world.refusal_in(caller.user, place, "teams.update")
        if expected is None:
            found = self.world.teams.get(team)
            expected = 204 if found and found.organization == place and user in found.members else MISSING
        path = f"/organizations/{place}/teams/{team}/members/{user}"
        self.ask(caller, expected, "DELETE", path, of=place)
        if expected == 204:
            del self.world.teams[team].members[user]

    @rule(caller=CALLERS, organization=ORGANIZATIONS)
    def look_at_teams(self, caller: Caller, organization: str) -> None:
        """The list of an organization, and each team that there is, by this path."""
        expected = self.world.refusal_in(caller.user, organization, "teams.read") or 200
        answer = self.ask(caller, expected, "GET", f"/organizations/{organization}/teams?limit=100")
        if expected == 200:
            assert self.seen(caller, organization) == {each["id"] for each in answer["teams"]}
        for team in self.teams:
            expected = self.world.refusal_of_team(caller.user, organization, team, "teams.read") or 200
            path = f"/organizations/{organization}/teams/{team}"
            self.ask(caller, expected, "GET", path)
            found = self.ask(caller, expected, "GET", f"{path}/members")
            if expected == 200:
                assert set(self.world.teams[team].members) == {each["user_id"] for each in found["members"]}

    def seen(self, caller: Caller, organization: str) -> set[str]:
        """The teams of an organization that are there for the caller."""
        teams = self.world.teams.items()
        return {
            key
            for key, team in teams
            if team.organization == organization and self.world.sees(caller.user, key)
        }
