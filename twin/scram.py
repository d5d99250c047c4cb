"""The verifier that PostgreSQL keeps in a password's place, so that no password is ever sent to a server.

https://www.postgresql.org/docs/15/catalog-pg-authid.html and RFC 5803
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from secrets import token_bytes
from typing import Final

ROUNDS: Final = 4096
"""What PostgreSQL itself takes."""
SALT: Final = 16
"""Bytes."""


def verifier(password: str) -> str:
    """For example `SCRAM-SHA-256$4096:...$...:...`; as ALTER ROLE takes it in a password's place.

    The password is ASCII, as RDS demands, so that it needs no preparation (RFC 4013).
    """
    salt = token_bytes(SALT)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    return f"SCRAM-SHA-256${ROUNDS}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def _text(value: bytes) -> str:
    return b64encode(value).decode()
