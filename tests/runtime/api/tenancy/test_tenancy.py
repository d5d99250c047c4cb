"""Nobody sees or changes what is another tenant's, whatever they ask, in whatever order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.runtime.api.asking import serve
from tests.runtime.api.tenancy.beginning import Tenancy
from tests.runtime.api.tenancy.watching import Watch
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.runtime.api.tenancy.machine import Caller
    from twin.postgres import Server

STEPS = ("start", "complete", "cancel", "retry", "fail", "retry")


@pytest.fixture
def begin(postgres: Server, own_database: str, own_url: str) -> Iterator[Callable[[], Tenancy]]:
    """What begins anew, in a database where nobody else is."""
    api = serve(own_url)
    with psycopg.connect(postgres.url(own_database), autocommit=True) as connection:
        yield partial(Tenancy, api, Watch(connection))


def test_nobody_sees_or_changes_what_is_anothers(begin: Callable[[], Tenancy]) -> None:
    run_state_machine_as_test(
        begin,  # type: ignore[arg-type]  # any callable that makes one
        settings=settings(
            max_examples=examples(2, soak=300),
            stateful_step_count=60,
            phases=[Phase.generate, Phase.shrink],
        ),
    )


def test_everybody_tries_everything_once(begin: Callable[[], Tenancy]) -> None:
    """The same rules in an order of their own: who may least comes first, so that all is still there."""
    machine = begin()
    ada = machine.callers[0]
    dora_joins_teams(machine, ada)

    working = [caller for caller in reversed(machine.callers) if caller.organization]
    for caller in working:
        try_to_look(machine, caller)
        try_to_work(machine, caller)
        try_to_manage(machine, caller)
        machine.the_tables_are_as_they_should()
    dora_joins_teams(machine, ada)
    for caller in working:
        try_to_end(machine, caller)
        machine.the_tables_are_as_they_should()


def test_what_the_operator_does_holds_at_once(begin: Callable[[], Tenancy]) -> None:
    machine = begin()
    ada, ben, dora = machine.callers[0], machine.callers[1], machine.callers[3]
    first, second = machine.organizations

    machine.suspend_or_let_back(first, dora.user)
    machine.limit(first, 0)
    for caller in (ada, ben, dora):
        machine.invite(caller, first, machine.users[5], by_name=False, role="member")
        machine.accept(caller, first)
        machine.switch(caller, first)
    machine.register_repository(machine.callers[6], again=False)
    machine.remove(dora, first, None)
    machine.switch_off_or_on(first, is_active=False)
    machine.grant(dora.user, second, "tasks.read")
    machine.grant(dora.user, None, "organization.members.manage")
    for caller in machine.callers[:]:
        try_to_look(machine, caller)
        for organization in machine.organizations:
            machine.switch(caller, organization)
            machine.invite(caller, organization, machine.users[2], by_name=False, role="viewer")
            machine.remove(caller, organization, machine.users[0])
        machine.the_tables_are_as_they_should()


def test_a_session_that_is_over_gives_no_token_any_more(begin: Callable[[], Tenancy]) -> None:
    machine = begin()
    ada, ben = machine.callers[:2]

    for caller in (ada, ben):
        machine.refresh(caller, replays=False)
    machine.refresh(ada, replays=True)
    machine.log_out(ben)
    for caller in (ada, ben):
        machine.refresh(caller, replays=False)
        machine.switch(caller, None)
        machine.switch(caller, machine.organizations[0])


def dora_joins_teams(machine: Tenancy, caller: Caller) -> None:
    """So that somebody can take her out, or end her membership with it."""
    for team in machine.teams:
        machine.add_to_team(caller, team, None, machine.users[3], "member")


def of_each(machine: Tenancy, keys: list[str]) -> list[str]:
    """The first of each tenant's."""
    return list(
        {work.tenant: key for key in reversed(keys) if (work := machine.world.work.get(key))}.values()
    )


def repositories(machine: Tenancy) -> list[str]:
    """One of each tenant's."""
    return of_each(machine, [key for key in machine.keys if machine.world.work[key].kind == "repositories"])


def try_to_look(machine: Tenancy, caller: Caller) -> None:
    """At everything."""
    machine.look_at_figures(caller)
    machine.look_at_organizations(caller)
    for kind in ("tasks", "executions", "workflows", "repositories"):
        machine.look_at_list(caller, kind)
    for organization in machine.organizations:
        machine.look_at_teams(caller, organization)
    for key in machine.keys[::3]:
        machine.read(caller, key)


def try_to_work(machine: Tenancy, caller: Caller) -> None:
    """Where they work, in any repository; and on anybody's task."""
    for number, repository in enumerate(repositories(machine)):
        machine.make_task(caller, repository, has_agent=True)
        machine.make_workflow(caller, repository)
        machine.execute_agent(caller, repository)
        for key in of_each(machine, machine.workflows)[number:][:2]:
            machine.change_workflow(caller, key, repository)
    for key in of_each(machine, machine.tasks):
        machine.change_task(caller, key)
        for step in STEPS:
            machine.step(caller, key, step)


def try_to_manage(machine: Tenancy, caller: Caller) -> None:
    """Organizations, members and teams."""
    for organization in machine.organizations[:2]:
        machine.change_organization(caller, organization)
        machine.make_team(caller, organization, is_visible=False)
        machine.invite(caller, organization, machine.users[5], by_name=False, role="admin")
        machine.invite(caller, organization, machine.users[5], by_name=True, role="admin")
        for team in machine.teams[:2]:
            machine.change_team(caller, team, organization, is_visible=True)
            machine.add_to_team(caller, team, organization, machine.users[5], "lead")
            machine.remove_from_team(caller, team, organization, machine.users[3])
        for user in machine.users[:2]:
            machine.change_role(caller, organization, user, "viewer")
            machine.change_role(caller, organization, user, "owner")


def try_to_end(machine: Tenancy, caller: Caller) -> None:
    """Everything."""
    for kind, keys in (("tasks", machine.tasks), ("workflows", machine.workflows)):
        for key in of_each(machine, keys):
            machine.delete(caller, key, kind)
    for organization in machine.organizations[:2]:
        for user in machine.users[:4]:
            machine.remove(caller, organization, user)
        for team in machine.teams[:2]:
            machine.delete_team(caller, team, organization)
        machine.delete_organization(caller, organization)
