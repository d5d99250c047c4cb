"""Somebody who does what a document says, and looks whether that comes which it shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.ops.following.documents import NAMED, Command, not_shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.ops.following.documents import Document
    from tests.ops.following.terminal import Printed, Terminal


@dataclass(frozen=True, slots=True)
class Reader:
    """Types commands of a document; `examples` are patterns of what it shows and of what may stand there."""

    document: Document
    terminal: Terminal
    examples: Mapping[str, str] = field(default_factory=dict)

    def follow(
        self, beginning: str, *, ending_with: int = 0, values: Mapping[str, str] | None = None
    ) -> Printed:
        """Type the first command left that begins so; `values` take the place of what stands for them."""
        return self._type(self.document.take(beginning), ending_with, values or {})

    def follow_sentence(
        self, beginning: str, *, ending_with: int = 0, values: Mapping[str, str] | None = None
    ) -> Printed:
        """Type a command that a sentence names."""
        return self._type(self.document.take_within(beginning), ending_with, values or {})

    def repeat(self, text: str) -> Printed:
        """Type once more what was typed before."""
        return self._type(Command(text, is_looked_at=True), 0, {})

    def follow_to_the_end(self) -> Printed:
        """Type all commands that are left."""
        while True:
            printed = self._type(self.document.commands.pop(0), 0, {})
            if not self.document.commands:
                return printed

    def require_all_followed(self) -> None:
        """Whatever the document has anybody type was typed, but for what its sentences only name."""
        assert [] == self.document.commands
        assert [] == [one for one in self.document.within if one not in NAMED]

    def _type(self, command: Command, ending_with: int, values: Mapping[str, str]) -> Printed:
        text = command.text
        for stands_for, value in values.items():
            assert stands_for in text
            text = text.replace(stands_for, value)
        printed = self.terminal.type(replace(command, text=text))
        ended = (printed.code, not_shown(command, printed.all, self.examples))
        assert (ending_with, []) == ended, f"{text}\n{printed.all}"
        return printed
