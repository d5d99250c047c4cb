"""Public IPv4 addresses: each costs the same by the hour, in use or idle, since 2024-02-01."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.lines import Charge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cfn.template import Resource
    from cost.context import Context

IN_USE, IDLE = "AmazonVPC/public_ipv4_in_use", "AmazonVPC/public_ipv4_idle"
SUBNET = "AWS::EC2::Subnet"


def addresses(count: Decimal | int, why: str, hours: Decimal = month.HOURS) -> Charge:
    """Addresses in use for some hours of the month, each."""
    return Charge("public IPv4 address", Decimal(count) * hours, IN_USE, why)


def public_subnets(places: Sequence[tuple[Resource, str]], context: Context) -> bool:
    """Whether all subnets that stand in these places give what starts in them a public address.

    A subnet that is in no template counts as one that does not.
    """
    subnets = [
        subnet
        for place in places
        for value in _many(context.get(*place))
        for subnet in _known(value, context)
    ]
    return bool(subnets) and all(
        subnet is not None and context.flag(subnet, "MapPublicIpOnLaunch") for subnet in subnets
    )


def _known(value: object, context: Context) -> list[Resource | None]:
    return [target for target in context.referred(value) if target.type == SUBNET] or [None]


def _many(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
