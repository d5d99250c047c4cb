"""What keeps a database from being restored, each in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.errors import Failed, Unready

if TYPE_CHECKING:
    from collections.abc import Sequence


class TimeRefused(Unready):
    """A time to restore to can't be meant, or can't be had."""

    def __init__(self, given: str, why: str) -> None:
        self.given = given
        super().__init__(f"the database can't be restored to {given}: {why}")


class InstanceGone(Unready):
    """The instance is not there any more."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        super().__init__(
            f"there is no database {instance}, nor one that a restore has put aside; "
            "docs/recovery.md tells how to get it back from a snapshot"
        )


class Unclear(Unready):
    """The instances that are there are not what a restore leaves behind."""

    def __init__(self, found: Sequence[str], remedy: str) -> None:
        self.found = tuple(found)
        super().__init__(f"{', '.join(found)} are there at once; {remedy}")


class NothingToUndo(Unready):
    """No instance was put aside."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        super().__init__(f"no instance of {instance} was put aside by a restore, so there is nothing to undo")


class SwitchBegun(Unready):
    """A new instance is to be prepared, and the switch to it has begun already."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        super().__init__(
            f"the switch of {instance} has begun, so there is nothing to prepare; "
            "run the command without --prepare to go on, or with --undo"
        )


class InstanceFailed(Failed):
    """An instance got into a status from which it does not become available."""

    def __init__(self, instance: str, status: str) -> None:
        self.instance, self.status = instance, status
        super().__init__(
            f"database {instance} is in status {status} and does not become available by itself; "
            f"see `aws rds describe-events --source-type db-instance --source-identifier {instance}`, "
            "delete it if it is the new one, and run the same command again"
        )


class SettingsDiffer(Failed):
    """The new instance is not as the old one; it was not switched to."""

    def __init__(self, instance: str, differences: Sequence[str]) -> None:
        self.instance, self.differences = instance, tuple(differences)
        super().__init__(
            f"the new database {instance} differs from the old one and was not switched to: "
            f"{'; '.join(differences)}; set that right, and run the same command again"
        )


class ContentRefused(Failed):
    """The new instance does not hold what the functions can work with; it was not switched to."""

    def __init__(self, instance: str, found: str) -> None:
        self.instance = instance
        super().__init__(f"the new database {instance} was not switched to: {found}")


class StillRenaming(Failed):
    """A rename takes longer than it should."""

    def __init__(self, instance: str, waited: float) -> None:
        self.instance, self.waited = instance, waited
        super().__init__(
            f"database {instance} is not available after {waited / 60:.0f} minutes; "
            "wait, and run the same command again"
        )


class NotWell(Failed):
    """The API does not answer as it should afterwards."""

    def __init__(self, environment: str, address: str, found: str) -> None:
        self.environment, self.address, self.found = environment, address, found
        super().__init__(
            f"{address} answers {found} after the restore; see `miyabi logs {environment}`, "
            f"or go back by `miyabi restore {environment} --undo`"
        )


class WindowUnknown(Unready):
    """RDS tells of no time to which the instance can be restored."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        super().__init__(
            f"RDS has no backups of {instance} to restore from; "
            "`aws rds describe-db-snapshots` lists what snapshots there are"
        )
