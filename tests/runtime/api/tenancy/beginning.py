"""How every example begins: two organizations, somebody in each role, and work of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.runtime.api.tenancy.machine import Caller, Signed
from tests.runtime.api.tenancy.operating import Operating
from tests.runtime.api.tenancy.people import Belonging
from tests.runtime.api.tenancy.teams import Teaming
from tests.runtime.api.tenancy.work import Working

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client
    from tests.runtime.api.tenancy.watching import Watch

NAMES: Final = ("ada", "ben", "cleo", "dora", "eve", "eve")
"""Of the users; two have the same."""
ROLES: Final = ("admin", "member", "viewer")


class Tenancy(Working, Belonging, Teaming, Operating):
    """Two organizations, one with somebody in each role; then whatever comes."""

    def __init__(self, api: Client, watch: Watch) -> None:
        super().__init__(api, watch)
        people = [self.sign_in(number) for number in range(len(NAMES))]
        self.watch.changed()
        self.people(people)
        for caller in list(self.callers):
            if caller not in people[1:4]:
                self.work(caller)

    def work(self, caller: Caller) -> None:
        """Something of each kind, where they may."""
        self.register_repository(caller, again=False)
        self.make_task(caller, "mine", has_agent=True)
        self.step(caller, self.tasks[-1], "start")
        self.make_workflow(caller, "mine")

    def sign_in(self, number: int) -> Caller:
        """The same user in every example, by a new session."""
        label = f"{NAMES[number]}-{number}"
        client = self.api.sign_in(label, github_id=number + 1)
        user = client.user_id
        self.operator.execute("UPDATE users SET name = %s WHERE id = %s", (NAMES[number], user))
        self.words[f"alone-{number}"], self.labels[user], self.names[user] = user, label, NAMES[number]
        self.users.append(user)
        caller = Caller(f"{label} alone", user, client, Signed(client.session["refresh_token"]))
        self.callers.append(caller)
        return caller

    def people(self, people: list[Caller]) -> None:
        """Let them found organizations, and work there; one has nothing to do with either."""
        self.found(people[0], None)
        self.found(people[4], None)
        first, second = self.organizations
        admitted = [*zip([first] * 3, people[1:4], ROLES, strict=True), (second, people[0], "viewer")]
        for organization, person, role in admitted:
            owner = people[0] if organization == first else people[4]
            self.invite(owner, organization, person.user, by_name=False, role=role)
            self.accept(person, organization)
        for person in people[:4]:
            self.switch(person, first)
        self.let_go(people[0], first, people[5])
        self.switch(people[4], second)
        self.make_team(people[0], first, is_visible=True)
        self.make_team(people[4], second, is_visible=False)

    def let_go(self, owner: Caller, organization: str, person: Caller) -> None:
        """Somebody was a member, and has a token that still says so."""
        self.invite(owner, organization, person.user, by_name=False, role="member")
        self.accept(person, organization)
        self.switch(person, organization)
        self.remove(owner, organization, person.user)
