"""How long an event waits until it is tried again, and until it is given up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retries:
    """Seconds, by https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html.

    Attributes:
        after_errors: Waits after the first, the second ... error of the function.
        throttled_first: Wait after the first throttling; it doubles with each.
        throttled_most: The longest of those waits.
        most_age: Age at which an event is dropped, where the function says nothing else.
    """

    after_errors: tuple[float, ...] = (60.0, 120.0)
    throttled_first: float = 1.0
    throttled_most: float = 300.0
    most_age: float = 21_600.0

    def after_throttling(self, times: int) -> float:
        """The wait after so many of them, one or more."""
        return min(self.throttled_first * 2.0 ** min(times - 1, 60), self.throttled_most)


AT_ONCE = Retries((0.0, 0.0), 0.05, 0.05)
"""Waits for nobody: for rehearsals and tests."""
