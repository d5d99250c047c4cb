"""What people call the units of the price books: `GB-mo` is a GB-month; `key-mo` a key, as all is monthly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

NAMES = {
    "h": ("hour", "hours"),
    "mo": ("month", "months"),
    "GB": ("GB", "GB"),
    "GB restored": ("GB restored", "GB restored"),
    "GB of memory per environment created": ("GB of memory", "GB of memory"),
    "GB-mo": ("GB-month", "GB-months"),
    "GB-s": ("GB-second", "GB-seconds"),
    "vCPU-s": ("vCPU-second", "vCPU-seconds"),
    "IOPS-mo": ("IOPS", "IOPS"),
    "MBps-mo": ("MB/s", "MB/s"),
    "GiBps-mo": ("GiB/s", "GiB/s"),
    "IOs": ("I/O", "I/Os"),
    "ENI-h (per AZ)": ("ENI-hour", "ENI-hours"),
    "queries": ("query", "queries"),
    "alarm-metric-mo": ("metric", "metrics"),
    "analyzed-metric-mo": ("analysed metric", "analysed metrics"),
    "events (8 KB)": ("event (8 KB)", "events (8 KB)"),
    "events (64 KB)": ("event (64 KB)", "events (64 KB)"),
    "requests (64 KB)": ("request (64 KB)", "requests (64 KB)"),
    "requests x increments": ("request x increment", "requests x increments"),
}
"""Units whose names don't follow from how they are written, in the singular and the plural."""
MEASURED = frozenset({"GB-s", "vCPU-s"})
"""Units that are measured, and whose rates are told for one; all others are counted."""


def called(unit: str, quantity: Decimal | int) -> str:
    """What so many units are called: `hours`, `GB-months`, `vCPU-hour`."""
    singular, plural = NAMES.get(unit) or _regular(unit)
    return singular if quantity == 1 else plural


def _regular(unit: str) -> tuple[str, str]:
    singular = f"{unit.removesuffix('-h')}-hour" if unit.endswith("-h") else unit.removesuffix("-mo")
    singular = singular.removesuffix("s")
    return singular, f"{singular}s"
