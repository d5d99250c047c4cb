"""Measures the budgets: all of them, or the parts that are named, each beside a baseline in the same run.

make bench
make bench ARGS=migrations
"""

from __future__ import annotations

import sys
from pkgutil import resolve_name

from scripts.errors import TargetRefused
from scripts.measuring import MeasuringError
from scripts.talk import refuse, talk

PARTS = {
    "program": "scripts.bench_program:main",
    "migrations": "scripts.bench_migrations:main",
    "runtime": "scripts.bench_runtime:main",
    "local": "scripts.bench_local:main",
    "front": "scripts.bench_front:main",
    "rehearsal": "scripts.bench_rehearsal:main",
}
"""What can be measured, and the function that does it: each prints Markdown for docs/performance.md."""


def main(names: list[str]) -> None:
    """Measure what is named; everything if nothing is."""
    for name in names:
        if name not in PARTS:
            refuse(TargetRefused(name, f"there is no such part to measure; name one of {', '.join(PARTS)}"))
    for name in names or PARTS:
        talk(f"measuring: {name}")
        try:
            resolve_name(PARTS[name])()
        except MeasuringError as error:
            refuse(error)


if __name__ == "__main__":
    main(sys.argv[1:])
