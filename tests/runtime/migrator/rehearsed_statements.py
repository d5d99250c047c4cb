"""Statements, and what PostgreSQL does for each: the locks it takes, what it rewrites and what it scans."""

from __future__ import annotations

from typing import Final, NamedTuple

from runtime.migrator.verdicts import Level

SCHEMA: Final = """
CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    name varchar(255) NOT NULL,
    email text,
    balance integer,
    opened_at timestamp,
    code varchar(10) COLLATE "C"
);
ALTER TABLE accounts ADD CONSTRAINT accounts_email_present CHECK (email IS NOT NULL) NOT VALID;
CREATE UNIQUE INDEX accounts_email_key ON accounts (email);
CREATE INDEX accounts_code_idx ON accounts (code);
CREATE INDEX accounts_spare_idx ON accounts (balance);
CREATE TABLE entries (
    id bigint PRIMARY KEY,
    account_id bigint,
    parent_id bigint,
    note varchar(255)
);
ALTER TABLE entries
ADD CONSTRAINT entries_pending_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) NOT VALID;
CREATE TABLE parts (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE parts_2027 (at date NOT NULL);
CREATE MATERIALIZED VIEW totals AS SELECT account_id, count(*) FROM entries GROUP BY 1;
CREATE UNIQUE INDEX totals_key ON totals (account_id);
CREATE VIEW names AS SELECT id, name FROM accounts;
CREATE SEQUENCE numbers;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
"""
FILLING: Final = """
INSERT INTO accounts SELECT n, 'n' || n, 'e' || n, n, now(), 'c' || n FROM generate_series(1, 2000) AS n;
INSERT INTO entries SELECT n, n, n, 'x' FROM generate_series(1, 2000) AS n;
INSERT INTO parts SELECT '2026-01-01'::date + n % 365 FROM generate_series(1, 2000) AS n;
REFRESH MATERIALIZED VIEW totals;
ANALYZE;
"""


BLOCKS, SHORT, ROWS, NONE = Level.BLOCKS, Level.SHORT, Level.ROWS, Level.NONE
MODES: Final = {
    "RX": "RowExclusiveLock",
    "SUX": "ShareUpdateExclusiveLock",
    "S": "ShareLock",
    "SRX": "ShareRowExclusiveLock",
    "X": "ExclusiveLock",
    "AX": "AccessExclusiveLock",
}


class Case(NamedTuple):
    """A statement; of several the last is meant, in the transaction of the others."""

    statement: str
    locks: str
    """Those that it takes, but for those of reading, by the short names of `MODES`."""
    work: str
    """What it rewrites, rebuilds, checks, scans, empties and drops."""
    level: Level


CASES: Final = (
    Case("ALTER TABLE accounts ADD COLUMN extra integer", "AX accounts", "", SHORT),
    Case("ALTER TABLE accounts ADD COLUMN extra integer NOT NULL DEFAULT 0", "AX accounts", "", SHORT),
    Case("ALTER TABLE accounts ADD COLUMN extra timestamptz DEFAULT now()", "AX accounts", "", SHORT),
    Case(
        "ALTER TABLE accounts ADD COLUMN extra uuid DEFAULT gen_random_uuid()",
        "AX accounts",
        "rewrites accounts, scans accounts",
        BLOCKS,
    ),
    Case(
        "ALTER TABLE accounts ADD COLUMN extra bigserial",
        "AX accounts",
        "rewrites accounts, scans accounts",
        BLOCKS,
    ),
    Case(
        "ALTER TABLE accounts ADD COLUMN extra integer GENERATED ALWAYS AS (balance * 2) STORED",
        "AX accounts",
        "rewrites accounts, scans accounts",
        BLOCKS,
    ),
    Case("ALTER TABLE accounts DROP COLUMN balance", "AX accounts", "", SHORT),
    Case("ALTER TABLE accounts RENAME COLUMN email TO mail", "AX accounts", "", SHORT),
    Case("ALTER TABLE accounts RENAME TO customers", "AX accounts", "", SHORT),
    Case(
        "ALTER TABLE accounts ALTER COLUMN balance TYPE bigint",
        "AX accounts",
        "rewrites accounts, scans accounts",
        BLOCKS,
    ),
    Case("ALTER TABLE entries ALTER COLUMN note TYPE varchar(300)", "AX entries", "", SHORT),
    Case("ALTER TABLE entries ALTER COLUMN note TYPE text", "AX entries", "", SHORT),
    Case(
        "ALTER TABLE entries ALTER COLUMN note TYPE varchar(100)",
        "AX entries",
        "rewrites entries, scans entries",
        BLOCKS,
    ),
    Case(
        'ALTER TABLE accounts ALTER COLUMN code TYPE text COLLATE "POSIX"',
        "AX accounts",
        "rebuilds accounts_code_idx, scans accounts",
        BLOCKS,
    ),
    Case(
        "SET LOCAL TimeZone = 'UTC'; ALTER TABLE accounts ALTER COLUMN opened_at TYPE timestamptz",
        "AX accounts",
        "",
        SHORT,
    ),
    Case(
        "SET LOCAL TimeZone = 'Asia/Tokyo'; ALTER TABLE accounts ALTER COLUMN opened_at TYPE timestamptz",
        "AX accounts",
        "rewrites accounts, scans accounts",
        BLOCKS,
    ),
    Case("ALTER TABLE accounts ALTER COLUMN balance SET NOT NULL", "AX accounts", "scans accounts", BLOCKS),
    Case(
        "ALTER TABLE accounts VALIDATE CONSTRAINT accounts_email_present;"
        "ALTER TABLE accounts ALTER COLUMN email SET NOT NULL",
        "AX accounts",
        "",
        SHORT,
    ),
    Case("ALTER TABLE accounts ALTER COLUMN name DROP NOT NULL", "AX accounts", "", SHORT),
    Case("ALTER TABLE accounts ALTER COLUMN balance SET DEFAULT 1", "AX accounts", "", SHORT),
    Case("ALTER TABLE accounts ALTER COLUMN balance SET STATISTICS 500", "SUX accounts", "", NONE),
    Case("ALTER TABLE accounts SET (fillfactor = 70)", "SUX accounts", "", NONE),
    Case("ALTER TABLE entries SET UNLOGGED", "AX entries", "rewrites entries, scans entries", BLOCKS),
    Case("ALTER TABLE accounts ADD CHECK (balance > 0)", "AX accounts", "scans accounts", BLOCKS),
    Case("ALTER TABLE accounts ADD CHECK (balance > 0) NOT VALID", "AX accounts", "", SHORT),
    Case(
        "ALTER TABLE accounts VALIDATE CONSTRAINT accounts_email_present",
        "SUX accounts",
        "scans accounts",
        NONE,
    ),
    Case("ALTER TABLE accounts DROP CONSTRAINT accounts_email_present", "AX accounts", "", SHORT),
    Case(
        "ALTER TABLE entries ADD FOREIGN KEY (parent_id) REFERENCES accounts",
        "SRX accounts, SRX entries",
        "checks entries against accounts, scans entries",
        BLOCKS,
    ),
    Case(
        "ALTER TABLE entries ADD FOREIGN KEY (parent_id) REFERENCES entries",
        "SRX entries",
        "checks entries against entries, scans entries",
        BLOCKS,
    ),
    Case(
        "ALTER TABLE entries ADD FOREIGN KEY (parent_id) REFERENCES accounts NOT VALID",
        "SRX accounts, SRX entries",
        "",
        SHORT,
    ),
    Case(
        "ALTER TABLE entries VALIDATE CONSTRAINT entries_pending_fkey",
        "SUX entries",
        "checks entries against accounts, scans entries",
        NONE,
    ),
    Case("ALTER TABLE accounts ADD UNIQUE (name)", "AX accounts", "scans accounts", BLOCKS),
    Case(
        "ALTER TABLE accounts ADD CONSTRAINT email_once UNIQUE USING INDEX accounts_email_key",
        "AX accounts",
        "",
        SHORT,
    ),
    Case("CREATE INDEX ON accounts (name)", "S accounts", "scans accounts", BLOCKS),
    Case("DROP INDEX accounts_spare_idx", "AX accounts", "", SHORT),
    Case(
        "REINDEX TABLE accounts",
        "AX accounts_code_idx, AX accounts_email_key, AX accounts_pkey, AX accounts_spare_idx, S accounts",
        "rebuilds accounts_code_idx, rebuilds accounts_email_key, rebuilds accounts_pkey, "
        "rebuilds accounts_spare_idx, scans accounts",
        BLOCKS,
    ),
    Case(
        "REINDEX INDEX accounts_spare_idx",
        "AX accounts_spare_idx, S accounts",
        "rebuilds accounts_spare_idx, scans accounts",
        BLOCKS,
    ),
    Case("ALTER INDEX accounts_spare_idx RENAME TO other", "SUX accounts_spare_idx", "", NONE),
    Case("CLUSTER accounts USING accounts_pkey", "AX accounts", "rewrites accounts, scans accounts", BLOCKS),
    Case(
        "CREATE TRIGGER touch BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION touch()",
        "SRX accounts",
        "",
        SHORT,
    ),
    Case("ALTER TABLE accounts DISABLE TRIGGER USER", "SRX accounts", "", SHORT),
    Case("CREATE TABLE notes (account_id bigint REFERENCES accounts)", "SRX accounts", "", SHORT),
    Case("CREATE TABLE kept AS SELECT * FROM accounts", "", "scans accounts", NONE),
    Case("CREATE TABLE notes (id bigint); CREATE INDEX ON notes (id)", "", "", NONE),
    Case("TRUNCATE entries", "AX entries", "empties entries", SHORT),
    Case(
        "DROP TABLE entries CASCADE",
        "AX accounts, AX entries, AX totals",
        "drops entries, drops totals",
        SHORT,
    ),
    Case("LOCK TABLE accounts IN SHARE MODE", "S accounts", "", SHORT),
    Case("UPDATE accounts SET balance = 0", "RX accounts", "scans accounts", ROWS),
    Case("UPDATE accounts SET balance = 0 WHERE id = 1", "RX accounts", "", ROWS),
    Case(
        "ALTER TABLE accounts ADD COLUMN extra integer; UPDATE accounts SET extra = 0",
        "",
        "scans accounts",
        BLOCKS,
    ),
    Case(
        "ALTER TABLE accounts ADD COLUMN extra integer; UPDATE accounts SET extra = 0 WHERE id = 1",
        "",
        "",
        SHORT,
    ),
    Case(
        "ALTER TABLE accounts ADD COLUMN extra integer;"
        "ALTER TABLE entries VALIDATE CONSTRAINT entries_pending_fkey",
        "SUX entries",
        "checks entries against accounts, scans entries",
        BLOCKS,
    ),
    Case("DELETE FROM entries", "RX entries", "scans entries", ROWS),
    Case("INSERT INTO entries VALUES (0)", "RX entries", "", NONE),
    Case("INSERT INTO entries SELECT -id, id FROM accounts", "RX entries", "scans accounts", NONE),
    Case(
        "REFRESH MATERIALIZED VIEW totals",
        "AX totals",
        "rewrites totals, scans entries, scans totals",
        BLOCKS,
    ),
    Case("REFRESH MATERIALIZED VIEW CONCURRENTLY totals", "X totals", "scans entries, scans totals", NONE),
    Case(
        "ALTER TABLE parts ATTACH PARTITION parts_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
        "AX parts_2027, SUX parts",
        "scans parts_2027",
        BLOCKS,
    ),
    Case("ALTER TABLE parts DETACH PARTITION parts_2026", "AX parts, AX parts_2026", "", SHORT),
    Case("DROP VIEW names", "AX names", "drops names", SHORT),
    Case("CREATE OR REPLACE VIEW names AS SELECT id, name, email FROM accounts", "AX names", "", SHORT),
    Case("ALTER TYPE mood ADD VALUE 'happy'", "", "", NONE),
    Case("ALTER SEQUENCE numbers RESTART", "SRX numbers", "", SHORT),
    Case("COMMENT ON TABLE accounts IS 'theirs'", "SUX accounts", "", NONE),
    Case("GRANT SELECT ON accounts TO pg_monitor", "", "", NONE),
    Case("ANALYZE accounts", "SUX accounts", "", NONE),
    Case("CREATE STATISTICS joint ON name, email FROM accounts", "SUX accounts", "", NONE),
)
