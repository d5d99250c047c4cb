"""EC2's endpoints, which lead to a service by a gateway unless another type is asked for.

Seen in moto 5.2.5: one that was made without a type is described without one.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.vpcs import VPCEndPoint

_init = VPCEndPoint.__init__


def _typed(self: Any, *given: Any, **named: Any) -> None:
    _init(self, *given, **named)
    self.vpc_endpoint_type = self.vpc_endpoint_type or "Gateway"


def mend() -> None:
    """Put it onto moto's class."""
    VPCEndPoint.__init__ = _typed  # type: ignore[method-assign]  # a mend
