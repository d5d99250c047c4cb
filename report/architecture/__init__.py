"""The diagram: from any templates to one picture, for draw.io and as SVG.

>>> drawing = draw(architecture_of(deployment))
>>> to_svg(drawing), to_drawio(drawing)
"""

from __future__ import annotations

from report.architecture.files.drawio import to_drawio
from report.architecture.files.png import PictureRefused, to_png
from report.architecture.files.svg import to_svg
from report.architecture.folding.architecture import architecture_of
from report.architecture.layout.composing import draw
from report.architecture.marking.documents import MarksUnreadable, marked_by_document
from report.architecture.marking.faults import marks_of_diagnosis
from report.architecture.marking.plans import marks_of_plan, steps_of, with_removed
from report.architecture.marks import NO_MARKS, Mark, Marked, Marks

__all__ = [
    "NO_MARKS",
    "Mark",
    "Marked",
    "Marks",
    "MarksUnreadable",
    "PictureRefused",
    "architecture_of",
    "draw",
    "marked_by_document",
    "marks_of_diagnosis",
    "marks_of_plan",
    "steps_of",
    "to_drawio",
    "to_png",
    "to_svg",
    "with_removed",
]
