"""The month that every estimate is for: 730 hours, as AWS's own calculator has it."""

from __future__ import annotations

from decimal import Decimal

HOURS = Decimal(730)
SECONDS = HOURS * 3600
DAYS = HOURS / 24
