"""Measures what a statement does to the tables that are there: locks, rewrites, scans.

Two looks at the catalogue from the session that runs it, one before and one after, and their difference. What
is measured so on an empty copy of a schema holds on the full one, but for how a plan reads tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from psycopg.rows import class_row, dict_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import psycopg

MODES: Final = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
"""PostgreSQL's table locks, weakest first: https://www.postgresql.org/docs/current/explicit-locking.html."""
WRITES: Final = MODES.index("RowExclusiveLock")
BLOCKS_WRITES: Final = MODES.index("ShareLock")
BLOCKS_READS: Final = MODES.index("AccessExclusiveLock")
ASSUMED: Final = MODES[-1]
"""What is taken for held on a table that was rewritten by a statement whose locks were gone with it."""
_KNOWN: Final = """
SELECT c.oid::bigint, c.oid::regclass::text AS name,
       coalesce(i.indrelid, c.oid)::bigint AS table,
       c.relkind IN ('r', 'p', 'm', 'f') AS holds_rows, c.relkind IN ('v', 'm') AS is_derived
FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
WHERE c.oid >= 16384 AND c.relkind <> 'c' AND c.relnamespace <> 'pg_toast'::regnamespace
"""
# Everything is qualified, for a file may have set any search path. What a session counts stays with it for a
# while, beyond the transaction, and then goes into the sum of all, so the two are added up.
_STATE: Final = """
SELECT
    (SELECT coalesce(jsonb_object_agg(c.oid, jsonb_build_array(
         c.relfilenode::bigint,
         pg_catalog.pg_stat_get_numscans(c.oid) + pg_catalog.pg_stat_get_xact_numscans(c.oid),
         coalesce((
             SELECT sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)
                        + pg_catalog.pg_stat_get_xact_numscans(i.indexrelid))
             FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid
         ), 0)
     )), '{}') FROM pg_catalog.pg_class AS c
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= 16384) AS relations,
    (SELECT coalesce(jsonb_object_agg(i.indrelid || ' ' || c.relname, c.relfilenode::bigint), '{}')
     FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
     WHERE c.relkind = 'i' AND c.oid >= 16384) AS indexes,
    (SELECT coalesce(jsonb_object_agg(oid, jsonb_build_array(conrelid::bigint, confrelid::bigint)), '{}')
     FROM pg_catalog.pg_constraint
     WHERE contype = 'f' AND convalidated AND conparentid = 0) AS foreign_keys,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(l.relation::bigint, l.mode)), '[]')
     FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_database AS d ON d.oid = l.database
     WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
       AND l.relation::bigint >= 16384 AND d.datname = pg_catalog.current_database()) AS locks,
    coalesce(
        (SELECT max(c.relname)::text
         FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
         WHERE l.pid = pg_catalog.pg_backend_pid() AND c.relisshared AND c.relkind = 'r'
           AND l.mode = 'RowExclusiveLock' AND c.relname <> 'pg_shdepend'),
        (SELECT 'pg_database' FROM pg_catalog.pg_database
         WHERE xmin = pg_catalog.pg_current_xact_id_if_assigned()::xid LIMIT 1)
    ) AS beyond
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, view, sequence or index that was there before; `table` is what an index belongs to."""

    oid: int
    name: str
    table: int
    holds_rows: bool
    is_derived: bool
    """Whether nobody writes to it but by refreshing it."""

    @property
    def is_part(self) -> bool:
        """Whether it is an index."""
        return self.table != self.oid


@dataclass(frozen=True, slots=True)
class State:
    """One look: relations by oid, indexes by the oid of their table and their name."""

    relations: Mapping[str, tuple[int, int, int]]
    """The number of the file that holds the rows, how often it was read, and how often an index of it was."""
    indexes: Mapping[str, int]
    foreign_keys: Mapping[str, tuple[int, int]]
    """The table and the one that it refers to, of each that is valid."""
    locks: Iterable[tuple[int, str]]
    """Oid and mode of each lock that this session holds on a relation of the database."""
    beyond: str | None
    """A catalogue of the whole server that this transaction writes to."""

    def strongest(self) -> dict[int, int]:
        """The strongest mode that is held on each relation, as its place in `MODES`."""
        return strongest(self.locks)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on something that was there before; on an index only where it is stronger than on its table."""

    relation: str
    mode: str
    table: str
    is_derived: bool = False

    @property
    def rank(self) -> int:
        """Its place in `MODES`."""
        return MODES.index(self.mode)

    @property
    def blocks_reads(self) -> bool:
        """Whether others can't even read meanwhile."""
        return self.rank >= BLOCKS_READS

    @property
    def blocks_writes(self) -> bool:
        """Whether others can't write meanwhile."""
        return self.rank >= BLOCKS_WRITES and (self.blocks_reads or not self.is_derived)


@dataclass(frozen=True, slots=True)
class Effects:
    """What a statement did to relations that were there before, each by its name from before."""

    taken: tuple[Lock, ...] = ()
    """Locks that it took, where it did not hold stronger ones."""
    held: tuple[Lock, ...] = ()
    """What was locked while it ran, by itself or by an earlier statement of the transaction."""
    rewritten: tuple[str, ...] = ()
    """Tables whose rows are in another file than before."""
    rebuilt: tuple[str, ...] = ()
    """Indexes that are in another file, of tables that are not."""
    rebuilt_of: tuple[str, ...] = ()
    """The tables of those."""
    scanned: tuple[str, ...] = ()
    """Tables that were read from end to end."""
    looked_up: tuple[str, ...] = ()
    """Tables that were read by an index."""
    checked: tuple[tuple[str, str], ...] = ()
    """A table whose rows were held against those of another, for a foreign key."""
    emptied: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


class Meter:
    """Looks at a database through the session that changes it."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.known = {relation.oid: relation for relation in self._relations()}
        self._names = {relation.name for relation in self.known.values()}

    def recognise(self) -> None:
        """Take what a file has dropped and made anew for what was there before: to others it is the same."""
        for relation in self._relations():
            if relation.name in self._names:
                self.known.setdefault(relation.oid, relation)

    def look(self) -> State:
        """How it is now, inside of the transaction that is open, if one is."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(_STATE).fetchone()
        assert row is not None  # noqa: S101  (a SELECT without FROM has one row)
        return State(**row)

    def compare(
        self,
        before: State,
        after: State,
        *,
        also_held: Iterable[tuple[int, str]] = (),
        truncates: bool = False,
    ) -> Effects:
        """What lies between two looks.

        Args:
            before: The first.
            after: The second.
            also_held: Locks that were seen in between and are gone by now: oids and modes.
            truncates: Whether that was a TRUNCATE: to empty a table, it gives it a new file.
        """
        seen = strongest(also_held)
        held = _merged(after.strongest(), seen)
        taken = {oid: rank for oid, rank in held.items() if rank > before.strongest().get(oid, -1)}
        checked = self._checked(before, after)
        unread = {target for table, target in checked if table != target}
        rewritten = self._rewritten(before, after)
        rebuilt = self._rebuilt(before, after, rewritten)
        emptied = rewritten if truncates else []
        # whether a key's target is read through or looked up by its index is up to the planner, and the
        # indexes of an emptied table are made anew, for which it is read
        unread |= set(emptied)
        return Effects(
            taken=self._locks(taken, held),
            held=self._locks(held, held),
            rewritten=tuple(name for name in rewritten if name not in emptied),
            emptied=tuple(emptied),
            rebuilt=tuple(name for name, _ in rebuilt),
            rebuilt_of=tuple(dict.fromkeys(table for _, table in rebuilt)),
            scanned=tuple(name for name in self._read(before, after, "table") if name not in unread),
            looked_up=tuple(name for name in self._read(before, after, "index") if name not in unread),
            checked=tuple(checked),
            dropped=tuple(
                self.known[int(oid)].name
                for oid in before.relations
                if oid not in after.relations and int(oid) in self.known
            ),
        )

    def _relations(self) -> list[Relation]:
        with self._connection.cursor(row_factory=class_row(Relation)) as cursor:
            return cursor.execute(_KNOWN).fetchall()

    def _locks(self, ranks: Mapping[int, int], held: Mapping[int, int]) -> tuple[Lock, ...]:
        found = []
        for oid, rank in ranks.items():
            relation = self.known.get(oid)
            if relation is None or (relation.is_part and rank <= max(held.get(relation.table, -1), WRITES)):
                continue
            table = self.known.get(relation.table, relation)
            found.append(Lock(relation.name, MODES[rank], table.name, relation.is_derived))
        return tuple(sorted(found, key=lambda lock: (-lock.rank, lock.relation)))

    def _rewritten(self, before: State, after: State) -> list[str]:
        return [
            self.known[int(oid)].name
            for oid, (file, *_) in before.relations.items()
            if int(oid) in self.known
            and self.known[int(oid)].holds_rows
            and after.relations.get(oid, (file, 0, 0))[0] != file
        ]

    def _rebuilt(self, before: State, after: State, rewritten: Iterable[str]) -> list[tuple[str, str]]:
        found = []
        for key, file in before.indexes.items():
            table, _, name = key.partition(" ")
            known = self.known.get(int(table))
            if known and known.name not in rewritten and after.indexes.get(key, file) != file:
                found.append((name, known.name))
        return sorted(found)

    def _read(self, before: State, after: State, by: Literal["table", "index"]) -> list[str]:
        """The tables of which the table itself, or an index, was read more often than before."""
        at = 1 if by == "table" else 2
        return [
            self.known[int(oid)].name
            for oid, numbers in after.relations.items()
            if int(oid) in self.known and numbers[at] > before.relations.get(oid, (0, 0, numbers[at]))[at]
        ]

    def _checked(self, before: State, after: State) -> list[tuple[str, str]]:
        """Tables of foreign keys that have become valid; one that is new itself has no rows to check."""
        return [
            (self.known[table].name, self.known[target].name)
            for key, (table, target) in after.foreign_keys.items()
            if key not in before.foreign_keys and table in self.known and target in self.known
        ]


def strongest(locks: Iterable[tuple[int, str]]) -> dict[int, int]:
    """The strongest mode on each oid, as its place in `MODES`; what is no table lock is left out."""
    found: dict[int, int] = {}
    for oid, mode in locks:
        if mode in MODES:
            found[oid] = max(found.get(oid, -1), MODES.index(mode))
    return found


def _merged(some: Mapping[int, int], others: Mapping[int, int]) -> dict[int, int]:
    return {oid: max(some.get(oid, -1), others.get(oid, -1)) for oid in some.keys() | others.keys()}
