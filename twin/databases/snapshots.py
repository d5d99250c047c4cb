"""The data that snapshots hold: copied when a snapshot appears, gone with it."""

from __future__ import annotations

import shutil
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twin.databases.hosted import Hosted
    from twin.deployed import Deployed


class Snapshots:
    """Of one account's instances; those that RDS makes by itself each night hold nothing here.

    Args:
        folder: Where the data goes.
    """

    def __init__(self, deployed: Deployed, folder: Path) -> None:
        self._deployed, self._folder = deployed, folder
        self._data: dict[str, Path] = {}

    def keep(self, hosted: Mapping[str, Hosted]) -> None:
        """Have the data of each snapshot that is there, as it is now where it is new.

        Args:
            hosted: Servers by the resource ids of their instances.
        """
        told = self._deployed.pages("rds", "describe_db_snapshots", "DBSnapshots", SnapshotType="manual")
        there = {one["DBSnapshotIdentifier"]: one.get("DbiResourceId") for one in told}
        for name in self._data.keys() - there.keys():
            shutil.rmtree(self._data.pop(name))
        for name, source in there.items():
            if name not in self._data and source in hosted:
                self._data[name] = self.copy(hosted[source])

    def data(self, snapshot: str) -> Path | None:
        """The data folder that a snapshot holds; None where it was made of no server of ours."""
        return self._data.get(snapshot)

    def copy(self, hosted: Hosted) -> Path:
        """A copy of what an instance has now."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        target = self._folder / token_hex(8)
        try:
            hosted.copy(target)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        return target
