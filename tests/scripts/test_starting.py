"""A start of the program loads what its command needs, and nothing that costs a start its budget."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
UNNEEDED = {
    "boto3",
    "botocore",
    "cfn",
    "cfnlint",
    "pydantic",
    "rich",
    "sqlalchemy",
    "stacks",
    "troposphere",
    "yaml",
}
RUN = """
import sys
from scripts.miyabi import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_migrating_loads_no_other_part_and_no_slow_library(database: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            RUN,
            "migrate",
            "up",
            "--migrations",
            "migrations",
            "--target",
            "20251024000000",
        ],
        cwd=ROOT,
        env={"DATABASE_URL": database, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())

    assert {"psycopg", "runtime"} <= loaded
    assert set() == loaded & UNNEEDED
