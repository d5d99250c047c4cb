"""What stops a connection on its way: by what, which one of them, and whether that is known for sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from ops.network.errors import NetworkRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.network.flow import Flow


class Kind(StrEnum):
    """What may stop a connection."""

    NAMES = "no name is resolved"
    OTHER_VPC = "another VPC"
    SUBNET = "a subnet"
    PRIVATE = "no public address"
    EGRESS = "a security group of who connects"
    INGRESS = "a security group of who is connected to"
    ACL = "a network ACL"
    ROUTE = "a route table"
    GATEWAY = "an internet or NAT gateway"


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that stops a connection.

    Attributes:
        why: A sentence without a capital and a full stop.
        thing: The id of what stops it: a security group, an ACL, a route table, a gateway, a subnet.
        followed: Whether it stops it for sure; False where what comes next is nothing that is looked into,
            such as a peering connection or an appliance.
        flow: Of an ACL: the packets that are denied.
        egress: Of an ACL: whether they leave the subnet.
        number: Of an ACL: the number of its rule.
    """

    kind: Kind
    why: str
    thing: str = ""
    followed: bool = True
    flow: Flow | None = None
    egress: bool = False
    number: int | None = None


Step: TypeAlias = Callable[[], Stop | None]
"""One thing on the way, which is asked when the way has come there; may raise NetworkRefused."""


def first_of(steps: Iterable[Step]) -> Stop | None:
    """What stops first for sure, else what is not followed, else None; raises NetworkRefused."""
    unsure: Stop | None = None
    for step in steps:
        stop = step()
        if stop is not None and stop.followed:
            return stop
        unsure = unsure or stop
    return unsure


def all_of(steps: Iterable[Step]) -> Iterator[Stop]:
    """All that stops, in the order of the way; what hangs on something unknown is not followed."""
    for step in steps:
        try:
            stop = step()
        except NetworkRefused as refused:
            stop = Stop(Kind.SUBNET, str(refused), followed=False)
        if stop is not None:
            yield stop
