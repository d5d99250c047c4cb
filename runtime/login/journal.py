"""The log of one request, in which secrets that came up on the way can't be read either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterable


class RequestJournal(Journal):
    """Lines of a log that learns secrets: GitHub's token, a verifier, what the browser sent."""

    def learn(self, secrets: Iterable[str]) -> None:
        """Make these unreadable from here on."""
        known = {*self._secrets, *filter(None, secrets)}
        # the longest first: one may be a part of another
        self._secrets = sorted(known, key=len, reverse=True)
