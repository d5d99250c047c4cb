"""As whom PostgreSQL runs: it refuses to run as root."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from twin.errors import AccountMissing

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNTS: Final = ("postgres", "nobody")
"""Who runs it in root's stead: the first of them that the machine has."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a user of this machine; our own if it says nothing."""

    uid: int | None = None
    gid: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What makes `subprocess` run a program as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path) -> None:
        """Make it the owner of a file or folder of ours."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def find_account() -> Account:
    """The account to run PostgreSQL as: our own, unless that is root.

    Raises:
        AccountMissing: We are root, and there is nobody else.
    """
    if os.geteuid() != 0:
        return Account()
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise AccountMissing(ACCOUNTS)
