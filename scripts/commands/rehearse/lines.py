"""What of a function's and a gateway's lines tells a person something."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FRAME: Final = ("START ", "END ", "INIT_START ")
"""Beginnings of lines that Lambda writes around every invocation."""
REPORT: Final = ("REPORT ", "INIT_REPORT ", "platform.report", "platform.initReport")
"""Of those that it writes of how one ended, which is told where it failed."""
SUCCEEDED: Final = "success"
_STATUS: Final = re.compile(r"Status: (\w+)")
_FAILED_START: Final = re.compile(r"INIT_REPORT .*?Phase: (\w+).*?Status: (\w+)(?:.*?Error Type: (\S+))?")
_INVOCATION: Final = re.compile(r"^RequestId: \S+ (?:Error: )?")
_WITHIN: Final = (" ", "\t", "Traceback (most recent call last)")
"""Beginnings of lines that say where in the code it happened; what it was stands before or after."""
QUIET: Final = "INFO"
"""The level of what the code says of its usual work."""
ANSWERED: Final = "answered"
"""What our API says of each request, at the level of its status, which the caller was told."""


def telling(lines: Iterable[str]) -> list[str]:
    """A function's lines without what Lambda writes of every invocation, each once, in text or JSON.

    Figures that are written as lines, and what the code says of its usual work, are left out if anything else
    is there.
    """
    told = list(dict.fromkeys(sentence for line in lines for sentence in _told(line)))
    loud = [sentence for sentence in told if not sentence.startswith(QUIET)]
    return loud or told


def troubles(line: str) -> list[str]:
    """What a line of the gateway's access log says of errors; the whole of one that is no JSON."""
    found = _read(line)
    if found is None:
        return [line]
    told = (str(value) for name, value in found.items() if "error" in name.lower() and value not in ("", "-"))
    return list(dict.fromkeys(told))


def _told(line: str) -> Iterator[str]:
    if line.startswith(_WITHIN):
        return
    line = " ".join(line.split())
    found = _read(line)
    if found is None:
        yield from _told_in_text(line)
    elif "type" in found and "record" in found:
        yield from _told_by_lambda(str(found["type"]), found["record"])
    elif "_aws" not in found:
        message = found.get("message", found.get("errorMessage"))
        level = QUIET if message == ANSWERED else found.get("level", "")
        yield line if message is None else f"{level} {message}".strip()


def _told_in_text(line: str) -> Iterator[str]:
    status = _STATUS.search(line)
    if line.startswith(FRAME) or (line.startswith(REPORT) and (not status or status[1] == SUCCEEDED)):
        return
    if failed := _FAILED_START.match(line):
        yield _ended(f"the start, in the phase {failed[1]}", failed[2], failed[3])
    else:
        yield _INVOCATION.sub("", line)


def _told_by_lambda(kind: str, record: dict[str, Any]) -> Iterator[str]:
    """A line in Lambda's JSON: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html."""
    status = record.get("status", SUCCEEDED)
    if kind in REPORT and status != SUCCEEDED:
        what = f"the start, in the phase {record.get('phase')}" if "init" in kind else "the invocation"
        yield _ended(what, status, record.get("errorType"))


def _ended(what: str, status: str, error_type: str | None) -> str:
    return f"{what}, ended with {status}{f' {error_type}' if error_type else ''}"


def _read(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
