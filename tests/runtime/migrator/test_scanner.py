"""SQL is read as PostgreSQL's own lexer and parser read it; pglast holds the latter."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest
from pglast import split as split_by_parser

from runtime.migrator import scanner
from runtime.migrator.scanner import Statement, Unterminated, code, position, split, statements

if TYPE_CHECKING:
    from collections.abc import Callable

SLEEP = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC"
HARD: Final = {
    "doubled quote": ["SELECT 'it''s; here'", "SELECT 2"],
    "no backslash in a plain string": [r"SELECT 'C:\'", "SELECT 2"],
    "backslash in an escape string": [r"SELECT e'a\';b\\'", "SELECT 2"],
    "an escape string goes on": ["SELECT E'a'\n  'b\\';c'", "SELECT 2"],
    "a plain string goes on behind a comment": ["SELECT 'a' -- it's;\n ';b'", "SELECT 2"],
    "a name that ends in e": ["SELECT name'a;b'", "SELECT 2"],
    "unicode string": [r"SELECT U&'d!0061t;\' UESCAPE '!'", r"SELECT u&';\0061'"],
    "bits and national": ["SELECT B'01', x'1F', N';'", "SELECT 2"],
    "quoted name": ['SELECT 1 AS "a;""b"', 'SELECT 2 AS U&"d\\0061;"'],
    "dollar quote": ["SELECT $$a;'\"b$$", "SELECT 2"],
    "dollar quote with a tag": ["DO $body$ BEGIN PERFORM $$;$$; END $body$", "SELECT 2"],
    "dollar quote with a tag of other letters": ["SELECT $größe$;$gr$;$größe$", "SELECT 2"],
    "tag with a dollar before its end": ["SELECT $a$;$$a$a$", "SELECT 2"],
    "a parameter is no tag": ["SELECT $1", "SELECT $2"],
    "a name swallows dollars": ["SELECT 1 AS a$$", "SELECT 2 AS b$$"],
    "a name of other letters swallows dollars": ["SELECT 1 AS é$x$", "SELECT 2 AS é$x$"],
    "line comments": ["SELECT 1 -- ; ' $$ /*\n + 1", "SELECT 2"],
    "a comment ends at a carriage return": ["SELECT 1 -- ;\r + 1", "SELECT 2"],
    "nested comments": ["SELECT /* ; /* ; */ ; ' */ 1", "SELECT 2"],
    "comments that look closed": [
        "SELECT /*/ ; */ 1",
        "SELECT /**/ 2",
        "SELECT /* ***/ 3",
        "SELECT 3 */**/ 1",
    ],
    "an operator before a comment": ["SELECT 2*/*;*/3", "SELECT 2+--;\n3"],
    "semicolons in parentheses": [
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v;)",
        "SELECT 2",
    ],
    "atomic body": [f"{SLEEP} SELECT 1; SELECT CASE WHEN true THEN 1 END; END", "SELECT 2"],
    "empty atomic body": [f"{SLEEP} END", "SELECT 2"],
    "atomic body with names that look like its end": [
        f"{SLEEP} SELECT 1 end; SELECT 2 AS end; END",
        "SELECT 2",
    ],
    "atomic body with a name that looks like a case": [f"{SLEEP} SELECT 1 case; END", "SELECT 2"],
    "atomic body with a name that looks like its start": [f"{SLEEP} SELECT 1 AS begin; END", "SELECT 2"],
    "atomic procedure": [
        "CREATE OR REPLACE /* c */ PROCEDURE p(begin int) BEGIN /* c */ ATOMIC SELECT (SELECT 1); END",
        "SELECT 2",
    ],
    "a function called begin": ["CREATE FUNCTION begin() RETURNS int RETURN 1", "SELECT 2"],
    "a transaction is no body": ["BEGIN", "SELECT 1", "END", "SELECT 2"],
    "white space of all kinds": ["SELECT\t1\f", "SELECT\r\n2"],
}
"""Statements that a cutter by semicolons gets wrong, by what is hard in them."""


def cut(text: str) -> list[str]:
    """The texts of the statements."""
    return [statement.text for statement in split(text)]


@pytest.mark.parametrize("expected", HARD.values(), ids=HARD)
def test_a_hard_file_is_cut_where_the_parser_cuts_it(expected: list[str]) -> None:
    text = ";\n".join(expected) + ";"

    assert [code(statement) for statement in expected] == [code(statement) for statement in cut(text)]
    assert [code(statement) for statement in split_by_parser(text)] == [code(each) for each in cut(text)]


@pytest.mark.parametrize(
    "text", ["SELECT B'1''0;'", "SELECT 1a;", "SELECT $;", "SELECT )); SELECT 2", "SELECT U&;"]
)
def test_what_the_server_refuses_is_cut_all_the_same(text: str) -> None:
    assert [part.strip() for part in text.replace("0;", "0%").split(";") if part.strip()] == [
        part.replace("0;", "0%") for part in cut(text)
    ]


def test_a_statement_is_told_without_what_stands_around_it() -> None:
    text = "-- first\n /* é */ SELECT 1 /* in */ + 2 -- behind\n ; ;; /* none */ ;\nSELECT 3"

    assert (
        Statement("SELECT 1 /* in */ + 2", 18, 39),
        Statement("SELECT 3", 69, 77),
    ) == split(text)
    assert all(text[each.start : each.end] == each.text for each in split(text))


@pytest.mark.parametrize("text", ["", " \n", ";", " ;; ", "-- all of it", "/* ; */;", "\f\v"])
def test_a_file_without_a_statement_has_none(text: str) -> None:
    assert () == split(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create /* unique */ index -- one\n concurrently i on t (a)", "CREATE INDEX CONCURRENTLY I ON T A"),
        ('drop table "Some Table", s.t', 'DROP TABLE "Some Table" S T'),
        ("reindex (concurrently) table t", "REINDEX CONCURRENTLY TABLE T"),
        ("insert into t values ('select', $$drop$$, 1)", "INSERT INTO T VALUES"),
        ("select ſet, straße", "SELECT ſet straße"),  # noqa: RUF001  (a letter that `upper` makes an S)
        ("alter table if exists only a.b detach partition c.d concurrently", None),
        ("select a, b, c, d, e, f, g, h, i, j, k, l, m", "SELECT A B C D E F G H I J K"),
        ("('a')", ""),
    ],
)
def test_the_words_are_the_first_keywords_and_names(text: str, expected: str | None) -> None:
    words = split(text)[0].words

    assert (text.upper().replace(".", " ") if expected is None else expected) == " ".join(words)
    assert len(words) <= scanner.WORDS


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, (1, 1)),
        ("abc", 2, (1, 3)),
        ("a\nb", 1, (1, 2)),
        ("a\nb", 2, (2, 1)),
        ("a\r\nb", 1, (1, 2)),
        ("a\r\nb", 2, (1, 3)),
        ("a\r\nb", 3, (2, 1)),
        ("a\rb", 2, (2, 1)),
        ("a\n\r\n\r\rb", 6, (5, 1)),
        ("漢字🙂x", 3, (1, 4)),
        ("one\ntwo", 7, (2, 4)),
    ],
)
def test_a_position_counts_lines_and_characters_from_one(
    text: str, offset: int, expected: tuple[int, int]
) -> None:
    assert expected == position(text, offset)


@pytest.mark.parametrize(
    ("text", "offset", "what", "closer"),
    [
        ("SELECT 'a;\nSELECT 2", 7, "string", "'"),
        ("SELECT 1; SELECT E'a\\';", 18, "string", "'"),
        ("SELECT U&'a", 9, "string", "'"),
        ("SELECT x'1", 8, "string", "'"),
        ("SELECT 'a''", 7, "string", "'"),
        ("SELECT 'a'\n'b", 11, "string", "'"),
        ('SELECT "a""', 7, "identifier", '"'),
        ('SELECT u&"a', 9, "identifier", '"'),
        ("SELECT /* /* */ 1", 7, "comment", "*/"),
        ("SELECT 1 -- fine\n/*", 17, "comment", "*/"),
        ("SELECT $$ $a$ $", 7, "dollar-quoted string", "$$"),
        ("SELECT $é$ $$", 7, "dollar-quoted string", "$é$"),
    ],
)
def test_what_is_never_closed_is_told_with_its_place(text: str, offset: int, what: str, closer: str) -> None:
    for read in (split, code):
        with pytest.raises(Unterminated) as refused:
            read(text)

        line, column = position(text, refused.value.offset)
        assert (offset, what, closer) == (refused.value.offset, what, refused.value.closer)
        assert (
            f"the {what} that begins at line {line}, column {column} is never closed; close it with {closer}"
        ) == str(refused.value)


def test_the_statements_before_it_are_found() -> None:
    found = statements("SELECT 1; SELECT 'a'; SELECT 'b")

    assert ["SELECT 1", "SELECT 'a'"] == [next(found).text, next(found).text]
    with pytest.raises(Unterminated):
        next(found)


@pytest.mark.parametrize(
    "other",
    [
        "select a , 'x  y'from t where b<- 1 ;",
        "-- why\nselect a, /* which */ 'x  y'\r\n\tfrom t -- all\n where b < -1;\n",
        "select a,'x  y' from/**/t where/* /* */ */b <-1;--",
    ],
)
def test_comments_and_white_space_are_no_code(other: str) -> None:
    assert "select a , 'x  y' from t where b < - 1 ;" == code(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select 'a b'", "select 'a  b'"),
        ("select 'a' 'b'", "select 'a'\n'b'"),
        ("select $$ a $$", "select $$ a  $$"),
        ("select $$ -- a\n $$", "select $$ $$"),
        ("select a", "select A"),
        ("select a -- b\n, c", "select a -- b, c"),
        ("select 1 + 2", "select 1 +2 -- 3\n - 4"),
        ("select a <@ b", "select a < @ b"),
        ("select 1.5", "select 1 .5"),
        ('select "a b"', 'select "a  b"'),
        ("select a$b$", "select a $b$ $b$"),
        ("select 1;", "select 1"),
        ("select E'a'", "select E 'a'"),
    ],
)
def test_everything_else_is(one: str, other: str) -> None:
    assert code(one) != code(other)


UNFRIENDLY: Final[dict[str, Callable[[int], str]]] = {
    "plus signs": lambda count: "+" * count,
    "opening comments": lambda count: "/*" * count,
    "comments in comments": lambda count: "/*" * count + "*/" * count,
    "unlike tags": lambda count: "".join(f"$a{number}$" for number in range(count)),
    "open strings": lambda count: "'" + "''" * count,
    "strings that go on": lambda count: "'a'\n" * count + "x",
    "strings that almost go on": lambda count: "'a' --\n\n" * count + "x",
    "escapes": lambda count: "E'" + "\\'" * count,
    "blanks": lambda count: " " * count,
    "parentheses": lambda count: "(" * count,
    "bodies": lambda count: f"{SLEEP} SELECT 1; END;\n" * (count // 20),
    "dots and digits": lambda count: ".1" * count,
    "half prefixes": lambda count: "U&" * count,
}


@pytest.mark.parametrize("kind", UNFRIENDLY)
def test_an_unfriendly_text_takes_no_longer_than_its_length(kind: str) -> None:
    """What is read over and over from each of its characters would run for minutes here."""
    text = UNFRIENDLY[kind](40_000)
    for read in (split, code):
        with suppress(Unterminated):
            read(text)
