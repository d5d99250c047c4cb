"""What is dangerous on a table that is in use: rules about single statements, all of them warnings.

What each says is what PostgreSQL 15 to 17 did when it was measured.
"""

from __future__ import annotations

from typing import Final

from runtime.migrator.clauses import NAME
from runtime.migrator.hazard_rules import OFF, Rule, any_of

_NAMES: Final = rf"{NAME}(?: , (?:ONLY )?{NAME})*"
_SERIAL: Final = r"(?:(?:SMALL|BIG)?SERIAL|SERIAL[248])"
_CONSTRAINT: Final = rf"ALTER TABLE ADD (?:CONSTRAINT {NAME} )?"
_COLUMN: Final = (
    r"ALTER TABLE ADD (?!(?:CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE) )(?:COLUMN )?(?:IF NOT EXISTS )?"
)
_STEADY: Final = (
    "ABS|ALL|AND|ANY|ARRAY|BIT|CAST|CEIL|CHAR|CHARACTER|COALESCE|CONCAT|CURRENT_SETTING|CURRENT_TIME|"
    "CURRENT_TIMESTAMP|DATE_PART|DATE_TRUNC|DECIMAL|DECODE|ELSE|ENCODE|EXTRACT|FLOOR|FORMAT|GREATEST|IN|INTERVAL|"
    "JSONB_BUILD_ARRAY|JSONB_BUILD_OBJECT|JSON_BUILD_ARRAY|JSON_BUILD_OBJECT|LEAST|LENGTH|LOCALTIME|"
    "LOCALTIMESTAMP|LOWER|MAKE_DATE|MAKE_INTERVAL|MD5|NOT|NOW|NULLIF|NUMERIC|OR|REPEAT|ROUND|ROW|"
    "STATEMENT_TIMESTAMP|SUBSTRING|THEN|TIME|TIMESTAMP|TIMEZONE|TO_CHAR|TO_DATE|TO_JSON|TO_JSONB|TO_TIMESTAMP|"
    "TRANSACTION_TIMESTAMP|TRIM|UPPER|VARCHAR|VARYING|WHEN"
)
"""Functions that are no worse than stable, and words that only look like a call."""
_CALL: Final = rf'(?<!:: )(?<!AS )(?<= )(?!(?:{_STEADY}) )[A-Z_"][^\s,()]* \('
_BEHIND_DEFAULT: Final = r" (?:NOT NULL|NULL|CHECK|REFERENCES|UNIQUE|PRIMARY|CONSTRAINT|GENERATED)\b"

LIVE_RULES: Final = (
    Rule(
        id="index-blocks-writes",
        severity="warning",
        found="an index that is built without CONCURRENTLY keeps everybody from writing to its table",
        remedy="write CONCURRENTLY, in a file of its own that begins with -- no-transaction",
        heads=("CREATE", "REINDEX"),
        pattern=any_of(
            rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY )(?:IF NOT EXISTS )?(?:{NAME} )?ON (?P<table>{NAME})",
            r"REINDEX (?!.*\bCONCURRENTLY\b)",
        ),
        unless=r" ON ONLY ",
        live=True,
    ),
    Rule(
        id="index-taken-for-done",
        severity="warning",
        found="IF NOT EXISTS takes an invalid index, left by a CONCURRENTLY that failed, for a finished one",
        remedy="leave it out: the runner drops what its own failures leave",
        heads=("CREATE",),
        pattern=rf"CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS {NAME} ON (?:ONLY )?(?P<table>{NAME})",
    ),
    Rule(
        id="foreign-key-scans",
        severity="warning",
        found="a foreign key that is checked at once reads the whole table while nobody may write to either",
        remedy="add it NOT VALID, and VALIDATE it in a later migration",
        heads=("ALTER",),
        pattern=any_of(
            rf"{_CONSTRAINT}FOREIGN KEY\b", rf"{_COLUMN}(?=.*\bREFERENCES\b).*(?<!SET )\bDEFAULT (?!NULL\b)"
        ),
        unless=r"\bNOT VALID\b",
        live=True,
    ),
    Rule(
        id="check-scans",
        severity="warning",
        found="a CHECK that is verified at once reads the whole table while nobody may use it",
        remedy="add it NOT VALID, and VALIDATE it in a later migration",
        heads=("ALTER",),
        pattern=rf"{_CONSTRAINT}CHECK\b",
        unless=r"\bNOT VALID\b",
        live=True,
    ),
    Rule(
        id="constraint-builds-index",
        severity="warning",
        found="a UNIQUE, PRIMARY KEY or EXCLUDE constraint builds its index while nobody may use the table",
        remedy="build a unique index CONCURRENTLY first, and add the constraint USING INDEX",
        heads=("ALTER",),
        pattern=any_of(
            rf"{_CONSTRAINT}(?:UNIQUE|PRIMARY KEY|EXCLUDE)\b", rf"{_COLUMN}.* (?:UNIQUE|PRIMARY KEY)\b"
        ),
        unless=r"\bUSING INDEX (?!TABLESPACE\b)",
        outline=True,
        live=True,
    ),
    Rule(
        id="set-not-null",
        severity="warning",
        found="SET NOT NULL reads the whole table while nobody may use it, unless a valid CHECK proves it",
        remedy="add CHECK (column IS NOT NULL) NOT VALID and validate it first",
        heads=("ALTER",),
        pattern=rf"ALTER TABLE ALTER (?:COLUMN )?{NAME} SET NOT NULL\b",
        live=True,
    ),
    Rule(
        id="required-column",
        severity="warning",
        found="a NOT NULL column without a default can't be added to a table that holds rows, though a "
        "rehearsal on empty tables lets it pass",
        remedy="give it a default, or add it without NOT NULL",
        heads=("ALTER",),
        pattern=rf"{_COLUMN}.* (?:NOT NULL|PRIMARY KEY)\b",
        unless=rf"(?<!SET )\bDEFAULT (?!NULL\b)|\bGENERATED\b| {_SERIAL}\b",
        outline=True,
        live=True,
    ),
    Rule(
        id="volatile-default",
        severity="warning",
        found="a new column with a value of its own for each row rewrites the table while nobody may use it",
        remedy="add it without, set its default in a second statement, and fill old rows in batches",
        heads=("ALTER",),
        pattern=any_of(
            rf"{_COLUMN}.*(?<!SET )\bDEFAULT\b(?:(?!{_BEHIND_DEFAULT}).)*{_CALL}",
            rf"{_COLUMN}{NAME} {_SERIAL}\b",
            rf"{_COLUMN}.* GENERATED (?:ALWAYS|BY DEFAULT) AS (?:IDENTITY\b|\(.*\) STORED\b)",
        ),
        live=True,
    ),
    Rule(
        id="column-type",
        severity="warning",
        found="another type may rewrite the table and its indexes while nobody may use it, and breaks views",
        remedy="rehearse it, or add a new column and move over",
        heads=("ALTER",),
        pattern=rf"ALTER TABLE ALTER (?:COLUMN )?{NAME} (?:SET DATA )?TYPE\b",
        live=True,
    ),
    Rule(
        id="drops-table",
        severity="warning",
        found="DROP and TRUNCATE lose the rows, and code that still runs may want them",
        remedy="deploy code that does without first, and take a snapshot",
        heads=("DROP", "TRUNCATE"),
        pattern=any_of(
            rf"DROP (?:FOREIGN )?TABLE (?:IF EXISTS )?(?P<table>{NAME}(?: , {NAME})*)",
            r"DROP (?:SCHEMA|DATABASE|OWNED)\b",
            rf"TRUNCATE (?:TABLE )?(?:ONLY )?(?P<emptied>{_NAMES})",
        ),
        live=True,
    ),
    Rule(
        id="drops-column",
        severity="warning",
        found="DROP COLUMN loses its values, and code that still runs may want them",
        remedy="deploy code that does without first",
        heads=("ALTER",),
        pattern=r"ALTER TABLE DROP (?!CONSTRAINT\b)",
        live=True,
    ),
    Rule(
        id="renames",
        severity="warning",
        found="a new name breaks code that still runs and uses the old one",
        remedy="add the new thing beside the old one, and drop that later",
        heads=("ALTER",),
        pattern=any_of(
            r"ALTER TABLE (?:RENAME (?!CONSTRAINT\b)|SET SCHEMA\b)",
            r"ALTER (?:(?:MATERIALIZED )?VIEW|TYPE|DOMAIN|SCHEMA|SEQUENCE|FUNCTION|PROCEDURE)\b.* "
            r"(?:RENAME (?!CONSTRAINT\b)|SET SCHEMA\b)",
        ),
        outline=True,
        live=True,
    ),
    Rule(
        id="rewrites-table",
        severity="warning",
        found="this writes the whole table anew while nobody may use it",
        remedy="do it while nobody works, or not at all: a plain VACUUM lets everybody work",
        heads=("VACUUM", "CLUSTER", "ALTER"),
        pattern=any_of(
            rf"VACUUM (?:FULL\b|\( (?:[^()]* )?FULL (?!{OFF}))",
            r"CLUSTER\b",
            r"ALTER TABLE SET (?:LOGGED|UNLOGGED|TABLESPACE|ACCESS METHOD)\b",
        ),
        live=True,
    ),
    Rule(
        id="writes-every-row",
        severity="warning",
        found="UPDATE or DELETE without WHERE touches every row, and locks each until the commit",
        remedy="write WHERE, and go in batches if the table is large",
        heads=("UPDATE", "DELETE", "WITH"),
        pattern=rf"(?:WITH .*\) )?(?:UPDATE|DELETE FROM) (?:ONLY )?(?P<table>{NAME})",
        unless=r"\bWHERE\b",
        outline=True,
        live=True,
    ),
    Rule(
        id="locks-table",
        severity="warning",
        found="LOCK TABLE keeps others waiting until the commit",
        remedy="let each statement take the lock it needs",
        heads=("LOCK",),
        pattern=rf"LOCK (?:TABLE )?(?:ONLY )?(?P<table>{_NAMES})",
        live=True,
    ),
    Rule(
        id="refresh-blocks-reads",
        severity="warning",
        found="REFRESH without CONCURRENTLY keeps everybody from reading the view",
        remedy="write CONCURRENTLY, which needs a unique index",
        heads=("REFRESH",),
        pattern=rf"REFRESH MATERIALIZED VIEW (?!CONCURRENTLY\b)(?P<table>{NAME})",
        unless=r"\bWITH NO DATA\b",
        live=True,
    ),
)
