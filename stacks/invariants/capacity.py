"""Rules about how much runs at a time: connections, concurrency and throttles that fit each other."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from runtime.contract import Function
from stacks.invariants.functions import FUNCTION, contract_function, variables
from stacks.invariants.reading import literal, number
from stacks.invariants.rule import rule, system_rule
from stacks.postgresql import MEMORY_GIB, max_connections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.invariants.rule import Subject, System

UNRESERVED = 100
"""Executions that Lambda keeps unreserved for an account ("Configuring reserved concurrency")."""
LIVING_VERSIONS = 2
"""Execution environments of the version before hold their connections until Lambda ends them."""


@rule(
    "MIYABI.CAPACITY.1",
    "AWS::RDS::DBInstance",
    remedy="lower the functions' reserved_concurrency, or choose a larger instance_class",
)
def connections_suffice(database: Subject) -> Iterator[str]:
    """All functions at their busiest, and people beside them, need no more connections than there are."""
    functions = sum(_connections(function) for function in database.system.of_type(FUNCTION))
    needed, offered = functions + database.environment.database.connections_kept_free, _offered(database)
    if offered is None or needed > offered:
        yield f"{needed} connections may be wanted and {offered or 'an unknown number'} are offered"


def _offered(database: Subject) -> int | None:
    """What the class carries, or fewer if the instance's parameter group says so."""
    size, group = literal(database.get("DBInstanceClass")), database.target("DBParameterGroupName")
    if size not in MEMORY_GIB:
        return None
    said_so = number(database.deployment.get(group, "Parameters.max_connections")) if group else None
    return max_connections(size) if said_so is None else min(int(said_so), max_connections(size))


def _connections(function: Subject) -> int:
    """Each execution environment has one; the migrator, invoked by hand, leaves none behind."""
    if "DATABASE_URL" not in variables(function):
        return 0
    is_migrator = contract_function(function.resource) is Function.MIGRATOR
    return concurrency(function) * (1 if is_migrator else LIVING_VERSIONS)


def concurrency(function: Subject) -> int:
    """Most executions at a time: the reservation, or without one all that the account may run."""
    reserved = number(function.get("ReservedConcurrentExecutions"))
    return function.environment.quotas.lambda_concurrency if reserved is None else int(reserved)


@system_rule(
    "MIYABI.CAPACITY.2",
    remedy="reserve less, or have quota L-B99A9384 raised and say so in quotas.lambda_concurrency",
)
def reservations_leave_room(system: System) -> Iterator[tuple[str, str, str]]:
    """All reservations together stay 100 below the account's quota, else Lambda refuses the last of them."""
    reserved = {
        function.resource: int(number(function.get("ReservedConcurrentExecutions")) or 0)
        for function in system.of_type(FUNCTION)
    }
    allowed = system.environment.quotas.lambda_concurrency - UNRESERVED
    if sum(reserved.values()) > max(allowed, 0):
        largest = max(reserved, key=lambda function: reserved[function])
        found = f"{sum(reserved.values())} executions are reserved and {allowed} can be"
        yield largest.template.name, largest.logical_id, found


@rule(
    "MIYABI.CAPACITY.3",
    FUNCTION,
    remedy="raise reserved_concurrency, or correct the expected [traffic]",
)
def peak_is_served(function: Subject) -> Iterator[str]:
    """The api function serves its busiest second even if all starts are cold, as after a deployment."""
    if contract_function(function.resource) is not Function.API:
        return
    traffic = function.environment.traffic
    seconds = (traffic.request_duration_ms + traffic.init_duration_ms) / Decimal(1000)
    needed = traffic.peak_requests_per_second * seconds
    if concurrency(function) < needed:
        yield f"{needed:.1f} executions at a time are needed and {concurrency(function)} are possible"


@rule(
    "MIYABI.CAPACITY.4",
    "AWS::ApiGatewayV2::Stage",
    remedy="set throttles of http_api between traffic.peak_requests_per_second and the account's quota",
)
def throttles_fit(stage: Subject) -> Iterator[str]:
    """The stage's throttles let the busiest second through and stay within the account's quota."""
    peak = stage.environment.traffic.peak_requests_per_second
    quota = stage.environment.quotas.http_api_requests_per_second
    for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        limit = number(stage.get(f"DefaultRouteSettings.{name}"))
        if limit is not None and not peak <= Decimal(str(limit)) <= quota:
            yield f"{name} is {limit:g}, the peak {peak} and the quota {quota} requests a second"
