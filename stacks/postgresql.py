"""What RDS offers for PostgreSQL: versions, the end of their support, classes and their connections."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from typing import Any

from cfn.registry import cfn_lint_data

SUPPORT_ENDS = {
    15: date(2028, 2, 29),
    16: date(2029, 2, 28),
    17: date(2030, 2, 28),
    18: date(2031, 2, 28),
}
"""Last day of standard support by major version ("Release calendar for Amazon RDS for PostgreSQL").

Afterwards RDS bills Extended Support for each vCPU hour, or refuses new instances.
"""

_SIZES = {"large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32}
_BURSTABLE_GIB = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_GIB_OF_LARGE = {"m6g": 8, "m6i": 8, "m7g": 8, "m7i": 8, "r6g": 16, "r6i": 16, "r7g": 16, "r7i": 16}
MEMORY_GIB = {
    f"db.{family}.{size}": gib for family in ("t3", "t4g") for size, gib in _BURSTABLE_GIB.items()
} | {
    f"db.{family}.{size}": gib * factor
    for family, gib in _GIB_OF_LARGE.items()
    for size, factor in _SIZES.items()
}
"""Memory in GiB of the classes we offer: current families that every version above runs on."""

BYTES_PER_CONNECTION = 9_531_392
MOST_CONNECTIONS = 5_000
USABLE_PERCENT = 80
"""Share of a class's memory left to PostgreSQL; our assumption, since RDS does not publish what it takes."""


def max_connections(instance_class: str) -> int:
    """Connections that a class carries; our parameter group says the same number to PostgreSQL.

    RDS's own default is LEAST(DBInstanceClassMemory / 9531392, 5000), where the memory is less than
    the class's by an amount that RDS does not publish; ours is that formula with four fifths of it.
    """
    memory = MEMORY_GIB[instance_class] * 2**30 * USABLE_PERCENT // 100
    return min(memory // BYTES_PER_CONNECTION, MOST_CONNECTIONS)


def is_burstable(instance_class: str) -> bool:
    """Whether the class lives on CPU credits."""
    return instance_class.startswith("db.t")


@cache
def creatable_versions() -> tuple[str, ...]:
    """Versions that RDS still creates, from the schemas that ship with cfn-lint, oldest first."""
    known = _postgres_rule("engine_version.json")["then"]["properties"]["EngineVersion"]["enum"]
    deprecated = _postgres_rule("engine_version_deprecated.json")["if"]["properties"]["EngineVersion"]["enum"]
    ours = [
        (int(match[1]), int(match[2]))
        for version in set(known) - set(deprecated)
        if (match := re.fullmatch(r"(\d+)\.(\d+)", str(version))) and int(match[1]) in SUPPORT_ENDS
    ]
    return tuple(f"{major}.{minor}" for major, minor in sorted(ours))


def _postgres_rule(file: str) -> dict[str, Any]:
    branches = json.loads((cfn_lint_data() / "schemas/extensions/aws_rds_dbinstance" / file).read_text())[
        "allOf"
    ]
    rules: list[dict[str, Any]] = [
        branch for branch in branches if branch["if"]["properties"]["Engine"].get("const") == "postgres"
    ]
    return rules[0]


@cache
def runtime_deprecations() -> dict[str, date]:
    """Date on which AWS deprecates each Lambda runtime, from cfn-lint's own table."""
    table = json.loads((cfn_lint_data() / "AdditionalSpecs/LmbdRuntimeLifecycle.json").read_text())
    return {runtime: date.fromisoformat(row["deprecated"]) for runtime, row in table.items()}
