"""What Lambda and its runtimes write into a log: how an invocation, or a start, has ended, and by what error.

Lines are text or JSON, as the function's log format is:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TEXT: Final = re.compile(r"\s*(?P<kind>INIT_REPORT|RESTORE_REPORT|REPORT)\b(?P<rest>.*)", re.DOTALL)
_JSON: Final = re.compile(r'"type"\s*:\s*"platform\.(?:init|restore)?[rR]eport"')
_MENTIONS: Final = re.compile(
    rf'(?:RequestId: |"(?:requestId|AWSRequestId)"\s*:\s*"|^\S+ )({ID})', re.MULTILINE
)
_RAISED: Final = re.compile(
    r"^\s*\[ERROR\]\s+(?:\S+Z\s+\S+\s+)?(?P<type>[A-Za-z_][\w.]*)(?::|\s*$)", re.MULTILINE
)
_ALONE: Final = re.compile(r"^(?P<type>(?:Runtime|Extension|Sandbox|Function)\.[A-Za-z]+)\s*$", re.MULTILINE)
_ERROR_TYPE: Final = re.compile(r'"errorType"\s*:\s*"(?P<type>[\w.]+)"')
_TIMED_OUT: Final = re.compile(r"Task timed out after (?P<seconds>[\d.]+) seconds")
SUCCESS, TIMEOUT = "success", "timeout"
TIMED_OUT: Final = "Sandbox.Timedout"


@dataclass(frozen=True, slots=True)
class Ending:
    """A line by which Lambda reports how something has ended.

    Attributes:
        phase: `init` for a start, `restore` for one from a snapshot, `invoke` for a start within an
            invocation; `` for an invocation itself.
        status: `success`, `failure`, `error` or `timeout`.
        error_type: Such as `Runtime.ExitError`; empty where there is none.
    """

    phase: str
    status: str
    error_type: str = ""
    milliseconds: float = 0.0
    request_id: str = ""
    memory_mb: int = 0
    used_mb: int = 0
    is_cold: bool = False

    @property
    def is_start(self) -> bool:
        """Whether it is a start's, not an invocation's."""
        return bool(self.phase)


def ending_of(line: str) -> Ending | None:
    """What a line reports; None for every other line."""
    if found := _TEXT.match(line):
        return _from_text(found["kind"], found["rest"])
    if _JSON.search(line):
        return _from_json(line)
    return None


def error_types(lines: Iterable[str]) -> Iterator[str]:
    """The types of errors that lines name, in their order, as far as Lambda or a runtime has written them."""
    for line in lines:
        for pattern in (_RAISED, _ALONE, _ERROR_TYPE):
            yield from (found["type"] for found in pattern.finditer(line))
        if _TIMED_OUT.search(line):
            yield TIMED_OUT


def timeout_of(line: str) -> float | None:
    """The seconds after which an invocation was ended, where a line says so."""
    found = _TIMED_OUT.search(line)
    return float(found["seconds"]) if found else None


def mentioned(line: str) -> str | None:
    """The id of the invocation that a line of Lambda's is about."""
    found = _MENTIONS.search(line)
    return found[1] if found else None


def _from_text(kind: str, rest: str) -> Ending:
    figures = dict(part.strip().partition(": ")[::2] for part in re.split(r"\t|\n", rest) if ": " in part)
    if kind != "REPORT":
        phase = figures.get("Phase", kind.partition("_")[0].lower())
        duration = figures.get("Init Duration") or figures.get("Restore Duration", "")
        status = figures.get("Status", SUCCESS)
        return Ending(phase, status, figures.get("Error Type", ""), _number(duration))
    return Ending(
        "",
        figures.get("Status", SUCCESS),
        figures.get("Error Type", ""),
        _number(figures.get("Duration", "")),
        figures.get("RequestId", ""),
        int(_number(figures.get("Memory Size", ""))),
        int(_number(figures.get("Max Memory Used", ""))),
        "Init Duration" in figures or "Restore Duration" in figures,
    )


def _from_json(line: str) -> Ending | None:
    try:
        document: Any = json.loads(line)
    except ValueError:
        return None
    record = document.get("record") if isinstance(document, dict) else None
    if not isinstance(record, dict):
        return None
    metrics: Mapping[str, Any] = record.get("metrics") or {}
    kind = str(document.get("type", ""))
    status, error = str(record.get("status", SUCCESS)), str(record.get("errorType") or "")
    milliseconds = float(metrics.get("durationMs") or 0)
    if kind != "platform.report":
        is_restored = kind == "platform.restoreReport"
        return Ending(
            str(record.get("phase") or ("restore" if is_restored else "init")), status, error, milliseconds
        )
    return Ending(
        "",
        status,
        error,
        milliseconds,
        str(record.get("requestId", "")),
        int(metrics.get("memorySizeMB") or 0),
        int(metrics.get("maxMemoryUsedMB") or 0),
        "initDurationMs" in metrics or "restoreDurationMs" in metrics,
    )


def _number(text: str) -> float:
    found = re.match(r"[\d.]+", text)
    return float(found[0]) if found else 0.0
