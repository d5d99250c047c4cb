"""The data that snapshots hold: copied when a snapshot appears, gone with it."""

from __future__ import annotations

import shutil
from secrets import token_hex
from typing import TYPE_CHECKING, Any

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
        self._data: dict[str, tuple[Path, Any]] = {}
        """The folder of each, and when the snapshot was made: a name may be given again."""

    def keep(self, hosted: Mapping[str, Hosted]) -> None:
        """Have the data of each snapshot that is there, as it is now where it is new.

        Args:
            hosted: Servers by the resource ids of their instances.
        """
        told = self._deployed.pages("rds", "describe_db_snapshots", "DBSnapshots", SnapshotType="manual")
        there = {one["DBSnapshotIdentifier"]: one for one in told}
        for name, (data, made) in list(self._data.items()):
            if name not in there or there[name].get("SnapshotCreateTime") != made:
                shutil.rmtree(data)
                del self._data[name]
        for name, one in there.items():
            source = hosted.get(one.get("DbiResourceId"))
            if name not in self._data and source is not None:
                self._data[name] = (self.copy(source), one.get("SnapshotCreateTime"))

    def data(self, snapshot: str) -> Path | None:
        """The data folder that a snapshot holds; None where it was made of no server of ours."""
        found = self._data.get(snapshot)
        return found and found[0]

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
