"""A server for each worker; what changes or ends a server starts one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.observing import RDS
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with start(hosts=[RDS], settings={"log_statement": "all", "log_connections": "on"}) as server:
        yield server
