"""What the program's exit status means: one table for every command."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Exit(IntEnum):
    """Exit codes of `miyabi`, each with its meaning."""

    meaning: str

    DONE = 0, "done"
    BUG = 1, "our own fault, a bug"
    WRONG_INPUT = 2, "a mistake in use, settings or files, named in one sentence; nothing was written"
    NO_ACCESS = 3, "credentials, rights or network are missing"
    RULE_BROKEN = 4, "a rule is broken, or the budget exceeded; nothing was written"
    UNDECIDED = 5, "undecided"
    FAULT_PROVED = 6, "something is proved to be wrong with the system"
    ROLLED_BACK = 7, "a change was begun and did not end well, such as a deployment that was rolled back"
    LOCKED = 8, "a lock was not obtained"
    DATABASE_REFUSED = 9, "the database refused, or has drifted"
    CHANGES = 10, "a plan with changes, or drift"
    REPLACEMENT = 11, "a plan in which something is certainly replaced"
    DATA_LOSS = 12, "a plan that loses data"

    def __new__(cls, code: int, meaning: str) -> Self:
        """Make a member of a number and what it means."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member
