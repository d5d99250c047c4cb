"""Fn::Cidr: the first so many blocks of one size within a block of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.errors import Misfit
from cfn.values import Unknown, kind_of, misplaced, unsettled, whole

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from cfn.functions import Scope

_MOST = 256
_LEAST_ARGUMENTS, _MOST_ARGUMENTS = 2, 3


def cidr(scope: Scope, argument: Any) -> list[Any] | Unknown:
    """The blocks as text; as many Unknowns where only their number is known."""
    values = scope.value(argument)
    if not isinstance(values, list) or not _LEAST_ARGUMENTS <= len(values) <= _MOST_ARGUMENTS:
        raise misplaced(values, "a list of 3", "give the block, the count and the bits of each")
    block, count, *bits = values
    number = unsettled(count, "the number of blocks") or _number(count)
    if not isinstance(number, int):
        return number
    for value in (block, *bits):
        if unsettled(value, "a block"):
            return [unsettled(value, f"block {position}") for position in range(number)]
    if not bits:
        return [_of_unknown_size(block, position) for position in range(number)]
    return _blocks(_network(block), number, bits[0])


def _number(count: Any) -> int:
    number = whole(count)
    if number is None or not 1 <= number <= _MOST:
        raise Misfit(found=f"the count is {_shown(count)}", remedy=f"give a whole number from 1 to {_MOST}")
    return number


def _network(block: Any) -> IPv4Network | IPv6Network:
    from ipaddress import ip_network  # few templates need it

    try:
        if "/" in block:
            return ip_network(block, strict=False)
    except (TypeError, ValueError):
        pass
    raise Misfit(found=f"{_shown(block)} is no block of addresses", remedy="write one as 10.0.0.0/16")


def _blocks(network: IPv4Network | IPv6Network, count: int, bits: Any) -> list[str]:
    host_bits = whole(bits)
    if host_bits is None or not 1 <= host_bits <= network.max_prefixlen:
        raise Misfit(
            found=f"the bits of each block are {_shown(bits)}",
            remedy=f"give a whole number from 1 to {network.max_prefixlen}",
        )
    size = 2**host_bits
    if count * size > network.num_addresses:
        raise Misfit(
            found=f"{network} has no room for {count} blocks of {host_bits} bits",
            remedy="ask for fewer or smaller ones",
        )
    first, prefix = network.network_address, network.max_prefixlen - host_bits
    return [f"{first + position * size}/{prefix}" for position in range(count)]


def _of_unknown_size(block: Any, position: int) -> Unknown:
    return Unknown(f"block {position} of {_shown(block)} is of a size that AWS chooses")


def _shown(value: Any) -> str:
    return f"a {kind_of(value)}" if isinstance(value, dict | list) else str(value)
