"""What a client of PostgreSQL says before it has said who it is: whether it wants TLS, and of which host.

libpq names the host in its first message of TLS (RFC 6066, server name), in clear, so whoever stands between
can tell which server is meant, as a resolver of names would have done before.
https://www.postgresql.org/docs/15/protocol-flow.html#id-1.10.6.7.12
https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

TLS_REQUEST: Final = bytes.fromhex("0000000804d2162f")
GSS_REQUEST: Final = bytes.fromhex("0000000804d21630")
ACCEPTED: Final = b"S"
DECLINED: Final = b"N"
_HANDSHAKE: Final = 0x16
_CLIENT_HELLO: Final = 1
_SERVER_NAME: Final = 0
_RECORD_HEADER: Final = 5


class Next(Enum):
    """What to do when no more is known yet."""

    READ = "read on"
    ACCEPT_TLS = "say yes to TLS, and read on"
    DECLINE_GSS = "say no to GSSAPI's encryption, and read on"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client wants: a host, or whatever is there by default."""

    host: str | None
    tls: bool


def read(said: bytes, *, tls_accepted: bool) -> Next | Asked:
    """What a client wants by what it has said until now, without the requests that were answered."""
    if not said:
        return Next.READ
    if said[0] == _HANDSHAKE:
        return _hello(said)
    if tls_accepted:
        return Asked(None, tls=True)
    if said[:1] != b"\0" or len(said) >= len(TLS_REQUEST):
        head = said[: len(TLS_REQUEST)]
        if head == TLS_REQUEST:
            return Next.ACCEPT_TLS
        return Next.DECLINE_GSS if head == GSS_REQUEST else Asked(None, tls=False)
    return Next.READ


def _hello(said: bytes) -> Next | Asked:
    """The host in the first record of TLS, once all of it is there."""
    if len(said) < _RECORD_HEADER:
        return Next.READ
    end = _RECORD_HEADER + int.from_bytes(said[3:5], "big")
    if len(said) < end:
        return Next.READ
    try:
        return Asked(_server_name(said[_RECORD_HEADER:end]), tls=True)
    except (IndexError, UnicodeDecodeError):
        return Asked(None, tls=True)


def _server_name(hello: bytes) -> str | None:
    if hello[0] != _CLIENT_HELLO:
        return None
    at = 4 + 2 + 32  # type and length, version, random
    at += 1 + hello[at]  # session
    at += 2 + int.from_bytes(hello[at : at + 2], "big")  # ciphers
    at += 1 + hello[at]  # compressions
    end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 2
    while at + 4 <= end:
        kind, length = (int.from_bytes(hello[at + each : at + each + 2], "big") for each in (0, 2))
        at += 4
        if kind == _SERVER_NAME:
            # of a list with one entry: its length, the entry's type, the name's length
            return hello[at + 5 : at + length].decode("ascii").lower()
        at += length
    return None
