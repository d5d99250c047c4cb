"""What the migrator sees from inside of the network: not read but asked, and only by consent."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ops.doctor.errors import NotThere

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.reading import Reading

    Document = Mapping[str, Any]


class Inside:
    """The migrator's answers; each attribute raises `NotThere` without consent, or `AccessError`."""

    def __init__(self, reading: Reading, *, allowed: bool) -> None:
        self._reading, self._allowed = reading, allowed

    @cached_property
    def way(self) -> Document:
        """How the migrator reaches the database: `reached`, else `step` and why; it is another user's way."""
        return self._ask("probe")

    @property
    def step(self) -> str | None:
        """Where that way ends; None where it reaches the database."""
        return None if self.way.get("reached") else str(self.way.get("step", "other"))

    def role(self, user: str) -> Document | None:
        """A login of the API as the migrator sees it; None where it tells nothing of that user.

        Raises `NotThere` where the database is not reached.
        """
        if self.step is not None:
            raise NotThere("way from the migrator to the database")
        return next((each for each in self.way.get("logins", ()) if each["role"] == user), None)

    @property
    def missing(self) -> list[str]:
        """Tables that migrations have made and given rights on, and that are not there."""
        return [str(each) for each in self.way.get("missing", ())]

    @cached_property
    def status(self) -> Document:
        """Migrations and how they stand; raises `NotThere` where the database is not reached."""
        if self.step is not None:
            raise NotThere("way from the migrator to the database")
        return self._ask("status")

    def of(self, *states: str) -> list[Document]:
        """The migrations that stand so, such as `pending`."""
        return [each for each in self.status["steps"] if each["state"] in states]

    def _ask(self, action: str) -> Document:
        if not self._allowed:
            raise NotThere("leave to look from inside of the network: add --probe")
        if self._reading.environment.migrator is None:
            raise NotThere(f"migrator in {self._reading.environment.name} that could look from inside")
        return self._reading.inside(action)
