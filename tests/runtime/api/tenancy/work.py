"""Rules about work: repositories, tasks, executions and workflows, each tried on everybody's."""

from __future__ import annotations

from hypothesis.stateful import rule
from hypothesis.strategies import booleans, none, one_of, sampled_from

from tests.runtime.api.tenancy.machine import CALLERS, KEYS, PATHS, TASKS, WORKFLOWS, Asking, Caller
from tests.runtime.api.tenancy.model import CONFLICT, MISSING, MOST_RETRIES, STEPS, Work

REFERRED = one_of(none(), sampled_from(["mine"]), KEYS)
"""What new work refers to as its repository: nothing, one where it will be, or anything."""


class Working(Asking):
    """What callers do where they work, and to work of others."""

    def repository(self, caller: Caller, referred: str | None) -> str | None:
        """The id that is meant."""
        if referred != "mine":
            return referred
        return min(self.world.listed(caller.user, caller.organization, "repositories"), default=None)

    def making(self, caller: Caller, permission: str, repository: str | None) -> int:
        """What becomes of making something where the caller works."""
        user, where = caller.user, caller.organization
        refused = self.world.refusal_at_work(user, where, permission)
        return refused or (201 if self.world.belongs(user, where, repository) else MISSING)

    @rule(caller=CALLERS, again=booleans())
    def register_repository(self, caller: Caller, again: bool) -> None:  # noqa: FBT001  (drawn)
        """A new one, or one that is there already, in other letters."""
        where = caller.organization
        listed = self.world.listed(caller.user, where, "repositories")
        again = again and bool(listed)
        name = f"{self.word(caller, where)}/repository-{self.next_number()}"
        if again:
            name = self.world.work[min(listed)].name.swapcase()
        expected = self.making(caller, "repositories.write", None)
        if expected == 201 and (again or len(listed) >= self.world.most_repositories(where)):
            expected = CONFLICT
        owner = where or caller.user
        answer = self.ask(caller, expected, "POST", "/repositories", {"full_name": name}, of=owner)
        if expected == 201:
            self.keep(answer["id"], Work("repositories", where, caller.user, name=name))

    @rule(caller=CALLERS, referred=REFERRED, has_agent=booleans())
    def make_task(self, caller: Caller, referred: str | None, has_agent: bool) -> None:  # noqa: FBT001  (drawn)
        """A task, which an agent may carry out."""
        repository, where = self.repository(caller, referred), caller.organization
        word = self.word(caller, where)
        body = {"name": word, "description": word, "metadata": {"word": word}, "repository_id": repository}
        if has_agent:
            body["agent_type"] = word
        expected = self.making(caller, "tasks.create", repository)
        answer = self.ask(caller, expected, "POST", "/tasks", body, of=where or caller.user)
        if expected == 201:
            runs = bool(has_agent and repository)
            self.keep(answer["id"], Work("tasks", where, caller.user, "pending", runs=runs))

    @rule(caller=CALLERS, key=one_of(TASKS, KEYS), step=sampled_from(sorted(STEPS)))
    def step(self, caller: Caller, key: str, step: str) -> None:
        """A task of anybody's goes on, if its state allows it."""
        expected = self.world.refusal_of(caller.user, "tasks", key, "tasks.update") or 200
        work = self.world.work.get(key)
        if expected == 200 and work:
            allowed, goal = STEPS[step]
            if work.status not in allowed or (step == "retry" and work.retries == MOST_RETRIES):
                expected = CONFLICT
        answer = self.ask(caller, expected, "POST", f"/tasks/{key}/{step}", of=work.tenant if work else None)
        if expected == 200 and work:
            work.status, work.retries = goal, work.retries + (step == "retry")
            self._follow(caller, work, answer["execution_id"])

    def _follow(self, caller: Caller, work: Work, execution: str | None) -> None:
        """Let the execution of a task be where the task is."""
        if work.status == "running" and work.runs:
            assert execution is not None
            self.keep(execution, Work("executions", work.organization, caller.user, "running"))
            work.execution = execution
        elif work.execution:
            self.world.work[work.execution].status = "completed" if work.status == "completed" else "failed"
        if work.status == "pending":
            work.execution = None
        assert work.execution == execution

    @rule(caller=CALLERS, referred=one_of(sampled_from(["mine"]), KEYS))
    def execute_agent(self, caller: Caller, referred: str) -> None:
        """An execution in any repository."""
        where = caller.organization
        repository = self.repository(caller, referred) or caller.user
        body = {"repository_id": repository, "issue_number": 1, "agent_type": self.word(caller, where)}
        expected = self.making(caller, "agents.execute", repository)
        answer = self.ask(caller, expected, "POST", "/agents/execute", body, of=where or caller.user)
        if expected == 201:
            self.keep(answer["id"], Work("executions", where, caller.user, "pending"))

    @rule(caller=CALLERS, referred=REFERRED)
    def make_workflow(self, caller: Caller, referred: str | None) -> None:
        """A workflow, perhaps of a repository."""
        repository, where = self.repository(caller, referred), caller.organization
        word = self.word(caller, where)
        body = {"name": word, "definition": {"word": word}, "repository_id": repository}
        expected = self.making(caller, "workflows.create", repository)
        answer = self.ask(caller, expected, "POST", "/workflows", body, of=where or caller.user)
        if expected == 201:
            self.keep(answer["id"], Work("workflows", where, caller.user))

    @rule(caller=CALLERS, key=one_of(WORKFLOWS, KEYS), referred=REFERRED)
    def change_workflow(self, caller: Caller, key: str, referred: str | None) -> None:
        """Anybody's, and to any repository."""
        repository = self.repository(caller, referred)
        expected = self.world.refusal_of(caller.user, "workflows", key, "workflows.update") or 200
        work = self.world.work.get(key)
        if expected == 200 and work and not self.world.belongs(caller.user, work.organization, repository):
            expected = MISSING
        self.ask(
            caller,
            expected,
            "PATCH",
            f"/workflows/{key}",
            {"repository_id": repository},
            of=work.tenant if work else None,
        )

    @rule(caller=CALLERS, key=TASKS)
    def change_task(self, caller: Caller, key: str) -> None:
        """Anybody's."""
        expected = self.world.refusal_of(caller.user, "tasks", key, "tasks.update") or 200
        work = self.world.work.get(key)
        self.ask(
            caller, expected, "PATCH", f"/tasks/{key}", {"priority": "P0"}, of=work.tenant if work else None
        )

    @rule(caller=CALLERS, key=KEYS, kind=sampled_from(["tasks", "workflows"]))
    def delete(self, caller: Caller, key: str, kind: str) -> None:
        """Anybody's, and perhaps by the path of another kind."""
        expected = self.world.refusal_of(caller.user, kind, key, f"{kind}.delete") or 204
        work = self.world.work.get(key)
        if expected == 204 and work and work.status == "running":
            expected = CONFLICT
        self.ask(caller, expected, "DELETE", f"{PATHS[kind]}/{key}", of=work.tenant if work else None)
        if expected == 204:
            del self.world.work[key]

    @rule(caller=CALLERS)
    def look_at_work(self, caller: Caller) -> None:
        """All figures, and every piece of work by every path that could lead to it."""
        self.look_at_figures(caller)
        for key in self.keys:
            self.read(caller, key)
        for kind, path in PATHS.items():
            key = self.keys[-1]
            self.ask(caller, self.world.refusal_of(caller.user, kind, key) or 200, "GET", f"{path}/{key}")
