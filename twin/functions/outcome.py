"""What came of an invocation."""

from __future__ import annotations

from dataclasses import dataclass, field

UNHANDLED = "Unhandled"
"""What Lambda's header X-Amz-Function-Error says of every failure."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a function did.

    Attributes:
        payload: JSON: the document, or what is told of the error.
        error: None, or `Unhandled` where there is no document.
        error_type: Kind of the error, such as `ValueError`, `Runtime.ExitError` or `Sandbox.Timedout`.
        duration_ms: Milliseconds from the event to the end; with those of a start that had to be repeated.
        init_ms: Milliseconds that the start of a new environment took; None where one was there.
        request_id: Of the invocation.
        version: What ran: a number, or `$LATEST`.
        log_tail: The last 4 KB of what was logged, as `LogType: Tail` asks for.
    """

    payload: bytes
    error: str | None
    error_type: str | None
    duration_ms: float
    init_ms: float | None
    request_id: str
    version: str
    log_tail: bytes = field(repr=False)
