"""What a document has its reader type: the commands of its blocks one by one, and those of its sentences."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.docs.documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WITHIN = re.compile(r"`((?:[A-Z_]+=\S+ )?(?:miyabi|aws|make) [^`\n]+)`")
"""A command in a sentence or in a table."""
NAMED = {
    "aws backup list-recovery-points-by-backup-vault --backup-vault-name miyabi-production": (
        "no service here makes recovery points; its words are held to the service's model, as all are"
    ),
    "aws rds modify-db-instance": "what follows is said by `miyabi restore` and `miyabi drift`",
    "aws rds restore-db-instance-from-db-snapshot": "by hand, with what the case asks for, as it says",
    "make synth": "sets up the checkout in which the tests run",
    "miyabi deploy": "without its words",
    "miyabi deploy ENV --abandon STACK": "of a stack in ROLLBACK_COMPLETE: tests/ops/test_rolling_back.py",
    "miyabi deploy ENV --continue-rollback STACK": "the same",
    "miyabi logs ENV": "of what the functions wrote: tests/ops/living/test_logs.py",
    "miyabi restore": "without its words",
}
"""Commands that sentences name and nobody types here, and why."""
SHELL, CONSOLE = "sh", "console"
PROMPT = "$ "
LEFT_OUT = re.compile(r"^(?:…|\.\.\.)$|\[y/N\]: y$")
"""Lines of an output that the document shortens, or that end with what the reader types."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it is written, and the lines that the document shows of what it prints.

    `is_looked_at` says that a person types it and looks how it ends; of a script, each must end well.
    """

    text: str
    shown: tuple[str, ...] = ()
    is_looked_at: bool = False


@dataclass(slots=True)
class Document:
    """A document whose commands are taken in any order, each once."""

    name: str
    commands: list[Command] = field(default_factory=list)
    within: list[str] = field(default_factory=list)
    """Commands of sentences."""
    languages: list[str] = field(default_factory=list)
    """Of all blocks."""

    @classmethod
    def read(cls, name: str, values: Mapping[str, str] | None = None) -> Document:
        """The document of that name, such as `deploying`, with true values for those that are examples."""
        text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        for example, true in (values or {}).items():
            assert example in text, f"docs/{name}.md has no {example}"
            text = text.replace(example, true)
        found = cls(name)
        for language, content in BLOCK.findall(text):
            found.languages.append(language)
            if language == SHELL:
                found.commands += [Command(one) for one in statements(content)]
            elif language == CONSOLE:
                found.commands += typed(content)
        found.within = [*dict.fromkeys(WITHIN.findall(BLOCK.sub("", text)))]
        return found

    def take(self, beginning: str) -> Command:
        """The first command left that begins so."""
        found = self._first(beginning)
        self.commands.remove(found)
        return found

    def leave_until(self, beginning: str) -> None:
        """Take all before the first that begins so."""
        del self.commands[: self.commands.index(self._first(beginning))]

    def take_within(self, beginning: str) -> Command:
        """The first command of a sentence that begins so."""
        found = next((one for one in self.within if one.startswith(beginning)), None)
        assert found, f"docs/{self.name}.md has no {beginning!r} in a sentence"
        self.within.remove(found)
        return Command(found, is_looked_at=True)

    def _first(self, beginning: str) -> Command:
        found = next((one for one in self.commands if one.text.startswith(beginning)), None)
        assert found, f"docs/{self.name}.md has no further command that begins with {beginning!r}"
        return found


def statements(script: str) -> Iterator[str]:
    """A script's commands one by one: as many lines as a shell needs to see the end of one."""
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if line.endswith(("\\", "|")) or not line.strip() or not is_whole("\n".join(lines)):
            continue
        yield "\n".join(lines).strip("\n")
        lines.clear()
    assert not "".join(lines).strip(), f"a command has no end: {lines}"


def is_whole(text: str) -> bool:
    """Whether a shell would run it."""
    if not re.search(r"[{(\"']|\bdo\b|\bif\b", text):
        return True
    asked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return asked.returncode == 0


def typed(console: str) -> Iterator[Command]:
    """What is typed after each prompt, with what is shown then."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        first, *shown = part.splitlines()
        kept = tuple(line for line in shown if line.strip() and not LEFT_OUT.search(line))
        yield Command(first, kept, is_looked_at=True)


def not_shown(command: Command, printed: str, examples: Mapping[str, str]) -> list[str]:
    """The lines that the document shows of a command, and that were not printed."""
    return [line for line in command.shown if not is_shown(line, printed, examples)]


def is_shown(line: str, printed: str, examples: Mapping[str, str]) -> bool:
    """Whether a line of the document was printed, with others for the values that are examples.

    `examples` has for a pattern of the document the pattern of what may stand there. Blanks are as many as
    a column needs.
    """
    asked = re.compile("|".join(f"({pattern})" for pattern in examples)) if examples else re.compile("(?!)")
    found, end = [], 0
    for match in asked.finditer(line):
        found += [blanks(line[end : match.start()]), _true(match, [*examples.values()])]
        end = match.end()
    whole = "".join([*found, blanks(line[end:])]).strip()
    return re.search(rf"^\s*{whole}\s*$", printed, re.MULTILINE) is not None


def blanks(text: str) -> str:
    """A pattern of a text in which columns may be wider."""
    return re.sub(r"(?:\\ )+", r"\\s+", re.escape(text))


def _true(match: re.Match[str], truths: Sequence[str]) -> str:
    """What may stand in place of an example: the pattern of the one that was found."""
    assert match.lastindex is not None
    return truths[match.lastindex - 1]
