"""A package for this machine whose compiled files take the place of those of a package for another."""

from __future__ import annotations

import os
import shutil
import zlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from twin.functions.binaries import HEAD, runs_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Sums = Mapping[str, tuple[int, int]]
    """Length and CRC-32 of files, by name, as zips have them."""


class Lender:
    """An unpacked package."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _contents(self) -> tuple[Sums, Mapping[str, str]]:
        """What is not compiled, and what is, with what that runs on."""
        plain: dict[str, tuple[int, int]] = {}
        compiled = {}
        for place, _, names in os.walk(self.folder):
            for name in names:
                path = Path(place, name)
                content = path.read_bytes()
                machine = runs_on(content[:HEAD])
                within = path.relative_to(self.folder).as_posix()
                if machine:
                    compiled[within] = machine
                else:
                    plain[within] = (len(content), zlib.crc32(content))
        return plain, compiled

    def is_the_same(self, plain: Sums, compiled: Iterable[str]) -> bool:
        """Whether a package is this one but for what is compiled, and has that in the same places."""
        own, lent = self._contents
        return plain == own and tops(compiled) == tops(lent)

    def lend(self, folder: Path, within: frozenset[str]) -> Mapping[str, str]:
        """Copy compiled files of some top folders into another package; gives them with what they run on."""
        _, lent = self._contents
        found = {name: machine for name, machine in lent.items() if name.partition("/")[0] in within}
        for name in found:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.folder / name, folder / name)
        return found


def tops(names: Iterable[str]) -> frozenset[str]:
    """The top folders that files are in."""
    return frozenset(name.partition("/")[0] for name in names)
