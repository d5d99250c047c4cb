"""A person's terminal gets lines that fit it, and another program whole ones."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

from runtime.contract import HANDLERS
from scripts.commands.package.tables import LEAST_ROOM, render
from scripts.exit_codes import Exit
from tests.ops.inspect.mutations import PYTHON, RUST, custom, python
from tests.ops.inspect.test_checks import look
from tests.ops.inspect.zip_making import Member, write

if TYPE_CHECKING:
    from pathlib import Path

    from ops.package.inspect.inspecting import Inspection

MIYABI = "import sys; from scripts.miyabi import main; sys.exit(main())"
STRAYS = tuple(Member(f"fast/{'x' * 20}{number}.cpython-39-darwin.so", b"x") for number in range(3))


@pytest.fixture
def troubled(tmp_path: Path) -> Inspection:
    """A package with faults whose evidence and remedies are long."""
    mutation = python("", "", "", *STRAYS, runtime="python3.12", architecture="x86_64", handler="x.y.z")
    return look(write(tmp_path / "x.zip", mutation.members), mutation)


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_every_line_fits_the_terminal(troubled: Inspection, width: int) -> None:
    lines = render(troubled, width).splitlines()

    # the path, which may be copied, stays whole
    assert [] == [line for line in lines if len(line) > width and str(troubled.path) not in line]
    assert max(map(len, lines)) > 80 - LEAST_ROOM


def test_a_terminal_narrower_than_the_table_breaks_no_word(troubled: Inspection) -> None:
    said = render(troubled, 10)

    assert all(stray.name in said for stray in STRAYS)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_lost_by_wrapping(tmp_path: Path, width: int) -> None:
    sound = custom("", "", "", *RUST)
    found = look(write(tmp_path / "x.zip", sound.members), sound)

    assert render(found, None).split() == render(found, width).split()


def test_another_program_gets_each_finding_in_one_line(troubled: Inspection) -> None:
    lines = render(troubled, None).splitlines()

    for result in troubled.results:
        (row,) = [line for line in lines if line.split()[:1] == [result.check.id]]
        assert result.verdict.evidence[0] in row
        assert result.remedy is None or f"  remedy: {result.remedy}" in lines
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize("width", [80, None])
def test_each_handler_has_a_line(tmp_path: Path, width: int | None) -> None:
    ours = python("", "", "", Member("runtime/x.py"), handler="")
    lines = render(look(write(tmp_path / "x.zip", ours.members), ours), width).splitlines()

    first, *others = HANDLERS.values()
    start = lines.index(f"  handler       {first}")
    assert [f"{'':16}{others[0]}", f"{'':16}{others[1]} (those of this project)"] == lines[
        start + 1 : start + 3
    ]


def test_at_a_terminal_the_program_heeds_its_width(tmp_path: Path) -> None:
    """And by --strict ends with 4: no handler is named."""
    write(tmp_path / "x.zip", PYTHON)
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 60, 0, 0))
    words = ("package", "inspect", "x.zip", "--strict", "--runtime", "python3.13")
    running = subprocess.Popen(
        [sys.executable, "-c", MIYABI, *words],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if key != "COLUMNS"},
        stdout=its,
    )
    os.close(its)
    said = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)

    assert Exit.RULE_BROKEN == running.wait()
    assert "handler       unknown (no handler is named; name it by" in said
    assert 50 < max(map(len, said.splitlines())) <= 62


def _read(terminal: int) -> bytes:
    """What was said; nothing once the program has ended, which Linux tells as an error."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""
