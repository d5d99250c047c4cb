"""What stands in a file reaches the server byte for byte, or is refused with its place before it is run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.migrator.errors import DatabaseError
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ask, held_locks, ledger, tables, up
from tests.runtime.migrator.failures.means_here import put, run_uninspected
from tests.sampling import examples

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here
    from twin.postgres import Server


def test_a_byte_order_mark_is_refused(here: Here, database: str, tmp_path: Path) -> None:
    """Case 17: the server would complain of a syntax error at the mark; ours refuses before running."""
    folder = put(
        tmp_path / "migrations",
        {"1_good.sql": "CREATE TABLE good ()", "2_marked.sql": b"\xef\xbb\xbfCREATE TABLE marked ()"},
    )

    answer = here(database, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / '2_marked.sql'}:1:1: the file begins with a byte order mark" in answer.err
    assert "save it as UTF-8 without one" in answer.err
    assert ([], []) == (ledger(database), tables(database))


def test_crlf_runs_and_counts(here: Here, database: str, tmp_path: Path) -> None:
    """Case 18: a file with CRLF runs, its checksum is over those bytes, and losing them is explained."""
    windows = b"CREATE TABLE first (\r\n    name text DEFAULT 'a\r\nb'\r\n);\r\n"
    folder = put(tmp_path / "migrations", {"1_first.sql": windows})

    applied = here(database, folder, "up")
    recorded = ask(database, "SELECT checksum FROM _sqlx_migrations")
    put(folder, {"1_first.sql": windows.replace(b"\r\n", b"\n")})
    drifted = here(database, folder, "up")

    assert Exit.DONE == applied.code
    assert [(hashlib.sha384(windows).digest(),)] == recorded
    assert Exit.DATABASE_REFUSED == drifted.code
    assert "1_first.sql: its lines ended in CRLF and end in LF now" in drifted.err
    assert "`*.sql text eol=lf` in .gitattributes keeps them" in drifted.err


EMPTY: Final = {
    "1_empty.sql": b"",
    "2_comment.sql": b"-- nothing to do, and no end of line",
    "3_block.sql": b"/* nothing /* at all */ */",
    "4_semicolons.sql": b" ;\n;;\n",
    "5_blank.sql": b"\r\n\t ",
    "6_outside.sql": b"-- no-transaction\n",
}


def test_a_file_without_a_statement_is_recorded(here: Here, database: str, tmp_path: Path) -> None:
    """Case 19: an empty file is applied and recorded, as sqlx does, with a warning for each."""
    folder = put(tmp_path / "migrations", EMPTY)

    answer = here(database, folder, "up")

    assert Exit.DONE == answer.code
    assert [(version, True) for version in range(1, 7)] == ledger(database)
    for name in EMPTY:
        assert f"warning: {folder / name}:1:1: there is no statement in the file" in answer.err
    checksums = ask(database, "SELECT encode(checksum, 'hex') FROM _sqlx_migrations WHERE version = 1")
    assert [(hashlib.sha384(b"").hexdigest(),)] == checksums
    assert Exit.DONE == here(database, folder, "verify").code


@pytest.mark.parametrize(
    "command",
    [r"\set x 1", r"\connect other", r"\restrict aBc123", r"\unrestrict aBc123", r"\i other.sql", r"\."],
)
def test_a_command_of_psql_is_refused_with_its_line(
    here: Here, database: str, tmp_path: Path, command: str
) -> None:
    """Case 30: a meta-command, as psql and pg_dump write them, is refused before anything is run."""
    text = f"CREATE TABLE first ();\n-- \\not this\n  {command}\nCREATE TABLE second ();\n"
    folder = put(tmp_path / "migrations", {"1_first.sql": text})

    answer = here(database, folder, "up")

    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / '1_first.sql'}:3:3: a backslash outside of a string is a command of psql" in answer.err
    assert 2 == len(answer.err.splitlines())
    assert ([], []) == (ledger(database), tables(database))


@pytest.mark.parametrize("first_line", ["", "-- no-transaction\n"])
def test_copy_with_data_is_refused(here: Here, database: str, tmp_path: Path, first_line: str) -> None:
    """Case 31: COPY FROM stdin, as pg_dump writes it, would leave the connection stuck; it is refused."""
    text = f"{first_line}CREATE TABLE t (a int, b text);\nCOPY public.t (a, b) FROM stdin;\n1\tit's\n\\.\n"
    folder = put(tmp_path / "migrations", {"1_data.sql": text})

    answer = here(database, folder, "up")

    line = 3 if first_line else 2
    assert Exit.WRONG_INPUT == answer.code
    assert f"{folder / '1_data.sql'}:{line}:1: COPY from STDIN or to STDOUT needs a client" in answer.err
    assert "write INSERT statements" in answer.err
    assert ([], []) == (ledger(database), tables(database))


def test_copy_that_no_inspection_has_seen_ends_the_session(database: str, tmp_path: Path) -> None:
    """Case 31: a COPY that only shows when it runs can't leave a connection that waits for ever."""
    folder = put(tmp_path / "migrations", {"1_copy.sql": "COPY (SELECT 1) TO STDOUT"})

    with pytest.raises(DatabaseError, match="COPY from or to the client"):
        run_uninspected(database, folder)

    assert [] == ledger(database)
    assert [] == held_locks(database)


HARD: Final = r"""
CREATE TABLE "semi;colon" (
    "a;""b" text DEFAULT 'it''s; fine', c text DEFAULT E'\';\\', d text DEFAULT U&'d\0061t;'
);
/* a comment; /* in a comment; */ still one; */
-- a comment; 'with an apostrophe
CREATE FUNCTION plain() RETURNS text LANGUAGE sql AS $$ SELECT 'a;' || $a$;b$a$ $$;
CREATE FUNCTION tagged() RETURNS text LANGUAGE plpgsql AS $größe$
BEGIN
    -- $$ ; $a$
    RETURN 'c;'; END
$größe$;
CREATE FUNCTION atomic(x int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
    SELECT CASE WHEN x > 0 THEN 1 ELSE 2 END;
    SELECT x + 1;
END;
CREATE PROCEDURE atomically() LANGUAGE sql BEGIN ATOMIC INSERT INTO "semi;colon" DEFAULT VALUES; END;
CREATE RULE twice AS ON UPDATE TO "semi;colon" DO ALSO (SELECT 1; SELECT 2;);
INSERT INTO "semi;colon" ("a;""b") VALUES ('1');
"""


@pytest.mark.parametrize("mark", ["", "-- no-transaction\n"], ids=["as one message", "cut into statements"])
def test_semicolons_in_odd_places_do_no_harm(database: str, tmp_path: Path, mark: str) -> None:
    """Case 32: quotes, nested comments, dollar quotes, BEGIN ATOMIC and rules arrive as they stand there."""
    folder = put(tmp_path / "migrations", {"1_hard.sql": mark + HARD, "2_call.sql": "CALL atomically();"})

    up(database, folder)

    rows = [("1", r"';\ ".strip(), "dat;"), ("it's; fine", r"';\ ".strip(), "dat;")]
    assert rows == ask(database, 'SELECT "a;""b", c, d FROM "semi;colon" ORDER BY 1')
    assert [("a;;b", "c;", 3)] == ask(database, "SELECT plain(), tagged(), atomic(2)")


PLACEHOLDERS: Final = "100% %s %(name)s %% $1 :x ::text {} {0} ?? @> \\ \\n it''s \t é 漢 🙂 \r\n end"


@pytest.mark.parametrize("mark", ["", "-- no-transaction\n"], ids=["transaction", "no transaction"])
def test_what_looks_like_a_parameter_is_none(database: str, tmp_path: Path, mark: str) -> None:
    """Case 33: percent, colon, braces and question mark arrive byte for byte; drivers have eaten them."""
    text = f"{mark}CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT '{PLACEHOLDERS}' $body$;"
    folder = put(tmp_path / "migrations", {"1_f.sql": text})

    up(database, folder)

    found = ask(database, "SELECT convert_to(prosrc, 'UTF8') FROM pg_proc WHERE proname = 'f'")
    assert [(f" SELECT '{PLACEHOLDERS}' ".encode(),)] == found


ANYTHING: Final = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=examples(3, 100))
@given(bodies=st.lists(ANYTHING, min_size=20, max_size=60))
def test_any_text_arrives_byte_for_byte(
    postgres: Server, tmp_path_factory: pytest.TempPathFactory, bodies: list[str]
) -> None:
    """Case 33: whatever a function's body holds is what the server has then."""
    bodies = [body.replace("$body$", "") for body in bodies]
    name = postgres.create_database()
    folder = put(tmp_path_factory.mktemp("migrations"), {"1_off.sql": "-- nothing"})
    functions = [
        f"CREATE FUNCTION f{number}() RETURNS text LANGUAGE sql AS $body${body}$body$;"
        for number, body in enumerate(bodies)
    ]
    put(folder, {"2_bodies.sql": "SET check_function_bodies = off;\n" + "\n".join(functions)})

    try:
        up(postgres.url(name), folder)
        found = ask(
            postgres.url(name),
            "SELECT convert_to(prosrc, 'UTF8') FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
            "ORDER BY substr(proname, 2)::int",
        )
    finally:
        postgres.drop_database(name)
    assert [body.encode() for body in bodies] == [source for (source,) in found]
