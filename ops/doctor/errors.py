"""What a check may meet on its way: something that it wants to look at is not there."""

from __future__ import annotations


class NotThere(Exception):
    """What a check is about does not exist, so it can't judge; another check proves that it is missing."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"there is no {what}")
