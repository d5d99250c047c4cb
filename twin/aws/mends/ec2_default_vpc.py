"""EC2's default VPC, which is public: it has an internet gateway, and its main route table leads there.

Seen in moto 5.2.5: no account has a gateway, so its default subnets are not public.
https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

_create_default_vpc = EC2Backend.create_default_vpc


def _created_default_vpc(self: Any) -> Any:
    vpc = _create_default_vpc(self)
    gateway = self.create_internet_gateway()
    self.attach_internet_gateway(gateway.id, vpc.id)
    [table] = self.describe_route_tables(filters={"vpc-id": [vpc.id], "association.main": ["true"]})
    self.create_route(table.id, "0.0.0.0/0", gateway_id=gateway.id)
    return vpc


def mend() -> None:
    """Put it onto moto's class."""
    EC2Backend.create_default_vpc = _created_default_vpc  # type: ignore[method-assign]  # a mend
