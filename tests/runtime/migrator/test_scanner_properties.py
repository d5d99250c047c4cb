"""What is true of every text that is scanned, and where PostgreSQL's own lexer and parser (pglast) agree."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pglast import split as split_by_parser
from pglast.parser import ParseError, scan

from runtime.migrator.scanner import Token, Unterminated, code, split, tokens
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEAR: Final = [" ", "\n", "\t", "\r\n", " -- a; comment'\n", "/* a /* nested; */ one' */", "/*;*/"]
WRITTEN: Final = [
    "SELECT",
    "begin",
    "é$",
    "_a1",
    "'a;'",
    "''",
    "E'\\';'",
    "e'\\\\'",
    "U&'x;'",
    "x'1f'",
    '"a;""b"',
    'U&"é;"',
    "$$a;'$$",
    "$é$;$$;$é$",
    "1",
    "1.5e-3",
    ".5",
    "1.",
    "0x1F",
    "1_000",
    "$12",
    "::",
    ":=",
    "..",
    "=>",
    "<>",
    "<=",
    "@-",
    "->>",
    "(",
    ")",
    "[",
    ",",
    ";",
    "-",
    "*",
]
"""Tokens, none of which grows together with another as long as something stands between the two."""
SCRAPS: Final = st.one_of(
    st.sampled_from(WRITTEN + NEAR),
    st.sampled_from(
        ["'", '"', "$", "$$", "$a$", "E'", "U&", "U&'", "--", "/*", "*/", "\\", "e", "\n", "\r", "é"]
    ),
    st.sampled_from(list("aeubxnEUBXN019.;:'\"$-+*/<>=~!@#%^&|`?()[],_ \n\t")),
)
"""Pieces that make tokens of one another."""
GRAMMATICAL: Final = [
    ["SELECT", "1", "+", "$1", ",", "'a;b'", "AS", '"x;y"'],
    ["CREATE", "TABLE", "t", "(", "a", "int", "DEFAULT", "E'\\';'", "::", "int", ")"],
    [
        "CREATE",
        "OR",
        "REPLACE",
        "FUNCTION",
        "f",
        "(",
        ")",
        "RETURNS",
        "int",
        "LANGUAGE",
        "sql",
        "AS",
        "$x$;$x$",
    ],
    [
        "CREATE",
        "FUNCTION",
        "f",
        "(",
        ")",
        "BEGIN",
        "ATOMIC",
        "SELECT",
        "1",
        "end",
        ";",
        "SELECT",
        "2",
        ";",
        "END",
    ],
    ["CREATE", "PROCEDURE", "p", "(", ")", "BEGIN", "ATOMIC", "END"],
    [
        "CREATE",
        "RULE",
        "r",
        "AS",
        "ON",
        "INSERT",
        "TO",
        "t",
        "DO",
        "(",
        "SELECT",
        "1",
        ";",
        "SELECT",
        "2",
        ")",
    ],
    ["BEGIN"],
    ["END"],
    ["UPDATE", "t", "SET", "a", "=", "-", "1", "WHERE", "b", "<>", "CASE", "WHEN", "c", "THEN", "1", "END"],
    ["DO", "$$BEGIN ; END$$"],
    [],
]
"""Statements by their tokens."""


@given(st.lists(st.tuples(st.sampled_from(WRITTEN), st.sampled_from(NEAR)), max_size=12))
@settings(max_examples=examples(100, soak=5000))
def test_glued_tokens_come_apart_again(drawn: list[tuple[str, str]]) -> None:
    expected: list[str] = []
    offsets: list[int] = []
    text = ""
    for token, behind in drawn:
        # two strings that follow each other in two lines are one
        if expected and expected[-1].endswith("'") and token.startswith("'"):
            continue
        expected.append(token)
        offsets.append(len(text))
        text += token + behind
    found = [token for token in tokens(text) if token.kind != "comment"]

    assert expected == [token.text for token in found]
    assert offsets == [token.start for token in found]
    assert " ".join(expected) == code(text)
    assert code(text) == code(code(text))


@given(st.lists(SCRAPS, max_size=14).map("".join))
@settings(max_examples=examples(400, soak=10_000))
def test_tokens_are_those_of_the_server(text: str) -> None:
    """Only what the server's lexer takes can be compared; it has no commands of psql."""
    assume(all(token.kind != "meta" for token in up_to_what_is_open(text)))
    refusal = ""
    try:
        expected = scan(text)
    except ParseError as error:
        refusal = str(error)
    if refusal:
        assert offset_of_open(code, text) is not None or not refusal.startswith("unterminated")
        return

    assert [(token.start, token.end + 1) for token in expected] == [
        (token.start, token.start + len(token.text)) for token in tokens(text)
    ]


def up_to_what_is_open(text: str) -> Iterator[Token]:
    """The tokens before what is never closed."""
    with suppress(Unterminated):
        yield from tokens(text)


def offset_of_open(read: Callable[[str], object], text: str) -> int | None:
    """Where something is never closed, as one of the readings sees it."""
    try:
        read(text)
    except Unterminated as error:
        return error.offset
    return None


@given(st.lists(SCRAPS, max_size=14).map("".join))
@settings(max_examples=examples(200, soak=10_000))
def test_statements_and_tokens_agree(text: str) -> None:
    """The fast reading cuts where the exact one sees a semicolon, and nothing is lost on the way."""
    unclosed = offset_of_open(code, text)
    assert unclosed == offset_of_open(split, text)
    assume(unclosed is None)
    found, depth = [""], 0
    for token in tokens(text):
        if token.kind == "comment":
            continue
        depth = max(depth + (token.text == "(") - (token.text == ")"), 0)
        if token.text == ";" and not depth:
            found.append("")
        else:
            found[-1] += f" {token.text}"

    assert [part.strip() for part in found if part] == [code(each.text).strip() for each in split(text)]


@given(st.data(), st.lists(st.sampled_from(GRAMMATICAL), max_size=5))
@settings(max_examples=examples(100, soak=3000))
def test_statements_are_those_of_the_parser(data: st.DataObject, drawn: list[list[str]]) -> None:
    blank = st.lists(st.sampled_from(NEAR), min_size=1, max_size=2).map("".join)
    text = "".join(
        "".join(data.draw(blank) + token for token in statement) + data.draw(blank) + ";"
        for statement in drawn
    )

    found = [each.text for each in split(text)]

    assert [" ".join(statement) for statement in drawn if statement] == [code(each) for each in found]
    assert [code(each) for each in split_by_parser(text)] == [code(each) for each in found]
