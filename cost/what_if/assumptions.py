"""The assumptions that may be moved: figures of `[traffic]`, and from where to where."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cost.formulas import Range


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure of a month's traffic that somebody may want to change."""

    name: str
    """As it stands in `[traffic]`."""
    label: str
    unit: str
    range: Range
    about: str
    is_main: bool = True
    """Whether it is among the first that a reader asks for."""


def _to(high: str, low: str = "0") -> Range:
    return Range(Decimal(low), Decimal(high))


ASSUMPTIONS = (
    Assumption("requests_per_month", "Requests", "a month", _to("1e11"), "calls of the API, without logins"),
    Assumption(
        "request_duration_ms",
        "Request duration",
        "ms",
        _to("900000"),
        "billed time of one request; a function may run 15 minutes",
    ),
    Assumption("internet_out_gb", "API answers", "GB a month", _to("1e7"), "what the API sends out"),
    Assumption("log_kb_per_request", "Log of a request", "KB", _to("10240"), "what a function logs for one"),
    Assumption("log_gb", "Log of all requests", "GB a month", _to("1e7"), "what all functions log"),
    Assumption("logins_per_month", "Logins", "a month", _to("1e9"), "each is two requests"),
    Assumption(
        "frontend_requests_per_month", "Frontend requests", "a month", _to("1e11"), "files of the frontend"
    ),
    Assumption(
        "frontend_out_gb", "Frontend data out", "GB a month", _to("1e7"), "what CloudFront sends of it"
    ),
    Assumption("cold_start_share", "Cold starts", "of requests", _to("1"), "share, 0 to 1", is_main=False),
    Assumption("init_duration_ms", "Cold start's init", "ms", _to("900000"), "billed time", is_main=False),
    Assumption(
        "request_kb", "Request size", "KB", _to("10240"), "up to the API's limit of 10 MB", is_main=False
    ),
    Assumption(
        "response_kb", "Answer size", "KB", _to("10240"), "in steps of 512 as requests count", is_main=False
    ),
)
"""Left out are two figures of which no bill ever changes: the busiest second and the database's growth."""
