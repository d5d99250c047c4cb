"""Rows written under version 7 read the same after mending, but for what is meant to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.migrations import reading
from tests.migrations.applying import MENDING, apply
from tests.migrations.rows import add_odd, add_ordinary

if TYPE_CHECKING:
    from psycopg import Connection

    Rows = dict[str, dict[Any, dict[str, Any]]]

ZONES: Final = ("UTC", "Asia/Tokyo", "America/Sao_Paulo")


def read_all(connection: Connection) -> Rows:
    """Read every row of every table: columns by id by table, instants in UTC.

    A column without a time zone is read as UTC, as the functions of the API do, whatever zone wrote it.
    """
    rows: Rows = {}
    connection.execute("SET TimeZone = 'UTC'")
    for table, columns in reading.columns(connection).items():
        values = SQL(", ").join(
            SQL("{0} AT TIME ZONE 'UTC' AS {0}" if form.split()[0] == "timestamp" else "{0}").format(
                Identifier(name)
            )
            for name, form in columns.items()
        )
        found = connection.execute(
            SQL("SELECT to_jsonb(t) FROM (SELECT {} FROM {}) AS t").format(values, Identifier(table))
        )
        rows[table] = {row.get("id"): row for (row,) in found}
    connection.execute("RESET TimeZone")
    return rows


@pytest.mark.parametrize("zone", ZONES)
def test_rows_read_the_same_after_mending(database_7: str, zone: str) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        name = SQL("ALTER DATABASE {} SET TimeZone = {}").format(Identifier(connection.info.dbname), zone)
        connection.execute(name)
    with psycopg.connect(database_7, autocommit=True) as connection:
        assert connection.execute("SHOW TimeZone").fetchone() == (zone,)
        add_ordinary(connection)
        odd = add_odd(connection)
        before = read_all(connection)

        apply(connection, MENDING)

        after = read_all(connection)
        off = connection.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'").fetchall()
    assert off == []
    assert all(len(rows) > 1 for rows in before.values())

    for grant in odd.repeated_grants:
        del before["user_permissions"][str(grant)]
    for user in before["users"].values():
        user["access_token"] = ""
    for repository in odd.repeated_repositories:
        row = before["repositories"][str(repository)]
        row |= {"is_active": False, "updated_at": after["repositories"][str(repository)]["updated_at"]}
    for table in ("workflows", "agent_executions", "tasks"):
        for row in before[table].values():
            row["organization_id"] = owner(before, row)
    for table, rows in before.items():
        for key, row in rows.items():
            filled = after[table][key]
            for column in [name for name, value in row.items() if value is None]:
                if tells_when(table, column):
                    assert filled[column] is not None, (table, column)
                    row[column] = filled[column]

    assert before == {table: after[table] for table in before}
    assert {"sessions": {}, "task_dependency_lock": {}, "idempotency_keys": {}} == {
        table: rows for table, rows in after.items() if table not in before
    }


def owner(rows: Rows, work: dict[str, Any]) -> str | None:
    """Find the organization that a row's repository belongs to."""
    repository = rows["repositories"].get(work["repository_id"], {})
    found = repository.get("organization_id")
    return None if found is None else str(found)


def tells_when(table: str, column: str) -> bool:
    """Tell whether a column holds the time at which its row was made or changed."""
    return column in {"created_at", "updated_at", "connected_at", "last_ping_at"} or (table, column) == (
        "execution_logs",
        "timestamp",
    )


def test_a_difference_would_be_seen(database_7: str) -> None:
    """The same change of type, made as it was made in 20251123000001, in a session of another zone."""
    with psycopg.connect(database_7, autocommit=True) as connection:
        add_ordinary(connection)
        before = read_all(connection)
        connection.execute("SET TimeZone = 'Asia/Tokyo'")

        connection.execute("ALTER TABLE tasks ALTER COLUMN failed_at TYPE timestamptz")

        after = read_all(connection)
    assert before["tasks"] != after["tasks"]
    assert before["task_dependencies"] == after["task_dependencies"]
