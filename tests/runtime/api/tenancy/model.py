"""Who may see and do what, written down a second time and apart from the code that is tested by it.

A user is in an organization by their row there, which is active or counts for nothing. A right in an
organization comes from the role in it, from a role in one of its teams, or from a grant of the
operator's, which may hold everywhere. Nothing counts in an organization that is switched off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

FORBIDDEN, MISSING, CONFLICT = 403, 404, 409

GRANTED: Final = {
    "repositories.read": "oamvlt",
    "repositories.write": "oaml",
    "repositories.delete": "oa",
    "repositories.manage": "oa",
    "agents.read": "oamvlt",
    "agents.execute": "oamlt",
    "agents.stop": "oaml",
    "agents.manage": "oa",
    "workflows.read": "oamvlt",
    "workflows.create": "oaml",
    "workflows.update": "oaml",
    "workflows.delete": "oal",
    "workflows.execute": "oamlt",
    "tasks.read": "oamvlt",
    "tasks.create": "oamlt",
    "tasks.update": "oamlt",
    "tasks.delete": "oal",
    "tasks.assign": "oal",
    "organization.read": "oamv",
    "organization.update": "oa",
    "organization.delete": "o",
    "organization.members.read": "oamv",
    "organization.members.manage": "oa",
    "teams.read": "oamvlt",
    "teams.create": "oa",
    "teams.update": "oal",
    "teams.delete": "oa",
}
"""Which roles hold a permission: owner, admin, member, viewer; in a team, its lead and a teammate."""
LETTERS: Final = {"owner": "o", "admin": "a", "member": "m", "viewer": "v"}
TEAM_LETTERS: Final = {"lead": "l", "member": "t"}

READING: Final = {
    "tasks": "tasks.read",
    "executions": "agents.read",
    "workflows": "workflows.read",
    "repositories": "repositories.read",
}
"""The kinds of work, and what it takes to read them."""
STATUSES: Final = {
    "tasks": ("pending", "running", "completed", "failed", "cancelled"),
    "executions": ("pending", "running", "completed", "failed"),
}
STEPS: Final = {
    "start": ({"pending"}, "running"),
    "complete": ({"running"}, "completed"),
    "fail": ({"pending", "running"}, "failed"),
    "cancel": ({"pending", "running"}, "cancelled"),
    "retry": ({"failed"}, "pending"),
}
"""From where each step of a task leads, and where to."""
MOST_RETRIES: Final = 3


@dataclass(slots=True)
class Membership:
    """A user's row in an organization."""

    role: str
    status: str


@dataclass(slots=True)
class Organization:
    """An organization."""

    members: dict[str, Membership] = field(default_factory=dict)
    is_active: bool = True
    max_members: int = 5
    max_repositories: int = 10

    @property
    def places_taken(self) -> int:
        """By members and by who is invited."""
        return sum(each.status in ("invited", "active") for each in self.members.values())


@dataclass(slots=True)
class Team:
    """A team."""

    organization: str
    is_visible: bool
    members: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """A task, execution, workflow or repository: an organization's, or its user's alone."""

    kind: str
    organization: str | None
    user: str
    status: str = ""
    name: str = ""
    runs: bool = False
    """Whether an execution begins when the task does."""
    execution: str | None = None
    retries: int = 0

    @property
    def tenant(self) -> str:
        """Whose it is."""
        return self.organization or self.user


@dataclass(slots=True)
class World:
    """Everything there is, by id."""

    organizations: dict[str, Organization] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    work: dict[str, Work] = field(default_factory=dict)
    grants: set[tuple[str, str | None, str]] = field(default_factory=set)
    """User, organization or everywhere, permission."""

    def is_member(self, user: str, organization: str | None) -> bool:
        """Whether a user is an active member of an organization that is not switched off."""
        found = self.organizations.get(organization or "")
        if found is None or not found.is_active or user not in found.members:
            return False
        return found.members[user].status == "active"

    def role(self, user: str, organization: str) -> str | None:
        """An active member's role."""
        return (
            self.organizations[organization].members[user].role
            if self.is_member(user, organization)
            else None
        )

    def letters(self, user: str, organization: str) -> Iterator[str]:
        """The roles that count for a user there."""
        if role := self.role(user, organization):
            yield LETTERS[role]
            for team in self.teams.values():
                if team.organization == organization and user in team.members:
                    yield TEAM_LETTERS[team.members[user]]

    def holds(self, user: str, organization: str | None, permission: str) -> bool:
        """Whether a user has a right in an organization."""
        found = self.organizations.get(organization or "")
        if organization is None or found is None or not found.is_active:
            return False
        if {(user, None, permission), (user, organization, permission)} & self.grants:
            return True
        return any(letter in GRANTED[permission] for letter in self.letters(user, organization))

    def holds_anything(self, user: str, organization: str) -> bool:
        """Whether anything of an organization is theirs to see."""
        return any(self.holds(user, organization, permission) for permission in GRANTED)

    def refusal_in(self, user: str, organization: str, permission: str) -> int | None:
        """What refuses a user in an organization that the path names; it is not there for strangers."""
        if self.holds(user, organization, permission):
            return None
        return FORBIDDEN if self.is_member(user, organization) else MISSING

    def refusal_at_work(self, user: str, organization: str | None, permission: str) -> int | None:
        """What refuses a user where their token says that they work; alone nothing does."""
        return None if organization is None or self.holds(user, organization, permission) else FORBIDDEN

    def may(self, user: str, key: str, permission: str) -> bool:
        """Whether a user has a right to a piece of work."""
        work = self.work[key]
        if work.organization is None:
            return work.user == user
        return self.holds(user, work.organization, permission)

    def refusal_of(self, user: str, kind: str, key: str, permission: str | None = None) -> int | None:
        """What refuses to do something to a piece of work, which must be readable to be there."""
        work = self.work.get(key)
        if work is None or work.kind != kind or not self.may(user, key, READING[kind]):
            return MISSING
        return None if permission is None or self.may(user, key, permission) else FORBIDDEN

    def belongs(self, user: str, organization: str | None, repository: str | None) -> bool:
        """Whether new work may refer to a repository: of the same organization, or of the same user alone."""
        if repository is None:
            return True
        if self.refusal_of(user, "repositories", repository):
            return False
        return self.work[repository].organization == organization

    def listed(self, user: str, organization: str | None, kind: str) -> set[str]:
        """What is listed where somebody works, if they may read it there."""
        return {
            key
            for key, work in self.work.items()
            if work.kind == kind
            and work.organization == organization
            and (organization is not None or work.user == user)
        }

    def most_repositories(self, organization: str | None) -> float:
        """How many may be registered there; of one's own, any number."""
        return float("inf") if organization is None else self.organizations[organization].max_repositories

    def sees(self, user: str, team: str) -> bool:
        """Whether a team is there for a user who may read teams."""
        found = self.teams[team]
        changes = self.holds(user, found.organization, "teams.update")
        return found.is_visible or user in found.members or changes

    def refusal_of_team(self, user: str, organization: str, team: str, permission: str) -> int | None:
        """What refuses to do something to a team, which is only in its own organization."""
        if refused := self.refusal_in(user, organization, permission):
            return refused
        found = self.teams.get(team)
        there = found is not None and found.organization == organization and self.sees(user, team)
        return None if there else MISSING

    def knows(self, user: str, organization: str) -> bool:
        """Whether a user has to do with an organization that is not switched off."""
        found = self.organizations.get(organization)
        if found is None or not found.is_active:
            return False
        return user in found.members or self.holds(user, organization, "organization.members.manage")

    def leave(self, user: str, organization: str) -> None:
        """End a membership, and what it gave."""
        del self.organizations[organization].members[user]
        for team in self.teams.values():
            if team.organization == organization:
                team.members.pop(user, None)

    def end(self, organization: str) -> None:
        """End an organization with all that belongs to it."""
        del self.organizations[organization]
        self.teams = {key: team for key, team in self.teams.items() if team.organization != organization}
        self.work = {key: work for key, work in self.work.items() if work.organization != organization}
        self.grants = {grant for grant in self.grants if grant[1] != organization}
