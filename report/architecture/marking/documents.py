"""Marks from the JSON that `miyabi doctor` and `miyabi plan` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.architecture.marking.faults import marks_of_diagnosis_document
from report.architecture.marking.plans import marks_of_steps, steps_in, with_removed

if TYPE_CHECKING:
    from report.architecture.marks import Marks
    from report.architecture.model import Architecture


class MarksUnreadable(ValueError):
    """A document is neither a diagnosis nor a plan."""

    def __init__(self, name: str, found: str) -> None:
        self.name, self.found = name, found
        super().__init__(
            f"{name}: {found}; give what `miyabi doctor --json` or `miyabi plan --json` has printed"
        )


def marked_by_document(
    architecture: Architecture, document: Any, name: str = "the document"
) -> tuple[Architecture, Marks]:
    """The architecture, with what a plan removes, and the marks of a document; raises MarksUnreadable."""
    if not isinstance(document, dict):
        raise MarksUnreadable(name, "it is no JSON object")
    try:
        if "findings" in document:
            return architecture, marks_of_diagnosis_document(architecture, document)
        if "stacks" in document:
            steps = steps_in(document)
            wider = with_removed(architecture, steps)
            title = f"plan from {document['before']} to {document['after']}"
            return wider, marks_of_steps(wider, steps, title)
    except (KeyError, TypeError, AttributeError) as error:
        raise MarksUnreadable(name, f"a part of it is missing or of another form ({error})") from None
    raise MarksUnreadable(name, "it is neither a diagnosis nor a plan")
