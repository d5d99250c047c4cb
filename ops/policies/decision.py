"""What comes of an evaluation, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops.policies.documents import Policy, Statement


class Verdict(Enum):
    """The three outcomes, by the names that IAM's simulation has for them."""

    ALLOWED = "allowed"
    DENIED = "explicitDeny"
    NOT_ALLOWED = "implicitDeny"


ALLOWED, DENIED, NOT_ALLOWED = Verdict.ALLOWED, Verdict.DENIED, Verdict.NOT_ALLOWED


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, and one sentence for it, without a capital and a full stop."""

    verdict: Verdict
    why: str
    matched: tuple[tuple[Policy, Statement], ...] = field(default=(), repr=False)
    """Statements that made the verdict what it is; none where nothing allows."""

    @property
    def allowed(self) -> bool:
        """Whether it may be done."""
        return self.verdict is ALLOWED
