"""Users' GitHub tokens are erased, and nobody stores one again, not even the function that still tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from tests.migrations.adding import add
from tests.migrations.applying import apply, mending

if TYPE_CHECKING:
    from psycopg import Connection

TOKEN = "gho_a_token_of_github"


def stored(connection: Connection) -> list[str]:
    """Read what is stored of tokens."""
    return [token for (token,) in connection.execute("SELECT access_token FROM users")]


def test_stored_tokens_are_erased_and_nothing_else_of_a_user_changes(database_7: str) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        add(connection, "users", access_token=TOKEN, updated_at="2025-12-01T08:00:00Z")
        add(connection, "users", access_token="", updated_at=None)
        others = "SELECT to_jsonb(users) - 'access_token' FROM users ORDER BY github_id"
        before = connection.execute(others).fetchall()

        apply(connection, [mending("erase")])

        assert before == connection.execute(others).fetchall()
        assert stored(connection) == ["", ""]


def test_updated_at_moves_again_after_the_erasure(database_7: str) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        add(connection, "users", updated_at="2025-12-01T08:00:00Z")
        apply(connection, [mending("erase")])

        connection.execute("UPDATE users SET name = 'Miyabi'")

        assert connection.execute("SELECT updated_at > '2026-01-01' FROM users").fetchone() == (True,)


def test_the_function_that_still_writes_tokens_stores_none_and_reads_a_text(mended: Connection) -> None:
    (inserted,) = mended.execute(
        "INSERT INTO users (github_id, email, name, avatar_url, access_token)"
        " VALUES (1, 'a@example.org', NULL, NULL, %s) RETURNING access_token",
        [TOKEN],
    ).fetchone() or [None]
    (updated,) = mended.execute(
        "UPDATE users SET name = 'A', access_token = %s WHERE github_id = 1 RETURNING access_token", [TOKEN]
    ).fetchone() or [None]

    assert (inserted, updated) == ("", "")


def test_a_function_that_knows_of_no_token_can_add_a_user(mended: Connection) -> None:
    mended.execute("INSERT INTO users (github_id, email) VALUES (1, 'a@example.org')")

    assert stored(mended) == [""]


def test_other_columns_are_updated_as_ever(mended: Connection) -> None:
    user = add(mended, "users")
    mended.execute("UPDATE users SET email = 'new@example.org' WHERE id = %s", [user])

    assert mended.execute("SELECT email, access_token FROM users").fetchall() == [("new@example.org", "")]
