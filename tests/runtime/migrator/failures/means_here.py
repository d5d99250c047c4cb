"""The command in this process, half a second less than in its own, and what its tests look for."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex, token_urlsafe
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from runtime.migrator.apply import apply
from runtime.migrator.connection import read_url
from runtime.migrator.files import read_migrations
from runtime.migrator.runner import Options, opened
from scripts.miyabi import main
from tests.runtime.migrator.failures.means import Heard, session
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from runtime.migrator.files import Migration
    from twin.postgres import Server


@dataclass(frozen=True, slots=True)
class Answer:
    """How the command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line that it told on standard error, without the program's name."""
        (line,) = self.err.splitlines()
        return line.removeprefix("miyabi: ")


@dataclass(frozen=True, slots=True)
class Here:
    """`miyabi migrate` in this process; the fixture `here`."""

    patching: pytest.MonkeyPatch
    printed: pytest.CaptureFixture[str]

    def __call__(self, url: str, folder: Path, *words: str, **environment: str) -> Answer:
        """Run it with these words; whatever happens, no traceback and no password is printed."""
        self.printed.readouterr()
        with self.patching.context() as patch:
            for name in {name for name in os.environ if name.startswith("PG")} - {"PGBIN"}:
                patch.delenv(name)  # libpq would take settings from them
            for name, value in ({"DATABASE_URL": url} | environment).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["miyabi", "migrate", *words, "--migrations", str(folder)])
            with pytest.raises(SystemExit) as ended:
                main()
        told = self.printed.readouterr()
        assert "Traceback" not in told.out + told.err
        for secret in secrets(url):
            assert secret not in told.out + told.err
        assert isinstance(ended.value.code, int)
        return Answer(ended.value.code, told.out, told.err)


class AtBegin(Heard):
    """Does something when a migration begins."""

    def __init__(self, do: Callable[[Migration], object]) -> None:
        super().__init__()
        self._do = do

    def begin(self, migration: Migration, number: int, total: int) -> None:
        """Do it."""
        del number, total
        self._do(migration)


@contextmanager
def unasked() -> Iterator[int]:
    """The port of a server that must not be asked: nobody has come to it when the block is over."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


@contextmanager
def own_server(**settings: str) -> Iterator[tuple[Server, str]]:
    """A server that a test may turn inside out, with the name of a database on it."""
    with start(settings=settings) as server:
        yield server, server.create_database()


@contextmanager
def visitor(server: Server, database: str, options: str = "LOGIN") -> Iterator[str]:
    """A role that may do nothing but what its options say: the URL to connect as it."""
    name, password = f"visitor_{token_hex(6)}", token_urlsafe(12)
    role = sql.Identifier(name)
    with session(server.superuser_url(database)) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} PASSWORD {} " + options).format(role, password))
        try:
            yield server.url(database, user=name, password=password)
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}; DROP ROLE {}").format(role, role))


def run_uninspected(url: str, folder: Path) -> None:
    """Apply the first migration as a run does, without the inspection that comes before."""
    with opened(read_url(url), Options(), Heard()) as (work, place):
        place.ledger.create(work.connection)
        apply(work, read_migrations(folder).up[0])


def name_of(url: str) -> str:
    """The database that a URL names."""
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def user_of(url: str) -> str:
    """The user that a URL names."""
    return str(psycopg.conninfo.conninfo_to_dict(url)["user"])


def secrets(url: str) -> list[str]:
    """The password in a URL, as it stands there and as it is; none where libpq can't read it."""
    try:
        password = psycopg.conninfo.conninfo_to_dict(url).get("password")
    except psycopg.Error:
        return []
    return [str(password)] if password else []


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files of any bytes into a folder of migrations, and return the folder."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
