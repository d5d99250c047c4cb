"""Writes what a function does as lines of JSON, in which no secret stands.

Lambda takes a line as it is when it is an object with `level` and `timestamp` (RFC 3339):
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import TextIO

LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
HIDDEN: Final = "***"


def silence_libraries() -> None:
    """Let libraries write warnings and what is worse, and nothing less, whatever Lambda's level is.

    Lambda's runtime client gives the root logger the function's ApplicationLogLevel. At DEBUG, botocore
    writes what is sent, signed by which session token, and Powertools what a route was given.
    """
    logging.getLogger().setLevel(logging.WARNING)


class Journal:
    """Lines of a log. `fields` stand in each, `secrets` in none.

    Lines of level DEBUG are written until `debug_until` as well, in seconds since 1970; see `look`.
    """

    def __init__(
        self,
        stream: TextIO,
        level: str,
        fields: Mapping[str, Any],
        secrets: Iterable[str] = (),
        *,
        debug_until: float = 0.0,
    ) -> None:
        self._stream, self._fields = stream, dict(fields)
        self._least = self._usual = LEVELS.index(level)
        self._debug_until = debug_until
        self.look()
        self._secrets: list[str] = []
        self.learn(secrets)
        self._lock = threading.Lock()

    def look(self) -> None:
        """Look whether lines of level DEBUG are wanted now; once for each request."""
        if self._debug_until:
            self._least = 0 if time.time() < self._debug_until else self._usual

    @property
    def debugging(self) -> bool:
        """Whether lines of level DEBUG are written."""
        return self._least == 0

    def learn(self, secrets: Iterable[str]) -> None:
        """Make these unreadable from here on."""
        spelt = {spelling for secret in filter(None, secrets) for spelling in _spellings(secret)}
        # the longest first: one may be a part of another
        self._secrets = sorted({*self._secrets, *spelt}, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with every secret made unreadable."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def fault(self, error: BaseException, **more: Any) -> None:
        """Write what nobody expected, with its traceback."""
        told = traceback.format_exception(error)
        self.write("ERROR", str(error), kind=type(error).__name__, traceback=told, **more)

    def write(self, level: str, message: str, **more: Any) -> None:
        """Write a line, if its level is wanted."""
        if LEVELS.index(level) < self._least:
            return
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"timestamp": moment, "level": level, "message": message} | self._fields | more
        text = json.dumps(line, ensure_ascii=False)
        if any(secret in text for secret in self._secrets):
            text = json.dumps(self._hidden(line), ensure_ascii=False)
        # half of a surrogate pair is no character that a stream could take
        text = text.encode(errors="backslashreplace").decode()
        with self._lock:
            self._stream.write(text + "\n")
            self._stream.flush()

    @contextmanager
    def timed(self, message: str, **more: Any) -> Iterator[dict[str, Any]]:
        """Write at DEBUG how long something took, with what is put into the dictionary meanwhile.

        Where it ends by an exception, the exception's type stands there, without its words.
        """
        begun = time.monotonic()
        try:
            yield more
        except Exception as error:
            more["failure"] = type(error).__name__
            raise
        finally:
            if self.debugging:
                self.write("DEBUG", message, milliseconds=round((time.monotonic() - begun) * 1000, 2), **more)

    def _hidden(self, value: Any) -> Any:
        """The value without secrets; a short one may stand in a name as well, which must stay."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, dict):
            return {key: self._hidden(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._hidden(each) for each in value]
        return value


def _spellings(secret: str) -> Iterator[str]:
    """A secret as it is, and as JSON spells it."""
    yield secret
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
