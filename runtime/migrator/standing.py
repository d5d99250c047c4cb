"""Reads what the database's roles are: their attributes, memberships and property, and who uses them now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

NAMED_MOST: Final = 5
"""Objects of a role that are named; the others are counted."""
_STANDING: Final = """
SELECT r.rolname::text AS name, r.rolsuper AS superuser, r.rolcreatedb AS createdb,
       r.rolcreaterole AS createrole, r.rolreplication AS replication, r.rolbypassrls AS bypassrls,
       r.rolcanlogin AS login, r.rolinherit AS inherit, r.rolconnlimit AS connection_limit,
       coalesce(r.rolconfig, '{}') AS settings,
       array(
           SELECT g.rolname::text FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
           WHERE m.member = r.oid ORDER BY 1
       ) AS member_of,
       array(
           SELECT g.rolname::text FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
           WHERE m.member = r.oid AND m.admin_option ORDER BY 1
       ) AS administers,
       array(
           SELECT m.rolname::text FROM pg_roles AS m
           WHERE m.oid <> r.oid AND NOT m.rolsuper AND pg_has_role(m.oid, r.oid, 'USAGE') ORDER BY 1
       ) AS used_by,
       array(
           SELECT CASE
               WHEN d.dbid IN (0, here.oid) THEN pg_describe_object(d.classid, d.objid, d.objsubid)
               ELSE 'something in database ' || there.datname
           END
           FROM pg_shdepend AS d LEFT JOIN pg_database AS there ON there.oid = d.dbid
           WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o' ORDER BY 1
       ) AS owns,
       (SELECT count(*) FROM pg_stat_activity AS a WHERE a.usename = r.rolname) AS sessions,
       coalesce(has_schema_privilege(r.oid, to_regnamespace('public'), 'CREATE'), false) AS may_create,
       has_database_privilege(r.oid, here.oid, 'CREATE') AS may_create_schemas,
       coalesce((
           SELECT bool_or(c.privilege_type = 'CONNECT')
           FROM aclexplode(here.datacl) AS c WHERE c.grantee = r.oid
       ), false) AS granted_connect,
       coalesce(has_table_privilege(r.oid, to_regclass('public._sqlx_migrations'), 'SELECT'), false)
           AS reads_ledger
FROM pg_roles AS r CROSS JOIN (SELECT * FROM pg_database WHERE datname = current_database()) AS here
WHERE r.rolname = ANY(%s) ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """One role, seen from one database."""

    name: str
    superuser: bool
    createdb: bool
    createrole: bool
    replication: bool
    bypassrls: bool
    login: bool
    inherit: bool
    connection_limit: int
    """Sessions at a time; -1 is no limit."""
    settings: list[str]
    """What its sessions begin with, each as `name=value`."""
    member_of: list[str]
    administers: list[str]
    """Roles that it may give to others."""
    used_by: list[str]
    """Roles that have its rights without asking; superusers left out."""
    owns: list[str]
    """Databases, and objects here; those in other databases without their names."""
    sessions: int
    """How many are connected as this role, to any database of the server."""
    may_create: bool
    """Whether it can make objects in schema public, by whatever grant."""
    may_create_schemas: bool
    granted_connect: bool
    """Whether CONNECT is granted to it by name, not to everybody."""
    reads_ledger: bool

    def excess(self, allowed: Sequence[str]) -> tuple[str, ...]:
        """What it has and a role of the API must not have; `allowed` are the roles that it may be in."""
        return tuple(self._excess(allowed))

    def _excess(self, allowed: Sequence[str]) -> Iterator[str]:
        for attribute in ("superuser", "createdb", "createrole", "replication", "bypassrls"):
            if getattr(self, attribute):
                yield attribute.upper()
        yield from (f"membership in {role}" for role in self.member_of if role not in allowed)
        yield from (f"the right to grant {role}" for role in self.administers)
        yield from (f"ownership of {thing}" for thing in self.owns[:NAMED_MOST])
        if len(self.owns) > NAMED_MOST:
            yield f"ownership of {len(self.owns) - NAMED_MOST} more objects"
        if self.may_create_schemas and not self.superuser:
            yield "CREATE on the database"


def read_standing(connection: psycopg.Connection, names: Sequence[str]) -> dict[str, Standing]:
    """Read the roles that exist, by name, in one round trip."""
    with connection.cursor(row_factory=class_row(Standing)) as cursor:
        return {role.name: role for role in cursor.execute(_STANDING, [list(names)])}
