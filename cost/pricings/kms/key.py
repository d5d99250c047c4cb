"""Keys: so much each a month, and requests by what the key is; each of the first two rotations adds a key."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::KMS::Key"
USAGE = (
    Key("monthly_requests", "requests", "encryptions, decryptions, signatures and the like in a month"),
    Key("monthly_rsa_data_key_pairs", "requests", "pairs of RSA data keys made in a month"),
    Key("monthly_ecc_data_key_pairs", "requests", "pairs of elliptic-curve data keys made in a month"),
)
PRICES = ("awskms/*",)
SYMMETRIC = "SYMMETRIC_DEFAULT"
PAIRS = (
    ("RSA data key pairs", "monthly_rsa_data_key_pairs", "awskms/requests_generate_datakeypair_rsa"),
    ("ECC data key pairs", "monthly_ecc_data_key_pairs", "awskms/requests_generate_datakeypair_ecc"),
)
ROTATION = "the first and the second yearly rotation add the price of the key again"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """The key, and what is asked of it."""
    yield from charges(resource, context, context.text(resource, "KeySpec", SYMMETRIC))
    if context.flag(resource, "EnableKeyRotation"):
        yield Note(ROTATION)


def charges(resource: Resource, context: Context, spec: str) -> Iterator[Item]:
    """What a key of this specification, or a replica of it, costs."""
    yield Charge("key", Decimal(1), "awskms/key")
    yield Charge("requests", context.usage(resource, "monthly_requests"), request_price(spec))
    for component, key, name in PAIRS:
        yield Charge(component, context.usage(resource, key), name)


def request_price(spec: str) -> str:
    """Price of a request to a key of this specification; HMAC is charged as symmetric keys are."""
    if spec == SYMMETRIC or spec.startswith("HMAC_"):
        return "awskms/requests"
    return f"awskms/requests_asymmetric_{'rsa2048' if spec == 'RSA_2048' else 'other'}"
