"""Certificates: free, unless they leave AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::CertificateManager::Certificate"
EXPORTS = Key("monthly_exports", "certificates", "private ones exported for the first time in a month")
USAGE = (EXPORTS,)
PRICES = ("AWSCertificateManager/private_certificates",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """A private certificate costs once, when it is first exported; a public one nothing where it stays."""
    if context.get(resource, "CertificateAuthorityArn") is not None:
        exports = context.usage(resource, EXPORTS.name)
        yield Charge("exported certificates", exports, "AWSCertificateManager/private_certificates")
    elif context.text(resource, "CertificateExport", "DISABLED") == "ENABLED":
        yield NotPriced(
            "a public certificate that may be exported, by its names, when it is issued or renewed"
        )
