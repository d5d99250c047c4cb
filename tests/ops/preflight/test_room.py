"""The account has room for what is to be made: zones, runtimes, executions, VPCs and databases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ops.preflight.quotas import concurrency, databases, vpcs
from ops.preflight.runtimes import runtimes
from ops.preflight.zones import zones
from tests.ops.preflight.told import HELD, Told, refusal, scope, sentences

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def held(logical_id: str, kind: str) -> Any:
    """What a stack has, if that is one resource."""
    resource = {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": "one",
        "ResourceType": kind,
        "ResourceStatus": "CREATE_COMPLETE",
    }
    return {"StackResourceSummaries": [resource]}


def test_zones_matter_where_there_is_a_network_of_our_own_to_make(aws: Aws) -> None:
    whole = scope(aws.client)
    none = Told(aws.client, {"ec2:describe_availability_zones": {"AvailabilityZones": []}})

    assert [] == sentences(zones(whole))
    assert 2 == len(sentences(zones(scope(none))))
    assert [] == sentences(zones(scope(none, stacks=whole.stacks[1:])))
    assert [] == sentences(zones(scope(none, "production")))


@pytest.mark.parametrize(
    ("today", "is_there", "expected"),
    [
        (date(2027, 1, 31), False, None),
        (date(2027, 2, 1), False, "Lambda makes no function with runtime provided.al2 from 2027-02-01 on"),
        (date(2027, 2, 1), True, None),
        (date(2027, 3, 3), True, "Lambda changes no function with runtime provided.al2 from 2027-03-03 on"),
    ],
)
def test_a_runtime_that_lambda_takes_no_more_is_a_problem(
    aws: Aws, today: date, expected: str | None, *, is_there: bool
) -> None:
    nothing: Any = {"StackResourceSummaries": []}
    there = Told(aws.client, {HELD: held("ApiFunction", "AWS::Lambda::Function") if is_there else nothing})

    found = sentences(runtimes(scope(there, "reported", today=today)))

    assert ([expected] if expected else []) == [sentence.split(", as ")[0] for sentence in found]


@pytest.mark.parametrize(
    ("unreserved", "ours", "count"), [(126, 0, 0), (125, 0, 1), (120, 3, 0), (119, 3, 1)]
)
def test_what_our_functions_reserve_already_is_not_asked_for_again(
    aws: Aws, unreserved: int, ours: int, count: int
) -> None:
    limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": unreserved}
    answers = {
        "lambda:get_account_settings": {"AccountLimit": limit},
        "lambda:get_function_concurrency": {"ReservedConcurrentExecutions": ours} if ours else {},
        HELD: held("ApiFunction", "AWS::Lambda::Function"),
    }

    assert count == len(sentences(concurrency(scope(Told(aws.client, answers)))))


@pytest.mark.parametrize(
    ("others", "quota", "expected"), [(4, 5, []), (5, 6, []), (5, 5, [True]), (5, None, [False])]
)
def test_a_vpc_needs_room(aws: Aws, others: int, quota: int | None, expected: list[bool]) -> None:
    refused = refusal("GetServiceQuota")
    answers: dict[str, Any] = {
        "ec2:describe_vpcs": {"Vpcs": [{}] * others},
        "service-quotas:get_service_quota": {"Quota": {"Value": float(quota)}} if quota else refused,
    }

    found = list(vpcs(scope(Told(aws.client, answers))))

    assert expected == [one.is_problem for one in found]
    assert all(
        f"region us-east-1 has {others} VPCs of 5 that the account may have" in one.sentence for one in found
    )


def test_a_vpc_that_is_there_or_adopted_needs_none(aws: Aws) -> None:
    many: Any = {"ec2:describe_vpcs": {"Vpcs": [{}] * 9}}

    assert [] == sentences(vpcs(scope(Told(aws.client, many | {HELD: held("Vpc", "AWS::EC2::VPC")}))))
    assert [] == sentences(vpcs(scope(Told(aws.client, many), "production")))


def test_a_database_needs_room(aws: Aws) -> None:
    quotas = [
        {"AccountQuotaName": "DBInstances", "Used": 40, "Max": 40},
        {"AccountQuotaName": "AllocatedStorage", "Used": 99_981, "Max": 100_000},
    ]
    full = Told(aws.client, {"rds:describe_account_attributes": {"AccountQuotas": quotas}})

    assert [] == sentences(databases(scope(aws.client)))
    assert [
        (
            "the account has 40 databases of 40 that it may have, and 1 more are to be made; raise the quota "
            "`DB instances` of RDS in Service Quotas, or delete what is not used"
        ),
        (
            "the account has 99,981 GB of databases of 100,000 that it may have, and 20 more are to be made; "
            "raise the quota `Total storage for all DB instances` of RDS in Service Quotas, "
            "or delete what is not used"
        ),
    ] == sentences(databases(scope(full)))
