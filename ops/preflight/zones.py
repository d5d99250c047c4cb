"""Whether the availability zones of a network of our own are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.preflight.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.preflight.found import Scope


def zones(scope: Scope) -> Iterator[Found]:
    """Zones of `[network] zones` that the account does not have in the region."""
    live = scope.live
    wanted = live.environment.network.zones
    if not wanted or "network" not in {one.stack for one in scope.stacks}:
        return
    answer = live.call("ec2:DescribeAvailabilityZones", f"the availability zones of {live.region}")
    there = sorted(zone["ZoneId"] for zone in answer["AvailabilityZones"] if zone["State"] == "available")
    for zone in wanted:
        if zone not in there:
            yield Found(
                f"there is no availability zone {zone} in {live.region}, which has {', '.join(there)}; "
                "choose of these in zones of [network]"
            )
