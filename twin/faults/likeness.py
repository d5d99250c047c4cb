"""Tells which faults leave what was seen, for somebody who does not know yet what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.faults.catalogue import read_catalogue
from twin.faults.injecting import missing
from twin.faults.observing import unexpected

if TYPE_CHECKING:
    from twin.faults.catalogue import Fault, Way
    from twin.faults.expectation import Request
    from twin.faults.observing import Observation
    from twin.faults.targets import Targets


def alike(seen: Observation, request: Request, targets: Targets) -> list[Fault]:
    """The faults that would have left the same, in the catalogue's order.

    Args:
        seen: What a request has left behind.
        request: The one that was made; faults that show with another are no candidates.
        targets: What is deployed: a fault that needs something else is none either.
    """
    return [
        fault
        for fault in read_catalogue().values()
        if any(_fits(way, seen, request, targets) for way in fault.ways)
    ]


def _fits(way: Way, seen: Observation, request: Request, targets: Targets) -> bool:
    same_request = way.request.model_copy(update={"through": request.through}) == request
    reached = request.through in {way.request.through, "edge"}
    return same_request and reached and not missing(targets, way) and not unexpected(seen, way.expected)
