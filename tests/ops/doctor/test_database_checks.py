"""Does the doctor see how the database instance is, and tell it from what the function's lines say?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ops.doctor.answer import Verdict
from tests.ops.doctor.databases import (
    HOST,
    LAYERS,
    NOW,
    OF_LAYERS,
    PASSWORD,
    URL,
    WELL,
    answer,
    evidence,
    figures,
    instance,
    parameters,
)
from tests.ops.doctor.reading import refusal
from tests.ops.doctor.test_troubles import SAID


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        *((status, "DB-012") for status in ("stopped", "starting", "rebooting", "upgrading", "deleting")),
        *((status, "DB-013") for status in ("failed", "incompatible-parameters", "restore-error")),
        ("inaccessible-encryption-credentials", "DB-013"),
        ("storage-full", "DB-018"),
    ],
)
def test_a_status_in_which_the_instance_does_not_serve_is_told(status: str, fault: str) -> None:
    whole = evidence("no connection: no answer came in time", database=instance(DBInstanceStatus=status))
    proved = {name for name in ("DB-012", "DB-013", "DB-018") if answer(name, whole).verdict == "proved"}
    assert proved == {fault}
    assert status in answer(fault, whole).because


@pytest.mark.parametrize("status", ["available", "backing-up", "storage-optimization", "modifying"])
def test_a_status_in_which_it_serves_is_no_fault(status: str) -> None:
    whole = evidence(found=WELL, database=instance(DBInstanceStatus=status))
    for fault in ("DB-012", "DB-013", "DB-018"):
        assert answer(fault, whole).verdict is Verdict.RULED_OUT


def test_an_instance_that_is_stopped_does_not_explain_a_password_that_is_refused() -> None:
    database = instance(DBInstanceStatus="stopped")
    found = answer("DB-012", evidence("password authentication failed for user", database=database))
    assert (Verdict.PROVED, False) == (found.verdict, found.explains)


def test_an_instance_that_the_url_does_not_lead_to_explains_nothing() -> None:
    elsewhere = URL.replace(HOST, "db.example.org")
    whole = evidence(
        "no connection: no answer came in time", url=elsewhere, database=instance(DBInstanceStatus="stopped")
    )
    found = answer("DB-012", whole)
    assert (Verdict.PROVED, False) == (found.verdict, found.explains)


def test_silence_of_an_instance_that_is_available_is_not_decided() -> None:
    found = answer("DB-012", evidence("no connection: no answer came in time"))
    assert Verdict.UNKNOWN is found.verdict
    assert "--probe" in found.decide


def test_the_servers_own_word_is_before_what_rds_says() -> None:
    assert answer("DB-012", evidence("the database system is starting up")).verdict is Verdict.PROVED


def test_no_instance_at_all_is_told() -> None:
    found = answer("DB-031", evidence("no connection: the host's name is not known", database={}))
    assert (Verdict.PROVED, True) == (found.verdict, found.explains)


def test_an_instance_that_nobody_needs_is_not_missed() -> None:
    assert answer("DB-031", evidence(found=WELL, database={})).verdict is Verdict.UNKNOWN
    elsewhere = evidence(
        "no connection: no answer came in time", database={}, url=URL.replace(HOST, "db.example")
    )
    assert not answer("DB-031", elsewhere).explains


def test_another_port_is_told() -> None:
    found = answer("DB-030", evidence(url=URL.replace("5432", "5433")))
    assert "5433" in found.because
    assert answer("DB-030", evidence()).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("lines", "peak", "verdict"),
    [
        (("no connection: the server has no connection left",), (), Verdict.PROVED),
        ((), (88.0,), Verdict.UNKNOWN),
        ((), (12.0,), Verdict.RULED_OUT),
        ((), (), Verdict.RULED_OUT),
    ],
)
def test_connections_are_used_up_by_the_servers_word_and_never_by_old_figures(
    lines: tuple[str, ...], peak: tuple[float, ...], verdict: Verdict
) -> None:
    whole = evidence(*lines, answers={"cloudwatch:GetMetricData": figures(DatabaseConnections=peak)})
    assert answer("DB-010", whole).verdict is verdict


@pytest.mark.parametrize(
    ("given", "most"),
    [("90", 90), ("LEAST({DBInstanceClassMemory/9531392},5000)", 112), ("{weird}", None)],
)
def test_connections_of_a_class_are_known_by_number_and_formula(given: str, most: int | None) -> None:
    whole = evidence(answers={"rds:DescribeDBParameters": parameters(max_connections=given)})
    assert whole.database.most_connections == most


PROXY = URL.replace("miyabi-staging-1.c0ffee", "door.proxy-c0ffee")


def proxied(*lines: str, state: str = "AVAILABLE", status: str = "available", **told: Any) -> Any:
    endpoint = HOST.replace("miyabi-staging-1.c0ffee", "door.proxy-c0ffee")
    proxy = {"DBProxyName": "door", "Endpoint": endpoint, "Status": status, **told}
    targets = [{"TargetHealth": {"State": state, "Reason": "AUTH_FAILURE"}}]
    known = {
        "rds:DescribeDBProxies": {"DBProxies": [proxy]},
        "rds:DescribeDBProxyTargets": {"Targets": targets},
    }
    return answer("DB-016", evidence(*lines, url=PROXY, answers=known))


def test_a_proxy_is_looked_at_with_its_targets() -> None:
    assert proxied().verdict is Verdict.RULED_OUT
    assert "AUTH_FAILURE" in proxied(state="UNAVAILABLE").because
    assert "incompatible-network" in proxied(status="incompatible-network").because
    assert proxied("This RDS Proxy requires TLS connections.").verdict is Verdict.PROVED


def test_without_a_proxy_nobody_asks_for_one() -> None:
    whole = evidence()
    assert answer("DB-016", whole).verdict is Verdict.RULED_OUT
    assert "rds:DescribeDBProxies" not in whole.reading.calls


def test_a_failover_explains_what_was_lost_right_after_it_and_nothing_later() -> None:
    def found(minutes: int, line: str) -> Verdict:
        event = {"Message": "Multi-AZ instance failover completed", "Date": NOW - timedelta(minutes=minutes)}
        whole = evidence(line, answers={"rds:DescribeEvents": {"Events": [event]}})
        return answer("DB-032", whole).verdict

    assert found(1, "the connection was lost") is Verdict.PROVED
    assert found(1, "password authentication failed") is Verdict.UNKNOWN
    assert found(20, "the connection was lost") is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("terminating connection due to idle-in-transaction timeout", "DB-033"),
        ("the server is read-only", "DB-034"),
        ("database is not accepting commands to avoid wraparound data loss", "DB-035"),
        ("a statement ran into its timeout", "DB-036"),
        ("a lock was not given in time", "DB-037"),
        ("the server is out of memory", "DB-038"),
        ("could not extend file", "DB-018"),
    ],
)
def test_what_the_server_says_of_a_session_is_told(line: str, fault: str) -> None:
    assert answer(fault, evidence(line)).verdict is Verdict.PROVED
    assert answer(fault, evidence("nothing like it")).verdict is not Verdict.PROVED


def test_a_parameter_group_may_make_the_server_read_only() -> None:
    known = {"rds:DescribeDBParameters": parameters(default_transaction_read_only="1")}
    assert answer("DB-034", evidence(found=WELL, answers=known)).verdict is Verdict.PROVED


@pytest.mark.parametrize(("used", "told"), [(9, "user, or its database"), (88, "no connection left")])
def test_a_users_own_limit_is_told_from_the_servers_by_counting_from_inside(used: int, told: str) -> None:
    whole = evidence("no connection: the server has no connection left")
    whole.inside.way = {"reached": True, "connections": {"used": used, "most": 90}}
    assert told in answer("DB-010", whole).because


def test_a_replica_behind_the_url_takes_no_writes() -> None:
    database = instance(ReadReplicaSourceDBInstanceIdentifier="first")
    assert answer("DB-034", evidence(found=WELL, database=database)).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("kind", "measured", "verdict"),
    [
        ("db.t2.micro", {"CPUCreditBalance": (0.0, 0.0), "CPUUtilization": (10.0,)}, Verdict.PROVED),
        ("db.t3.micro", {"CPUCreditBalance": (0.0, 0.0), "CPUUtilization": (10.0,)}, Verdict.RULED_OUT),
        ("db.m7g.large", {"CPUUtilization": (99.0,) * 5}, Verdict.PROVED),
        ("db.m7g.large", {"CPUUtilization": (99.0, 20.0, 99.0, 99.0, 99.0)}, Verdict.RULED_OUT),
        ("db.m7g.large", {"DiskQueueDepth": (64.0,) * 5, "CPUUtilization": (9.0,)}, Verdict.PROVED),
        ("db.m7g.large", {"BurstBalance": (0.0,), "CPUUtilization": (9.0,)}, Verdict.PROVED),
        ("db.m7g.large", {}, Verdict.UNKNOWN),
    ],
)
def test_an_instance_is_exhausted_where_it_was_so_all_the_time(
    kind: str, measured: dict[str, tuple[float, ...]], verdict: Verdict
) -> None:
    known = {"cloudwatch:GetMetricData": figures(**measured)}
    whole = evidence(database=instance(DBInstanceClass=kind), answers=known)
    assert answer("DB-017", whole).verdict is verdict


def test_a_disk_that_fills_is_a_risk_with_what_fills_it() -> None:
    known = {
        "cloudwatch:GetMetricData": figures(FreeStorageSpace=(2.0**30,), OldestReplicationSlotLag=(5e9,))
    }
    found = answer("DB-039", evidence(answers=known))
    assert (Verdict.PROVED, True) == (found.verdict, "replication slot" in found.because)


DENIED = (
    "lambda:GetFunctionConfiguration",
    "lambda:GetFunctionConcurrency",
    "logs:FilterLogEvents",
    "rds:DescribeDBInstances",
    "rds:DescribeDBParameters",
    "rds:DescribeEvents",
    "cloudwatch:GetMetricData",
)


def test_what_is_denied_is_never_proved_and_breaks_no_check() -> None:
    whole = evidence(answers=dict.fromkeys(DENIED, refusal()))
    found = {fault: answer(fault, whole) for fault in OF_LAYERS}
    assert [
        fault for fault, each in found.items() if each.verdict is Verdict.PROVED or BROKE in each.because
    ] == []
    assert [fault for fault, each in found.items() if each.verdict is Verdict.RULED_OUT] == []


@pytest.mark.parametrize("denied", DENIED)
def test_each_denied_call_in_turn_proves_nothing(denied: str) -> None:
    whole = evidence(found=WELL, answers=SECRETS | {denied: refusal()})
    found = {fault: answer(fault, whole) for fault in OF_LAYERS}
    assert [
        fault for fault, each in found.items() if each.verdict is Verdict.PROVED or BROKE in each.because
    ] == []
    assert any(each.unseen for each in found.values())


def test_an_answer_with_nothing_optional_breaks_no_check() -> None:
    whole = evidence(database={"DBInstanceIdentifier": "miyabi-staging-1", "DBInstanceArn": "arn"})
    assert [fault for fault in OF_LAYERS if BROKE in answer(fault, whole).because] == []


def test_no_answer_holds_the_password() -> None:
    for line in (f"password authentication failed: {URL}", *SAID):
        whole = evidence(line)
        assert [fault for fault in OF_LAYERS if PASSWORD in repr(answer(fault, whole))] == []


def test_a_database_that_is_well_has_no_fault_and_no_risk() -> None:
    whole = evidence(found=WELL, answers=SECRETS)
    assert [name for name in OF_LAYERS if answer(name, whole).verdict is Verdict.PROVED] == []
    assert {each.fault.layer for each in OF_LAYERS.values()} == set(LAYERS)


def published(Name: str) -> dict[str, Any]:  # noqa: N803  (as botocore calls it)
    """What the stacks have written to SSM."""
    secret = "arn:aws:secretsmanager:us-east-1:1:secret:login-a"
    return {"Parameter": {"Value": "miyabi-staging-1" if Name.endswith("instance-id") else secret}}


BROKE = "the check itself broke"
SECRETS = {
    "ssm:GetParameter": published,
    "secretsmanager:ListSecretVersionIds": {
        "Versions": [
            {"VersionId": "1", "VersionStages": ["AWSCURRENT"], "CreatedDate": NOW - timedelta(days=1)}
        ]
    },
    "secretsmanager:DescribeSecret": {},
}
