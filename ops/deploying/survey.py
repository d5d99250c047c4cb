"""What a deployment would do, looked at before anybody is asked: nothing is changed by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cfn.diff import Kind
from ops import artifacts
from ops.artifact_bucket import bucket_name
from ops.deploying import unfinished
from ops.deploying.errors import MigratorBehind, NotReady
from ops.deploying.flow import elsewhere, takes_package
from ops.deploying.migrations import lacking, migrations_of
from ops.deploying.one_stack import Shown
from ops.migrating import ask_migrator
from ops.planning import Verdict
from ops.planning.live import plan_live
from ops.preflight import look
from ops.rotating.half_done import renewals
from runtime.migrator.errors import AccessError, MigratorError
from stacks.naming import parameter_path
from stacks.values import ARTIFACT_KEY, BOOTSTRAP_KEY, MIGRATOR_NAME

if TYPE_CHECKING:
    from cost import Traffic
    from ops.deploying.aliases import Alias
    from ops.deploying.flow import Options
    from ops.live import Live
    from ops.planning import Plan
    from ops.wanted import Wanted, WantedStack


@dataclass(frozen=True, slots=True)
class Survey:
    """What is to be done.

    `package` is the key that the functions are to have, where it is another than now; `pending` are versions
    of migrations; `notes` are sentences about what could not be looked at. `is_unfinished` says that nobody
    has seen the API well since the deployment before was begun.
    """

    plan: Plan
    package: str | None
    pending: tuple[int, ...]
    aliases: tuple[Alias, ...]
    notes: tuple[str, ...]
    is_unfinished: bool = False

    @property
    def is_anything(self) -> bool:
        """Whether there is anything to do at all."""
        acts = self.plan.verdict is not Verdict.NOTHING
        return acts or bool(self.package or self.pending or self.aliases or self.is_unfinished)

    @property
    def shown(self) -> dict[str, Shown]:
        """What the plan shows as replaced or removed, by stack."""
        grave = (Kind.REPLACED, Kind.MAY_BE_REPLACED, Kind.REMOVED, Kind.RETAINED)
        return {
            stack.name: Shown(frozenset(one.logical_id for one in stack.resources if one.kind in grave))
            for stack in self.plan.stacks
        }


def survey(live: Live, wanted: Wanted, options: Options, traffic: Traffic | None = None) -> Survey:
    """Look at all that a deployment would change.

    Raises `NotReady` with everything that would make it fail, `MigratorBehind`, and `AccessError` where AWS
    can't be asked.
    """
    chosen = tuple(one for one in wanted.stacks if not options.only or one.stack in options.only)
    found = [
        *look(live, wanted, chosen, options.parameters, package=options.package, bootstrap=options.bootstrap),
        *renewals(live, [one.stack for one in chosen], options.parameters),
    ]
    if problems := [one.sentence for one in found if one.is_problem]:
        raise NotReady(wanted.environment, problems)
    notes = [one.sentence for one in found]
    keys = {ARTIFACT_KEY: options.package, BOOTSTRAP_KEY: options.bootstrap}
    soon = {
        parameter_path(live.system, value.stack, value.name): artifacts.key_of(path)
        for value, path in keys.items()
        if path and takes_package(chosen)
    }
    plan = plan_live(live, wanted, options.parameters, only=options.only, soon=soon, traffic=traffic)
    now = artifacts.published(live)
    package = next((key for key in soon.values() if key not in (now.key, now.bootstrap_key)), None)
    pending, more = pending_migrations(live, options)
    is_unfinished, unknown = _is_unfinished(live, options, chosen)
    told = (*notes, *more, *unknown)
    return Survey(plan, package, pending, tuple(elsewhere(live, chosen)), told, is_unfinished)


def _is_unfinished(
    live: Live, options: Options, chosen: tuple[WantedStack, ...]
) -> tuple[bool, tuple[str, ...]]:
    """Whether the deployment before still lacks its smoke test, and what could not be found out."""
    if not options.smoke_test or "service" not in {one.stack for one in chosen}:
        return False, ()
    try:
        return unfinished.read(live, bucket_name(live)) is not None, ()
    except AccessError as error:
        return False, (f"whether the deployment before was seen to its end could not be asked: {error}",)


def pending_migrations(live: Live, options: Options) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Versions that the package has and the database has not, and what could not be found out."""
    if not options.migrations or live.environment.migrator is None or not _is_database_meant(options):
        return (), ()
    had = migrations_of(options.package) if options.package else None
    if live.value_or_none(MIGRATOR_NAME) is None:
        return tuple(had or ()), ()
    try:
        steps = ask_migrator(live, {"action": "status"})["steps"]
    except MigratorError as error:
        return (), (f"which migrations are pending could not be asked: {error}",)
    brings_migrator = not options.only or "database" in options.only
    if not brings_migrator and (behind := lacking(steps, had or ())):
        raise MigratorBehind(live.environment.name, behind)
    applied = {step["version"] for step in steps if step["state"] not in ("pending", "out of order")}
    known = had if had is not None else [step["version"] for step in steps]
    return tuple(version for version in known if version not in applied), ()


def _is_database_meant(options: Options) -> bool:
    return not options.only or bool({"database", "service"} & set(options.only))
