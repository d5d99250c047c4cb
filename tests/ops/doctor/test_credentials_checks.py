"""Does the doctor see why the function is not let in: by host, database, user, password, and renewals?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.fault import find_fault
from tests.ops.doctor.databases import (
    ABSENT_PARAMETER,
    HOST,
    NOW,
    URL,
    WELL,
    answer,
    evidence,
    instance,
    published,
)
from tests.ops.doctor.reading import refusal

if TYPE_CHECKING:
    from ops.doctor.answer import Answer

ABSENT = "no connection: there is no such database or user"
UNKNOWN_NAME = "no connection: the host's name is not known"
LATER = "a statement ran into its timeout"
"""What is said of a session only."""
NOBODY = "no connection: nothing listens at the server's address"
REFUSED = "no connection: the server refuses user or password"
ARN = "arn:aws:secretsmanager:us-east-1:271828182845:secret:login-a"
GIVEN = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
"""When the function was made."""


def versions(current: datetime | None, pending: datetime | None = None) -> dict[str, Any]:
    """A secret's answers, with the moments of its versions."""
    told = [("AWSCURRENT", current), ("AWSPENDING", pending)]
    listed = [
        {"VersionId": label, "VersionStages": [label], "CreatedDate": moment}
        for label, moment in told
        if moment
    ]
    return {
        "ssm:GetParameter": published(ARN, "-arn"),
        "secretsmanager:ListSecretVersionIds": {"Versions": listed},
    }


@pytest.mark.parametrize(
    ("url", "line", "verdict"),
    [
        (URL, "", Verdict.RULED_OUT),
        (URL.replace("/miyabi?", "/old?"), ABSENT, Verdict.PROVED),
        (URL.replace("/miyabi?", "/old?"), "", Verdict.UNKNOWN),
        (URL.replace("/miyabi?", "/postgres?"), "", Verdict.UNKNOWN),
        (URL.replace("/miyabi?", "/postgres?"), 'relation "t" does not exist', Verdict.RULED_OUT),
        (URL.replace("c0ffee", "0ther"), UNKNOWN_NAME, Verdict.PROVED),
        (URL.replace("c0ffee", "0ther"), "no connection: no answer came in time", Verdict.UNKNOWN),
        (URL.replace("staging-1", "staging-2"), "no connection: no answer came in time", Verdict.PROVED),
        (URL.replace(HOST, "db.invalid"), UNKNOWN_NAME, Verdict.PROVED),
        (URL.replace(HOST, "db.example.org"), "", Verdict.UNKNOWN),
        (URL.replace(HOST, "a.proxy-c0ffee.us-east-1.rds.amazonaws.com"), "", Verdict.RULED_OUT),
        (URL.replace(f"@{HOST}:5432", "@"), "", Verdict.PROVED),
    ],
)
def test_host_and_database_are_held_against_the_account(url: str, line: str, verdict: Verdict) -> None:
    assert answer("DB-021", evidence(line, url=url)).verdict is verdict


def test_a_cluster_is_found_by_its_own_endpoint() -> None:
    given = URL.replace(HOST, "orders.cluster-c0ffee.us-east-1.rds.amazonaws.com")
    whole = evidence(url=given, database=instance(DBClusterIdentifier="orders"))
    assert whole.database.reached is not None


def test_the_host_of_a_request_that_was_well_is_there() -> None:
    whole = evidence(url=URL.replace(HOST, "db.example.org"), found=WELL)
    assert answer("DB-021", whole).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (versions(GIVEN + timedelta(minutes=5)), "was renewed at 2026-11-26 07:05:00 UTC"),
        (versions(GIVEN - timedelta(days=1), NOW), "has stopped halfway"),
        (versions(GIVEN - timedelta(days=1)), "was not renewed since"),
        ({"ssm:GetParameter": refusal()}, "can't be said"),
    ],
)
def test_a_password_that_is_refused_is_told_with_what_the_secret_says(
    known: dict[str, Any], told: str
) -> None:
    found = answer("DB-007", evidence(REFUSED, answers=known))
    assert (Verdict.PROVED, True) == (found.verdict, told in found.because)


def test_a_new_password_of_the_master_user_is_told_by_rds() -> None:
    events = {"Events": [{"Message": "Reset master credentials", "Date": NOW}]}
    whole = evidence(
        REFUSED, url=URL.replace("miyabi_api_a", "miyabi_admin"), answers={"rds:DescribeEvents": events}
    )
    assert "another password" in answer("DB-007", whole).because


def test_a_user_that_nobody_made_is_named() -> None:
    whole = evidence(REFUSED, url=URL.replace("miyabi_api_a", "nobody"))
    assert "nobody is neither" in answer("DB-007", whole).because


def test_without_the_servers_word_no_password_is_wrong() -> None:
    known = versions(GIVEN + timedelta(minutes=5))
    found = [answer("DB-007", evidence(line, answers=known)) for line in ("", UNKNOWN_NAME, ABSENT)]
    assert [(each.verdict, each.explains) for each in found] == [
        (Verdict.UNKNOWN, True),
        (Verdict.UNKNOWN, False),
        (Verdict.RULED_OUT, True),
    ]
    assert answer("DB-007", evidence(found=WELL)).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("line", "told", "command"),
    [
        ("too many connections for role", "user miyabi_api_a has all", "miyabi migrate roles staging"),
        ("the user has all the connections that it may have", "user miyabi_api_a has all", "migrate roles"),
        ("too many connections for database", "database miyabi has all", "ALTER DATABASE"),
    ],
)
def test_a_limit_of_the_user_or_the_database_is_not_the_servers(line: str, told: str, command: str) -> None:
    found = answer("DB-069", evidence(line))
    assert (Verdict.PROVED, True, True) == (
        found.verdict,
        told in found.because,
        command in found.commands[0],
    )
    assert answer("DB-010", evidence(line)).verdict is Verdict.RULED_OUT


def test_a_url_that_gives_no_password_is_told_by_its_own_words() -> None:
    whole = evidence(
        "no connection: DATABASE_URL has no password", url=f"postgresql://app@{HOST}/miyabi?sslmode=require"
    )
    found = answer("DB-015", whole)
    assert (Verdict.PROVED, True) == (found.verdict, found.explains)


@pytest.mark.parametrize(
    ("settings", "decision", "told"),
    [
        ({}, "allowed", "takes no tokens"),
        ({"IAMDatabaseAuthenticationEnabled": True}, "implicitDeny", "rds-db:connect on arn:aws:rds-db:us-"),
        ({"IAMDatabaseAuthenticationEnabled": True}, "allowed", "lacks rds_iam"),
    ],
)
def test_a_token_that_is_refused_is_told_with_what_is_not_set_up(
    settings: dict[str, bool], decision: str, told: str
) -> None:
    known = {"iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": decision}]}}
    whole = evidence("PAM authentication failed", database=instance(**settings), answers=known)
    found = answer("DB-015", whole)
    assert (Verdict.PROVED, True) == (found.verdict, told in found.because)


def test_who_logs_in_by_password_needs_no_token() -> None:
    assert answer("DB-015", evidence(REFUSED)).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("SCRAM authentication requires libpq version 10 or above", "DB-054"),
        ('role "miyabi_api_a" is not permitted to log in', "DB-066"),
        ("no connection: the user may not log in", "DB-066"),
        ("no connection: the user may not connect to the database", "DB-055"),
        ("no connection: the server's rules refuse the user, from there or to the database", "DB-067"),
        ("no connection: the database takes no connections", "DB-068"),
        ("permission denied for database miyabi", "DB-055"),
    ],
)
def test_the_servers_word_on_driver_and_user_is_told(line: str, fault: str) -> None:
    assert answer(fault, evidence(line)).verdict is Verdict.PROVED
    assert answer(fault, evidence(LATER)).verdict is Verdict.RULED_OUT
    assert answer(fault, evidence("")).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("known", "renewed", "stopped"),
    [
        (versions(GIVEN - timedelta(days=1)), Verdict.RULED_OUT, Verdict.RULED_OUT),
        (versions(GIVEN + timedelta(minutes=5)), Verdict.PROVED, Verdict.RULED_OUT),
        (versions(GIVEN - timedelta(days=1), GIVEN - timedelta(hours=5)), Verdict.RULED_OUT, Verdict.PROVED),
        (versions(GIVEN - timedelta(days=1), datetime.now(UTC)), Verdict.RULED_OUT, Verdict.RULED_OUT),
        (versions(None), Verdict.RULED_OUT, Verdict.PROVED),
    ],
)
def test_how_far_a_renewal_is_is_a_risk(known: dict[str, Any], renewed: Verdict, stopped: Verdict) -> None:
    whole = evidence(found=WELL, answers=known)
    assert (renewed, stopped) == (answer("DB-056", whole).verdict, answer("DB-057", whole).verdict)


@pytest.mark.parametrize(
    ("described", "verdict"),
    [
        ({}, Verdict.RULED_OUT),
        ({"DeletedDate": NOW}, Verdict.PROVED),
        (refusal("ResourceNotFoundException"), Verdict.PROVED),
        (refusal(), Verdict.UNKNOWN),
    ],
)
def test_a_secret_that_a_person_enters_must_be_there(described: Any, verdict: Verdict) -> None:
    known = {"secretsmanager:DescribeSecret": described, "ssm:GetParameter": ABSENT_PARAMETER}
    assert answer("DB-058", evidence(found=WELL, answers=known)).verdict is verdict


def test_a_secret_that_a_stack_has_made_must_be_there_too() -> None:
    def described(SecretId: str) -> Any:  # noqa: N803  (botocore's spelling)
        return refusal("ResourceNotFoundException") if SecretId == ARN else {}

    known = {
        "secretsmanager:DescribeSecret": described,
        "ssm:GetParameter": published(ARN, "api-login-a-secret-arn"),
    }
    found = answer("DB-058", evidence(found=WELL, answers=known))
    assert (Verdict.PROVED, True) == (found.verdict, ARN in found.because)


UNNAMED = "no connection: OperationalError"


def served(function: str, *server: str, exports: tuple[str, ...] = ("postgresql",)) -> Answer:
    """What is said of a user that may not connect, by the lines of function and server."""

    def lines(**asked: Any) -> dict[str, Any]:
        of_server = asked["logGroupName"] == "/aws/rds/instance/miyabi-staging-1/postgresql"
        return {
            "events": [
                {"message": line} for line in (server if of_server else [function] if function else [])
            ]
        }

    database = instance(EnabledCloudwatchLogsExports=list(exports))
    return answer("DB-055", evidence(database=database, answers={"logs:FilterLogEvents": lines}))


PREFIX = "2026-11-26 08:00:01 UTC:10.0.0.9(4242):"
MAY_NOT = 'miyabi_api_a@miyabi:[99]:FATAL:  permission denied for database "miyabi"'


def test_what_the_code_does_not_name_the_servers_own_log_does() -> None:
    assert served(UNNAMED, PREFIX + MAY_NOT).verdict is Verdict.PROVED
    assert served("", PREFIX + MAY_NOT).verdict is Verdict.PROVED


def test_another_users_line_in_the_servers_log_decides_nothing() -> None:
    other = PREFIX + MAY_NOT.replace("miyabi_api_a", "somebody")
    assert served(UNNAMED, other).verdict is Verdict.UNKNOWN
    assert served(UNNAMED).verdict is Verdict.UNKNOWN
    assert served(UNNAMED, PREFIX + MAY_NOT, exports=()).verdict is Verdict.UNKNOWN


def test_a_url_without_password_or_host_explains_what_the_code_does_not_name() -> None:
    without = answer("DB-015", evidence(UNNAMED, url=f"postgresql://app@{HOST}/miyabi?sslmode=require"))
    nowhere = answer("DB-021", evidence(UNNAMED, url=URL.replace(f"@{HOST}:5432", "@")))
    for found in (without, nowhere):
        assert (Verdict.PROVED, True) == (found.verdict, found.explains)


def test_without_a_url_the_words_alone_prove_that_a_host_is_not_known() -> None:
    assert answer("DB-021", evidence(UNKNOWN_NAME, url=None)).verdict is Verdict.PROVED
    assert answer("DB-021", evidence("", url=None)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("url", "published", "verdict"),
    [
        (URL, "miyabi-staging-1", Verdict.RULED_OUT),
        (URL, "miyabi-staging-2", Verdict.PROVED),
        (URL.replace("/miyabi?", "/postgres?"), "miyabi-staging-1", Verdict.PROVED),
        (URL.replace(HOST, "db.example.org"), "miyabi-staging-1", Verdict.RULED_OUT),
    ],
)
def test_a_url_that_leads_to_another_database_is_told_though_health_is_well(
    url: str, published: str, verdict: Verdict
) -> None:
    answers = {"ssm:GetParameter": {"Parameter": {"Value": published}}}
    assert answer("DB-065", evidence("", url=url, found=WELL, answers=answers)).verdict is verdict


def test_a_failed_request_to_another_instance_is_that_urls_fault_and_no_passwords() -> None:
    whole = evidence(REFUSED, answers={"ssm:GetParameter": published("miyabi-staging-2", "instance-id")})
    led, refused = answer("DB-065", whole), answer("DB-007", whole)
    assert (Verdict.PROVED, True) == (led.verdict, led.explains)
    assert (Verdict.UNKNOWN, False) == (refused.verdict, refused.explains)
    assert find_fault("DB-065").place < find_fault("NET-001").place


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_host_that_is_the_function_itself_is_no_database(host: str) -> None:
    found = answer("DB-021", evidence(NOBODY, url=URL.replace(HOST, host)))
    assert (Verdict.PROVED, True) == (found.verdict, found.explains)
