"""SSM parameters: free in the standard tier; advanced ones by the month, and calls at a higher throughput."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::SSM::Parameter"
USAGE = (
    Key(
        "parameter_storage_hrs",
        "h",
        "hours that it is kept; costs nothing in the standard tier",
        default=HOURS,
    ),
    Key("monthly_api_interactions", "interactions", "reads and writes in a month, if they are charged for"),
    Key(
        "api_throughput_limit",
        "",
        "standard: calls to parameters of the standard tier are free; advanced or higher: they are not",
        default="standard",
        choices=("standard", "advanced", "higher"),
    ),
)
PRICES = ("AWSSystemsManager/advanced_parameter", "AWSSystemsManager/parameter_api_interactions")
LARGEST_STANDARD_BYTES = 4096


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Months of an advanced parameter, and interactions that are charged for."""
    advanced = _is_advanced(resource, context)
    if advanced:
        months = context.usage(resource, "parameter_storage_hrs") / HOURS
        yield Charge("advanced parameter", months, "AWSSystemsManager/advanced_parameter")
    if advanced or context.word(resource, "api_throughput_limit") != "standard":
        interactions = context.usage(resource, "monthly_api_interactions")
        yield Charge("API interactions", interactions, "AWSSystemsManager/parameter_api_interactions")


def _is_advanced(resource: Resource, context: Context) -> bool:
    """By its tier; Intelligent-Tiering goes by what the parameter holds."""
    tier = context.text(resource, "Tier", "Standard")
    if tier != "Intelligent-Tiering":
        return tier == "Advanced"
    value = str(context.get(resource, "Value", ""))
    return (
        len(value.encode(errors="replace")) > LARGEST_STANDARD_BYTES
        or context.get(resource, "Policies") is not None
    )
