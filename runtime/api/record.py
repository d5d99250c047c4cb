"""What is written of each request: a line, what went wrong, and the figures that nobody else counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from runtime.api.errors import Fault, Misconfigured, Refusal, Unauthenticated, Unavailable
from runtime.api.sessions import Replayed
from runtime.variables import read_trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.api.metrics import Metrics
    from runtime.journal import Journal


@dataclass(frozen=True, slots=True)
class Record:
    """The log and the metrics of an execution environment."""

    journal: Journal
    metrics: Metrics

    def debugging(self, request_id: str) -> Callable[..., None] | None:
        """What writes lines of level DEBUG about a request; None where none are wanted now."""
        self.journal.look()
        if not self.journal.debugging:
            return None
        return partial(self.journal.write, "DEBUG", request_id=request_id)

    def refusal(self, told: Refusal, error: BaseException, request_id: str) -> None:
        """Write what the caller is not told: why the database can't answer, and what nobody expected."""
        if isinstance(told, Unavailable):
            self.metrics.count("DatabaseFailures")
            self.journal.write("WARN", told.reason, request_id=request_id)
        elif isinstance(told, Fault) and not isinstance(told, Misconfigured):
            found = error.__cause__ if error is told and error.__cause__ else error
            self.journal.fault(found, request_id=request_id)
        elif isinstance(told, Replayed):
            self.metrics.count("RefreshReplays")
            self.journal.write(
                "WARN",
                "a refresh token was shown again; its session is revoked",
                request_id=request_id,
                user_id=str(told.user_id),
                session_id=str(told.session_id),
            )
        elif isinstance(told, Unauthenticated):
            self.metrics.count("AuthenticationRefusals")

    def answered(self, request_id: str, status: int, seconds: float, **more: Any) -> None:
        """Write the line of a request, and what was counted in it; what is None stays out."""
        told = {
            "request_id": request_id,
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
            "xray_trace_id": read_trace(),
            **more,
        }
        known = {name: value for name, value in told.items() if value is not None}
        self.journal.write(_level(status), "answered", **known)
        self.metrics.flush()


def _level(status: int) -> str:
    """An answer's severity: whose fault it was, ours or the caller's, or nobody's."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "ERROR"
    return "WARN" if status >= HTTPStatus.BAD_REQUEST else "INFO"
