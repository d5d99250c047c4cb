"""Sizes and times as AWS meters them: in whole steps, of which there is at least one."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal


def steps(amount: Decimal, step: int) -> Decimal:
    """How many steps are begun: 2 for 65 KB in steps of 64, 1 for nothing at all."""
    return max(Decimal(1), (amount / step).to_integral_value(ROUND_CEILING))


def rounded_up(amount: Decimal, step: int) -> Decimal:
    """An amount up to the end of the step that it is in: 128 for 65 KB in steps of 64."""
    return steps(amount, step) * step
