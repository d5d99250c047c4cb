"""The diagram of a report: for its page, and as files beside it; with faults where the doctor has some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from report.architecture import NO_MARKS, architecture_of, draw, marked_by_document, to_drawio, to_svg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn import Deployment
    from report.architecture.drawing import Drawing

NAME: Final = "infrastructure-diagram"


def drawn(deployment: Deployment, diagnosis: Mapping[str, Any] | None, *, is_live: bool) -> Drawing:
    """Where everything stands, and what is wrong with it.

    Args:
        deployment: The templates.
        diagnosis: As `miyabi doctor --json` tells it; None where nobody was asked.
        is_live: Whether an account was asked: a document leaves so much unseen that it would mark everything.

    """
    architecture = architecture_of(deployment)
    if diagnosis is None:
        return draw(architecture, NO_MARKS)
    told = dict(diagnosis) if is_live else {**diagnosis, "unseen": []}
    return draw(*marked_by_document(architecture, told))


def inline(drawing: Drawing) -> str:
    """As SVG that stands in a page, and takes its colours."""
    return to_svg(drawing, standalone=False)


def beside(drawing: Drawing) -> dict[str, str]:
    """The files beside a page, by their names."""
    return {f"{NAME}.svg": to_svg(drawing), f"{NAME}.drawio": to_drawio(drawing)}
