"""Says in plain words what a statement's effects mean to those who use the database meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from runtime.migrator.measuring import WRITES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runtime.migrator.measuring import Effects
    from runtime.migrator.scanner import Statement

NAMED: Final = 3
"""How many things a sentence names."""
_SCALES: Final = ((2**40, "TB"), (2**30, "GB"), (2**20, "MB"), (2**10, "kB"))
_COUNTS: Final = ((10**9, "billion"), (10**6, "million"))
CHANGES_ROWS: Final = ("UPDATE", "DELETE", "MERGE", "WITH", "DO", "CALL")
"""First words of statements that may change rows which are there."""
SHORT: Final = "short: no scan, no rewrite"
WAITS: Final = "does not block, and waits until every older transaction has ended"


class Level(StrEnum):
    """How much a statement is in the way of others, worst first."""

    BLOCKS = "blocks"
    """Others wait for as long as it takes to read or to write a table."""
    SHORT = "short"
    """Others wait, for a moment."""
    ROWS = "rows"
    """Who wants to change the same rows waits until the file has ended."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Size:
    """How big a table is in the real database; `rows` is None where nobody has counted them yet."""

    rows: int | None
    table_bytes: int
    index_bytes: int

    def describe(self, *, indexes: bool = False) -> str:
        """For a person: `1.2 million rows, 340 MB`, of the table alone or with its indexes."""
        if not self.table_bytes:
            return "empty"
        rows = "rows not counted yet" if self.rows is None else _rows(self.rows)
        return f"{rows}, {_bytes(self.table_bytes + (self.index_bytes if indexes else 0))}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a statement means to others."""

    level: Level
    sentence: str


def judge(statement: Statement, effects: Effects, sizes: Mapping[str, Size]) -> Verdict:
    """Judge a statement by its effects; `sizes` are those of the tables that it touches, where known."""
    words = statement.words
    work = [*_work(effects, sizes)]
    lost = [_lost("empties", effects.emptied, sizes), _lost("drops", effects.dropped, sizes)]
    also = "".join(f", {each}" for each in lost if each)
    blocked = _blocked(effects)
    if work and blocked:
        return Verdict(Level.BLOCKS, f"blocks {blocked} while it {_joined(work)}{also}")
    changed = _changed(effects, words)
    if blocked:
        few = f", if few rows of {_names(changed)} change" if changed else ""
        before = "" if _takes(effects) else ", under locks from before"
        return Verdict(Level.SHORT, f"{SHORT}{few}{before}{also}")
    if "CONCURRENTLY" in words and words[0] != "REFRESH":
        return Verdict(Level.NONE, WAITS)
    reading = f"; {_joined(work)} while others go on" if work else ""
    if changed:
        rows = f"; locks the rows that it changes in {_names(changed)} until the end"
        return Verdict(Level.ROWS, f"does not block{reading}{rows}")
    return Verdict(Level.NONE, f"does not block{reading}{also}")


def _takes(effects: Effects) -> bool:
    return any(lock.blocks_writes for lock in effects.taken)


def _blocked(effects: Effects) -> str:
    """What others can't do until the transaction has ended, or nothing."""
    taken = {lock.relation for lock in effects.taken}
    reads = dict.fromkeys(lock.table for lock in effects.held if lock.blocks_reads)
    writes = dict.fromkeys(lock.table for lock in effects.held if lock.blocks_writes)
    before = {lock.table for lock in effects.held if lock.relation not in taken}
    parts = [
        f"{what} {_names([_since(table, before) for table in tables])}"
        for what, tables in (
            ("reads and writes of", reads),
            ("writes of", [table for table in writes if table not in reads]),
        )
        if tables
    ]
    return " and ".join(parts)


def _since(table: str, before: set[str]) -> str:
    return f"{table} (locked by an earlier statement)" if table in before else table


def _work(effects: Effects, sizes: Mapping[str, Size]) -> Iterator[str]:
    """What takes the longer the bigger the tables are."""
    done = set(effects.rewritten)
    if effects.rewritten:
        yield f"rewrites {_sized(effects.rewritten, sizes, indexes=True)}"
    if effects.rebuilt:
        yield f"rebuilds {_names(effects.rebuilt)} of {_sized(effects.rebuilt_of, sizes, indexes=True)}"
        done |= set(effects.rebuilt_of)
    for table, target in effects.checked:
        yield f"checks {_sized([table], sizes)} against {target}"
        done.add(table)
    if scanned := [table for table in effects.scanned if table not in done]:
        yield f"scans {_sized(scanned, sizes)}"


def _lost(verb: str, tables: Sequence[str], sizes: Mapping[str, Size]) -> str:
    return f"{verb} {_sized(tables, sizes)}" if tables else ""


def _changed(effects: Effects, words: Sequence[str]) -> list[str]:
    """Tables whose rows it may have changed, so that others who change the same ones wait."""
    if not words or words[0] not in CHANGES_ROWS:
        return []
    taken = [lock.relation for lock in effects.taken if lock.rank == WRITES]
    read = {*effects.scanned, *effects.looked_up}
    again = [lock.relation for lock in effects.held if lock.rank >= WRITES and lock.relation in read]
    return [*dict.fromkeys([*taken, *again])]


def _sized(tables: Sequence[str], sizes: Mapping[str, Size], *, indexes: bool = False) -> str:
    return _names(
        [
            f"{table} ({sizes[table].describe(indexes=indexes)})" if table in sizes else table
            for table in tables
        ]
    )


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    if more > 0:
        return f"{', '.join(names[:NAMED])} and {more} more"
    return _joined(names)


def _joined(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _rows(count: int) -> str:
    for scale, word in _COUNTS:
        if count >= scale:
            return f"{count / scale:.1f} {word} rows"
    return f"{count:,} row{'' if count == 1 else 's'}"


def _bytes(count: int) -> str:
    for scale, unit in _SCALES:
        if count >= scale:
            return f"{count / scale:.0f} {unit}" if count >= 10 * scale else f"{count / scale:.1f} {unit}"
    return f"{count} bytes"
