"""Deploys an environment to a twin as an operator would to AWS, and asks it for health.

It is `miyabi deploy`'s own code that does it; what the twin gives besides is what a person would have:
secrets, a network to adopt, and, where an environment has no migrator, a laptop to migrate from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ops.artifact_bucket import ensure_bucket
from ops.deploying.errors import Unhealthy
from ops.deploying.flow import SMOKE_TEST, Deployment, Options
from ops.deploying.smoke import address_of
from ops.deploying.survey import survey
from ops.locking import lock
from ops.migrating import ask_migrator
from runtime.migrator.connection import read_url
from runtime.migrator.files import read_migrations
from runtime.migrator.handler import MIGRATIONS
from runtime.migrator.runner import up
from twin.faults.expectation import HEALTH, Request
from twin.faults.observing import observe, without_secrets
from twin.faults.targets import Targets
from twin.rehearsing.preparing import adopted_parameters, enter_secrets

if TYPE_CHECKING:
    from pathlib import Path

    from ops.live import Live
    from ops.wanted import Wanted
    from twin.faults.observing import Observation
    from twin.rehearsing.timing import Steps
    from twin.rehearsing.twin import Twin

BEFORE_SERVICE: Final = ("network", "database")
"""Stacks that must be there before anything can be migrated."""


@dataclass(frozen=True, slots=True)
class Packages:
    """The zips that a deployment uploads: our package, and what runs where a runtime is not Lambda's own."""

    package: Path | None = None
    bootstrap: Path | None = None


class Rehearsal:
    """One environment on its twin.

    Args:
        twin: An open one, of the environment's account.
        live: The environment, as it stands in the twin.
        wanted: What its templates ask for.
        packages: What is uploaded.
        steps: Takes the times.
    """

    def __init__(self, twin: Twin, live: Live, wanted: Wanted, packages: Packages, steps: Steps) -> None:
        self.twin, self.live, self.wanted = twin, live, wanted
        self.packages, self.steps = packages, steps

    def deploy(self, *, only: tuple[str, ...] = (), target: int | None = None) -> None:
        """Deploy all of it, or the stacks that are named; raises what `miyabi deploy` raises.

        That the API is unwell in the end is told as a step.

        Args:
            only: Short names of stacks.
            target: The last migration that is applied; all that are newer stay pending. None applies all.
        """
        with self.steps.step("secrets") as found:
            made = enter_secrets(self.twin.aws, self.wanted)
            found.append(f"{len(made)} made up" if made else "all there")
        options = Options(
            self.packages.package,
            self.packages.bootstrap,
            only=only,
            parameters=adopted_parameters(self.twin.aws, self.wanted),
        )
        has_migrator = self.live.environment.migrator is not None
        if not has_migrator:
            self._bring(replace(options, only=BEFORE_SERVICE))
            self._migrate_from_outside()
        elif target is not None:
            options = replace(options, migrations=False)
            self._bring(replace(options, only=BEFORE_SERVICE))
            self._migrate_up_to(target)
        self._bring(options)

    def _bring(self, options: Options) -> None:
        with self.steps.step("preflight") as found:
            survey(self.live, self.wanted, options)
            found.append("nothing is in the way")
        bucket = ensure_bucket(self.live, self.steps.say)
        with lock(self.live, bucket, "rehearse", say=self.steps.say) as held:
            deployment = Deployment(
                self.live,
                self.wanted,
                options,
                reporter=self.steps,
                ask=self.twin.ask,
                require_lock=held.require,
                pause=lambda _: None,
            )
            try:
                deployment.run(bucket)
            except Unhealthy as unhealthy:
                self.steps.end(SMOKE_TEST, str(unhealthy), succeeded=False)

    def _migrate_up_to(self, target: int) -> None:
        """Have the migrator apply no more than that, and make the API's roles."""
        with self.steps.step("migrations") as found:
            done = ask_migrator(self.live, {"action": "up", "target": target}, pause=lambda _: None)
            ask_migrator(self.live, {"action": "roles"}, pause=lambda _: None)
            found.append(f"{len(done['applied'])} applied, up to {target}")

    def _migrate_from_outside(self) -> None:
        """Migrate as the reported system was: from a laptop, through the open door of its database."""
        with self.steps.step("migrations") as found:
            [instance] = self.twin.deployed.call("rds", "describe_db_instances")["DBInstances"]
            target = read_url(self.twin.databases.outside_url(instance["DBInstanceIdentifier"]))
            done = up(target, read_migrations(MIGRATIONS))
            found.append(f"{len(done.applied)} applied, from outside")

    def address(self) -> str | None:
        """Where clients ask."""
        return address_of(self.live)

    def look(self, name: str) -> Observation:
        """Ask for health as a client does, and see what that leaves behind; raises TargetMissing."""
        targets = Targets.of(self.twin.deployed)
        request = Request.model_validate({"through": "edge" if targets.distribution else "api"})
        with self.steps.step(name) as found:
            seen = without_secrets(observe(self.twin, targets, request), targets)
            found.append(f"{seen.answer.status} from {_asked(self.twin, targets)}{HEALTH}")
        return seen


def _asked(twin: Twin, targets: Targets) -> str:
    """The address of AWS that stands for where health is asked: the distribution's, or the API's own."""
    if targets.distribution is None:
        return str(targets.api["ApiEndpoint"])
    found = twin.deployed.call("cloudfront", "get_distribution", Id=targets.distribution)
    return f"https://{found['Distribution']['DomainName']}"
