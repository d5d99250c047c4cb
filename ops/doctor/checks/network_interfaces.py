"""Does the function get into its subnets: are there interfaces and addresses for it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

REFUSED: Final = frozenset({Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE})
"""What a request comes to whose function Lambda can't start."""
INTERFACES: Final = "EniLimitExceeded"
ADDRESSES: Final = "SubnetOutOfIPAddresses"
FEW: Final = 8
"""Free addresses of all subnets together from which on it is told: each interface takes one."""
QUOTA: Final = "L-9FEE3D26"
"""Network interfaces for each VPC, one of Lambda's quotas: 500 by default, and 250 in older accounts."""


@check("LAM-008", Effect.FAILS, signs=REFUSED, ran=False)
def no_interface_left(evidence: Evidence) -> Answer:
    """By Lambda's own word for it, in the function's state or in the gateway's log."""
    said = _said(evidence, INTERFACES, "ENILimitReached")
    vpc = evidence.network.function.vpc_id
    if vpc is None:
        return ruled_out(f"{evidence.network.outside}, so it takes no interface")
    if said:
        return proved(
            f"Lambda can make no more network interfaces in {vpc}: {said}",
            f"aws ec2 describe-network-interfaces --filters Name=vpc-id,Values={vpc} "
            "Name=interface-type,Values=lambda "
            "--query 'NetworkInterfaces[].[NetworkInterfaceId,Description]'",
            f"aws service-quotas request-service-quota-increase --service-code lambda --quota-code {QUOTA} "
            "--desired-value 1000",
        )
    return ruled_out(f"Lambda does not say that {vpc} has no interface left")


@check("LAM-009", Effect.FAILS, signs=REFUSED, ran=False)
def no_address_left(evidence: Evidence) -> Answer:
    """By Lambda's own word for it; a function that has its interfaces needs no more addresses."""
    network = evidence.network
    if not network.is_inside:
        return ruled_out(f"{network.outside}, so it takes no address")
    free = _free(evidence)
    counted = ", ".join(f"{subnet} has {count}" for subnet, count in free.items())
    if said := _said(evidence, ADDRESSES, "SubnetIPAddressLimitReached"):
        return proved(
            f"the subnets of function {evidence.function.short} have no free address ({said}): {counted}",
            "aws ec2 describe-network-interfaces --filters "
            f"Name=subnet-id,Values={','.join(network.function.subnet_ids)} "
            "--query 'NetworkInterfaces[].[NetworkInterfaceId,Status,Description]'",
            change="name larger subnets, or more of them, for the functions",
        )
    if free and not any(free.values()) and evidence.trace.ran is False and evidence.sign in REFUSED:
        return unknown(
            f"no subnet of function {evidence.function.short} has a free address, and it was not run",
            decide=f"errors of Lambda in the gateway's log, and StateReasonCode of {evidence.function.short}",
        )
    return ruled_out(f"free addresses of the function's subnets: {counted or 'not told'}")


@check("NET-018", Effect.RISK)
def few_addresses(evidence: Evidence) -> Answer:
    """Lambda makes more interfaces as it runs more functions, or more connections at a time."""
    network = evidence.network
    if not network.is_inside:
        return ruled_out(f"{network.outside}, so it takes no address")
    free = _free(evidence)
    counted = ", ".join(f"{subnet} has {count}" for subnet, count in free.items())
    if free and sum(free.values()) < FEW:
        return proved(
            f"of free addresses, {counted}",
            change="name larger subnets, or more of them, for the functions",
        )
    return ruled_out(f"free addresses of the function's subnets: {counted or 'not told'}")


def _said(evidence: Evidence, code: str, error: str) -> str:
    """Lambda's words: of the invoked version, of an update that failed, or to the gateway."""
    found = evidence.function.configuration
    if found.get("StateReasonCode") == code:
        return f"StateReasonCode {code}"
    if found.get("LastUpdateStatusReasonCode") == code and found.get("State") in ("Failed", "Inactive"):
        return f"LastUpdateStatusReasonCode {code}"
    return error if error.lower() in evidence.trace.refused_by_lambda.lower() else ""


def _free(evidence: Evidence) -> dict[str, int]:
    network = evidence.network
    subnets = {each: network.subnet(each) for each in network.function.subnet_ids}
    return {
        name: int(subnet["AvailableIpAddressCount"])
        for name, subnet in subnets.items()
        if subnet and "AvailableIpAddressCount" in subnet
    }
