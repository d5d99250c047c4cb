"""A run waits for a distant database seldom: twice for each migration, and a few times for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.migrator.runner import up
from tests.runtime.migrator.folders import tables, target
from twin.link import Link

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twin.postgres import Server

MIGRATIONS = 20
MOST_FOR_EACH = 2.3
"""The budget of docs/performance.md."""
MOST_FOR_NOTHING = 12
"""TLS and SCRAM take half of them; the rest looks, takes the locks, reads the ledger and gives them back."""


@pytest.fixture
def link(postgres: Server) -> Iterator[Link]:
    with Link(postgres.port) as link:
        yield link


def test_a_migration_waits_for_two_round_trips_and_a_run_for_few_more(
    postgres: Server, database: str, link: Link, tmp_path: Path
) -> None:
    far = target(database.replace(f":{postgres.port}/", f":{link.port}/"))
    first = tables(tmp_path / "first", 1)
    up(far, first)
    start = link.round_trips
    up(far, first)
    for_nothing = link.round_trips - start
    up(far, tables(tmp_path / "all", 1 + MIGRATIONS))
    for_all = link.round_trips - start - for_nothing

    assert for_nothing <= MOST_FOR_NOTHING
    assert (for_all - for_nothing) / MIGRATIONS <= MOST_FOR_EACH
