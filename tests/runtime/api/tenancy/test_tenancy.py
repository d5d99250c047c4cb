"""Nobody sees or changes what is another tenant's, whatever they ask, in whatever order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import psycopg
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.runtime.api.asking import serve
from tests.runtime.api.tenancy.machine import Caller, Signed
from tests.runtime.api.tenancy.operating import Operating
from tests.runtime.api.tenancy.people import Belonging
from tests.runtime.api.tenancy.teams import Teaming
from tests.runtime.api.tenancy.watching import Watch
from tests.runtime.api.tenancy.work import Working
from tests.sampling import examples

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client
    from twin.postgres import Server

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
                self.register_repository(caller, again=False)
                self.make_task(caller, "mine", has_agent=True)
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
        self.switch(people[4], second)
        self.make_team(people[0], first, is_visible=True)
        self.make_team(people[4], second, is_visible=False)


def test_nobody_sees_or_changes_what_is_anothers(postgres: Server, own_database: str, own_url: str) -> None:
    api = serve(own_url)
    with psycopg.connect(postgres.url(own_database), autocommit=True) as connection:
        machine = partial(Tenancy, api, Watch(connection))
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=examples(5, soak=300), stateful_step_count=examples(30, soak=50), phases=[Phase.generate]),
        )
