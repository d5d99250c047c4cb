"""What is refused in a migration's file, how migrating may fail, and which tests provoke that."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from runtime.migrator.hazards import RULES
from scripts.docs.documents import ROOT
from scripts.docs.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TESTS: Final = ROOT / "tests" / "runtime" / "migrator"
NUMBER: Final = re.compile(r"\b[Cc]ases? (\d+)")

CASES: Final = (
    ("SIGKILL in a transaction", "the server rolls back; the next run repeats it"),
    ("SIGTERM", "the statement is cancelled and rolled back; exit code 143"),
    ("SIGINT", "the same; exit code 130"),
    ("sqlx was killed before it noted its time", "no error; `status` shows `?`"),
    ("killed outside of a transaction", "the row says so; `up --resume` goes on at the right statement"),
    ("two runs at once", "the second waits, names the first, and finds nothing to do"),
    ("sqlx's embedded migrator at the same time", "its own lock keeps either out"),
    ("sqlx's command line, which takes no lock", "nothing runs twice; the loser is told why"),
    ("the lock is held too long", "exit code 8; names process, user, since when, and its statement"),
    (
        "the lock is held by an idle session",
        "the same, with the statement that ends it; never ended by itself",
    ),
    ("a pooler stands between", "found out and refused"),
    ("applied files changed", "all are listed, with what happened to them; nothing is applied"),
    ("an applied file is gone", "refused, unless `--ignore-missing`"),
    ("a version is given twice", "refused before connecting, with both names"),
    ("a name without a version", "the folder is refused, as by sqlx"),
    ("a file that is not UTF-8", "refused, with the byte"),
    ("a byte order mark", "refused, with the place"),
    ("CRLF line ends", "runs; a later change of them is explained as such"),
    ("an empty file", "applied and recorded, as by sqlx, with a warning"),
    ("pending, but older than applied ones", "applied as by sqlx, shown by `plan`, refused by `--strict`"),
    ("a lock timeout in CREATE INDEX CONCURRENTLY", "none there; what an earlier one left is dropped"),
    ("CREATE UNIQUE INDEX CONCURRENTLY finds doubles", "reported; the invalid index is dropped"),
    ("a statement that can't run in a transaction", "refused beforehand, with what to write"),
    ("several statements outside of a transaction", "each runs; a warning that sqlx can't"),
    ("a file with its own COMMIT", "runs, with a warning; half of it is marked as unfinished"),
    ("a file that rolls back", "refused, not recorded"),
    ("an empty search path, as in dumps", "the ledger is found all the same"),
    ("SET and SET ROLE in a file", "end with it"),
    ("a file gives all advisory locks away", "they are taken again, or the run stops"),
    ("psql's own commands", "refused beforehand, with the line"),
    ("COPY FROM STDIN", "refused beforehand"),
    ("quotes, bodies and rules that hold semicolons", "arrive unharmed"),
    ("`%`, `%s`, `:x`, `{}` in SQL", "arrive byte by byte"),
    ("a long reader in the way", "gives up after the lock timeout, and tries again; names the reader"),
    ("deadlock, serialization failure", "tried again in a transaction, reported outside of one"),
    ("a statement timeout of the role or the server", "does not hold for migrations"),
    ("an idle timeout while the lock is held", "does not hold either"),
    ("the server crashes in a migration", "reconnects, and says whether it is applied"),
    ("the connection is lost at COMMIT", "the ledger tells the outcome"),
    ("the session is terminated", "the same"),
    ("a replica", "`up` refuses; `status` works"),
    ("a read-only session", "refused, with the reason"),
    ("rights are missing", "named before anything runs; `status` needs SELECT alone"),
    ("TLS refused by either side", "exit code 3; never in clear"),
    ("wrong password, no database, too many connections, no host", "a line each, without the password"),
    ("clocks differ", "times are measured by one clock; a version in the future is warned of"),
    ("a huge file", "refused beyond 256 MiB"),
    ("thousands of tables", "one transaction a migration; PostgreSQL's hint is shown"),
    ("a deferred constraint fails at COMMIT", "the row is rolled back with it"),
    ("an unfinished row from elsewhere", "refused, with what to do"),
    ("a ledger of another shape or place, or two", "refused, with what was found"),
    ("disk or memory is full", "rolled back and reported"),
    ("a file changes during the run", "refused: what was checked is what runs"),
    ("an unreadable file or folder", "refused before connecting"),
    ("no way down, or an edited one", "`revert` refuses; row and script go together"),
    ("no terminal, a closed pipe, NO_COLOR, JSON", "no traceback; progress on standard error"),
    ("pg_dump's random key", "stripped: two dumps of one schema are equal"),
)
"""Ways to fail and what is expected then, numbered from 1 as in the tests' docstrings."""


def hazards_table() -> str:
    """Every rule for the content of a file."""
    rows = ((f"`{rule.id}`", rule.severity, rule.sentence) for rule in RULES)
    return table("rule | severity | what is found", rows)


def cases_table() -> str:
    """Every way to fail, what is expected, and the tests that provoke it."""
    tests = tests_by_case()
    rows = (
        f"| {number} | {case} | {expected} | {'<br>'.join(tests.get(number, []))} |"
        for number, (case, expected) in enumerate(CASES, start=1)
    )
    return "\n".join(["| | what happens | what is expected | tested by |", "|---:|---|---|---|", *rows])


def tests_by_case() -> dict[int, list[str]]:
    """The tests whose docstrings name a case, as links, by its number."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, docstring in _tests(path):
            link = f"[{name}](../{path.relative_to(ROOT)})"
            for number in dict.fromkeys(map(int, NUMBER.findall(docstring))):
                found.setdefault(number, []).append(link)
    return found


def _tests(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name.removeprefix("test_").replace("_", " "), ast.get_docstring(node) or ""
