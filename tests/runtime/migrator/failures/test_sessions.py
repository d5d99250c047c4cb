"""What a file sets for its session ends with the file, and never reaches the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from runtime.migrator.errors import MigrationFailed
from tests.runtime.migrator.failures.means import ledger, session, up
from tests.runtime.migrator.failures.means_here import put

if TYPE_CHECKING:
    from pathlib import Path

LEAKING: Final = [
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "SET search_path = elsewhere",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET statement_timeout = '300ms'",
    "SET TIME ZONE 'Asia/Tokyo'",
    "SET lock_timeout = '7s'",
    "SET client_min_messages = error",
    "SET check_function_bodies = false",
    "SET row_security = off",
    "SET ROLE pg_monitor",
    "SET LOCAL ROLE pg_monitor",
    "SET client_encoding = 'LATIN1'",
    "SET standard_conforming_strings = off",
    "SET default_transaction_isolation = 'serializable'",
    "SET idle_in_transaction_session_timeout = '7s'",
]
STATE: Final = """
SELECT current_user || ' ' || string_agg(name || '=' || setting, ' ' ORDER BY name) AS state
FROM pg_settings WHERE name <> ALL(ARRAY['transaction_read_only', 'transaction_isolation'])
"""


@pytest.mark.parametrize(
    ("mark", "ending"),
    [("", ""), ("", ";\nCOMMIT"), ("-- no-transaction\n", "")],
    ids=["transaction", "committed by itself", "no transaction"],
)
def test_nothing_that_a_file_sets_outlives_it(database: str, tmp_path: Path, mark: str, ending: str) -> None:
    """Case 27 and case 28: search path, role, time zone reach neither the ledger's row nor the next file."""
    folder = put(tmp_path / "migrations", {"1_state.sql": f"CREATE TABLE state_1 AS {STATE}"})
    expected = []
    for number, statement in enumerate(LEAKING):
        version = 2 * (number + 1)
        put(
            folder,
            {
                f"{version}_sets.sql": f"{mark}{statement}{ending};",
                f"{version + 1}_state.sql": f"CREATE TABLE state_{version + 1} AS {STATE}",
            },
        )
        expected.append(f"state_{version + 1}")

    up(database, folder)

    assert [(version, True) for version in range(1, 2 * len(LEAKING) + 2)] == ledger(database)
    with session(database) as connection:
        first = connection.execute("TABLE state_1").fetchall()
        for statement, table in zip(LEAKING, expected, strict=True):
            assert first == connection.execute(f"TABLE {table}".encode()).fetchall(), statement


def test_what_a_file_sets_holds_until_its_end(database: str, tmp_path: Path) -> None:
    """Case 28: statement by statement too, a role and a read-only session hold, and the row is written."""
    text = (
        "-- no-transaction\nSET ROLE pg_monitor;\nSET default_transaction_read_only = on;\n"
        "DO $$ BEGIN ASSERT current_user = 'pg_monitor'; END $$;\n"
        "DO $$ BEGIN ASSERT current_setting('default_transaction_read_only') = 'on'; END $$;\n"
        "SELECT 1 / (current_user = 'pg_monitor')::int;\n"
    )
    folder = put(tmp_path / "migrations", {"1_sets.sql": text, "2_next.sql": "CREATE TABLE next ()"})

    up(database, folder)

    assert [(1, True), (2, True)] == ledger(database)


def test_a_failed_file_leaves_no_setting_either(database: str, tmp_path: Path) -> None:
    """Case 28: after a failure the session is as it was, before the ledger is read."""
    folder = put(
        tmp_path / "migrations",
        {"1_sets.sql": "SET search_path = ''; SET ROLE pg_monitor; COMMIT; SELECT 1 / 0;"},
    )

    with pytest.raises(MigrationFailed) as failed:
        up(database, folder)

    assert "22012" == failed.value.sqlstate
    assert [(1, False)] == ledger(database)
