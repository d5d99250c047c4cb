"""What Lambda itself writes into a function's log: when an invocation starts, ends, and what it took.

Formats, text and JSON:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from twin.invocation import InitFailed

TEXT: Final = "Text"
JSON: Final = "JSON"
TIMED_OUT: Final = "Sandbox.Timedout"


@dataclass(frozen=True, slots=True)
class Report:
    """What one invocation took.

    Attributes:
        init_ms: Milliseconds from the start of the process until it waited for an event; None where it
            ran already.
        max_memory_mb: Most memory that the process has held so far; 0 where the system does not tell.
        error_type: What ended the process, or kept it from starting; None for an error that the function
            told of itself, of which Lambda says nothing here.
    """

    request_id: str
    duration_ms: float
    memory_mb: int
    max_memory_mb: int
    init_ms: float | None = None
    error_type: str | None = None

    @property
    def billed_ms(self) -> int:
        """Milliseconds that AWS bills; since August 2025 with those of the start.

        https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
        """
        return math.ceil(self.duration_ms + (self.init_ms or 0))

    @property
    def status(self) -> str:
        """As Lambda words it."""
        return _status(self.error_type)


def init_start_lines(log_format: str, name: str, version: str, runtime: str) -> list[str]:
    """What is written when an execution environment comes into being.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html#runtime-management-identify
    """
    runtime_version = f"{runtime.replace('python', 'python:').replace('provided.', 'provided:')}.v0"
    arn = f"arn:aws:lambda:us-east-1::runtime:{sha256(runtime.encode()).hexdigest()}"
    if log_format == JSON:
        record = {
            "initializationType": "on-demand",
            "phase": "init",
            "runtimeVersion": runtime_version,
            "runtimeVersionArn": arn,
            "functionName": name,
            "functionVersion": version,
        }
        return [_event("platform.initStart", record)]
    return [f"INIT_START Runtime Version: {runtime_version}\tRuntime Version ARN: {arn}"]


def init_lines(log_format: str, took_ms: float, failed: InitFailed, phase: str = "init") -> list[str]:
    """What is written when a function did not start; `phase` is `invoke` where it is tried once more."""
    kind = failed.reported_as
    status = _status(kind)
    if log_format == JSON:
        metrics = {"durationMs": round(took_ms, 3)}
        record = {"phase": phase, "status": status, "errorType": kind, "metrics": metrics}
        return [_event("platform.initReport", {"initializationType": "on-demand", **record})]
    figures = [f"INIT_REPORT Init Duration: {took_ms:.2f} ms", f"Phase: {phase}", f"Status: {status}"]
    return ["\t".join(figures if status == "timeout" else [*figures, f"Error Type: {kind}"])]


def start_lines(log_format: str, request_id: str, version: str) -> list[str]:
    """What is written before an invocation."""
    if log_format == JSON:
        return [_event("platform.start", {"requestId": request_id, "version": version})]
    return [f"START RequestId: {request_id} Version: {version}"]


def end_lines(log_format: str, report: Report, failure: str | None) -> list[str]:
    """What is written after it; `failure` is told where the function could not tell it itself."""
    if log_format == JSON:
        return [_event("platform.report", _record(report))]
    told = [failure] if failure else []
    return [*told, f"END RequestId: {report.request_id}", _report_line(report)]


def _status(error_type: str | None) -> str:
    if error_type is None:
        return "success"
    return "timeout" if error_type == TIMED_OUT else "error"


def _report_line(report: Report) -> str:
    figures = [
        f"REPORT RequestId: {report.request_id}",
        f"Duration: {report.duration_ms:.2f} ms",
        f"Billed Duration: {report.billed_ms} ms",
        f"Memory Size: {report.memory_mb} MB",
        f"Max Memory Used: {report.max_memory_mb} MB",
    ]
    if report.init_ms is not None:
        figures.append(f"Init Duration: {report.init_ms:.2f} ms")
    if report.error_type:
        figures.append(f"Status: {report.status}")
    if report.status == "error":
        figures.append(f"Error Type: {report.error_type}")
    return "\t".join(figures)


def _record(report: Report) -> dict[str, Any]:
    metrics: dict[str, float] = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": report.billed_ms,
        "memorySizeMB": report.memory_mb,
        "maxMemoryUsedMB": report.max_memory_mb,
    }
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    error = {"errorType": report.error_type} if report.error_type else {}
    return {"requestId": report.request_id, "metrics": metrics, "status": report.status} | error


def _event(kind: str, record: dict[str, Any]) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "type": kind, "record": record}, separators=(",", ":"))
