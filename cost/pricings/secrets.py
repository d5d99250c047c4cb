"""Secrets and keys: so much each a month."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item


@pricing("AWS::SecretsManager::Secret")
def secret(resource: Resource, context: Context) -> Iterator[Item]:
    """The secret and each of its replicas; reads happen at deployment only."""
    copies = 1 + len(context.entries(resource, "ReplicaRegions"))
    yield Charge(
        "secret",
        Decimal(copies),
        context.price("AWSSecretsManager", "secret"),
        "secrets are read at deployment, not by requests: their API calls are not counted",
    )


@pricing("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
def key(resource: Resource, context: Context) -> Iterator[Item]:
    """The key; each of its first two rotations adds as much again."""
    yield Charge("key", Decimal(1), context.price("awskms", "key"))
    if context.flag(resource, "EnableKeyRotation"):
        yield Note("the first and the second yearly rotation add the price of the key again")
    yield Note("requests to the key are not counted; 20,000 a month are free")
