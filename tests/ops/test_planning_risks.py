"""What a plan puts in front: data that may be lost, protections taken off, and who is let in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cfn import Deployment, Template
from cfn.diff import Kind
from ops.planning import Plan, Side, StackSettings, Verdict, plan
from ops.planning.holding_data import HOLDING_DATA
from stacks.manifest import STATEFUL

Document = dict[str, Any]

DATABASE = "AWS::RDS::DBInstance"
GROUP = "AWS::EC2::SecurityGroup"
BUCKET = "AWS::S3::Bucket"
OPEN: Document = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0"}
TAG = {"Key": "k", "Value": "v"}
RULE = "AWS::EC2::SecurityGroupIngress"


def side(resources: Document) -> Side:
    return Side("d", Deployment("d", [Template("s", {"Resources": resources})], "us-east-1"))


def one(kind: str, policies: Document | None = None, **properties: Any) -> Document:
    if kind == DATABASE:
        properties = {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            **properties,
        }
    return {"Type": kind, "Properties": properties, **(policies or {})}


def planned(before: Document | None, after: Document | None) -> Plan:
    return plan(*(side({"A": body} if body else {"Z": one("AWS::SNS::Topic")}) for body in (before, after)))


SNAPSHOT, RETAIN = {"UpdateReplacePolicy": "Snapshot"}, {"DeletionPolicy": "Retain"}
EMPTY = "replaced by an empty one: nothing is left of its data"
GONE = "is removed: nothing is left of its data"
WORLD = "lets the whole internet in on"
LOSSES: list[tuple[Document, Document | None, str]] = [
    (one(DATABASE), None, "is removed: a snapshot is left, and no automated backup"),
    (one(DATABASE, {"DeletionPolicy": "Delete"}), None, GONE),
    (
        one(DATABASE, SNAPSHOT),
        one(DATABASE, SNAPSHOT, StorageEncrypted=True),
        "is replaced by an empty one: a snapshot is left, and no automated backup",
    ),
    (one(DATABASE), one(DATABASE, Engine="mysql"), f"may be {EMPTY}"),
    (one("AWS::KMS::Key"), None, GONE),
    (one(BUCKET, BucketName="a"), one(BUCKET, BucketName="b"), f"is {EMPTY}"),
    (one(DATABASE, DeletionProtection=True), one(DATABASE), "loses its deletion protection"),
    (
        one(DATABASE, BackupRetentionPeriod=14),
        one(DATABASE, BackupRetentionPeriod=7),
        "keeps its automated backups for 7 days and no longer for 14",
    ),
    (
        one(DATABASE, DeleteAutomatedBackups=False),
        one(DATABASE, DeleteAutomatedBackups=True),
        "takes its automated backups with it when it goes",
    ),
    (
        one(BUCKET, VersioningConfiguration={"Status": "Enabled"}),
        one(BUCKET),
        "keeps no former versions any more",
    ),
    (one(BUCKET, RETAIN), one(BUCKET), "has DeletionPolicy left out and no longer Retain"),
    (
        one("AWS::Logs::LogGroup", DeletionProtectionEnabled=True),
        one("AWS::Logs::LogGroup", DeletionProtectionEnabled=False),
        "loses its deletion protection",
    ),
]
"""Before, after, and the risk."""


@pytest.mark.parametrize(("before", "after", "risk"), LOSSES, ids=range(len(LOSSES)))
def test_what_may_lose_data_is_told(before: Document, after: Document | None, risk: str) -> None:
    found = planned(before, after)

    assert [f"s.A {risk}"] == [str(each) for each in found.losses]
    assert Verdict.DATA_LOSS is found.verdict


HARMLESS: list[tuple[Document | None, Document]] = [
    (one(DATABASE, BackupRetentionPeriod=7), one(DATABASE, BackupRetentionPeriod=14)),
    (one(DATABASE), one(DATABASE, DeletionProtection=True)),
    (one(DATABASE, DeletionProtection=False), one(DATABASE)),
    (one(GROUP, SecurityGroupIngress=[OPEN]), one(GROUP, SecurityGroupIngress=[OPEN], Tags=[TAG])),
    (None, one("AWS::EC2::SecurityGroupEgress", **OPEN)),
    (one(BUCKET), one(BUCKET, RETAIN)),
    (one(BUCKET, {"DeletionPolicy": "Delete"}), one(BUCKET)),
    (None, one(DATABASE)),
]


@pytest.mark.parametrize(("before", "after"), HARMLESS)
def test_more_protection_is_no_risk(before: Document | None, after: Document) -> None:
    found = planned(before, after)

    assert ((), Verdict.CHANGES) == (found.risks, found.verdict)


def test_what_is_retained_is_told_and_lost_it_is_not() -> None:
    found = planned(one(BUCKET, RETAIN), None)

    assert ["s.A leaves its stack: it stays as it is, outside the stack"] == [
        str(each) for each in found.risks
    ]
    assert Verdict.CHANGES is found.verdict


NOTES: list[tuple[Document | None, Document, str]] = [
    (one(GROUP), one(GROUP, SecurityGroupIngress=[OPEN]), f"{WORLD} port 5432"),
    (None, one(RULE, **OPEN | {"CidrIp": None, "CidrIpv6": "::/0"}), f"{WORLD} port 5432"),
    (
        one(RULE, **OPEN | {"CidrIp": "10.0.0.0/8"}),
        one(RULE, **OPEN | {"IpProtocol": "-1"}),
        f"{WORLD} every port",
    ),
    (one(DATABASE), one(DATABASE, PubliclyAccessible=True), "gets a public address"),
    (
        one(BUCKET, PublicAccessBlockConfiguration={"BlockPublicAcls": True}),
        one(BUCKET),
        "blocks less public access",
    ),
]


@pytest.mark.parametrize(("before", "after", "note"), NOTES, ids=range(len(NOTES)))
def test_who_is_let_in_is_good_to_know(before: Document | None, after: Document, note: str) -> None:
    properties = after["Properties"]
    given = {key: value for key, value in properties.items() if value is not None}
    found = planned(before, after | {"Properties": given})

    assert f"s.A {note}" in [str(each) for each in found.risks if not each.loses_data]
    assert () == found.losses


def test_what_the_stack_policy_protects_holds_data_for_a_plan_too() -> None:
    assert set() == STATEFUL - HOLDING_DATA


def test_a_stack_that_can_not_be_updated_is_no_plan_without_changes() -> None:
    same = side({"A": one(BUCKET)})
    found = plan(replace(same, statuses={"s": "UPDATE_FAILED"}, remedies={"s": "roll it back"}), same)

    assert (["roll it back"], Verdict.CHANGES) == ([each.remedy for each in found.blocked], found.verdict)


@pytest.mark.parametrize(("resource", "named"), [("LogicalResourceId/A", "A"), ("*", "*")])
def test_a_policy_that_protects_less_is_a_risk_for_what_is_still_there(resource: str, named: str) -> None:
    def protecting(*resources: str) -> StackSettings:
        return StackSettings(policy={"Statement": [{"Effect": "Deny", "Resource": list(resources)}]})

    same = side({"A": one(BUCKET)})
    before = replace(same, settings={"s": protecting(resource, "LogicalResourceId/Gone")})
    found = plan(before, replace(same, settings={"s": protecting()}))

    assert [f"stack s loses the part of its policy that protects {named}"] == [
        str(each) for each in found.losses
    ]


def test_a_setting_of_a_stack_alone_is_a_change() -> None:
    same = side({"A": one(BUCKET)})
    sides = [replace(same, settings={"s": StackSettings(termination_protection=on)}) for on in (False, True)]
    found = plan(*sides)

    assert ([Kind.CHANGED], (), Verdict.CHANGES) == (
        [each.kind for each in found.stacks],
        found.risks,
        found.verdict,
    )


def test_the_bill_stands_beside_and_by_resource() -> None:
    found = planned(one(DATABASE), one(DATABASE, MultiAZ=True))

    assert found.bill is not None
    assert [("s", "A")] == list(found.costs())
    assert found.costs()["s", "A"] == found.bill.after.total() - found.bill.before.total()
    assert found.costs()["s", "A"] > 0


def test_what_can_not_be_priced_is_planned_all_the_same() -> None:
    nowhere = [Deployment("d", [Template("s", {"Resources": {"A": one(DATABASE)}})], "xx-east-9")] * 2
    found = plan(*(Side("d", each) for each in nowhere))

    assert (None, Verdict.NOTHING) == (found.bill, found.verdict)
    assert "xx-east-9" in found.unpriced
