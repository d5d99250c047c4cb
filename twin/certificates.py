"""A certificate authority of our own, and a server's certificate signed by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

LIFE: Final = timedelta(days=30)
SKEW: Final = timedelta(days=1)
"""How long before now a certificate is valid already: clocks differ."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a TLS server and its clients need, each in PEM."""

    ca: bytes
    certificate: bytes
    key: bytes


class Authority:
    """An authority that can vouch for several servers, and for one several times; its key is never written.

    All keys are on the curve P-256.

    Attributes:
        certificate: What whoever trusts it is given, in PEM.
    """

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Authority of a server for tests")
        self._identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self.certificate = (
            _builder(self._name, self._name, self._key.public_key(), LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .add_extension(self._identifier, critical=False)
            .sign(self._key, hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )

    def issue(self, hosts: Sequence[str], *, life: timedelta = LIFE) -> Certificates:
        """Make a certificate by which it vouches for some hosts.

        Args:
            hosts: Names or addresses of the server.
            life: For how long from now it is valid; with less than nothing it has expired already.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        names = [_general_name(host) for host in hosts]
        known_by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self._identifier)
        certificate = (
            _builder(_name(hosts[0]), self._name, key.public_key(), life)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(known_by, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return Certificates(
            self.certificate,
            certificate.public_bytes(Encoding.PEM),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )


def issue(hosts: Sequence[str]) -> Certificates:
    """Make an authority, and a certificate by which it vouches for some hosts.

    The authority's key is forgotten at once, so that nothing else can be signed by it.

    Args:
        hosts: Names or addresses of the server.
    """
    return Authority().issue(hosts)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), now - SKEW, now + life)


def _name(common: str) -> x509.Name:
    # A common name holds 64 characters; a host's name may be longer, and stands whole among the alternatives.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
