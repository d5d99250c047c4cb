"""What a month brings: the figures of an environment's `[traffic]`, as decimals."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from cost.errors import TrafficRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = Decimal("1e18")
"""No figure of a month is larger: it would be a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Expected use in a month of 730 hours; what is left out is nothing."""

    requests_per_month: Decimal = Decimal(0)
    """Requests to the API, logins not counted."""
    request_duration_ms: Decimal = Decimal(0)
    """Billed duration of one request."""
    cold_start_share: Decimal = Decimal(0)
    """Share of requests, 0 to 1, that start an execution environment."""
    init_duration_ms: Decimal = Decimal(0)
    """Billed init of such a start."""
    peak_requests_per_second: Decimal = Decimal(0)
    """Busiest second; no price depends on it."""
    request_kb: Decimal = Decimal(0)
    """Average request, in KB of 1,024 bytes."""
    response_kb: Decimal = Decimal(0)
    """Average response, in KB of 1,024 bytes."""
    internet_out_gb: Decimal = Decimal(0)
    """The API's answers, in GB."""
    log_kb_per_request: Decimal | None = None
    """What a function logs for each request."""
    log_gb: Decimal | None = None
    """What all functions log, instead of the former."""
    database_storage_growth_gb_per_month: Decimal = Decimal(0)
    """How much the database grows; told, not priced."""
    logins_per_month: Decimal = Decimal(0)
    """Logins; each is two requests to the login function."""
    frontend_requests_per_month: Decimal = Decimal(0)
    """Requests to CloudFront for the frontend."""
    frontend_out_gb: Decimal = Decimal(0)
    """What CloudFront serves of the frontend, in GB."""

    @classmethod
    def of(cls, figures: Mapping[str, object]) -> Traffic:
        """Take figures by name, as int, float, Decimal or text; None is left out.

        Raises TrafficRefused for an unknown name, a negative figure or a share above 1.
        """
        known = [field.name for field in fields(cls)]
        for key, value in figures.items():
            if key not in known:
                raise TrafficRefused(key, value, _unknown(key, known))
        return cls(**{key: _figure(key, value) for key, value in figures.items() if value is not None})

    def figures(self) -> dict[str, Decimal | None]:
        """All figures by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def login_requests(self) -> Decimal:
        """Requests of all logins: the way to GitHub, and the way back."""
        return 2 * self.logins_per_month


def _figure(key: str, value: object) -> Decimal:
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        raise TrafficRefused(key, value, "it must be a number") from None
    if not figure.is_finite() or figure < 0:
        raise TrafficRefused(key, value, "it must be 0 or more")
    if figure > MOST:
        raise TrafficRefused(key, value, "it must be at most 1e18")
    if key == "cold_start_share" and figure > 1:
        raise TrafficRefused(key, value, "it is a share, from 0 to 1")
    return figure


def _unknown(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(key, known, n=1)
    return (
        f"there is no such figure; did you mean {nearest[0]}?" if nearest else f"known are {', '.join(known)}"
    )
