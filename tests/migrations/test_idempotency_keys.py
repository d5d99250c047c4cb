"""A creation that is sent twice is done once, and both get the same answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg.errors import CheckViolation, LockNotAvailable
from psycopg.types.json import Jsonb

from tests.migrations.adding import add

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

ROUTE: Final = "POST /api/v1/tasks"
CLAIM: Final = """
INSERT INTO idempotency_keys (user_id, route, key, request_sha256) VALUES (%s, %s, %s, %s)
ON CONFLICT (user_id, route, key) DO NOTHING RETURNING true
"""
FILL: Final = (
    "UPDATE idempotency_keys SET status = 201, answer = %s WHERE (user_id, route, key) = (%s, %s, %s)"
)
READ: Final = "SELECT status, answer FROM idempotency_keys WHERE (user_id, route, key) = (%s, %s, %s)"


def claim(connection: Connection, user: UUID, key: str = "key", **values: Any) -> bool:
    """Take a key, unless it is taken."""
    row = {"route": ROUTE, "request_sha256": bytes(32)} | values
    taken = connection.execute(CLAIM, [user, row["route"], key, row["request_sha256"]])
    return taken.fetchone() is not None


def test_a_key_is_taken_once_by_each_user_on_each_route(mended: Connection) -> None:
    user, other = add(mended, "users"), add(mended, "users")

    assert claim(mended, user)
    assert not claim(mended, user)
    assert claim(mended, user, "another key")
    assert claim(mended, user, route="POST /api/v1/workflows")
    assert claim(mended, other)


def test_a_second_attempt_waits_for_the_first_and_reads_its_answer(database: str) -> None:
    with (
        psycopg.connect(database, autocommit=True) as first,
        psycopg.connect(database, autocommit=True) as second,
    ):
        user = add(first, "users")
        second.execute("SET lock_timeout = '20ms'")
        with first.transaction():
            assert claim(first, user)
            with pytest.raises(LockNotAvailable):
                claim(second, user)
            first.execute(FILL, [Jsonb({"id": 1}), user, ROUTE, "key"])

        assert not claim(second, user)
        assert second.execute(READ, [user, ROUTE, "key"]).fetchall() == [(201, {"id": 1})]


def test_a_creation_that_failed_leaves_its_key_free(mended: Connection) -> None:
    user = add(mended, "users")
    with mended.transaction(force_rollback=True):
        claim(mended, user)

    assert claim(mended, user)


@pytest.mark.parametrize("values", [{"key": ""}, {"key": "k" * 256}, {"request_sha256": bytes(31)}], ids=str)
def test_a_key_that_makes_no_sense_is_refused(mended: Connection, values: dict[str, Any]) -> None:
    user = add(mended, "users")

    with pytest.raises(CheckViolation):
        claim(mended, user, **values)


@pytest.mark.parametrize(
    "half", ["UPDATE idempotency_keys SET status = 201", "UPDATE idempotency_keys SET answer = '{}'"]
)
def test_a_status_and_an_answer_come_together(mended: Connection, half: str) -> None:
    claim(mended, add(mended, "users"))

    with pytest.raises(CheckViolation):
        mended.execute(half)


def test_keys_go_with_their_user(mended: Connection) -> None:
    user = add(mended, "users")
    claim(mended, user, "k" * 255)

    mended.execute("DELETE FROM users WHERE id = %s", [user])

    assert mended.execute("SELECT FROM idempotency_keys").fetchall() == []
