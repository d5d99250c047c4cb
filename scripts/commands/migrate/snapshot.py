"""`miyabi migrate snapshot`: the schema as SQL, or how it differs from a file of it."""

from __future__ import annotations

import difflib
from functools import partial
from typing import TYPE_CHECKING

from scripts.commands.migrate.direct import directly, pg_dump_of
from scripts.errors import ProgramError, TargetRefused
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.commands.migrate.telling import Telling


class OneFile(ProgramError):
    """A snapshot is to be written and compared at once."""

    def __init__(self) -> None:
        super().__init__("--output writes a file and --check compares with one; give one of them")


def snapshot(
    *,
    env: str | None,
    database_url: str | None,
    output: Path | None,
    check: Path | None,
    pg_dump: Path | None,
) -> int:
    """Print the dump, write it to `output`, or compare it with `check`; return the exit code.

    Raises `ProgramError` where a word on the command line or a file can't be used.
    """
    if output and check:
        raise OneFile
    expected = None if check is None else _read(check)
    run = partial(_snapshot, output=output, check=check, expected=expected, pg_dump=pg_dump)
    return directly("snapshot", env, database_url, run)


def _snapshot(
    url: str,
    _: Telling,
    *,
    output: Path | None,
    check: Path | None,
    expected: str | None,
    pg_dump: Path | None,
) -> int:
    from runtime.migrator.snapshot import take

    dump = take(url, pg_dump=pg_dump_of(pg_dump))
    if expected is not None:
        return _compare(expected, dump, str(check))
    if output is None:
        show(dump.removesuffix("\n"))
        return Exit.DONE
    output.write_text(dump, encoding="utf-8", newline="")
    talk(f"wrote {output}")
    return Exit.DONE


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise TargetRefused(str(path), f"can't be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise TargetRefused(str(path), "is no snapshot: it is not UTF-8") from None


def _compare(expected: str, found: str, name: str) -> int:
    if expected == found:
        talk(f"the schema is the one of {name}")
        return Exit.DONE
    diff = difflib.unified_diff(expected.splitlines(), found.splitlines(), name, "the database", lineterm="")
    show("\n".join(diff) or f"{name} has other line ends")
    talk(f"miyabi: the schema is not the one of {name}")
    return Exit.DATABASE_REFUSED
