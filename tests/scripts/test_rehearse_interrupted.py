"""Ctrl-C at any moment ends a rehearsal, and leaves no process, socket or folder behind.

In `make soak` alone; `make test` has one moment, in test_rehearse_kept.py.
"""

from __future__ import annotations

from signal import SIGINT, SIGTERM, Signals
from time import sleep
from typing import TYPE_CHECKING, Final

import pytest

from scripts.exit_codes import Exit
from scripts.miyabi import STOPPED
from tests.sampling import examples
from tests.twin.observing import PROC
from tests.twin.rehearsing.program import KEPT, Rehearsing

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(not PROC.exists(), reason="what runs is read from /proc"),
    pytest.mark.skipif(not examples(0, 1), reason="in `make soak` alone"),
]

DURING: Final = {
    "templates": "the package is looked for",
    "code": "the local AWS and its databases begin",
    "preflight": "the package is uploaded",
    "network": "the database starts",
    "database": "a function migrates the database",
    "migrations": "the service is deployed",
    "edge": "the last stacks are deployed",
    "first": "the API is asked",
    "second": "a secret is renewed under load",
    "rotate": "a fault is given",
}
"""Words of a line that is told, and what goes on from then."""
FAULTS: Final = ("DB-020", "DB-010", "LAM-002", "PKG-016")
"""Some of each kind of thing that could stay: a certificate, connections, functions at work, large ones."""


@pytest.mark.parametrize("later", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("word", DURING)
def test_ctrl_c_meanwhile_leaves_nothing(word: str, later: float, tmp_path: Path) -> None:
    rehearsing = Rehearsing.start(
        tmp_path, "staging", "--keep", "--rate", "3", "--rotate", "jwt", "--fault", "DB-020"
    )
    try:
        rehearsing.wait_for(word)
        sleep(later)
        code = rehearsing.interrupt()

        assert [] == rehearsing.left()
        assert STOPPED == code
        assert not any("Traceback" in line for line in rehearsing.said)
    finally:
        rehearsing.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_ctrl_c_while_it_is_left_running_leaves_nothing_of_a_fault(fault: str, tmp_path: Path) -> None:
    rehearsing = Rehearsing.start(tmp_path, "staging", "--keep", "--fault", fault)
    try:
        rehearsing.wait_for(KEPT)

        assert Exit.DONE == rehearsing.interrupt()
        assert [] == rehearsing.left()
    finally:
        rehearsing.close()


@pytest.mark.parametrize("word", ["network", "database", "first", KEPT])
@pytest.mark.parametrize(("number", "times"), [(SIGINT, 2), (SIGINT, 5), (SIGTERM, 1)])
def test_who_is_impatient_or_asks_otherwise_has_nothing_left_either(
    number: Signals, times: int, word: str, tmp_path: Path
) -> None:
    rehearsing = Rehearsing.start(tmp_path, "staging", "--keep")
    try:
        rehearsing.wait_for(word)
        rehearsing.interrupt(number, times=times)

        assert [] == rehearsing.left()
    finally:
        rehearsing.close()
