"""The whole of a deployment: what is there, and then everything that is missing, in order.

Nothing is kept on the operator's machine: what was done is read back from AWS, so that a run which was
stopped anywhere is gone on with by the same command.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path  # noqa: TC003  (a field's type)
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from ops import artifacts
from ops.deploying import unfinished
from ops.deploying.aliases import aliases, put_right
from ops.deploying.errors import NotAsked, Unhealthy
from ops.deploying.going_back import Before, go_back, is_as_it_was, remember
from ops.deploying.migrations import migrate, migrations_of
from ops.deploying.one_stack import Shown, as_document, bring
from ops.deploying.reporter import Reporter, Silent
from ops.deploying.smoke import Health, address_of, ask_once, ask_until_well
from ops.deploying.steps import Step, run_steps
from ops.errors import OperationError, Unreached
from ops.stack import describe
from ops.wanted import as_deployed
from runtime.migrator.errors import AccessError, MigratorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ops.artifacts import Published
    from ops.deploying.aliases import Alias
    from ops.live import Live
    from ops.wanted import Wanted, WantedStack

PACKAGE: Final = "package"
SMOKE_TEST: Final = "smoke test"
MIGRATIONS: Final = "migrations"
"""The step between the database and everything that asks it."""
BEFORE_MIGRATIONS: Final = frozenset({"network", "database"})


@dataclass(frozen=True, slots=True)
class Options:
    """What an operator has said about a deployment.

    `only` names stacks, none means all; `parameters` are values by stack; `address` is asked for health
    instead of the API's own.
    """

    package: Path | None = None
    bootstrap: Path | None = None
    only: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    migrations: bool = True
    smoke_test: bool = True
    address: str | None = None


@dataclass(slots=True)
class Result:
    """What a deployment has done so far; written to by several threads, one key each."""

    stacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    migrations: dict[str, Any] | None = None
    package: str | None = None
    uploaded: bool = False
    aliases: list[str] = field(default_factory=list)
    health: Health | None = None

    @property
    def is_change(self) -> bool:
        """Whether anything at all was changed."""
        changed = any(one["outcome"] == "changed" for one in self.stacks.values())
        migrated = bool(self.migrations and self.migrations["applied"])
        return changed or migrated or self.uploaded or bool(self.aliases)


class Deployment:
    """One deployment of an environment."""

    def __init__(  # noqa: PLR0913  (what a deployment is made of, and what tests replace)
        self,
        live: Live,
        wanted: Wanted,
        options: Options,
        *,
        shown: Mapping[str, Shown] | None = None,
        reporter: Reporter | None = None,
        ask: Callable[[str], Health] = ask_once,
        require_lock: Callable[[], None] = lambda: None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.live, self.wanted, self.options = live, wanted, options
        self.result = Result()
        self._shown, self._reporter, self._ask, self._pause = shown or {}, reporter or Silent(), ask, pause
        self._require_lock = require_lock
        self._before: Before | None = None
        self._lock = Lock()

    def run(self, bucket: str, stop: Callable[[], None] = lambda: None) -> Result:
        """Deploy; `bucket` is where packages are, `stop` ends the pauses when Ctrl-C is pressed.

        Raises what keeps it from its end: `StackFailed`, `Unhealthy`, `MigratorError` and others.
        """
        steps = self._steps()
        self._reporter.expect(self._expected(steps))
        self._publish(bucket)
        run_steps(steps, stop)
        self._put_aliases_right()
        self._smoke_test(bucket)
        if self._is_of_functions():
            unfinished.forget(self.live, bucket, self._reporter.say)
        return self.result

    def chosen(self) -> tuple[WantedStack, ...]:
        """The stacks to be deployed, in order."""
        return tuple(
            one for one in self.wanted.stacks if not self.options.only or one.stack in self.options.only
        )

    def _publish(self, bucket: str) -> None:
        """Upload the packages and say where they are, if the stacks are to take them."""
        if not takes_package(self.chosen()):
            return
        self._reporter.stage(PACKAGE)
        before = artifacts.published(self.live)
        uploads = {
            "key": self.options.package,
            "bootstrap_key": self.options.bootstrap,
        }
        keys = {name: artifacts.upload(self.live, bucket, path) for name, path in uploads.items() if path}
        after = before.but(bucket=bucket, **keys)
        self.result.package = after.key or after.bootstrap_key
        if self._is_of_functions():
            self._remember(bucket, before, after)
        self.result.uploaded = artifacts.publish(self.live, after)
        self._reporter.stage_done(PACKAGE, self.result.package or "none")

    def _remember(self, bucket: str, came_from: Published, goes_to: Published) -> None:
        """Keep how the service stack was before this deployment, or before the one that this goes on with."""
        begun, given = unfinished.read(self.live, bucket), self.options.parameters.get("service", {})
        if begun is None:
            begun = unfinished.Unfinished(remember(self.live, came_from), came_from, goes_to)
        self._before = begun.before
        unfinished.keep(
            self.live, bucket, replace(begun, goes_to=goes_to, given=dict(begun.given) | dict(given))
        )

    def _expected(self, steps: list[Step]) -> Iterator[tuple[str, frozenset[str]]]:
        """All steps with those that each needs, in the order in which they are likely to begin."""
        names = {step.name for step in steps}
        if takes_package(self.chosen()):
            yield PACKAGE, frozenset()
        late = [step for step in steps if step.name in names - BEFORE_MIGRATIONS - {MIGRATIONS}]
        for step in [step for step in steps if step not in late] + late:
            yield step.name, step.needs & names
        if self._is_to_ask():
            yield SMOKE_TEST, frozenset(names)

    def _is_to_ask(self) -> bool:
        return self.options.smoke_test and self._is_of_functions()

    def _is_of_functions(self) -> bool:
        return "service" in {one.stack for one in self.chosen()}

    def _steps(self) -> list[Step]:
        chosen = self.chosen()
        steps = [Step(one.stack, self._needs(one), self._bringing(one)) for one in chosen]
        if self._is_to_migrate(chosen):
            steps.append(Step(MIGRATIONS, BEFORE_MIGRATIONS, self._migrate))
        return steps

    def _needs(self, stack: WantedStack) -> frozenset[str]:
        """The stacks that it reads from, and the migrations for all that may ask the database."""
        late = stack.stack not in BEFORE_MIGRATIONS
        return stack.read_from | ({MIGRATIONS} if late else frozenset())

    def _is_to_migrate(self, chosen: tuple[WantedStack, ...]) -> bool:
        has_database = bool({"database", "service"} & {one.stack for one in chosen})
        return self.options.migrations and self.live.environment.migrator is not None and has_database

    def _bringing(self, stack: WantedStack) -> Callable[[], None]:
        def step() -> None:
            self._require_lock()
            brought = bring(
                self.live,
                stack,
                self.options.parameters.get(stack.stack),
                shown=self._shown.get(stack.stack),
                reporter=self._reporter,
                pause=self._pause,
            )
            with self._lock:
                self.result.stacks[stack.stack] = as_document(brought)

        return step

    def _migrate(self) -> None:
        self._require_lock()
        self._reporter.stage(MIGRATIONS)
        service = describe(self.live, self.live.stack_name("service"))
        with_roles = service is None or "ApiLogin" not in service.parameters
        found = migrate(
            self.live,
            self._reporter.say,
            with_roles=with_roles,
            is_new=service is None,
            expected=migrations_of(self.options.package) if self.options.package else (),
            pause=self._pause,
        )
        self.result.migrations = found
        count = len(found["applied"])
        self._reporter.stage_done(MIGRATIONS, f"{count} applied" if count else "none pending")

    def _put_aliases_right(self) -> None:
        """An alias that somebody has moved goes back to where its stack has it."""
        moved = elsewhere(self.live, self.chosen())
        if moved:
            self._require_lock()
        for alias in moved:
            put_right(self.live, alias)
            sentence = f"alias {alias.name} of {alias.function}: {alias.version} -> {alias.stack_version}"
            self.result.aliases.append(sentence)
            self._reporter.say(sentence)

    def _smoke_test(self, bucket: str) -> None:
        """Ask for health if there is something to ask; goes back when the API is not well."""
        if not self._is_to_ask():
            return
        address = self.options.address or address_of(self.live)
        if address is None:
            self._reporter.say("the smoke test is left out: no stack has written an address to be asked yet")
            return
        self._reporter.stage(SMOKE_TEST)
        health = ask_until_well(address, ask=self._ask, pause=self._pause)
        self.result.health = health
        if health.is_well:
            self._reporter.stage_done(SMOKE_TEST, f"{health.address} answers {health.found}")
            return
        if health.is_ours or (health.status is None and not self._reaches_aws()):
            raise NotAsked(health.address, health.found, self.live.environment.name)
        self._reporter.say(f"{health.address} answers {health.found}")
        raise Unhealthy(health.address, health.found, self._go_back(bucket))

    def _reaches_aws(self) -> bool:
        """Whether any network is there: on some systems an unknown name is all that one without it says."""
        try:
            self.live.call("sts:GetCallerIdentity", "the account")
        except Unreached:
            return False
        except AccessError:
            return True
        return True

    def _go_back(self, bucket: str) -> str:
        if self._before is None:
            return "there is no version before to go back to; `miyabi logs` tells why"
        try:
            if is_as_it_was(self.live, self._before):
                return "the functions are what they were before; `miyabi logs` tells why"
            # somebody else's deployment is not taken back
            self._require_lock()
            standing = go_back(self.live, self._before, self._reporter, pause=self._pause)
            if standing.is_told:
                unfinished.forget(self.live, bucket, self._reporter.say)
        except (MigratorError, OperationError) as error:
            return f"going back to the version before did not work, so look where the aliases point: {error}"
        stay = self.result.migrations and self.result.migrations["applied"]
        return f"{standing.sentence}; the migrations that were applied stay" if stay else standing.sentence


def takes_package(stacks: Iterable[WantedStack]) -> bool:
    """Whether any of some stacks reads from SSM where the packages are."""
    return any("artifact" in one.read_from for one in stacks)


def elsewhere(live: Live, stacks: tuple[WantedStack, ...]) -> list[Alias]:
    """The aliases of deployed stacks that point elsewhere than their stack says."""
    found: list[Alias] = []
    for one in stacks:
        now = describe(live, one.name)
        if now is not None and any("artifact" in path for path in one.read_from):
            found += aliases(live, now.name, as_deployed(live, now).body)
    return [alias for alias in found if alias.is_elsewhere]
