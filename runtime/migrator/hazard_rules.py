"""What a rule about migration files is, and the rules about how a file runs: whole, in one transaction, once.

An error stops the run before anything is applied, and can't be silenced. A warning is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from runtime.migrator.clauses import NAME

if TYPE_CHECKING:
    from runtime.migrator.clauses import Clause

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A hazard, and how it is found in a clause's canonical text (see `clauses`).

    A rule without `pattern` is about a whole file; `hazards` finds it.
    """

    id: str
    severity: Severity
    found: str
    """What is wrong, as half a sentence."""
    remedy: str
    """What to do, as the other half."""
    heads: tuple[str, ...] = ()
    """First words of the statements that it is about."""
    pattern: str = ""
    """An expression that finds it, from a clause's start; what its groups hold are tables."""
    unless: str = ""
    """What makes it harmless."""
    outline: bool = False
    """Whether both look at the outline, without what stands in parentheses."""
    in_transaction: bool = False
    """Whether it is no hazard in a file without a transaction."""
    live: bool = False
    """Whether it is no hazard on a table that the same file has created."""

    @property
    def sentence(self) -> str:
        """What is wrong, and what to do."""
        return f"{self.found}; {self.remedy}"

    def match(self, clause: Clause) -> re.Match[str] | None:
        """Where the clause breaks the rule, if it does."""
        text = clause.outline if self.outline else clause.text
        found = matching(self.pattern, text) if self.pattern else None
        return None if found and self.unless and _compiled(self.unless).search(text) else found


def matching(pattern: str, text: str) -> re.Match[str] | None:
    """Match at the start of a clause, compiled when first asked for: all of them would slow every start."""
    return _compiled(pattern).match(text)


def any_of(*patterns: str) -> str:
    """One expression of several, for matching at the start of a clause."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)


_compiled = cache(re.compile)

OFF: Final = r"(?:FALSE|OFF|0|'false'|'off'|'0')"
"""How an option is turned off."""

NEEDS_NONE: Final = any_of(
    r"VACUUM\b",
    r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY\b",
    r"DROP INDEX CONCURRENTLY\b",
    r"REINDEX (?:\( [^()]* \) )?(?:(?:INDEX|TABLE) CONCURRENTLY|SCHEMA|DATABASE|SYSTEM)\b",
    rf"REINDEX \( (?:[^()]* )?CONCURRENTLY (?!{OFF})",
    r"(?:CREATE|DROP) (?:DATABASE|TABLESPACE)\b",
    rf"ALTER DATABASE {NAME} SET TABLESPACE\b",
    r"ALTER SYSTEM\b",
    r"CLUSTER(?: VERBOSE| \( [^()]* \))?$",
    r"DISCARD ALL\b",
    rf"ALTER TABLE DETACH PARTITION {NAME} CONCURRENTLY\b",
    rf"CREATE SUBSCRIPTION\b(?!.*\b(?:CREATE_SLOT|CONNECT) = {OFF})",
    rf"ALTER SUBSCRIPTION {NAME} REFRESH\b",
    rf"ALTER SUBSCRIPTION {NAME} (?:SET|ADD|DROP) PUBLICATION\b(?!.*\bREFRESH = {OFF})",
    r"(?:COMMIT|ROLLBACK) PREPARED\b",
)
"""What the server refuses inside a transaction (25001), as far as the statement alone tells."""
MAY_NEED_NONE: Final = any_of(
    r"(?:CALL|DO|CLUSTER|REINDEX|BEGIN|START|COMMIT)\b",
    r"ALTER TYPE .* ADD VALUE\b",
    r"ALTER TABLE VALIDATE\b",
    r"(?:ALTER|DROP) SUBSCRIPTION\b",
)
"""What has a reason to run outside of one: it commits, or must be committed before what follows."""

FILE_RULES: Final = (
    Rule(
        id="too-large",
        severity="error",
        found="the file is larger than one message to the server should be",
        remedy="cut it into several migrations",
    ),
    Rule(
        id="nul-byte",
        severity="error",
        found="there is a NUL byte, and nothing behind it would reach the server",
        remedy="take it out",
    ),
    Rule(
        id="byte-order-mark",
        severity="error",
        found="the file begins with a byte order mark, which the server takes for a part of the first word",
        remedy="save it as UTF-8 without one",
    ),
    Rule(
        id="unterminated",
        severity="error",
        found="what begins here is never closed",
        remedy="close it",
    ),
    Rule(
        id="psql-command",
        severity="error",
        found="a backslash outside of a string is a command of psql (pg_dump writes \\restrict), which the "
        "server refuses",
        remedy="take the line out",
    ),
    Rule(
        id="misplaced-no-transaction",
        severity="error",
        found="-- no-transaction counts only when written so as the file's very first bytes: here the file "
        "would run in a transaction, and nobody would say so",
        remedy="put it there, or take it out",
    ),
    Rule(
        id="empty-file",
        severity="warning",
        found="there is no statement in the file, and it will be recorded as applied",
        remedy="see that nothing is missing",
    ),
    Rule(
        id="several-statements",
        severity="warning",
        found="a file without a transaction has a second statement: this runner sends them one by one, sqlx "
        "sends them as one message, which is a transaction again",
        remedy="give each statement a file of its own if sqlx is to run them",
    ),
    Rule(
        id="needless-no-transaction",
        severity="warning",
        found="nothing in the file needs to run outside of a transaction, and a failure would leave it "
        "half done",
        remedy="take -- no-transaction out",
    ),
    Rule(
        id="unclear-allow",
        severity="warning",
        found="a comment that begins with `-- migrate:` does not silence anything",
        remedy="write `-- migrate: allow <rule> <reason>` with the id of a warning of this file",
    ),
)

RUN_RULES: Final = (
    Rule(
        id="copy-with-client",
        severity="error",
        found="COPY from STDIN or to STDOUT needs a client that sends or takes the rows",
        remedy="write INSERT statements",
        heads=("COPY",),
        pattern=r"COPY .*?(?:FROM|TO) (?:STDIN|STDOUT)\b",
        outline=True,
    ),
    Rule(
        id="needs-no-transaction",
        severity="error",
        found="the server refuses this statement inside a transaction",
        remedy="write -- no-transaction as the first line of its file",
        heads=("VACUUM", "CREATE", "DROP", "REINDEX", "ALTER", "CLUSTER", "DISCARD", "COMMIT", "ROLLBACK"),
        pattern=NEEDS_NONE,
        in_transaction=True,
    ),
    Rule(
        id="rolls-back",
        severity="error",
        found="ROLLBACK takes back what the file has done, and sqlx would still record it as applied",
        remedy="take it out, or roll back to a savepoint",
        heads=("ROLLBACK", "ABORT"),
        pattern=r"(?:ROLLBACK|ABORT)(?! (?:(?:WORK|TRANSACTION) )?(?:TO|PREPARED)\b)",
    ),
    Rule(
        id="prepares-transaction",
        severity="error",
        found="PREPARE TRANSACTION keeps the transaction and its locks when the run is over",
        remedy="take it out",
        heads=("PREPARE",),
        pattern=r"PREPARE TRANSACTION\b",
    ),
    Rule(
        id="late-isolation",
        severity="error",
        found="a transaction's isolation is chosen before its first statement, and that is the runner's, "
        "for the ledger",
        remedy="take it out, or write -- no-transaction as the first line and begin a transaction there",
        heads=("SET", "BEGIN", "START"),
        pattern=r"(?:SET TRANSACTION|SET LOCAL TRANSACTION|BEGIN|START TRANSACTION)\b.*\bISOLATION LEVEL\b",
        in_transaction=True,
    ),
    Rule(
        id="own-transaction",
        severity="warning",
        found="the file begins or ends a transaction by itself, so the file and its ledger row are not "
        "applied as one",
        remedy="leave that to the runner",
        heads=("BEGIN", "START", "COMMIT", "END"),
        pattern=r"(?:BEGIN|START TRANSACTION|END|COMMIT(?! PREPARED\b))\b",
    ),
    Rule(
        id="releases-locks",
        severity="warning",
        found="this gives every advisory lock away, and with them the migration lock",
        remedy="unlock by key, with pg_advisory_unlock",
        heads=("SELECT", "DISCARD"),
        pattern=any_of(r"SELECT .*\bPG_ADVISORY_UNLOCK_ALL \(", r"DISCARD ALL\b"),
    ),
    Rule(
        id="hides-ledger",
        severity="warning",
        found="with a search_path that lacks public, sqlx does not find its ledger and takes the file back",
        remedy="name the schema in each statement instead",
        heads=("SET", "SELECT"),
        pattern=any_of(
            r"SET (?:SESSION |LOCAL )?SEARCH_PATH\b(?!.*\b(?i:public|default)\b)",
            r"SELECT .*\bSET_CONFIG \( 'search_path' , (?!'[^']*\bpublic\b)",
        ),
    ),
)
