"""What of a function's variables has another value here: where the database is, and what vouches for it.

The RDS endpoint's name stays in the URL, so that it is the name which a certificate is verified for; libpq is
told the address apart from it (`PGHOSTADDR`).
https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNECT-HOSTADDR
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from twin.databases.instance import Instance

TASK: Final = "/var/task"
"""Where Lambda unpacks a package."""
_ROOTS: Final = {
    "rds-ca-2019": "2019 CA",
    "rds-ca-default": "Root CA RSA2048 G1",
    "rds-ca-ecc384-g1": "Root CA ECC384 G1",
    "rds-ca-rsa2048-g1": "Root CA RSA2048 G1",
    "rds-ca-rsa4096-g1": "Root CA RSA4096 G1",
}
"""How the certificates of RDS's authorities are called in a region, by their identifiers.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""
_NAME: Final = re.compile(r"(?<![\w.@%-])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?![\w-])")
_LIBPQ: Final = ("postgresql://", "postgres://")
_IN_URL: Final = re.compile(r"(?<=sslrootcert=)[^&\s'\"]+")


@dataclass(frozen=True, slots=True)
class Replaced:
    """Variables as they are here, and whether a bundle in them is another."""

    variables: dict[str, str]
    bundle: bool


def named_in(variables: Mapping[str, str], instances: Iterable[Instance]) -> list[Instance]:
    """Instances whose names are hosts in variables, in the order in which they stand there.

    A name that is a part of another host's, as where a password's `@` was not encoded, is not meant: nobody
    would find an address for that host.
    """
    order: dict[str, None] = {}
    for value in variables.values():
        order |= dict.fromkeys(_hosts(value))
    by_host = {instance.host: instance for instance in instances}
    return [by_host[host] for host in order if host in by_host]


def _hosts(value: str) -> list[str]:
    """Hosts in a URL, as libpq or the next best reads it, or every name in any other text."""
    if "://" not in value:
        return _NAME.findall(value.lower())
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        hosts = conninfo_to_dict(value).get("host")
    except ProgrammingError:
        hosts = None if value.lstrip().startswith(_LIBPQ) else _hostname(value)
    return str(hosts or "").lower().split(",")


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def ports_in(variables: Mapping[str, str], host: str) -> set[int]:
    """Ports that are named after a host."""
    found = re.findall(re.escape(host) + r":(\d{1,5})(?!\d)", "\n".join(variables.values()), re.IGNORECASE)
    return {int(port) for port in found if 0 < int(port) < 2**16}


def with_port(variables: Mapping[str, str], host: str, wanted: int, given: int) -> dict[str, str]:
    """The same with another port behind a host."""
    pattern = re.compile(re.escape(host) + rf":{wanted}(?!\d)", re.IGNORECASE)
    return {name: pattern.sub(f"{host}:{given}", value) for name, value in variables.items()}


def with_authority(
    variables: Mapping[str, str], package: Path, authority: Path, instance: Instance, region: str
) -> Replaced:
    """Put the authority in the place of bundles that hold the instance's own, where the package has them.

    A bundle that is not there, or without that authority, stays what it is: then nobody can verify the
    server, as at AWS.
    """
    replaced = False

    def here(named: str) -> str:
        nonlocal replaced
        path = package / unquote(named).removeprefix(f"{TASK}/")
        if _holds(path, instance.ca, region):
            replaced = True
            return str(authority)
        return named

    found = {name: _IN_URL.sub(lambda match: here(match[0]), value) for name, value in variables.items()}
    if "PGSSLROOTCERT" in found:
        found["PGSSLROOTCERT"] = here(found["PGSSLROOTCERT"])
    return Replaced(found, replaced)


def in_package(variables: Mapping[str, str], package: Path) -> dict[str, str]:
    """The same with the package's folder where Lambda's is."""
    pattern = re.compile(re.escape(TASK) + r"(?=/|$|[:&\s'\"])")
    return {name: pattern.sub(lambda _: str(package), value) for name, value in variables.items()}


def _holds(bundle: Path, identifier: str, region: str) -> bool:
    """Whether a file of certificates has that of an authority of RDS."""
    name = _ROOTS.get(identifier)
    try:
        found = bundle.stat()
    except OSError:
        return False
    names = _names(bundle, found.st_mtime_ns, found.st_size)
    return name is not None and f"Amazon RDS {region} {name}" in names


@cache
def _names(bundle: Path, _changed: int, _size: int) -> frozenset[str]:
    """Common names in a file of certificates; none where it is no such file."""
    import warnings

    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        with warnings.catch_warnings():
            # one of RDS's own certificates has a serial number that cryptography deplores
            warnings.simplefilter("ignore")
            read = x509.load_pem_x509_certificates(bundle.read_bytes())
    except (OSError, ValueError):
        return frozenset()
    found = [one.subject.get_attributes_for_oid(NameOID.COMMON_NAME) for one in read]
    return frozenset(str(names[0].value) for names in found if names)
