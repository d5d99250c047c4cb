"""The table of sessions lets a refresh token be used once, revoked, and its replay be seen."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.errors import CheckViolation, UniqueViolation

from tests.migrations.adding import add

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

FIRST = "first"
ROTATE = """
UPDATE sessions SET token_sha256 = %(new)s, rotated_at = now(), expires_at = now() + interval '7 days'
WHERE id = %(session)s AND token_sha256 = %(old)s AND revoked_at IS NULL AND expires_at > now()
RETURNING user_id, organization_id
"""
REVOKE = """
UPDATE sessions SET revoked_at = now(), revoked_for = %s WHERE id = %s AND revoked_at IS NULL RETURNING id
"""


def digest(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def signed_in(connection: Connection, token: str = FIRST, **values: Any) -> UUID:
    """Add a session of a new user."""
    row = {"token_sha256": digest(token), "expires_at": "2100-01-01T00:00:00Z"} | values
    return add(connection, "sessions", **{"user_id": add(connection, "users")} | row)


def rotate(connection: Connection, session: UUID, old: str, new: str) -> bool:
    """Exchange a session's token for a new one, if it is the valid one."""
    found = connection.execute(ROTATE, {"session": session, "old": digest(old), "new": digest(new)})
    return found.fetchone() is not None


def test_a_token_is_exchanged_once(mended: Connection) -> None:
    session = signed_in(mended)

    assert rotate(mended, session, "first", "second")
    assert not rotate(mended, session, "first", "third")
    assert rotate(mended, session, "second", "third")


def test_a_session_that_is_revoked_exchanges_no_token(mended: Connection) -> None:
    session = signed_in(mended)
    mended.execute(REVOKE, ["replay", session])

    assert not rotate(mended, session, "first", "second")
    assert mended.execute(REVOKE, ["logout", session]).fetchall() == []


def test_a_session_that_has_ended_exchanges_no_token(mended: Connection) -> None:
    past = {"created_at": "2020-01-01", "rotated_at": "2020-01-02", "expires_at": "2020-01-03"}
    session = signed_in(mended, **past)

    assert not rotate(mended, session, "first", "second")


@pytest.mark.parametrize(
    "values",
    [
        {"token_sha256": b"the token itself"},
        {"revoked_at": "2026-01-01"},
        {"revoked_for": "logout"},
        {"revoked_at": "2026-01-01", "revoked_for": "no reason"},
        {"expires_at": "2000-01-01"},
        {"rotated_at": "2000-01-01"},
    ],
    ids=str,
)
def test_a_session_that_makes_no_sense_is_refused(mended: Connection, values: dict[str, Any]) -> None:
    with pytest.raises(CheckViolation):
        signed_in(mended, **values)


def test_a_token_belongs_to_one_session(mended: Connection) -> None:
    signed_in(mended)

    with pytest.raises(UniqueViolation):
        signed_in(mended)


def test_sessions_go_with_their_user_and_stay_without_their_organization(mended: Connection) -> None:
    organization = add(mended, "organizations")
    kept = signed_in(mended, "kept", organization_id=organization)
    user = add(mended, "users")
    signed_in(mended, "gone", user_id=user)

    mended.execute("DELETE FROM organizations WHERE id = %s", [organization])
    mended.execute("DELETE FROM users WHERE id = %s", [user])

    assert mended.execute("SELECT id, organization_id FROM sessions").fetchall() == [(kept, None)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT FROM sessions WHERE token_sha256 = '\\x00'",
        "UPDATE sessions SET revoked_at = now() WHERE user_id = '00000000-0000-0000-0000-000000000000'",
        "DELETE FROM sessions WHERE expires_at < now()",
        "DELETE FROM sessions WHERE organization_id = '00000000-0000-0000-0000-000000000000'",
    ],
)
def test_what_is_asked_of_sessions_finds_an_index(mended: Connection, query: str) -> None:
    mended.execute("SET LOCAL enable_seqscan = off")

    plan = "\n".join(line for (line,) in mended.execute(f"EXPLAIN {query}"))

    assert "Index" in plan
    assert "Seq Scan" not in plan
