"""What a test can see of a server: what it answers, whom it refuses, what of it runs."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PROC = Path("/proc")
RDS = "miyabi.c0ffee.us-east-1.rds.amazonaws.com"


def ask(url: str, question: str) -> Any:
    """The first value of a query's answer."""
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def refusal(url: str) -> str:
    """Why a connection is refused."""
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(url, connect_timeout=10)
    return str(refused.value)


def ps(*options: str) -> bytes:
    """What ps prints, which not every Linux has; /proc, which not every system has, holds the same."""
    return subprocess.run(["ps", *options], capture_output=True, check=False).stdout


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked for does not."""
    if not PROC.exists():
        return ps("-o", "stat=", "-p", str(pid)).strip()[:1] not in {b"", b"Z"}
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def read_if_there(path: Path) -> bytes:
    """What a file holds that its owner may remove at any time."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what has to come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
