"""The keys are the ones that sqlx computes, and waiting is done by asking."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.migrator.errors import LockHeld
from runtime.migrator.lock import OWN_KEY, Lock, describe, sqlx_key

if TYPE_CHECKING:
    from twin.postgres import Server


@pytest.mark.parametrize(
    ("database", "key"),
    [
        ("miyabi", 2980934343536382810),
        ("miyabi_test", 4097455599927240340),
        ("postgres", 368907709894077238),
        ("müller", 2824647641801424878),
    ],
)
def test_the_key_is_the_one_that_sqlx_takes(database: str, key: int) -> None:
    """Its factor times the CRC-32 of the database's name: computed by sqlx 0.8."""
    assert key == sqlx_key(database)


def test_a_public_log_shows_the_same_key() -> None:
    """An sqlx service's log of a deadlock names the two halves of its lock, in a public issue."""
    assert (438033630 << 32) + 3765090638 == sqlx_key("matrixauthenticationservice")


def test_what_is_held_is_counted(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        lock = Lock(connection, sqlx_key("any"))
        counts = [connection.execute(lock.count_held).fetchone()]
        lock.acquire(0, print)
        counts.append(connection.execute(lock.count_held).fetchone())
        lock.lend()
        counts.append(connection.execute(lock.count_held).fetchone())
        lock.retake(0, print)
        lock.release()
        counts.append(connection.execute(lock.count_held).fetchone())

    assert [(0,), (2,), (1,), (0,)] == counts


@pytest.mark.parametrize("key", [OWN_KEY, sqlx_key("any")], ids=["ours", "sqlx's"])
def test_either_key_keeps_another_out_and_is_named(database: str, key: int) -> None:
    told: list[str] = []
    with (
        psycopg.connect(database, autocommit=True, application_name="deploy of Tuesday") as holder,
        psycopg.connect(database, autocommit=True) as connection,
    ):
        holder.execute("SELECT pg_advisory_lock(%s)", [key])
        pid = holder.info.backend_pid
        with pytest.raises(LockHeld) as refused:
            Lock(connection, sqlx_key("any")).acquire(0.2, told.append)

    assert pid == refused.value.pid
    assert "deploy of Tuesday" in str(refused.value)
    assert 1 == len(told)


def test_a_waiter_takes_the_lock_once_it_is_free(database: str) -> None:
    with (
        psycopg.connect(database, autocommit=True) as holder,
        psycopg.connect(database, autocommit=True) as connection,
    ):
        holder.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])
        lock = Lock(connection, sqlx_key("any"))
        waiting = threading.Event()
        waiter = threading.Thread(target=lambda: lock.acquire(30, lambda _: waiting.set()))
        waiter.start()
        assert waiting.wait(10)
        holder.execute("SELECT pg_advisory_unlock(%s)", [OWN_KEY])
        waiter.join(10)
        held = connection.execute(lock.count_held).fetchone()

    assert (2,) == held


def test_a_key_of_another_database_is_no_hindrance(database: str, postgres: Server) -> None:
    with (
        psycopg.connect(postgres.superuser_url(), autocommit=True) as other,
        psycopg.connect(database, autocommit=True) as connection,
    ):
        other.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])

        assert Lock(connection, sqlx_key("any")).try_both()


def test_a_password_in_the_holders_statement_is_not_shown() -> None:
    session = {
        "pid": 7,
        "application_name": "psql",
        "usename": "anna",
        "address": None,
        "state": "active",
        "since": "2026-11-25 03:00:00+00",
        "query": "ALTER ROLE anna\n  Password 'geheim'",
    }

    assert "ALTER ROLE anna Password '…'" in describe(session)
    assert "geheim" not in describe(session)
