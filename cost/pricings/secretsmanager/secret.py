"""Secrets, each of their replicas, and the calls that read them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::SecretsManager::Secret"
USAGE = (Key("monthly_requests", "API calls", "reads and writes in a month; reads at deployment are few"),)
PRICES = ("AWSSecretsManager/*",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """So much a month for every copy, and its calls."""
    copies = 1 + len(context.entries(resource, "ReplicaRegions"))
    yield Charge("secret", Decimal(copies), "AWSSecretsManager/secret")
    yield Charge("API calls", context.usage(resource, "monthly_requests"), "AWSSecretsManager/api_calls")
