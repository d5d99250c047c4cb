"""Values of conditions, read from text: numbers, moments, truth, bytes and addresses.

Each function raises ValueError, whose sentence ends one that begins with what was compared.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

_EPOCH: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")


def number(text: str) -> Decimal:
    """An integer or a decimal."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ValueError(f"{text!r}, which is no number")
    return found


def moment(text: str) -> Decimal:
    """Seconds since 1970 of a date by ISO 8601, or of a number that is such seconds.

    A date without a zone is in UTC, which is what IAM asks for.
    """
    if _EPOCH.fullmatch(text.strip()):
        return number(text)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r}, which is no date") from None
    return Decimal(str((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()))


def truth(text: str) -> bool:
    """True or false, in any letter case."""
    found = {"true": True, "false": False}.get(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r}, which is neither true nor false")
    return found


def binary(text: str) -> bytes:
    """Bytes in base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(f"{text!r}, which is no base64") from None


def network(text: str) -> IPv4Network | IPv6Network:
    """Addresses by CIDR, or a single one; bits beyond the prefix are of no account."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text!r}, which is no address") from None
