"""Lets requests meet: each stands waiting for the same lock before any of them goes on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from tests.runtime.api.asking import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.runtime.api.asking import Answer, Client

ORGANIZATION = "SELECT FROM organizations WHERE id = %s FOR UPDATE"
MEMBER = "SELECT FROM organization_members WHERE organization_id = %s AND user_id = %s FOR UPDATE"
LONGEST = 10.0
"""Seconds for a request to get to its lock."""


def elsewhere(client: Client, url: str) -> Client:
    """The same caller, at another environment of the function."""
    return replace(client, service=serve(url).service)


def race(
    master_url: str, lock: str, parameters: Sequence[Any], *requests: Callable[[], Answer]
) -> list[Answer]:
    """Hold a lock until every request waits, in their order, then let them go; return their answers."""
    with ThreadPoolExecutor(len(requests)) as pool, psycopg.connect(master_url) as holder:
        holder.execute(lock, parameters)
        asked = []
        for request in requests:
            asked.append(pool.submit(request))
            wait_for(master_url, len(asked))
        holder.rollback()
        return [each.result(LONGEST) for each in asked]


def wait_for(master_url: str, number: int) -> None:
    """Wait until so many sessions of the database stand waiting for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'"
    )
    limit = time.monotonic() + LONGEST
    with psycopg.connect(master_url, autocommit=True) as watcher:
        while watcher.execute(waiting).fetchone() != (number,):
            assert time.monotonic() < limit, f"fewer than {number} requests wait for the lock"
            watcher.execute("SELECT pg_sleep(0.005)")
