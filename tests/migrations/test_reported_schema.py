"""The seven reported migrations build exactly what was reported, in `reported.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.migrations import reading
from tests.migrations.applying import REPORTED, apply

if TYPE_CHECKING:
    from psycopg import Connection

    from twin.postgres import Server

FACTS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("reported.toml").read_text(encoding="utf-8"))
TABLES = FACTS["tables"]
ID = {"id": "uuid not null default gen_random_uuid()"}
GRANTS = {
    (role, permission)
    for permission, holders in FACTS["permissions"].items()
    for role, holds in zip(FACTS["roles"], holders.split(), strict=True)
    if holds == "x"
}


def test_there_is_as_much_of_everything_as_reported(reported: Connection) -> None:
    def count(table: str) -> int:
        ((number,),) = reported.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)))
        return int(number)

    found = {
        "tables": len(reading.columns(reported)),
        "enums": len(reading.enums(reported)),
        "views": len(reading.columns(reported, "v")),
        "functions": len(reading.functions(reported)),
        "triggers": len(reading.triggers(reported)),
        "indexes": len(reading.indexes(reported)),
        "permissions": count("permissions"),
        "roles": count("roles"),
        "role_permissions": count("role_permissions"),
    }

    assert FACTS["totals"] == found


def test_the_seven_versions_have_their_reported_names() -> None:
    assert [
        "20251024000000_initial_schema.sql",
        "20251024000001_execution_logs.sql",
        "20251120000000_create_tasks_table.sql",
        "20251123000000_fix_github_id_type.sql",
        "20251123000001_fix_timestamp_types.sql",
        "20251125000000_organizations_teams.sql",
        "20251125000001_rbac_permissions.sql",
    ] == [migration.name for migration in REPORTED]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_its_columns_in_their_order(reported: Connection, table: str) -> None:
    expected = ID | TABLES[table]["columns"]

    assert list(expected.items()) == list(reading.columns(reported)[table].items())


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_its_keys_and_nothing_else_is_checked(reported: Connection, table: str) -> None:
    """What stands in parentheses in the facts, such as the values of a status, was a convention."""
    expected = {"PRIMARY KEY (id)"} | {f"UNIQUE ({key})" for key in TABLES[table].get("unique", [])}
    for column, target in TABLES[table].get("references", {}).items():
        other, action = target.split(maxsplit=1)
        expected.add(f"FOREIGN KEY ({column}) REFERENCES {other}(id) ON DELETE {action.upper()}")

    assert expected == reading.constraints(reported)[table]


def test_the_indexes_are_those_reported(reported: Connection) -> None:
    assert FACTS["indexes"] == reading.indexes(reported)


def test_the_triggers_are_those_reported(reported: Connection) -> None:
    assert FACTS["triggers"] == reading.triggers(reported)


def test_the_functions_are_those_reported(reported: Connection) -> None:
    assert FACTS["functions"] == reading.functions(reported)


def test_the_enumerations_have_their_labels_in_order(reported: Connection) -> None:
    assert FACTS["enums"] == reading.enums(reported)


def test_the_views_have_their_columns_in_order(reported: Connection) -> None:
    assert FACTS["views"] == {name: list(columns) for name, columns in reading.columns(reported, "v").items()}


def test_the_extension_is_there_wherever_the_server_has_it(reported: Connection) -> None:
    """The live server has it; a build without contrib modules must still do for tests and rehearsals."""
    available = "SELECT name FROM pg_available_extensions WHERE name = 'uuid-ossp'"
    installed = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"

    assert reported.execute(available).fetchall() == reported.execute(installed).fetchall()


def test_the_roles_are_those_reported(reported: Connection) -> None:
    rows = reported.execute("SELECT code, scope, is_system FROM roles").fetchall()

    assert {(code, scope, True) for code, scope in FACTS["roles"].items()} == set(rows)


def test_a_permission_belongs_to_the_category_before_its_first_dot(reported: Connection) -> None:
    rows = reported.execute("SELECT code, category FROM permissions").fetchall()

    assert {(code, code.split(".")[0]) for code in FACTS["permissions"]} == set(rows)


def test_each_role_holds_its_permissions(reported: Connection) -> None:
    rows = reported.execute(
        "SELECT roles.code, permissions.code FROM role_permissions"
        " JOIN roles ON roles.id = role_id JOIN permissions ON permissions.id = permission_id"
    ).fetchall()

    assert set(rows) == GRANTS


def test_each_version_makes_its_tables_and_changes_its_types(server: Server) -> None:
    """Timestamps had no zone until 20251123000001, GitHub's ids 32 bits until 20251123000000."""
    tables: set[str] = set()
    types = {}
    with psycopg.connect(server.url(server.create_database()), autocommit=True) as connection:
        for migration in REPORTED:
            apply(connection, [migration])
            columns = reading.columns(connection)
            tables |= set(FACTS["versions"][str(migration.version)])
            forms = [form.split()[0] for table in columns.values() for form in table.values()]
            types[migration.version] = (forms.count("timestamp"), forms.count("timestamptz"))

            assert tables == set(columns)
            github = "integer" if migration.version < 20251123000000 else "bigint"
            assert columns["users"]["github_id"] == f"{github} not null"
            assert columns["repositories"]["github_repo_id"] == f"{github} not null"

    assert {
        20251024000000: (13, 0),
        20251024000001: (14, 0),
        20251120000000: (21, 0),
        20251123000000: (21, 0),
        20251123000001: (3, 18),
        20251125000000: (3, 27),
        20251125000001: (3, 32),
    } == types
