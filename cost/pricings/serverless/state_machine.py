"""Workflows of the Serverless Application Model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.pricings.stepfunctions import state_machine
from cost.pricings.stepfunctions.state_machine import PRICES, USAGE
from cost.shared.sam import read_as_real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

__all__ = ["PRICES", "TYPE", "USAGE", "price"]

TYPE = "AWS::Serverless::StateMachine"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What a state machine of these properties costs."""
    yield from state_machine.price(resource, read_as_real(context))
