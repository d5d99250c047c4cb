"""Logins that cost little: the tests connect thousands of times, and each time both sides derive a key.

RFC 5802 leaves the count of iterations to the stored verifier. PostgreSQL's own count is 4096, to make
guessing dear, and that was a third of what a connection takes. The exchange stays SCRAM-SHA-256 as ever.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from secrets import token_bytes
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from twin.postgres import MASTER, SUPERUSER

if TYPE_CHECKING:
    from twin.postgres import Server


def cheapen(server: Server) -> None:
    """Let the server's own two users keep their passwords, with a verifier of one iteration each."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        for user in (MASTER, SUPERUSER):
            password = unquote(urlsplit(server.url("postgres", user=user)).password or "")
            connection.execute(
                SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(user), Literal(verifier(password)))
            )


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password: https://www.postgresql.org/docs/15/catalog-pg-authid.html."""
    salt, count = token_bytes(16), 1
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, count)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    key = hmac.digest(salted, b"Server Key", "sha256")
    return "SCRAM-SHA-256${}:{}${}:{}".format(
        count, *(b64encode(part).decode() for part in (salt, stored, key))
    )
