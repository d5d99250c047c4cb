"""What keeps an environment from being deleted, each in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.errors import Failed, Unready

if TYPE_CHECKING:
    from collections.abc import Sequence


class NothingThere(Unready):
    """There is nothing to delete."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(f"{environment} has no stacks here, and nothing to delete")


class DataProtected(Unready):
    """Data would go, and nobody has said that it may."""

    def __init__(self, environment: str, system: str, protections: Sequence[str]) -> None:
        self.environment, self.system, self.protections = environment, system, tuple(protections)
        first = "; ".join(self.protections[:3])
        more = f"; and {len(self.protections) - 3} more" if len(self.protections) > 3 else ""  # noqa: PLR2004  (as many as were told)
        super().__init__(
            f"{environment} is not deleted: {first}{more}; look at it by `miyabi destroy {environment} "
            f"--dry-run`, and if all of it may go, say --including-data {system}"
        )


class WordWrong(Unready):
    """The word that lets data go is another system's."""

    def __init__(self, system: str, given: str) -> None:
        self.system, self.given = system, given
        super().__init__(
            f"--including-data {given!r} is not the name of what is to be deleted, {system}; "
            "nothing was deleted"
        )


class DeleteFailed(Failed):
    """A stack was not deleted; what was already gone stays gone."""

    def __init__(self, stack: str, status: str, sentences: Sequence[str], environment: str) -> None:
        self.stack, self.status, self.sentences = stack, status, tuple(sentences)
        why = "; ".join(self.sentences) or "CloudFormation gives no reason"
        super().__init__(
            f"stack {stack} ended in {status}: {why}; when that is mended, "
            f"`miyabi destroy {environment}` goes on"
        )
