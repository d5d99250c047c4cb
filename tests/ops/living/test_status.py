"""Status: every part asked by itself, what is wrong in words, and one that fails hides no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from moto.rds.models import rds_backends

from ops.deploying.smoke import HEALTH, Health
from ops.errors import CredentialsMissing, Refused, WrongAccount
from ops.live import Live
from ops.status import alarms, database, functions, health, migrations, stacks
from ops.status.asking import secrets, status
from ops.status.part import Finding, Part, Standing, gravest
from scripts.commands.status.screen import age, draw
from stacks.loading import load_environment
from tests.ops.living.conftest import ACCOUNT, STAGING
from tests.ops.living.running import held
from twin.aws.invoking import Answered, run_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ops.living.conftest import Watched
    from tests.ops.living.running import Program
    from twin.aws.clients import Aws
    from twin.aws.invoking import Invocation

THURSDAY = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
WELL = Health("https://any/api/v1/health", 200, "200", 42.0)


def steps(**counts: int) -> dict[str, Any]:
    """What the migrator answers when so many migrations are in each state."""
    found = [
        {"version": number, "description": "words", "state": state, "installed_on": None}
        for state, count in counts.items()
        for number in range(count)
    ]
    return {"counts": {state: count for state, count in counts.items() if count}, "steps": found}


@pytest.fixture
def migrator() -> Iterator[dict[str, Any]]:
    """What the migrator answers, to be changed; all migrations are applied."""
    answer = steps(applied=3)

    def run(invocation: Invocation) -> Answered:
        assert b'{"action": "status"}' == invocation.payload
        return Answered(json.dumps({"ok": True, "answer": answer}).encode())

    run_functions(ACCOUNT, run)
    yield answer
    run_functions(ACCOUNT, None)


def sentences(part: Part) -> list[tuple[Standing, str]]:
    """What is told of a part."""
    return [(one.standing, one.sentence) for one in part.findings]


# All of it.


@pytest.mark.usefixtures("migrator")
def test_a_system_that_is_well_is_told_so_part_by_part(live: Live) -> None:
    parts = status(live, ask=lambda _: WELL, now=THURSDAY)

    assert ["stacks", "functions", "database", "migrations", "health", "alarms", "secrets"] == [
        part.name for part in parts
    ]
    assert [] == [finding for part in parts for finding in part.findings]
    assert Standing.WELL is gravest(parts)
    assert "api 1, login 1, migrator 1, of package.zip" == parts[1].summary
    assert "3 applied, 0 pending" == parts[3].summary


@pytest.mark.usefixtures("migrator")
def test_a_part_that_may_not_be_asked_hides_no_other(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    call = live.call

    def refusing(action: str, thing: str, **arguments: Any) -> Any:
        if action.startswith("rds:"):
            raise Refused(action, thing, "AccessDenied")
        return call(action, thing, **arguments)

    monkeypatch.setattr(live, "call", refusing)
    parts = {part.name: part for part in status(live, ask=lambda _: WELL)}

    assert Standing.UNASKED is parts["database"].standing
    assert "AWS refuses rds:DescribeDBInstances" in parts["database"].findings[0].sentence
    assert {"well"} == {part.standing.value for name, part in parts.items() if name != "database"}


def test_nothing_is_asked_of_another_account(aws: Aws) -> None:
    with pytest.raises(WrongAccount, match="lives in account 211234825975 and the credentials are for"):
        status(Live(load_environment("production"), aws.client))


def test_without_credentials_there_is_one_sentence_and_not_seven(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any, **__: Any) -> Any:
        raise CredentialsMissing("there are no credentials")

    monkeypatch.setattr(live, "call", missing)

    with pytest.raises(CredentialsMissing):
        status(live)


def test_the_gravest_counts() -> None:
    def part(*standings: Standing) -> Part:
        return Part("x", "", tuple(Finding(each, "") for each in standings))

    assert Standing.WELL is part().standing
    assert Standing.WRONG is part(Standing.NOTICE, Standing.WRONG, Standing.UNASKED).standing
    assert Standing.UNASKED is gravest([part(), part(Standing.UNASKED), part(Standing.NOTICE)])


# Each part.


@pytest.mark.parametrize(
    ("state", "standing", "words"),
    [
        ("UPDATE_IN_PROGRESS", Standing.NOTICE, "service is being worked on (UPDATE_IN_PROGRESS)"),
        ("UPDATE_ROLLBACK_COMPLETE", Standing.NOTICE, "the last change of service was taken back"),
        ("UPDATE_ROLLBACK_FAILED", Standing.WRONG, "service is in UPDATE_ROLLBACK_FAILED"),
        ("ROLLBACK_COMPLETE", Standing.WRONG, "service is in ROLLBACK_COMPLETE"),
    ],
)
def test_a_stack_s_status_is_judged(
    state: str, standing: Standing, words: str, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = live.call

    def told(action: str, thing: str, **arguments: Any) -> Any:
        answer = call(action, thing, **arguments)
        if "service" in thing:
            answer["Stacks"][0]["StackStatus"] = state
        return answer

    monkeypatch.setattr(live, "call", told)
    [(found, sentence)] = sentences(stacks.look(live))

    assert standing is found
    assert sentence.startswith(words)


def test_stacks_that_are_missing_or_drifted_are_named(live: Live, aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.update_termination_protection(
        StackName="miyabi-staging-observability", EnableTerminationProtection=False
    )
    cloudformation.delete_stack(StackName="miyabi-staging-observability")
    aws.client("ssm").put_parameter(Name="/miyabi/staging/edge/distribution-id", Value="x", Overwrite=True)
    cloudformation.detect_stack_drift(StackName="miyabi-staging-edge")

    part = stacks.look(live)

    assert [
        (Standing.WRONG, "observability not there; `miyabi deploy staging` deploys what is missing"),
        (Standing.NOTICE, "edge drifted when last looked at; see `miyabi drift staging`"),
    ] == sentences(part)
    assert part.summary.startswith("4 of 5 deployed, the last change ")


def test_functions_of_two_packages_or_made_by_hand_are_told(live: Live, aws: Aws) -> None:
    client, name = aws.client("lambda"), held(aws, "service", "ApiFunction")
    login = held(aws, "service", "LoginFunction")
    described = "other.zip configuration 0123456789ab secrets 1"
    for function, description in ((name, "by hand"), (login, described)):
        client.update_function_configuration(FunctionName=function, MemorySize=1024)
        version = client.publish_version(FunctionName=function, Description=description)["Version"]
        client.update_alias(FunctionName=function, Name="live", FunctionVersion=version)

    part = functions.look(live)

    assert [
        "version 2 of api was made by hand; see `miyabi drift staging`",
        "the functions are of different packages: a deployment did not end",
    ] == [sentence for _, sentence in sentences(part)]
    assert ("2", "other.zip", "0123456789ab") == tuple(
        part.rows[1][key] for key in ("version", "package", "configuration")
    )


def test_a_function_that_is_gone_is_wrong(live: Live, aws: Aws) -> None:
    aws.client("lambda").delete_function(FunctionName=held(aws, "service", "LoginFunction"))

    [(standing, sentence)] = sentences(functions.look(live))

    assert (Standing.WRONG, "login not there, or without the alias that callers use") == (standing, sentence)


def test_alarms_that_ring_say_since_when_and_what_to_do(live: Live, aws: Aws) -> None:
    name = held(aws, "observability", "DatabaseCpuAlarm")
    aws.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="high")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="somebody-else-s",
        MetricName="x",
        Namespace="y",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )

    part = alarms.look(live)
    [(standing, sentence)] = sentences(part)

    assert Standing.WRONG is standing
    assert sentence.startswith("DatabaseCpuAlarm rings since 20")
    assert sentence.endswith("UTC: Look for a slow query in Database Insights.")
    assert "1 of 24 ring, 23 have seen no data yet" == part.summary


def test_the_database_tells_storage_changes_and_maintenance(live: Live, aws: Watched) -> None:
    aws.is_changed = True
    instance: Any = rds_backends[ACCOUNT]["us-east-1"].databases["miyabi-staging-1"]
    instance.pending_modified_values = {"DBInstanceClass": "db.t4g.small", "MasterUserPassword": "geheim"}
    instance.maintenance_actions = [
        {"Action": "system-update", "CurrentApplyDate": datetime(2026, 12, 1, 4, 30, tzinfo=UTC)}
    ]
    aws.client("cloudwatch").put_metric_data(
        Namespace="AWS/RDS",
        MetricData=[
            {
                "MetricName": "FreeStorageSpace",
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "miyabi-staging-1"}],
                "Timestamp": THURSDAY - timedelta(minutes=3),
                "Value": 1.5 * 2**30,
            }
        ],
    )

    part = database.look(live, THURSDAY)

    assert [
        (Standing.WRONG, "1.5 GB of 20 GB are free"),
        (
            Standing.NOTICE,
            (
                "changes with the next maintenance, 2026-11-30 04:30 UTC, or a restart: "
                "DBInstanceClass=db.t4g.small, MasterUserPassword"
            ),
        ),
        (Standing.NOTICE, "RDS is to do system-update 2026-12-01 04:30 UTC"),
    ] == sentences(part)


@pytest.mark.parametrize(
    ("state", "standing"),
    [("modifying", Standing.NOTICE), ("storage-full", Standing.WRONG), ("stopped", Standing.WRONG)],
)
def test_a_database_that_is_not_available_is_told(
    state: str, standing: Standing, live: Live, aws: Watched
) -> None:
    aws.is_changed = True
    rds_backends[ACCOUNT]["us-east-1"].databases["miyabi-staging-1"].status = state

    assert [(standing, f"miyabi-staging-1 is {state}")] == sentences(database.look(live, THURSDAY))


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-26T12:00+00:00", "2026-11-30T04:30+00:00"),
        ("2026-11-30T04:30+00:00", "2026-11-30T04:30+00:00"),
        ("2026-11-30T04:31+00:00", "2026-12-07T04:30+00:00"),
        ("2026-12-31T23:59+00:00", "2027-01-04T04:30+00:00"),
    ],
)
def test_the_next_window_is_the_first_that_begins_after_now(now: str, begins: str) -> None:
    found = database.next_window("mon:04:30-mon:05:30", datetime.fromisoformat(now))

    assert datetime.fromisoformat(begins) == found


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        (
            {"applied": 2, "pending": 1},
            [(Standing.NOTICE, "1 pending; `miyabi migrate plan staging` lists them")],
        ),
        (
            {"applied": 2, "edited": 1},
            [(Standing.WRONG, "1 changed since they were applied; see `miyabi migrate verify staging`")],
        ),
        (
            {"dirty": 1, "missing": 1},
            [
                (
                    Standing.WRONG,
                    "1 applied and without a file in the package; see `miyabi migrate status staging`",
                ),
                (Standing.WRONG, "1 begun and not finished; see `miyabi migrate status staging`"),
            ],
        ),
    ],
)
def test_migrations_are_as_the_migrator_tells(
    counts: dict[str, int], told: list[Any], live: Live, migrator: dict[str, Any]
) -> None:
    migrator |= steps(**counts)

    assert told == sentences(migrations.look(live))


def test_health_is_asked_at_the_public_address_or_at_the_one_that_is_given(live: Live) -> None:
    asked: list[str] = []

    def ask(address: str) -> Health:
        asked.append(address)
        return Health(address + HEALTH, 503, "503 no database", 12.3)

    public = health.look(live, ask=ask)
    health.look(live, "http://127.0.0.1:9/", ask=ask)
    no_edge = Live(STAGING.model_copy(update={"edge": None}), live.client)
    health.look(no_edge, ask=ask)

    assert asked[0].startswith("https://")
    assert asked[0].endswith(".cloudfront.net")
    assert "http://127.0.0.1:9/" == asked[1]
    assert asked[2].endswith(".execute-api.us-east-1.amazonaws.com")
    assert [
        (Standing.WRONG, f"{asked[0]}{HEALTH} answers 503 no database; see `miyabi logs staging`")
    ] == sentences(public)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "http://127.0.0.1:1", "http://[", "nonsense"])
def test_an_address_that_does_not_answer_is_no_traceback(address: str) -> None:
    answer = health.ask(address)

    assert (None, True) == (answer.status, answer.found.startswith("nothing"))


def test_a_secret_that_is_missing_or_would_not_work_is_wrong(live: Live, aws: Aws) -> None:
    aws.client("secretsmanager").put_secret_value(
        SecretId="miyabi/staging/github", SecretString='{"client_id": "Iv1"}'
    )

    assert [(Standing.WRONG, "github: client_secret is missing")] == sentences(secrets(live))


# The command.


@pytest.mark.usefixtures("migrator")
def test_the_command_is_one_screen_and_its_code_the_gravest(
    miyabi: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "TIMEOUT", 0.1)
    told = miyabi("status", "staging", "--api-address", "http://127.0.0.1:1")
    lines = told.out.splitlines()

    assert 6 == told.code
    assert len(lines) < 30
    assert max(map(len, lines)) <= 110
    assert "✓ stacks      5 of 5 deployed" in told.out
    assert "✗ health      not well" in told.out
    assert "1 wrong" == lines[-1]
    assert "\x1b" not in told.out


def test_the_command_tells_a_script_all_of_it(miyabi: Program) -> None:
    told = miyabi("status", "staging", "--json", "--api-address", "http://127.0.0.1:1", "--no-migrations")

    parts = {part["part"]: part for part in told.document["parts"]}
    assert (6, "wrong") == (told.code, told.document["standing"])
    assert "not asked, as it was wished" == parts["migrations"]["summary"]
    assert 5 == len(parts["stacks"]["rows"])
    assert datetime.fromisoformat(parts["stacks"]["rows"][0]["updated"]).tzinfo


@pytest.mark.parametrize(
    ("finding", "last"),
    [(None, "all is well"), (Finding(Standing.UNASKED, "no rights\x1b[2J"), "1 not asked")],
)
def test_the_screen_ends_with_what_matters(
    finding: Finding | None, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    draw("staging", "us-east-1", [Part("alarms", "none", (finding,) if finding else ())], THURSDAY)

    printed = capsys.readouterr().out
    assert last == printed.splitlines()[-1]
    assert "\x1b" not in printed


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0 s"), (59, "59 s"), (61, "1 min"), (7200, "2 h"), (200_000, "2 d")]
)
def test_ages_are_short(seconds: int, words: str) -> None:
    assert f"{words} ago" == age(THURSDAY - timedelta(seconds=seconds), THURSDAY)
