"""The database goes back in time: its data, settings and names, and every way to be stopped."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from moto.rds.models import rds_backends

from ops.deploying.smoke import Health
from ops.errors import Unreached
from ops.live import Live
from ops.migrating import ask_migrator
from ops.restoring import settings
from ops.restoring.errors import (
    ContentRefused,
    InstanceFailed,
    InstanceGone,
    NothingToUndo,
    NotWell,
    SettingsDiffer,
    SwitchBegun,
    TimeRefused,
    Unclear,
)
from ops.restoring.flow import Callbacks, Restore, Result
from ops.restoring.instances import Names, find
from ops.restoring.plan import Step, plan, plan_undo, prepared
from ops.restoring.shutting import is_shut, reopen, shut
from ops.restoring.times import read_time, stamp
from runtime.migrator.errors import AccessError
from stacks.loading import load_environment
from tests.ops.changing.failing import Failing
from tests.ops.preflight.told import Told, refusal
from tests.sampling import examples
from twin.aws import keeping
from twin.aws.invoking import Answered, run_functions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.ops.changing.functions import Functions
    from twin.aws.clients import Aws
    from twin.aws.invoking import Invocation

NOW = datetime.now(UTC).replace(microsecond=0)
AT = NOW - timedelta(hours=2)
WHEN = f"{AT:%Y-%m-%dT%H:%M:%SZ}"
SERVING = "miyabi-staging-1"
NAMES = Names.of(SERVING, stamp(AT))
ADDRESS = "https://d1.cloudfront.net"
ENVIRONMENT = load_environment("staging")
API = "/miyabi/staging/service/api-function-name"


def answering(status: int = 200, said: list[str] | None = None) -> Callbacks:
    """A restore that waits for nobody; health is what is given."""
    return Callbacks(
        say=(said if said is not None else []).append,
        ask=lambda _: Health(ADDRESS, status, str(status)),
        pause=lambda _: None,
    )


class Migrator:
    """Answers as a migrator whose database is well; `answers` has others by action."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self._answers = {
            "probe": {"reached": True},
            "status": {"counts": {"applied": 9}},
            "plan": {"pending": []},
            "roles": {},
        } | dict(answers or {})

    def __call__(self, invocation: Invocation) -> Answered:
        """Answer."""
        event = json.loads(invocation.payload)
        self.asked.append((event["action"], event.get("host")))
        return Answered(json.dumps({"ok": True, "answer": self._answers[event["action"]]}).encode())


@pytest.fixture
def migrator(old: Aws) -> Migrator:
    """A migrator that is well."""
    found = Migrator()
    run_functions(old.account, found)
    return found


@pytest.fixture
def old(staging: Aws) -> Aws:
    """Staging, whose database is three days old."""
    age(staging)
    return staging


def age(aws: Aws) -> None:
    """Let the instance, and so its backups, begin three days ago."""
    rds_backends[aws.account][aws.region].databases[SERVING].instance_create_time -= timedelta(days=3)


def add(aws: Aws, name: str) -> None:
    """Let there be another instance."""
    databases = rds_backends[aws.account][aws.region].databases
    databases[name] = copy(databases[SERVING])
    databases[name].db_instance_identifier = name


def names(aws: Aws) -> set[str]:
    """The instances that are there."""
    return set(rds_backends[aws.account][aws.region].databases)


def resource(aws: Aws, name: str) -> str:
    """Which instance has that name: the id that no rename changes."""
    found: str = rds_backends[aws.account][aws.region].databases[name].dbi_resource_id
    return found


def concurrency(aws: Aws) -> int:
    """How many executions the api function may have."""
    name = aws.client("ssm").get_parameter(Name=API)["Parameter"]["Value"]
    found: int = aws.client("lambda").get_function_concurrency(FunctionName=name)[
        "ReservedConcurrentExecutions"
    ]
    return found


def drift(aws: Aws) -> str:
    """What CloudFormation finds of the instance."""
    found = aws.client("cloudformation").detect_stack_resource_drift(
        StackName="miyabi-staging-database", LogicalResourceId="Database"
    )
    status: str = found["StackResourceDrift"]["StackResourceDriftStatus"]
    return status


def restore(live: Live, told: Callbacks | None = None) -> Result:
    """What the command does."""
    return Restore(live, plan(live, AT), told or answering()).run()


def undo(live: Live) -> Result:
    """What the command does with --undo."""
    return Restore(live, plan_undo(live), answering()).run()


def count(functions: Functions) -> int:
    """How many users the database that serves holds."""
    with psycopg.connect(functions.server.superuser_url(functions.serving())) as connection:
        row = connection.execute("SELECT count(*) FROM users").fetchone()
    assert row is not None
    return int(row[0])


def test_what_was_lost_is_there_again_and_what_came_after_is_kept_aside(
    old: Aws, functions: Functions, live: Live
) -> None:
    ask_migrator(live, {"action": "roles"})
    functions.api().sign_in("before")
    functions.close()
    functions.past = functions.server.create_database(template=functions.serving())
    functions.api().sign_in("after")
    functions.close()
    functions.events.clear()
    was, now = resource(old, SERVING), count(functions)
    host = find(live, SERVING)["Endpoint"]  # type: ignore[index]  # it is there
    steps: list[str] = []
    told = answering()
    told.step = lambda step: steps.append(f"{step.name} {concurrency(old)}")
    result = Restore(live, plan(live, AT), told).run()

    assert (2, 1) == (now, count(functions))
    assert {SERVING, NAMES.aside} == names(old)
    assert was == resource(old, NAMES.aside)
    assert was != resource(old, SERVING)
    assert host == find(live, SERVING)["Endpoint"]  # type: ignore[index]  # the same
    assert ([], []) == (result.differences, result.applied)
    assert "IN_SYNC" == drift(old)
    assert [
        "CREATE 20",
        "ALIGN 20",
        "CHECK 20",
        "SHUT 20",
        "ASIDE 0",
        "INTO_PLACE 0",
        "PASSWORDS 0",
        "MIGRATE 0",
        "REOPEN 0",
        "ASK 20",
        "EXPORT 20",
    ] == steps
    assert ["probe", "status", "roles", "plan"] == [event["action"] for event in functions.events]
    assert functions.events[0]["host"].startswith(NAMES.new)
    assert 200 == functions.api().get("/health", headers={"x-origin-secret": functions.header()}).status

    functions.close()
    undo(live)

    assert 2 == count(functions)
    assert {SERVING, NAMES.new} == names(old)
    assert was == resource(old, SERVING)
    assert ("IN_SYNC", 20) == (drift(old), concurrency(old))


def test_every_setting_is_that_of_the_old_instance(old: Aws, live: Live, migrator: Migrator) -> None:
    instance = rds_backends[old.account][old.region].databases[SERVING]
    instance.deletion_protection, instance.multi_az = True, True
    before = find(live, SERVING)
    restore(live)
    after, aside = find(live, SERVING), find(live, NAMES.aside)

    assert before is not None
    assert after is not None
    assert aside is not None
    assert [] == list(settings.differences(before, after, logs=True))
    assert aside["DeletionProtection"] is True
    assert ["postgresql", "upgrade"] == settings.value(after, settings.LOGS)
    own = {"DBInstanceIdentifier", "DBInstanceArn", "DbiResourceId", "InstanceCreateTime", "Endpoint"}
    own |= {"LatestRestorableTime", "EnhancedMonitoringResourceArn"}
    assert {} == {
        name: (value, after.get(name))
        for name, value in before.items()
        if name not in own and value != after.get(name)
    }, "nor in what no setting of ours names"
    assert [("probe", True), ("status", True), ("roles", False), ("plan", False)] == [
        (action, host is not None) for action, host in migrator.asked
    ]


@pytest.mark.usefixtures("migrator")
def test_any_call_may_be_lost(old: Aws, tmp_path: Path) -> None:
    keeping.prepare(tmp_path)
    keeping.keep(old.account, tmp_path)
    was = resource(old, SERVING)
    counting = Failing(old.client)
    restore(Live(ENVIRONMENT, counting))
    calls = counting.calls
    assert {"restore_db_instance_to_point_in_time", "put_function_concurrency", "invoke"} < set(calls)

    for number in range(0, len(calls), examples(9, 1)):
        for is_answer_lost in (False, True):
            keeping.restore(old.account, tmp_path)
            where = f"{calls[number]}, call {number}, {'answer' if is_answer_lost else 'question'} lost"
            with pytest.raises(Unreached):
                restore(Live(ENVIRONMENT, Failing(old.client, number, is_answer_lost)))
            live = Live(ENVIRONMENT, old.client)
            result = restore(live)

            assert {SERVING, NAMES.aside} == names(old), where
            assert was == resource(old, NAMES.aside), where
            assert [] == result.differences, where
            assert ("IN_SYNC", 20) == (drift(old), concurrency(old)), where


@pytest.mark.usefixtures("migrator")
def test_an_undoing_may_lose_any_call_too(old: Aws, tmp_path: Path) -> None:
    was = resource(old, SERVING)
    restore(Live(ENVIRONMENT, old.client))
    keeping.prepare(tmp_path)
    keeping.keep(old.account, tmp_path)
    counting = Failing(old.client)
    undo(Live(ENVIRONMENT, counting))

    for number in range(0, len(counting.calls), examples(9, 1)):
        keeping.restore(old.account, tmp_path)
        with pytest.raises(Unreached):
            undo(Live(ENVIRONMENT, Failing(old.client, number, is_answer_lost=True)))
        # where only asking for health was left, it is done
        with suppress(NothingToUndo):
            undo(Live(ENVIRONMENT, old.client))

        assert {SERVING, NAMES.new} == names(old), counting.calls[number]
        assert was == resource(old, SERVING), counting.calls[number]
        assert 20 == concurrency(old), counting.calls[number]
    with pytest.raises(NothingToUndo, match="no instance of miyabi-staging-1 was put aside"):
        plan_undo(Live(ENVIRONMENT, old.client))


@pytest.mark.usefixtures("migrator")
def test_what_is_not_as_the_old_one_is_not_switched_to(old: Aws, live: Live) -> None:
    with pytest.raises(Unreached):
        restore(Live(ENVIRONMENT, Failing(old.client, 1)))
    databases = rds_backends[old.account][old.region].databases
    databases[NAMES.new].engine_version = "17.10"
    with pytest.raises(SettingsDiffer, match=r"EngineVersion is 17\.10 and was 17\.11"):
        restore(live)
    databases[NAMES.new].engine_version = "17.11"
    databases[NAMES.new].status = "incompatible-restore"
    with pytest.raises(InstanceFailed, match="delete it if it is the new one"):
        restore(live)
    databases[NAMES.new].status = "available"

    for answers, found in (
        ({"probe": {"reached": False, "step": "password", "message": "no"}}, "master password was renewed"),
        ({"probe": {"reached": False, "step": "tls", "message": "late"}}, "does not reach it (tls: late)"),
        ({"status": {"counts": {"applied": 8, "edited": 1}}}, "some of its migrations are edited"),
    ):
        run_functions(old.account, Migrator(answers))
        with pytest.raises(ContentRefused) as refused:
            restore(live)
        assert found in str(refused.value)
    assert {SERVING, NAMES.new} == names(old)
    assert 20 == concurrency(old), "the API was never shut"


def test_pending_migrations_are_applied_before_anybody_is_let_in(old: Aws, live: Live) -> None:
    pending = {"version": 9, "description": "nine", "seconds": 0.1}
    done = {"applied": [pending], "remaining": [], "warnings": [], "seconds": 0.1, "database": "miyabi"}
    answers = {"plan": {"pending": [pending]}, "up": done, "status": {"counts": {"applied": 8, "pending": 1}}}
    migrator = Migrator(answers)
    run_functions(old.account, migrator)
    shut: list[bool] = []
    told = answering(said=[])
    told.step = lambda step: shut.append(is_shut(live)) if step is Step.MIGRATE else None

    assert [9] == restore(live, told).applied
    assert [True] == shut
    assert "up" in [action for action, _ in migrator.asked]


@pytest.mark.usefixtures("migrator")
def test_a_new_instance_may_be_prepared_and_not_switched_to(old: Aws, live: Live) -> None:
    Restore(live, prepared(plan(live, AT)), answering()).run()
    there = names(old)
    restore(live)

    assert {SERVING, NAMES.new} == there
    assert {SERVING, NAMES.aside} == names(old)
    with pytest.raises(SwitchBegun, match="there is nothing to prepare"):
        prepared(plan(live, AT))


@pytest.mark.usefixtures("migrator")
@pytest.mark.parametrize("code", ["InvalidDBInstanceState", "AccessDenied"])
def test_a_rename_that_rds_refuses_lets_requests_in_again(old: Aws, code: str) -> None:
    modify = old.client("rds").modify_db_instance

    def refusing(given: dict[str, Any]) -> Any:
        if "NewDBInstanceIdentifier" in given:
            raise refusal("ModifyDBInstance", code)
        return modify(**given)

    live = Live(ENVIRONMENT, Told(old.client, {"rds:modify_db_instance": refusing}))
    job = Restore(live, plan(live, AT), answering())
    with pytest.raises(AccessError, match=f"ModifyDBInstance on database {SERVING} .{code}"):
        job.run()

    assert (20, False) == (concurrency(old), job.is_shut)


def test_the_api_is_opened_again_whatever_is_wrong_with_its_stack(old: Aws, live: Live) -> None:
    shut(live, lambda _: None)
    name = live.stack_name("service")
    [stack] = old.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    stuck = {"Stacks": [stack | {"StackStatus": "UPDATE_ROLLBACK_FAILED"}]}
    reopen(Live(ENVIRONMENT, Told(old.client, {"cloudformation:describe_stacks": stuck})), lambda _: None)

    assert 20 == concurrency(old)


@pytest.mark.usefixtures("migrator")
def test_an_api_that_is_not_well_afterwards_is_told_with_the_way_back(live: Live) -> None:
    with pytest.raises(NotWell, match="go back by `miyabi restore staging --undo`"):
        restore(live, answering(503))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("yesterday", r"it is no time; write it such as 2026-11-26T03:00:00Z"),
        ("2026-11-26T03:00:00", r"it has no time zone; write 2026-11-26T03:00:00Z if it is UTC"),
        ("2099-01-01T00:00:00Z", r"that is in the future; it is 20"),
    ],
)
def test_a_time_that_can_not_be_meant_is_refused(given: str, why: str) -> None:
    with pytest.raises(TimeRefused, match=why):
        read_time(given, NOW)


def test_a_time_may_have_any_zone() -> None:
    assert datetime(2026, 11, 25, 18, 30, tzinfo=UTC) == read_time(
        "2026-11-26T03:30:00.5+09:00", NOW + timedelta(400)
    )


@pytest.mark.usefixtures("old")
def test_a_time_outside_of_the_backups_is_refused(live: Live) -> None:
    with pytest.raises(TimeRefused, match="the backups of miyabi-staging-1 begin at"):
        plan(live, NOW - timedelta(days=9))
    with pytest.raises(TimeRefused, match="RDS can restore miyabi-staging-1 up to"):
        plan(live, NOW + timedelta(days=1))


@pytest.mark.usefixtures("migrator")
def test_instances_that_no_restore_leaves_behind_are_not_touched(old: Aws, live: Live) -> None:
    databases = rds_backends[old.account][old.region].databases
    restore(live)
    add(old, NAMES.new)
    with pytest.raises(Unclear, match="one of the last two is of another restore"):
        plan(live, AT)
    del databases[NAMES.new]
    add(old, f"{SERVING}-before-x")
    with pytest.raises(Unclear, match="rename or delete those"):
        plan_undo(live)
    databases.clear()
    with pytest.raises(InstanceGone, match=r"docs/recovery\.md tells how"):
        plan(live, AT)
