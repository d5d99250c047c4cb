"""A log event as a line for people: when, how severe, what; the rest is dim."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ops.log_lines import escaped

if TYPE_CHECKING:
    from typing import TextIO

    from ops.log_lines import Line
    from ops.logs import LogEvent

RESET: Final = "\x1b[0m"
STYLES: Final = {"ERROR": "\x1b[1;31m", "WARN": "\x1b[33m", "INFO": "\x1b[32m", "DEBUG": "\x1b[36m"}
DIM: Final = "\x1b[2m"
SOURCE_WIDTH: Final = 8
"""As long as the longest name of a log, `database` and `migrator`."""


def colours(stream: TextIO) -> bool:
    """Whether a stream takes colours, and the operator wants them (https://no-color.org)."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def zone(at: datetime, *, utc: bool) -> str:
    """Which time is printed, in words."""
    if utc:
        return "UTC"
    local = at.astimezone()
    return f"local, {local:%Z} (UTC{local.isoformat(timespec='minutes')[-6:]})"


@dataclass(frozen=True, slots=True)
class Renderer:
    """How lines are printed."""

    coloured: bool
    utc: bool
    with_source: bool

    def render(self, event: LogEvent) -> str:
        """The line, and below it a traceback if there is one; nothing in it can steer a terminal."""
        before = [self._dim(self._time(event.at))]
        if self.with_source:
            before.append(self._dim(event.source.ljust(SOURCE_WIDTH)))
        return " ".join([*before, self.render_line(event.line)])

    def render_line(self, line: Line) -> str:
        """The same without when and where it was written."""
        words = [self._level(line.level)]
        words += [escaped(part) for part in line.message.splitlines()[:1] or [""]]
        if line.request:
            words.append(self._dim(escaped(line.request)))
        told = " ".join(f"{escaped(key)}={_value(value)}" for key, value in line.rest.items())
        if told:
            words.append(self._dim(told))
        below = [*line.message.splitlines()[1:], *line.traceback]
        return "\n".join([" ".join(words), *(f"    {self._dim(escaped(one))}" for one in below)])

    def _time(self, at: datetime) -> str:
        local = at.astimezone(UTC) if self.utc else at.astimezone()
        return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03}"

    def _level(self, level: str | None) -> str:
        word = (level or "-").ljust(5)
        return f"{STYLES[level]}{word}{RESET}" if self.coloured and level else word

    def _dim(self, text: str) -> str:
        return f"{DIM}{text}{RESET}" if self.coloured else text


def _value(value: Any) -> str:
    """A value as short as it may be: text as it is where no blank is in it."""
    if isinstance(value, str) and value and " " not in value and value.isprintable():
        return value
    return escaped(json.dumps(value, ensure_ascii=False))
