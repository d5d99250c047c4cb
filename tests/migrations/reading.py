"""Reads what a database holds from its catalogue, in the words in which the facts are written down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from psycopg import Connection

SHORT_NAMES: Final = {
    "character varying": "varchar",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}
COLUMNS: Final = """
SELECT relname, attname, format_type(atttypid, atttypmod)
    || CASE WHEN attnotnull THEN ' not null' ELSE '' END
    || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
FROM pg_class
JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind = %s
ORDER BY relname, attnum
"""
CONSTRAINTS: Final = """
SELECT conrelid::regclass::text, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
"""
INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
"""
TRIGGERS: Final = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
FUNCTIONS: Final = """
SELECT oid::regprocedure::text, prorettype::regtype::text FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""
ENUMS: Final = """
SELECT typname, array_agg(enumlabel::text ORDER BY enumsortorder)
FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid GROUP BY typname
"""
DEFINITIONS: Final = """
SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || indexrelid::regclass, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'view ' || oid::regclass, pg_get_viewdef(oid)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
UNION ALL
SELECT 'function ' || oid::regprocedure, pg_get_functiondef(oid)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL
SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'rights on ' || oid::regclass, relacl::text
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relacl IS NOT NULL
"""


def columns(connection: Connection, kind: str = "r") -> dict[str, dict[str, str]]:
    """Read the columns of all tables, or of all views with kind "v", in order: `varchar(10) not null`."""
    found: dict[str, dict[str, str]] = {}
    for table, column, form in connection.execute(COLUMNS, [kind]):
        found.setdefault(table, {})[column] = short(form)
    return found


def constraints(connection: Connection) -> dict[str, set[str]]:
    """Read what each table promises: `UNIQUE (slug)`, `FOREIGN KEY (user_id) REFERENCES users(id)`."""
    found: dict[str, set[str]] = {}
    for table, definition in connection.execute(CONSTRAINTS):
        found.setdefault(table, set()).add(definition)
    return found


def indexes(connection: Connection) -> dict[str, str]:
    """Read the indexes that belong to no constraint: `tasks (status)`, or more where they do more."""
    form = re.compile(r"CREATE INDEX \w+ ON public\.(\w+) USING btree (\(.*\))")
    return {
        name: form.sub(r"\1 \2", definition).replace('"', "")
        for name, definition in connection.execute(INDEXES)
    }


def triggers(connection: Connection) -> dict[str, str]:
    """Read the triggers: `BEFORE UPDATE ON users: update_updated_at_column`."""
    form = re.compile(r"CREATE TRIGGER \w+ (.*) ON public\.(\w+) FOR EACH ROW EXECUTE FUNCTION (\w+)\(\)")
    return {name: form.sub(r"\1 ON \2: \3", definition) for name, definition in connection.execute(TRIGGERS)}


def functions(connection: Connection) -> dict[str, str]:
    """Read the functions that no extension brought, and what each returns."""
    rows = connection.execute(FUNCTIONS)
    return {short(signature).replace(",", ", "): result for signature, result in rows}


def enums(connection: Connection) -> dict[str, list[str]]:
    """Read the enumerations with their labels in order."""
    return dict(connection.execute(ENUMS).fetchall())


def everything(connection: Connection) -> dict[str, Any]:
    """Read all of the above and every definition in full, to compare two databases by."""
    definitions: dict[str, Any] = dict(connection.execute(DEFINITIONS).fetchall())
    return definitions | columns(connection) | columns(connection, "v")


def short(form: str) -> str:
    """Write a type as the facts do, and a default without its cast."""
    for long, name in SHORT_NAMES.items():
        form = form.replace(long, name)
    return re.sub(r"(default '.*')::\w+$", r"\1", form)
