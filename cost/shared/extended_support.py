"""RDS Extended Support: what an engine costs for each vCPU once its standard support has ended.

By the release calendars of RDS for MySQL, RDS for PostgreSQL, Aurora MySQL and Aurora PostgreSQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PRICES = ("AmazonRDS/extended_support_*",)
FIRST, THIRD = "AmazonRDS/extended_support_yr1_yr2", "AmazonRDS/extended_support_yr3"
DISABLED = "open-source-rds-extended-support-disabled"
"""EngineLifecycleSupport of a database that RDS upgrades instead."""


@dataclass(frozen=True, slots=True)
class Support:
    """When Extended Support of a major version is charged; the third year costs more, where it does."""

    first: date
    third: date | None
    last: date

    def price(self, as_of: date) -> str | None:
        """Name of the price of a vCPU's hour on a day; None where nothing is charged."""
        if not self.first <= as_of <= self.last:
            return None
        return THIRD if self.third is not None and self.third <= as_of else FIRST


MYSQL = {
    "5.7": Support(date(2024, 3, 1), date(2026, 3, 1), date(2027, 2, 28)),
    "8": Support(date(2026, 8, 1), date(2028, 8, 1), date(2029, 7, 31)),
    "8.4": Support(date(2029, 8, 1), date(2031, 8, 1), date(2032, 7, 31)),
}
POSTGRESQL = {
    "11": Support(date(2024, 4, 1), date(2026, 4, 1), date(2027, 3, 31)),
    "12": Support(date(2025, 3, 1), date(2027, 3, 1), date(2028, 2, 29)),
    "13": Support(date(2026, 3, 1), date(2028, 3, 1), date(2029, 2, 28)),
    "14": Support(date(2027, 3, 1), date(2029, 3, 1), date(2030, 2, 28)),
    "15": Support(date(2028, 3, 1), date(2030, 3, 1), date(2031, 2, 28)),
    "16": Support(date(2029, 3, 1), date(2031, 3, 1), date(2032, 2, 28)),
    "17": Support(date(2030, 3, 1), date(2032, 3, 1), date(2033, 2, 28)),
    "18": Support(date(2031, 3, 1), date(2033, 3, 1), date(2034, 2, 28)),
}
AURORA_MYSQL = {
    "5.7": Support(date(2024, 12, 1), date(2026, 12, 1), date(2029, 6, 30)),
    "8.0": Support(date(2028, 5, 1), None, date(2029, 7, 31)),
}
CALENDARS: Mapping[str, Mapping[str, Support]] = {
    "mysql": MYSQL,
    "postgres": POSTGRESQL,
    "aurora": AURORA_MYSQL,
    "aurora-mysql": AURORA_MYSQL,
    "aurora-postgresql": POSTGRESQL,
}


def support(engine: str, version: str) -> Support | None:
    """The calendar's entry for a version, such as `8.4.3`; None where it has none.

    The longest beginning of the version counts: 8.0 to 8.3 are supported as 8.
    """
    calendar = CALENDARS.get(engine, {})
    parts = version.split(".")
    beginnings = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((calendar[each] for each in beginnings if each in calendar), None)
