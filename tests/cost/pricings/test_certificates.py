"""Certificates and the private authorities that issue them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.cost.bills import quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, attribute, resource

EXPORTED = {"monthly_exports": 1}


def certificate(**properties: Any) -> Resources:
    return {"Certificate": resource("AWS::CertificateManager::Certificate", DomainName="a.org", **properties)}


def authority(**properties: Any) -> Resources:
    return {"Authority": resource("AWS::ACMPCA::CertificateAuthority", Type="ROOT", **properties)}


def private() -> Resources:
    return certificate(CertificateAuthorityArn=attribute("Authority", "Arn")) | authority()


def test_a_public_certificate_is_free() -> None:
    found = used(certificate(), Certificate=EXPORTED)

    assert () == found.lines
    assert {"AWS::CertificateManager::Certificate": 1} == found.free_of_charge


def test_a_private_certificate_costs_when_it_is_exported() -> None:
    assert {} == quantities(used(private()), "Certificate")
    assert {"exported certificates": 1} == quantities(used(private(), Certificate=EXPORTED), "Certificate")


def test_a_public_certificate_that_may_be_exported_is_told() -> None:
    found = used(certificate(CertificateExport="ENABLED"))

    assert any("may be exported" in reason for _, reason in found.not_priced)


def test_every_usage_key_matters() -> None:
    assert [] == without_effect(private(), "Certificate")
    assert [] == without_effect(authority(), "Authority")


def test_an_authority_of_short_lived_certificates_costs_less() -> None:
    short = authority(UsageMode="SHORT_LIVED_CERTIFICATE")

    assert Decimal(400) == used(authority()).total()
    assert Decimal(50) == used(short).total()


def test_answers_by_ocsp_are_told() -> None:
    answering = authority(RevocationConfiguration={"OcspConfiguration": {"Enabled": True}})

    assert any("OCSP" in text for text in told(used(answering)))
