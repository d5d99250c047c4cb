"""Whether two units measure the same: AWS writes them one way, the books another.

Counts of things (requests, keys, alarms) are all one measure, for AWS names them at will. What
would change a figure is not: hours, GB, GB-months, GB-seconds, throughput, and units of many
(`1M requests`), which the list never uses for a price that fits a book.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MANY = re.compile(
    r"^[\d.,]+ ?(k|m|b|thousand|million|billion)?(?=[ -]|$)(?!-chunks)|\b(thousand|million|billion)s?\b",
    re.IGNORECASE,
)
"""A number before what is counted; the size of a chunk (`64K-Chunks`) is none."""
HOUR = re.compile(r"(^|-| )(h|hrs?|hours?)( \(|$)", re.IGNORECASE)

MEASURES: Mapping[str, tuple[str, ...]] = {
    "GB-months": ("gb-mo", "gb-month", "gb-months", "gbmonth", "gb-monthly"),
    "GB": ("gb", "gigabyte", "gigabytes", "gb restored"),
    "GB-seconds": ("gb-s", "gb-second", "gb-seconds", "lambda-gb-second", "second", "seconds"),
    "minutes": ("minute", "minutes"),
    "MBps-months": ("mbps-mo", "mibps-mo", "mibps-month"),
    "GiBps-months": ("gibps-mo", "gibps-month"),
    "upfront": ("quantity",),
}
_OF = {spelling: measure for measure, spellings in MEASURES.items() for spelling in spellings}


def measure(unit: str) -> str:
    """Say what a unit measures: `Hrs` and `vCPU-h` are hours, `Requests` and `key-mo` are counts."""
    spelling = unit.strip().lower()
    if spelling in _OF:
        return _OF[spelling]
    if MANY.search(spelling):
        return f"many at once ({unit})"
    return "hours" if HOUR.search(spelling) else "counts"
