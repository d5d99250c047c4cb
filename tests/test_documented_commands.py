"""Every `miyabi ...` line of a document is one that the program takes: command, arguments and options."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.main import get_command

from scripts.docs.documents import PART, ROOT, documents
from scripts.miyabi import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?miyabi (.+)$", re.MULTILINE)
WORDS = re.compile(r"`(?:\.venv/bin/)?miyabi ([^`\n]+)`")
OF_A_SHELL = ("<", ">", "|", "#", "&&", ";")
"""What ends a command's own words in a line."""
LEFT_OUT = ("Missing", "Usage: ", "'VERSION' is not a valid int")
"""How the parser's refusal begins where a sentence names a command without what it is given."""
LATER = {"diagram", "doctor", "rehearse", "report"}
"""Commands that a document names as work to come."""


@cache
def program() -> Any:
    """The program's parser; made once, since typer reads the signatures of all commands for it."""
    return get_command(app)


def words_of(line: str) -> list[str]:
    """What the program gets of a line: no redirection, comment or next command."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="<>|;&")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word.startswith(OF_A_SHELL):
            break
        words.append(word)
    return words


def commands_of(text: str) -> Iterator[str]:
    """The lines of a document that call the program, in blocks and within sentences."""
    written = PART.sub("", text)
    for block in BLOCK.findall(written):
        yield from LINE.findall(block.replace("\\\n", " "))
    yield from named_in(written)


def named_in(text: str) -> list[str]:
    """The commands that sentences name."""
    return [words for words in WORDS.findall(BLOCK.sub("", text)) if not re.search(r"…|\.\.\.", words)]


def taken(words: list[str]) -> str | None:
    """Why the program would refuse these words before it does anything; None where it takes them."""
    command, name, rest = program(), "miyabi", words
    try:
        while True:
            context = command.make_context(name, [*rest])
            if not hasattr(command, "resolve_command"):
                return None
            # what a group has left for its member stands in two places
            left = [*context._protected_args, *context.args]
            name, command, rest = command.resolve_command(context, left)
    except typer.Exit:  # `--help`
        return None
    except Exception as error:  # noqa: BLE001  (the parser's own kinds, which typer brings along and does not name)
        return str(getattr(error, "message", "")) or type(error).__name__


def name_of(path: Path) -> str:
    """A document's place, as a test's name."""
    return str(path.relative_to(ROOT))


CALLING = [
    path
    for path in documents()
    if "changes" not in path.parts and [*commands_of(path.read_text(encoding="utf-8"))]
]
"""All but the notes on changes, which tell of commands as they were."""


@pytest.mark.parametrize("path", CALLING, ids=name_of)
def test_the_program_takes_every_command_of_the_document(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    in_sentences = named_in(PART.sub("", text))
    refused = {}
    for line in commands_of(text):
        words = words_of(line)
        why = None if words[0] in LATER else taken(words)
        if why and not (line in in_sentences and why.startswith(LEFT_OUT)):
            refused[line] = why

    assert {} == refused


def test_what_an_operator_follows_calls_the_program() -> None:
    """Or nothing would be looked at above."""
    followed = ("deploying", "adopting", "recovery", "operating", "looking-around")

    assert [name for name in followed if ROOT / "docs" / f"{name}.md" not in CALLING] == []


@pytest.mark.parametrize(
    "line",
    [
        "deploi staging",
        "deploy staging --onlly service",
        "deploy",
        "rotate staging jwt,",
        "secret lst staging",
        "plan A B C",
        "restore production --at",
        "debug production maybe",
    ],
)
def test_what_is_misspelt_is_noticed(line: str) -> None:
    assert taken(words_of(line))


def test_redirections_and_comments_are_the_shells() -> None:
    line = "invoke staging --path '/api/v1/tasks?limit=1' --token < token.txt  # one page"

    assert ["invoke", "staging", "--path", "/api/v1/tasks?limit=1", "--token"] == words_of(line)
