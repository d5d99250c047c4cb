"""Whether a subnet is public: AWS calls it so where its route table leads to an internet gateway."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from cfn.template import Resource
from report.architecture.folding.facts import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.architecture.folding.facts import Facts

GATEWAY: Final = "igw-"
"""How the ids of internet gateways begin."""


class Routes:
    """The ways out of the subnets of a deployment's templates."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def are_public(self, subnets: Sequence[Any]) -> bool | None:
        """Whether any of these leads to the internet; None where that is not known of one."""
        answers = [self._is_public(each) if isinstance(each, Resource) else None for each in subnets]
        if True in answers:
            return True
        return None if None in answers or not answers else False

    def _is_public(self, subnet: Resource) -> bool | None:
        if subnet in self._tables:
            tables = self._tables[subnet]
            return any(table in self._leading_out for table in tables) if tables else None
        # Left to the VPC's main table, which leads nowhere in a VPC that a template makes.
        return False if self._facts.named(self._facts.get(subnet, "VpcId")) else None

    @cached_property
    def _tables(self) -> dict[Resource, list[Resource]]:
        """Route tables by subnet; none where the one that is associated is not of these templates."""
        found: dict[Resource, list[Resource]] = {}
        for association in self._facts.of("AWS::EC2::SubnetRouteTableAssociation"):
            for subnet in self._facts.named(self._facts.get(association, "SubnetId")):
                tables = self._facts.named(self._facts.get(association, "RouteTableId"))
                found.setdefault(subnet, []).extend(tables)
        return found

    @cached_property
    def _leading_out(self) -> set[Resource]:
        """Route tables with a route to an internet gateway."""
        return {
            table
            for route in self._facts.of("AWS::EC2::Route")
            if self._is_gateway(self._facts.get(route, "GatewayId"))
            for table in self._facts.named(self._facts.get(route, "RouteTableId"))
        }

    def _is_gateway(self, value: Any) -> bool:
        named = (each.type == "AWS::EC2::InternetGateway" for each in self._facts.named(value))
        return plain(value).startswith(GATEWAY) or any(named)
