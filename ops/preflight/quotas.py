"""Whether the account has room for what the templates ask for.

Of what they ask for, an account may be short of executions of Lambda (a new one may have 10), VPCs (5) and
databases (40, and 100,000 GB); all other quotas are a hundred times what an environment needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.errors import Declined, Refused
from ops.preflight.found import Found, held_by, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.live import Live
    from ops.preflight.found import Scope

FUNCTION: Final = "AWS::Lambda::Function"
DATABASE: Final = "AWS::RDS::DBInstance"
VPC: Final = "AWS::EC2::VPC"
UNRESERVED: Final = 100
"""Executions that Lambda keeps for functions without a reservation: "Configuring reserved concurrency"."""
VPCS: Final = ("vpc", "L-F678F1CE")
"""Service Quotas' codes of VPCs per Region: "Amazon VPC quotas"."""
USUAL_VPCS: Final = 5
"""What it is unless it was raised: the same page."""
DATABASES: Final = {
    "DBInstances": ("databases", "DB instances"),
    "AllocatedStorage": ("GB of databases", "Total storage for all DB instances"),
}
"""What rds:DescribeAccountAttributes tells: its name for it, ours, and that of Service Quotas."""


def concurrency(scope: Scope) -> Iterator[Found]:
    """What the functions reserve, beside what functions of others in the account reserve already."""
    wanted = sum(
        literal(properties.get("ReservedConcurrentExecutions")) or 0
        for _, _, properties in scope.resources(FUNCTION)
    )
    if not wanted:
        return
    limit = scope.live.call("lambda:GetAccountSettings", "the account's settings of Lambda")["AccountLimit"]
    total = limit["ConcurrentExecutions"]
    left = limit["UnreservedConcurrentExecutions"] + _reserved_now(scope) - wanted
    if left < UNRESERVED:
        yield Found(
            f"the functions reserve {wanted:,} executions at a time, which would leave {left:,} of the "
            f"account's {total:,} to all others, and Lambda keeps {UNRESERVED}; raise the quota "
            "`Concurrent executions` of Lambda in Service Quotas, or lower reserved_concurrency"
        )


def vpcs(scope: Scope) -> Iterator[Found]:
    """Whether there is room for a VPC that is not there yet."""
    wanted = len(scope.missing(VPC))
    if not wanted:
        return
    live = scope.live
    count = sum(1 for _ in live.pages("ec2:DescribeVpcs", "the VPCs of the region", "Vpcs"))
    most = _quota(live, *VPCS)
    if count + wanted > (most or USUAL_VPCS):
        known = "" if most else ", unless that was raised, which could not be asked"
        yield Found(
            f"region {live.region} has {count} VPCs of {most or USUAL_VPCS} that the account may have there"
            f"{known}; raise the quota `VPCs per Region` in Service Quotas, or delete one that is not used",
            is_problem=most is not None,
        )


def databases(scope: Scope) -> Iterator[Found]:
    """Whether there is room for a database that is not there yet."""
    wanted = scope.missing(DATABASE)
    if not wanted:
        return
    answer = scope.live.call("rds:DescribeAccountAttributes", "the account's quotas of RDS")
    quotas = {one["AccountQuotaName"]: one for one in answer["AccountQuotas"]}
    storage = sum(literal(properties.get("AllocatedStorage")) or 0 for properties in wanted)
    for name, more in (("DBInstances", len(wanted)), ("AllocatedStorage", storage)):
        quota, (what, called) = quotas.get(name), DATABASES[name]
        if quota and quota["Used"] + more > quota["Max"]:
            yield Found(
                f"the account has {quota['Used']:,} {what} of {quota['Max']:,} that it may have, and "
                f"{more:,} more are to be made; raise the quota `{called}` of RDS in Service Quotas, "
                "or delete what is not used"
            )


def _reserved_now(scope: Scope) -> int:
    """What the stacks' own functions, as far as they are there, reserve now."""
    reserved = 0
    for stack in {stack.name for stack, _, _ in scope.resources(FUNCTION)}:
        for one in held_by(scope.live, stack).values():
            if one.type == FUNCTION and one.physical_id:
                found = scope.live.call(
                    "lambda:GetFunctionConcurrency",
                    f"function {one.physical_id}",
                    FunctionName=one.physical_id,
                )
                reserved += found.get("ReservedConcurrentExecutions", 0)
    return reserved


def _quota(live: Live, service: str, code: str) -> int | None:
    """What the account may have; None where Service Quotas may not be asked, or does not know."""
    try:
        answer = live.call(
            "service-quotas:GetServiceQuota",
            f"quota {code} of {service}",
            ServiceCode=service,
            QuotaCode=code,
        )
    except (Refused, Declined):
        return None
    return int(answer["Quota"]["Value"])
