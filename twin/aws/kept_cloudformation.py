"""What our CloudFormation holds of an account, to be kept, put back or dropped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.aws.cloudformation.state import Stack


def dump(account: str) -> dict[str, dict[str, Stack]]:
    """The stacks of every region, by their ids."""
    if "twin.aws.cloudformation.service" not in sys.modules:
        return {}
    from twin.aws.cloudformation.service import regions_of

    return {region: service.stacks for region, service in regions_of(account).items()}


def load(account: str, dumped: dict[str, dict[str, Stack]]) -> None:
    """Give every region its stacks back."""
    from twin.aws.cloudformation.service import cloudformation_of

    for region, stacks in dumped.items():
        cloudformation_of(account, region).stacks.update(stacks)


def forget(account: str) -> None:
    """Drop all stacks of an account."""
    if "twin.aws.cloudformation.service" in sys.modules:
        from twin.aws.cloudformation.service import forget as forget_stacks

        forget_stacks(account)
