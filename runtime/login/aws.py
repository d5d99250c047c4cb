"""Clients of AWS, made when first needed and once in the life of an execution environment."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

CONNECTING: Final = 1.0
"""Seconds for a connection."""
READING: Final = {"lambda": 4.5, "ssm": 2.0}
"""Seconds for an answer. Opening a session is no reading that might be asked for again: no retries."""


@cache
def client(service: str) -> Any:
    """The client of a service; a second of work where the function has 256 MB, so not done at init."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        config=Config(
            connect_timeout=CONNECTING, read_timeout=READING[service], retries={"total_max_attempts": 1}
        ),
    )
