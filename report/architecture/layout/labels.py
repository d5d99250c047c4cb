"""What arrows say, and how much room that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from report.architecture.drawing import Role
from report.architecture.text import clean, fitted, width

if TYPE_CHECKING:
    from report.architecture.marks import Mark, Marks
    from report.architecture.model import Arrow

LONGEST: Final = 150
LONGEST_MARKED: Final = 200


class Labels:
    """The labels of arrows; a mark's word stands in place of what an arrow says itself."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def text(self, arrow: Arrow) -> str:
        """What is shown; empty where nothing is."""
        marked = self._marks.arrows.get((arrow.source, arrow.target))
        role = self.role(arrow)
        text, most = (marked.word, LONGEST_MARKED) if marked else (arrow.label, LONGEST)
        return fitted(text, most, role.size, bold=role.is_bold)

    def role(self, arrow: Arrow) -> Role:
        """Bold where something is wrong or marked."""
        is_strong = (arrow.source, arrow.target) in self._marks.arrows or not arrow.is_permitted
        return Role.STRONG if is_strong else Role.LABEL

    def room(self, arrow: Arrow) -> int:
        """Units that the label takes."""
        text, role = self.text(arrow), self.role(arrow)
        return int(width(text, role.size, bold=role.is_bold)) + 2 if text else 0

    def mark(self, arrow: Arrow) -> Mark | None:
        """What is marked about an arrow."""
        marked = self._marks.arrows.get((arrow.source, arrow.target))
        return marked.mark if marked else None

    def full(self, arrow: Arrow) -> str:
        """All that is known of an arrow."""
        marked = self._marks.arrows.get((arrow.source, arrow.target))
        parts = [arrow.label, arrow.full, marked.full if marked else ""]
        return clean(": ".join(part for part in parts if part))
