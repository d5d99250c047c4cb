"""Folders of small migrations for the tests of the runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.migrator.connection import Target, read_url
from runtime.migrator.files import read_migrations

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.migrator.files import Migrations


def folder(path: Path, files: dict[str, str]) -> Migrations:
    """Write files by name, and read them as migrations."""
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8", newline="")
    return read_migrations(path)


def tables(path: Path, count: int) -> Migrations:
    """Write so many migrations, each of which makes a table `t<version>`."""
    return folder(
        path,
        {
            f"{number}_make_t{number}.sql": f"CREATE TABLE t{number} (id bigint);\n"
            for number in range(1, count + 1)
        },
    )


def target(url: str) -> Target:
    """Read a URL of the test server."""
    return read_url(url)
