"""What lies about in the folder of the code does not reach Lambda."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.package.sources import left_out, own_entries
from tests.ops.package.conftest import AS_OF

if TYPE_CHECKING:
    from pathlib import Path

WANTED = (
    "runtime/__init__.py",
    "runtime/api/handler.py",
    "runtime/api/_private.py",
    "runtime/api/openapi.json",
    "runtime/api/docs.html",
    "migrations/20261125000000_add_column.sql",
    "migrations/20261125000000_add_column.down.sql",
)
STRAY = (
    "runtime/.env",
    "runtime/production.env",
    "runtime/handler.py~",
    "runtime/#handler.py#",
    "runtime/.handler.py.swp",
    "runtime/handler (copy).py",
    "runtime/handler.py.orig",
    "runtime/.idea/workspace.py",
    "runtime/api/key.pem",
    "runtime/ca/own.pem",
    "runtime/api/notes.txt",
    "runtime/api/handler.cpython-313-darwin.so",
    "migrations/dump.sql",
    "migrations/20261125000000_add_column.sql.bak",
)
EXPECTED = (
    "runtime/__pycache__/handler.cpython-311.pyc",
    "runtime/ca/README.md",
    "runtime/ca/rds-global-bundle.pem",
    "runtime/ca/rds-proxy-roots.pem",
    "migrations/README.md",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with all of these in it."""
    for name in (*WANTED, *STRAY, *EXPECTED):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(name, encoding="utf-8")
    return tmp_path


def test_only_what_is_ours_goes_in(checkout: Path) -> None:
    entries = own_entries("us-east-1", AS_OF, checkout)

    assert {*WANTED, "runtime/ca/rds.pem"} == set(entries)
    assert {name: name.encode() for name in WANTED} == {name: entries[name].content for name in WANTED}


def test_what_was_left_out_is_told_unless_it_is_expected_there(checkout: Path) -> None:
    assert sorted(STRAY) == sorted(left_out(checkout))


def test_each_entry_knows_its_part(checkout: Path) -> None:
    entries = own_entries("us-east-1", AS_OF, checkout)

    assert {"runtime", "migrations", "RDS roots"} == {entry.part for entry in entries.values()}


def test_a_link_that_leads_nowhere_is_left_alone(checkout: Path) -> None:
    """An editor leaves one beside each file that it has open: `.#handler.py`."""
    (checkout / "runtime" / ".#handler.py").symlink_to("somebody@machine.4711")

    assert {*WANTED, "runtime/ca/rds.pem"} == set(own_entries("us-east-1", AS_OF, checkout))
