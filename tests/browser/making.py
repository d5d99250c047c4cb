"""Makes the pages that are judged, by the program that anybody makes them by, and each once."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.browser.templates import FILE, foreign, hostile

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = Path(sys.executable).parent / "miyabi"
AS_OF: Final = "2026-11-27"
TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    "production": ("production",),
    "reported": ("reported",),
    "staging": ("staging",),
    "cost": ("production", "--only", "cost"),
    "foreign": ("orders.json",),
    "hostile": (FILE,),
}
"""The pages, each with what `miyabi report` is told to make it."""
OURS: Final = ("production", "reported", "staging")
TEMPLATES: Final = {"orders.json": foreign, FILE: hostile}


@dataclass(frozen=True, slots=True)
class Made:
    """What `miyabi report` has written."""

    folder: Path

    @property
    def page(self) -> Path:
        """The page, one file."""
        return self.folder / "index.html"

    @property
    def svg(self) -> Path:
        """The diagram as a file of its own."""
        return self.folder / "infrastructure-diagram.svg"

    @property
    def drawio(self) -> Path:
        """The diagram for draw.io."""
        return self.folder / "infrastructure-diagram.drawio"


@dataclass(frozen=True, slots=True)
class Press:
    """Makes pages in a folder, which the workers of a run share."""

    folder: Path

    def make(self, name: str) -> Made:
        """One of the pages above; whoever asks first makes it, and the others wait."""
        output = self.folder / name
        self.folder.mkdir(exist_ok=True)
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not output.exists():
                self._print(output, *TARGETS[name])
        return Made(output)

    def _print(self, output: Path, *arguments: str) -> None:
        told = [self._told(each) for each in arguments]
        command = [str(PROGRAM), "report", *told, "--output", str(output), "--as-of", AS_OF]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _told(self, argument: str) -> str:
        """An argument as it is, or the path of the template that it names."""
        if argument not in TEMPLATES:
            return argument
        path = self.folder / argument
        path.write_text(json.dumps(TEMPLATES[argument]()), encoding="utf-8")
        return str(path)
