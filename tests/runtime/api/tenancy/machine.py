"""What every rule does: ask as somebody, and see that the answer is right and nothing else happened.

Each text that a rule writes holds a word for whose it is, such as `org-3-work` or `alone-1-work`, so that
an answer that shows anything of somebody else's is noticed, wherever in it that stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hypothesis import currently_in_test_context, note
from hypothesis.stateful import RuleBasedStateMachine, invariant
from hypothesis.strategies import SearchStrategy, runner, sampled_from

from tests.runtime.api.tenancy.model import READING, STATUSES, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

    from tests.runtime.api.asking import Answer, Client
    from tests.runtime.api.tenancy.model import Work
    from tests.runtime.api.tenancy.watching import Watch

WORD: Final = re.compile(r"(org|alone)-(\d+)-(name|work)")
NEW: Final = "new"
"""Stands for whoever has been made by a request."""
ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PATHS: Final = {
    "tasks": "/tasks",
    "executions": "/agents/executions",
    "workflows": "/workflows",
    "repositories": "/repositories",
}


@dataclass(slots=True)
class Signed:
    """A session, as the user who holds it knows it."""

    refresh_token: str
    used: list[str] = field(default_factory=list)
    organization: str | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """Somebody with a token, which names the same organization for as long as it lives."""

    name: str
    user: str
    client: Client
    signed: Signed
    organization: str | None = None

    def __repr__(self) -> str:
        """As the log of a failure shows it."""
        return self.name


def drawn(name: str) -> SearchStrategy[Any]:
    """One of the machine's own: of all that there ever were, so that most are somebody else's, or gone."""
    return runner().flatmap(lambda machine: sampled_from(getattr(machine, name)))


CALLERS: Final = drawn("callers")
USERS: Final = drawn("users")
ORGANIZATIONS: Final = drawn("organizations")
TEAMS: Final = drawn("teams")
KEYS: Final = drawn("keys")
TASKS: Final = drawn("tasks")
WORKFLOWS: Final = drawn("workflows")


class Asking(RuleBasedStateMachine):
    """The world as it should be, and the API that keeps it."""

    def __init__(self, api: Client, watch: Watch) -> None:
        super().__init__()
        watch.clear()
        self.api, self.watch, self.world = api, watch, World()
        self.operator: Connection = watch.connection
        self.callers: list[Caller] = []
        self.users: list[str] = []
        self.names: dict[str, str] = {}
        self.organizations: list[str] = []
        self.teams: list[str] = []
        self.keys: list[str] = []
        """Of all work."""
        self.tasks: list[str] = []
        self.workflows: list[str] = []
        self.words: dict[str, str] = {}
        """Whose each word is."""
        self.labels: dict[str, str] = {}
        """What an id is called in the log of a failure."""
        self.number = 0
        self.turn = 0

    def ask(
        self,
        caller: Caller,
        expected: int,
        method: str,
        path: str,
        body: Any = None,
        *,
        of: str | None = None,
    ) -> Answer:
        """Ask, and see that the status is as expected, and that no rows have changed but those of `of`."""
        answer = caller.client.ask(method, path, body)
        told = self.told(f"{caller}: {method} {path} {body or ''} -> {answer.status}, expected {expected}")
        if method != "GET" and currently_in_test_context():
            note(told)
        assert expected == answer.status, f"{told}: {answer.text}"
        if answer.status >= 400:
            assert set(ID.findall(answer.text)) <= set(ID.findall(f"{path} {body}")), f"{told}: {answer.text}"
        self.refuse_words_of_others(caller, answer, told)
        if method != "GET":
            changed = self.watch.changed()
            allowed = {answer["id"] if of == NEW else of} if answer.status < 300 else set()
            assert changed <= allowed, self.told(f"{told}, changed {changed}")
        return answer

    def refuse_words_of_others(self, caller: Caller, answer: Answer, told: str) -> None:
        """See that an answer shows nothing that the caller may not see."""
        for word, what in {(f"{kind}-{number}", what) for kind, number, what in WORD.findall(answer.text)}:
            whose = self.words.get(word, caller.user)
            if whose == caller.user:
                continue
            organization = self.world.organizations.get(whose)
            named = what == "name" and organization is not None and caller.user in organization.members
            assert named or self.world.holds_anything(caller.user, whose), f"{told} shows {word}-{what}"

    def word(self, caller: Caller, organization: str | None, what: str = "work") -> str:
        """The word for the organization that owns something, or for the user."""
        whose = organization or caller.user
        return next(f"{word}-{what}" for word, each in self.words.items() if each == whose)

    def next_number(self) -> int:
        """A number that nothing has yet."""
        self.number += 1
        return self.number

    def label(self, key: str, kind: str) -> str:
        """Give an id a name for people."""
        self.labels[key] = f"{kind}-{self.next_number()}"
        return key

    def told(self, text: str) -> str:
        """A text in which ids are names."""
        return ID.sub(lambda found: self.labels.get(found[0], found[0]), text)

    def keep(self, key: str, work: Work) -> None:
        """Remember work that was made."""
        self.world.work[self.label(key, work.kind)] = work
        self.keys.append(key)
        if work.kind in ("tasks", "workflows"):
            getattr(self, work.kind).append(key)

    @invariant()
    def the_tables_are_as_they_should(self) -> None:
        """They break no rule of their own, and hold what the model does."""
        found, world = self.watch.check(), self.world
        members = {
            f"{key} {user}": f"{member.role} {member.status}"
            for key, organization in world.organizations.items()
            for user, member in organization.members.items()
        }
        teams = {
            f"{key} {user}": role for key, team in world.teams.items() for user, role in team.members.items()
        }
        assert (members, teams) == found[:2]
        for kind, rows in zip(("tasks", "executions"), found[2:], strict=True):
            assert {key: work.status for key, work in world.work.items() if work.kind == kind} == rows

    @invariant()
    def one_after_another_sees_what_is_theirs(self) -> None:
        """Each step another caller looks at something else."""
        self.turn += 1
        caller = self.callers[self.turn % len(self.callers)]
        looks: list[Callable[[Caller], None]] = [self.look_at_figures]
        looks += (partial(self.look_at_list, kind=kind) for kind in READING)
        looks[(self.turn + self.turn // len(self.callers)) % len(looks)](caller)
        self.read(caller, self.keys[self.turn * 7 % len(self.keys)])

    def look_at_list(self, caller: Caller, kind: str) -> None:
        """See that a list of where somebody works holds all of it, and nothing else."""
        user, organization = caller.user, caller.organization
        expected = self.world.refusal_at_work(user, organization, READING[kind]) or 200
        answer = self.ask(caller, expected, "GET", f"{PATHS[kind]}?limit=100")
        if expected == 200:
            mine = self.world.listed(user, organization, kind)
            assert mine == {each["id"] for each in answer[kind]}, self.told(answer.text)
            assert len(mine) == answer["total"]

    def look_at_figures(self, caller: Caller) -> None:
        """See that what is counted is what is listed."""
        user, organization = caller.user, caller.organization
        tasks = self.counted(user, organization, "tasks")
        expected = self.world.refusal_at_work(user, organization, "tasks.read") or 200
        answer = self.ask(caller, expected, "GET", "/tasks/stats")
        assert expected != 200 or tasks == answer.body
        expected = 200 if organization is None or self.world.is_member(user, organization) else 403
        recent = self.ask(caller, expected, "GET", "/dashboard/recent")
        answer = self.ask(caller, expected, "GET", "/dashboard/summary")
        if expected == 200:
            executions = self.counted(user, organization, "executions")
            listed = self.world.listed(user, organization, "executions")
            assert (tasks, executions) == (answer["tasks"], answer["executions"])
            assert len(self.world.listed(user, organization, "repositories")) == answer["repositories"]
            assert {each["id"] for each in recent["executions"]} <= listed
            assert min(len(listed), 20) == len(recent["executions"])

    def counted(self, user: str, organization: str | None, kind: str) -> dict[str, int]:
        """How many there are by status, and in all."""
        listed = [self.world.work[key].status for key in self.world.listed(user, organization, kind)]
        return {status: listed.count(status) for status in STATUSES[kind]} | {"total": len(listed)}

    def read(self, caller: Caller, key: str) -> None:
        """See that a piece of work is there for whom it should be."""
        work = self.world.work.get(key)
        kind = work.kind if work else "tasks"
        expected = self.world.refusal_of(caller.user, kind, key) or 200
        self.ask(caller, expected, "GET", f"{PATHS[kind]}/{key}")
        if kind == "executions":
            self.ask(caller, expected, "GET", f"{PATHS[kind]}/{key}/logs")
