"""Every hazard is found where it is, and nowhere else."""

from __future__ import annotations

from typing import Final

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.migrator import hazards
from runtime.migrator.clauses import clauses, plain
from runtime.migrator.hazards import RULES, Hazard, inspect
from runtime.migrator.scanner import split
from tests.runtime.migrator.hazard_texts import MARK, NEAR_MISSES, TRIPS
from tests.sampling import examples

IDS = [rule.id for rule in RULES if rule.id != "too-large"]


def look(text: str) -> tuple[Hazard, ...]:
    """Inspect a file, which says itself how it is to run."""
    return inspect("1_a.sql", text, no_transaction=text.startswith("-- no-transaction"))


def broken(text: str) -> set[str]:
    """The rules that a file breaks."""
    return {hazard.rule for hazard in look(text)}


def places(text: str) -> list[tuple[str, int, int]]:
    """What is broken where."""
    return [(hazard.rule, hazard.line, hazard.column) for hazard in look(text)]


def test_every_rule_has_a_text_that_breaks_it_and_one_that_nearly_does() -> None:
    assert set(IDS) == set(TRIPS) == set(NEAR_MISSES)
    assert len(RULES) == len(set(IDS)) + 1


@pytest.mark.parametrize("rule", IDS)
def test_a_rule_is_broken_by_what_breaks_it(rule: str) -> None:
    assert [] == [text for text in TRIPS[rule] if rule not in broken(text)]


@pytest.mark.parametrize("rule", IDS)
def test_a_rule_is_not_broken_by_what_nearly_does(rule: str) -> None:
    assert [] == [text for text in NEAR_MISSES[rule] if rule in broken(text)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_is_wrong_and_what_to_do(rule: hazards.Rule) -> None:
    assert rule.id == rule.id.lower()
    assert rule.severity in ("error", "warning")
    assert f"{rule.found}; {rule.remedy}" == rule.sentence
    assert not rule.sentence.endswith(".")


@pytest.mark.parametrize("rule", [rule.id for rule in RULES if rule.pattern])
@pytest.mark.parametrize(
    "wrap",
    [
        "SELECT $wrap${}$wrap$",
        "DO $wrap$ {} $wrap$",
        "SELECT 1 /* {} */",
        "COMMENT ON TABLE t IS '{}'",
        'SELECT 1 AS "; {}"',
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $wrap${};$wrap$",
    ],
)
def test_nothing_is_found_in_strings_comments_names_and_bodies(rule: str, wrap: str) -> None:
    for text in TRIPS[rule]:
        quoted = text.removeprefix(MARK)
        quoted = quoted.replace("'", "''") if "'{}'" in wrap else quoted.replace("/*", "").replace("*/", "")
        quoted = quoted.replace('"', '""') if '"' in wrap else quoted

        assert () == look(wrap.format(quoted))


def test_a_hazard_is_told_with_its_place() -> None:
    text = "SELECT 'é🙂';\r\n\r\n  /* why */ create index\n concurrently i ON t (a);\n"

    (hazard,) = look(text)

    assert ("needs-no-transaction", "error", "1_a.sql", 3, 13) == (
        hazard.rule,
        hazard.severity,
        hazard.file,
        hazard.line,
        hazard.column,
    )
    assert (
        "1_a.sql:3:13: CREATE INDEX CONCURRENTLY: the server refuses this statement inside a transaction; "
        "write -- no-transaction as the first line of its file [needs-no-transaction]"
    ) == hazard.render()


def test_an_action_of_alter_table_is_told_with_its_own_place() -> None:
    text = 'ALTER TABLE "T" ADD a int CHECK (a IN (1, 2)),\n  DROP b,\n  ALTER c TYPE text;'

    assert [("drops-column", 2, 3), ("column-type", 3, 3)] == places(text)


def test_hazards_come_in_the_order_of_their_places() -> None:
    text = "\ufeffBEGIN;\nDROP TABLE t;\n\\x\nROLLBACK; SELECT 'a"

    assert [
        ("byte-order-mark", 1, 1),
        ("own-transaction", 1, 2),
        ("drops-table", 2, 1),
        ("psql-command", 3, 1),
        ("unterminated", 4, 18),
    ] == places(text)


def test_every_error_is_told_and_a_warning_once() -> None:
    """A file that changes forty tables in one way is one thing to think over."""
    text = 'VACUUM;\nVACUUM;\nDROP TABLE a, "B";\nDROP TABLE s.c, a;\nDROP TABLE d;\nDROP TABLE e;'

    assert [("needs-no-transaction", 1, 1), ("needs-no-transaction", 2, 1), ("drops-table", 3, 1)] == places(
        text
    )
    assert look(text)[-1].sentence.startswith("a, B, s.c and 2 more: DROP and TRUNCATE lose the rows")


def test_what_follows_a_copy_is_rows() -> None:
    """`it's` opens no string there, and a backslash is no command: one hazard is one thing to mend."""
    text = "DROP TABLE u;\nCOPY t FROM stdin;\n1\tit's\n2\t\\N\n\\.\nDROP TABLE t;\n"

    assert [("drops-table", 1, 1), ("copy-with-client", 2, 1)] == places(text)


@pytest.mark.parametrize(
    ("created", "used", "new"),
    [
        ("t", "t", True),
        ("t", "T", True),
        ("T", '"t"', True),
        ('"T"', "t", False),
        ('"T"', '"T"', True),
        ('"a b"', '"a b"', True),
        ("s.t", "t", True),
        ("t", "s.t", True),
        ("s.t", "s.t", True),
        ("s.t", "u.t", False),
        ("u", "t", False),
        ("IF NOT EXISTS t", "t", True),
        ("É", "É", True),
        ("É", "é", False),
    ],
)
def test_a_table_is_new_if_the_same_file_has_created_it(created: str, used: str, *, new: bool) -> None:
    text = f"CREATE UNLOGGED TABLE {created} (a int); DELETE FROM {used};"  # noqa: S608  (is read, and never run)

    assert (set() if new else {"writes-every-row"}) == broken(text)
    assert {"writes-every-row"} == broken("; ".join(reversed(text.split("; "))))


def test_a_warning_is_silenced_by_a_comment_with_a_reason() -> None:
    text = "DROP TABLE t;\n-- migrate: allow drops-table nobody has read it since 2024\nUPDATE t SET a = 1;"

    assert {"writes-every-row"} == broken(text)


@pytest.mark.parametrize(
    ("comment", "sentence"),
    [
        ("allow drops-tabel it is old", "no rule is called 'drops-tabel' (near: drops-table): "),
        ("allow nonsense it is old", "no rule is called 'nonsense': "),
        ("allow needs-no-transaction we know", "needs-no-transaction is an error, which nothing silences: "),
        ("allow drops-table", "drops-table is allowed without a reason: "),
        ("allow column-type it is free", "nothing in this file breaks column-type: "),
        ("disallow drops-table it is old", "'disallow drops-table it is old': "),
    ],
)
def test_a_comment_that_silences_nothing_is_told(comment: str, sentence: str) -> None:
    found = look(f"VACUUM;\nDROP TABLE t; -- migrate: {comment}")

    assert ["needs-no-transaction", "drops-table", "unclear-allow"] == [hazard.rule for hazard in found]
    assert found[-1].sentence.startswith(sentence)
    assert "warning" == found[-1].severity


@pytest.mark.parametrize(("text", "large"), [("x" * 100, False), ("x" * 101, True), ("é" * 51, True)])
def test_a_file_is_too_large_by_its_bytes(monkeypatch: pytest.MonkeyPatch, text: str, *, large: bool) -> None:
    monkeypatch.setattr(hazards, "LARGEST", 100)

    assert large == ("too-large" in broken(text))


ADDED: Final = {
    "int DEFAULT 5": False,
    "timestamptz DEFAULT now()": False,
    "text DEFAULT (lower('A') || repeat('x', 2))": False,
    "varchar(20)[] DEFAULT ARRAY['a']::varchar(20)[]": False,
    "timestamp(3) DEFAULT localtimestamp(3)": False,
    "text DEFAULT current_setting('work_mem')": False,
    "jsonb DEFAULT jsonb_build_object('a', 1)": False,
    "text UNIQUE": False,
    "uuid DEFAULT gen_random_uuid()": True,
    "timestamptz DEFAULT clock_timestamp()": True,
    "float8 DEFAULT (1 + random())": True,
    "serial": True,
    "int GENERATED ALWAYS AS IDENTITY": True,
    "int GENERATED ALWAYS AS (a + 1) STORED": True,
}
"""Columns by whether the server rewrites the table for them."""


def test_a_new_column_is_warned_of_if_the_server_rewrites_the_table(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int)")
        for number, column in enumerate(ADDED):
            statement = f"ALTER TABLE t ADD c{number} {column}"
            before = connection.execute("SELECT pg_relation_filenode('t')").fetchone()
            connection.execute(statement.encode())
            rewritten = before != connection.execute("SELECT pg_relation_filenode('t')").fetchone()

            assert ADDED[column] == rewritten == ("volatile-default" in broken(statement)), column


def test_a_clause_is_written_in_one_form() -> None:
    text = """alter table If Exists only "My s".T
    alter /* c */ "Drop, column" set default E'NOT  VALID', drop a"""

    first, second = clauses(split(text)[0])

    assert (
        "ALTER TABLE ALTER \"%44;rop%2c;%20;column\" SET DEFAULT '%4e;%4f;%54;%20;%20;%56;%41;%4c;%49;%44;'"
    ) == (first.text)
    assert "ALTER TABLE DROP A" == second.text
    assert "My s.t" == plain(first.table) == plain(second.table)
    assert text[first.offset :].startswith("alter /*")
    assert text[second.offset :] == "drop a"


SCRAPS: Final = [
    *(text for texts in (*TRIPS.values(), *NEAR_MISSES.values()) for text in texts),
    *(";", "'", '"', "$$", "/*", "*/", "--", "\n", "(", ")", ",", "\\", "\0", "\ufeff", ".", "é"),
    "-- migrate: allow drops-table it is old\n",
]


@given(st.lists(st.sampled_from(SCRAPS), max_size=6).map("".join))
@settings(max_examples=examples(150, soak=10_000))
def test_any_text_can_be_inspected(text: str) -> None:
    lines = text.replace("\r\n", "\n").split("\n")

    found = look(text)

    assert [*found] == sorted(found, key=lambda hazard: (hazard.line, hazard.column))
    for hazard in found:
        assert 1 <= hazard.line <= len(lines)
        assert 1 <= hazard.column <= len(lines[hazard.line - 1]) + 1
