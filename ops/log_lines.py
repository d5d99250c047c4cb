"""Reads the lines of our logs: what our functions write, Lambda, the gateway and PostgreSQL."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
SPELLINGS: Final = {
    "TRACE": "DEBUG",
    "WARNING": "WARN",
    "CRITICAL": "ERROR",
    "FATAL": "ERROR",
    "PANIC": "ERROR",
    "LOG": "INFO",
    "DETAIL": "INFO",
    "HINT": "INFO",
    "NOTICE": "INFO",
    "STATEMENT": "INFO",
    "CONTEXT": "INFO",
}
"""Other names of levels, those of PostgreSQL among them."""
REQUEST_KEYS: Final = ("request_id", "requestId", "AWSRequestId")
POSTGRESQL: Final = re.compile(
    r"(?P<time>[\d-]+ [\d:.]+ UTC):(?P<who>[^ ]*):(?P<level>[A-Z]+\d?):\s*(?P<message>.*)", re.DOTALL
)
"""RDS's log_line_prefix, `%t:%r:%u@%d:[%p]:`, and what PostgreSQL writes after it."""
LAMBDA_TEXT: Final = re.compile(
    r"(?:START|END|REPORT|INIT_START|XRAY)\b.*?(?:RequestId: (?P<request>[0-9a-f-]{36}).*)?", re.DOTALL
)
PLATFORM: Final = "platform."
SERVER_ERROR: Final = 500
CLIENT_ERROR: Final = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A line as people read it; `level` is None where the line does not tell one.

    `rest` has what else the line tells, in its order; `traceback` the lines of one.
    """

    level: str | None
    message: str
    request: str | None = None
    rest: Mapping[str, Any] = field(default_factory=dict)
    traceback: tuple[str, ...] = ()

    def is_at_least(self, level: str) -> bool:
        """Whether it is as severe; a line that does not tell may be anything."""
        return self.level is None or LEVELS.index(self.level) >= LEVELS.index(level)


def read(message: str) -> Line:
    """What a log event's message says."""
    text = message.rstrip("\r\n")
    try:
        found = json.loads(text)
    except ValueError:
        return _text(text)
    if not isinstance(found, dict):
        return Line(None, text)
    if str(found.get("type", "")).startswith(PLATFORM) and isinstance(found.get("record"), dict):
        return _platform(found)
    if "routeKey" in found and "integrationRequestId" in found:
        return _access(found)
    return _own(found)


def escaped(text: str) -> str:
    """The text with whatever could steer a terminal made visible; blanks and letters of all scripts stay."""
    return "".join(letter if letter.isprintable() else _visible(letter) for letter in text)


def spelt(level: object) -> str | None:
    """One of our levels for any spelling of one; None for what is none."""
    word = str(level).upper().rstrip("12345")
    word = SPELLINGS.get(word, word)
    return word if word in LEVELS else None


def _visible(letter: str) -> str:
    if letter == "\t":
        return "  "
    return letter.encode("unicode_escape", "surrogatepass").decode()


def _own(found: dict[str, Any]) -> Line:
    """A line of our functions, or of any other that writes level and message."""
    rest = dict(found)
    rest.pop("timestamp", None)
    level, message = spelt(rest.pop("level", None)), rest.pop("message", None)
    request = next((str(rest.pop(key)) for key in REQUEST_KEYS if key in rest), None)
    if rest.get("correlation_id") == request:
        rest.pop("correlation_id", None)  # the caller gave none of its own
    traceback = rest.pop("traceback", [])
    lines = traceback if isinstance(traceback, list) else [traceback]
    whole = tuple(line for part in lines for line in str(part).splitlines())
    if message is None:
        return Line(level, json.dumps(found, ensure_ascii=False), request)
    return Line(level, str(message), request, rest, whole)


def _platform(found: dict[str, Any]) -> Line:
    """A line of Lambda's: when something began or ended, and what it took."""
    record = dict(found["record"])
    request, status = record.pop("requestId", None), record.get("status", "success")
    metrics = record.pop("metrics", {})
    failed = status not in ("success", "Ready")
    return Line("ERROR" if failed else "INFO", found["type"], request, record | dict(metrics))


def _access(found: dict[str, Any]) -> Line:
    """A line of the gateway's, for one request."""
    rest = {key: value for key, value in found.items() if value not in ("-", "", None)}
    route, path, status = (str(rest.pop(key, "-")) for key in ("routeKey", "path", "status"))
    request = rest.pop("requestId", None)
    rest.pop("requestTime", None)
    number = int(status) if status.isdecimal() else SERVER_ERROR
    level = "ERROR" if number >= SERVER_ERROR else "WARN" if number >= CLIENT_ERROR else "INFO"
    return Line(level, f"{status} {route}", request, {"path": path, **rest})


def _text(text: str) -> Line:
    if found := POSTGRESQL.fullmatch(text):
        return Line(spelt(found["level"]), found["message"], None, {"who": found["who"]})
    if found := LAMBDA_TEXT.fullmatch(text):
        return Line("INFO", text, found["request"])
    return Line(None, text)
