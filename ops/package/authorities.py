"""Chooses the certificate authorities that a function trusts: those of its region's databases, no others.

With three roots of RDS instead of 120 a connection takes 6 ms less of a processor, and a database of
another region, or of a root that has expired, is not taken for ours. RDS Proxy presents certificates of
AWS Certificate Manager, so its roots go in too.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ops.package.errors import RootsMissing
from ops.package.locks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GLOBAL_BUNDLE: Final = ROOT / "runtime" / "ca" / "rds-global-bundle.pem"
PROXY_ROOTS: Final = ROOT / "runtime" / "ca" / "rds-proxy-roots.pem"
"""Where both come from: runtime/ca/README.md."""
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?-----END CERTIFICATE-----\n", re.DOTALL)
_OF_A_REGION: Final = re.compile(r"Amazon RDS ([a-z]{2}(?:-[a-z]+)+-\d) ")
"""The roots of RDS name their region; those of its beta and preview have a word before it."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate: the common name of its subject, its last day, and itself as PEM and as DER."""

    name: str
    expires: date
    pem: str
    der: bytes

    @property
    def region(self) -> str | None:
        """The region whose databases it vouches for, where it names one."""
        named = _OF_A_REGION.match(self.name)
        return named[1] if named else None


def trusted(region: str, as_of: date) -> list[Authority]:
    """The roots that are valid on a day: a region's, then those of RDS Proxy.

    Raises:
        RootsMissing: The region has none.
    """
    current = [each for each in authorities(GLOBAL_BUNDLE) if each.expires >= as_of and each.region]
    ours = [each for each in current if each.region == region]
    if not ours:
        raise RootsMissing(region, sorted({each.region for each in current if each.region}), as_of)
    return ours + [each for each in authorities(PROXY_ROOTS) if each.expires >= as_of]


@cache
def authorities(bundle: Path) -> tuple[Authority, ...]:
    """Every certificate of a bundle, in its order."""
    return tuple(_read(bundle.read_text(encoding="ascii")))


def _read(text: str) -> Iterator[Authority]:
    for pem in _PEM.findall(text):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=pem)
        (certificate,) = context.get_ca_certs()
        (der,) = context.get_ca_certs(binary_form=True)
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
        yield Authority(_common_name(certificate["subject"]), ends.date(), pem, der)


def _common_name(subject: Any) -> str:
    """The common name in a subject, which is a tuple of tuples of pairs."""
    return next(str(value) for ((key, value),) in subject if key == "commonName")
