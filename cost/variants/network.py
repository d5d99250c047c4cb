"""Functions that reach the internet through a NAT gateway, or from outside the VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import total
from cost.variants.databases import CLUSTER, INSTANCE
from cost.variants.variant import Base, Variant

if TYPE_CHECKING:
    from decimal import Decimal

    from cfn.template import Resource
    from cost.variants.draft import Draft
    from cost.variants.variant import Figures

GATEWAY, ADDRESS = "AWS::EC2::NatGateway", "AWS::EC2::EIP"
WITH, WITHOUT = "NAT gateway", "no NAT gateway"
KB_PER_CALL = 20
"""What a call behind the gateway exchanges with the internet."""
KB_IN_GB = 1024**2


def _outside(base: Base) -> list[Resource]:
    return [each for each in base.functions if base.context.get(each, "VpcConfig") is None]


def _could_need_one(base: Base) -> bool:
    """Whether some functions stand outside, and something stands within."""
    outside = _outside(base)
    within = len(outside) < len(base.functions) or base.context.resources(INSTANCE, CLUSTER)
    return bool(outside and within) and not _has_one(base)


def _has_one(base: Base) -> bool:
    return bool(base.context.resources(GATEWAY))


def _add(draft: Draft, base: Base) -> None:
    moved = _outside(base)
    for function in moved:
        draft.properties(function)["VpcConfig"] = {"SubnetIds": ["subnet"], "SecurityGroupIds": ["group"]}
    address = draft.add(moved[0], "AddedNatAddress", ADDRESS, Domain="vpc")
    allocation = {"Fn::GetAtt": [address["Ref"], "AllocationId"]}
    draft.add(moved[0], "AddedNatGateway", GATEWAY, AllocationId=allocation, SubnetId="subnet")


def _figures(base: Base) -> Figures:
    moved = _outside(base)
    data: Decimal = total(base.calls(each) for each in moved) * KB_PER_CALL / KB_IN_GB
    return {f"{moved[0].template.name}.AddedNatGateway": {"monthly_data_processed_gb": data}}


def _remove(draft: Draft, base: Base) -> None:
    for gateway in base.context.resources(GATEWAY):
        draft.remove(gateway)
        for address in base.context.targets(gateway, "AllocationId"):
            draft.remove(address)


VARIANTS = (
    Variant(
        name=WITH,
        instead_of=WITHOUT,
        sentence=(
            "all functions stand in the VPC, with one NAT gateway and its public address; "
            f"{KB_PER_CALL} KB pass through it for each call of those that move"
        ),
        applies=_could_need_one,
        edit=_add,
        figures=_figures,
    ),
    Variant(
        name=WITHOUT,
        instead_of=WITH,
        sentence="what needs the internet is split off and stands outside the VPC; no NAT gateway is left",
        applies=_has_one,
        edit=_remove,
    ),
)
