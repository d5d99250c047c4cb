"""Private certificate authorities: so much each a month, and the certificates that they issue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ACMPCA::CertificateAuthority"
USAGE = (Key("monthly_requests", "certificates", "issued in a month"),)
PRICES = ("AWSCertificateManager/private_*",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """The authority and its certificates, both cheaper where these live for a week at most."""
    short = context.text(resource, "UsageMode", "GENERAL_PURPOSE") == "SHORT_LIVED_CERTIFICATE"
    mode = "_short_lived" if short else ""
    issued = context.usage(resource, "monthly_requests")
    yield Charge("certificate authority", Decimal(1), f"AWSCertificateManager/private_ca{mode}")
    yield Charge("certificates", issued, f"AWSCertificateManager/private_certificates{mode}")
    if context.flag(resource, "RevocationConfiguration.OcspConfiguration.Enabled"):
        yield NotPriced("answers on revocation by OCSP, by the certificate")
