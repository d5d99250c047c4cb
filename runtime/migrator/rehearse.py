"""Rehearses the pending migrations: what each statement would lock, rewrite and scan, and who would wait.

They run on a copy of the schema in a scratch database. Of the real database the catalogue and the ledger are
read, and of its tables the size; no statement reads or changes a row of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import psycopg

from runtime.migrator import connection as connecting
from runtime.migrator import scanner
from runtime.migrator.copying import copied, group_for
from runtime.migrator.errors import ReadOnly, ServerRefused
from runtime.migrator.exchange import reason
from runtime.migrator.inspecting import head
from runtime.migrator.measuring import Meter
from runtime.migrator.planning import lay_out
from runtime.migrator.rehearsing import Copy, Rehearsed, rehearse_file
from runtime.migrator.runner import Options, preflight, require_sound
from runtime.migrator.survey import survey
from runtime.migrator.verdicts import Level, Size, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runtime.migrator.connection import Target
    from runtime.migrator.context import Context, Document
    from runtime.migrator.files import Migration
    from runtime.migrator.rehearsing import Measured
    from runtime.migrator.survey import Survey

LIMITS: Final = (
    (
        "the copy has no rows: nothing is said on rows that break a new constraint, on the time of a "
        "backfill, and on what a file does only where it finds certain rows"
    ),
    (
        "an UPDATE, a DELETE or a query has the plan for empty tables: what it scans here it may look up by "
        "an index there, and the other way round"
    ),
)
"""What no rehearsal on empty tables can tell."""
_SIZES: Final = """
SELECT name,
       CASE WHEN bool_and(part.bytes = 0 OR part.rows >= 0) THEN sum(greatest(part.rows, 0))::bigint END,
       sum(CASE WHEN part.bytes > 0 THEN pg_table_size(part.oid) ELSE 0 END)::bigint,
       sum(pg_indexes_size(part.oid))::bigint
FROM unnest(%s::text[]) AS name
     JOIN pg_class AS c ON c.oid = to_regclass(name) AND c.relkind IN ('r', 'p', 'm'),
     LATERAL (SELECT c.oid UNION SELECT relid FROM pg_partition_tree(c.oid)) AS tree,
     LATERAL (SELECT p.oid, p.reltuples AS rows, pg_relation_size(p.oid) AS bytes
              FROM pg_class AS p WHERE p.oid = tree.oid) AS part
GROUP BY name
"""
_PATIENCE: Final = {"lock_timeout": "3s"}
"""For the sizes: somebody may hold a table."""


def rehearse(context: Context, options: Mapping[str, Any], *, pg_dump: Path | str = "pg_dump") -> Document:
    """Run what is pending on a copy, and tell of each statement what it would mean to others.

    Options are those of `plan`. Raises what `plan` raises, `MigrationFailed` where a file fails on the copy,
    and any other `MigratorError`; in any case the real database stays as it was.
    """
    try:
        return _rehearse(context, Options(**options), pg_dump)
    except psycopg.Error as error:
        raise ServerRefused("the rehearsal", error.sqlstate, reason(error)) from error


def _rehearse(context: Context, options: Options, pg_dump: Path | str) -> Document:
    say = context.progress.say
    with connecting.connect(context.target, purpose="rehearse", settings=_PATIENCE, say=say) as connection:
        place = survey(connection)
        place.require_readable()
        rows = place.ledger.rows(connection) if place.ledger.exists else {}
        plan = lay_out(context.migrations, rows)
        if options.target is not None:
            plan = plan.until(options.target)
        require_sound(plan, options)
        warnings = [hazard.render() for hazard in preflight(plan.pending)]
        rehearsed: list[Rehearsed] = []
        if plan.pending:
            _refuse_read_only(place)
            with (
                group_for(context, connection, plan.pending),
                copied(context, connection, place, rows, pg_dump) as copy,
            ):
                rehearsed = _run(context, copy, plan.pending)
        sizes = _sizes(context, connection, rehearsed)
    return head(place) | _document(rehearsed, sizes) | {"warnings": warnings, "limits": list(LIMITS)}


def _refuse_read_only(place: Survey) -> None:
    if place.replica or place.read_only:
        raise ReadOnly("a rehearsal makes a scratch database, which a replica or a read-only session can't")


def _run(context: Context, target: Target, pending: Sequence[Migration]) -> list[Rehearsed]:
    done = []
    with connecting.connect(target, purpose="rehearse", say=context.progress.say) as connection:
        another = partial(connecting.connect, target, purpose="rehearse, looking")
        copy = Copy(connection, another, survey(connection).ledger, Meter(connection))
        for number, migration in enumerate(pending, start=1):
            context.progress.begin(migration, number, len(pending))
            done.append(rehearse_file(copy, migration))
            context.progress.end(migration, done[-1].nanoseconds)
    return done


def _sizes(
    context: Context, connection: psycopg.Connection, rehearsed: Sequence[Rehearsed]
) -> dict[str, Size]:
    """How big the tables are that the files lock or read; none, where somebody holds one of them."""
    effects = [each.effects for file in rehearsed for each in file.statements]
    names = {lock.table for each in effects for lock in (*each.taken, *each.held)}
    names |= {
        name for each in effects for name in (*each.rewritten, *each.rebuilt_of, *each.scanned, *each.dropped)
    }
    try:
        found = connection.execute(_SIZES, [sorted(names)]).fetchall()
    except psycopg.errors.LockNotAvailable:
        context.progress.say("how big the tables are is not told: somebody holds one of them")
        return {}
    return {name: Size(*numbers) for name, *numbers in found}


def _document(rehearsed: Sequence[Rehearsed], sizes: Mapping[str, Size]) -> Document:
    files = [_file(file, sizes) for file in rehearsed]
    return {
        "files": files,
        "blocking": sum(
            statement["level"] == Level.BLOCKS for file in files for statement in file["statements"]
        ),
        "tables": {
            name: {"rows": size.rows, "table_bytes": size.table_bytes, "index_bytes": size.index_bytes}
            for name, size in sorted(sizes.items())
        },
    }


def _file(file: Rehearsed, sizes: Mapping[str, Size]) -> Document:
    lines = scanner.Lines(file.migration.text)
    return {
        "version": file.migration.version,
        "description": file.migration.description,
        "file": file.migration.name,
        "transaction": not file.migration.no_transaction,
        "seconds": file.nanoseconds / 1e9,
        "statements": [_statement(each, lines, sizes) for each in file.statements],
    }


def _statement(measured: Measured, lines: scanner.Lines, sizes: Mapping[str, Size]) -> Document:
    effects = measured.effects
    line, column = lines.position(measured.statement.start)
    verdict = judge(measured.statement, effects, sizes)
    return {
        "line": line,
        "column": column,
        "statement": measured.statement.text,
        "seconds": measured.nanoseconds / 1e9,
        "locks": [{"relation": lock.relation, "mode": lock.mode} for lock in effects.taken],
        "rewrites": list(effects.rewritten),
        "rebuilds": list(effects.rebuilt),
        "scans": list(effects.scanned),
        "looks_up": list(effects.looked_up),
        "checks": [{"table": table, "against": target} for table, target in effects.checked],
        "empties": list(effects.emptied),
        "drops": list(effects.dropped),
        "level": verdict.level.value,
        "verdict": verdict.sentence,
    }
