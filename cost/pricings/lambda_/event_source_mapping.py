"""Event source mappings: free, unless their pollers are provisioned."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.shared.metering import steps
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Lambda::EventSourceMapping"
USAGE = (
    Key(
        "monthly_epu_hrs",
        "EPU-h",
        "hours of event poller units in provisioned mode; left out, the least number of pollers all month",
    ),
)
PRICES = ("AWSLambda/esm_*",)
QUEUE = "AWS::SQS::Queue"
LEAST_POLLERS_OF_A_QUEUE = 2
KAFKA_POLLERS_PER_UNIT = 10
LEAST = "the least number of pollers runs all month, and no more"
LEAST_OF_KAFKA = (
    f"{LEAST}; a unit holds {KAFKA_POLLERS_PER_UNIT} of them, and mappings of a poller group share none"
)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours of event poller units."""
    if context.get(resource, "ProvisionedPollerConfig") is None:
        return
    told = (
        context.usage(resource, "monthly_epu_hrs") if context.is_told(resource, "monthly_epu_hrs") else None
    )
    if _polls_a_queue(resource, context):
        least = context.number(resource, "ProvisionedPollerConfig.MinimumPollers", LEAST_POLLERS_OF_A_QUEUE)
        name, units, assumption = "esm_sqs_provisioned", max(least, Decimal(LEAST_POLLERS_OF_A_QUEUE)), LEAST
    else:
        least = context.number(resource, "ProvisionedPollerConfig.MinimumPollers", 1)
        name, units, assumption = (
            "esm_kafka_provisioned",
            steps(least, KAFKA_POLLERS_PER_UNIT),
            LEAST_OF_KAFKA,
        )
    hours = units * HOURS if told is None else told
    yield Charge("event poller units", hours, f"AWSLambda/{name}", "" if told is not None else assumption)


def _polls_a_queue(resource: Resource, context: Context) -> bool:
    """Whether the source is a queue; else it is Kafka, as no other has provisioned pollers."""
    if context.get(resource, "EventSourceArn") is None:
        return False
    if any(target.type == QUEUE for target in context.targets(resource, "EventSourceArn")):
        return True
    if any(context.targets(resource, "EventSourceArn")):
        return False
    return ":sqs:" in context.text(resource, "EventSourceArn")
