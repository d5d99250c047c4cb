"""A stack's history by operations, in the shapes of DescribeEvents."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation import describing
from twin.aws.cloudformation.journal import STACK_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twin.aws.cloudformation.state import Event, Stack

    Shape = dict[str, Any]

OPERATIONS = {
    "CREATE_IN_PROGRESS": "CREATE_STACK",
    "DELETE_IN_PROGRESS": "DELETE_STACK",
    "REVIEW_IN_PROGRESS": "CREATE_CHANGESET",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK",
    "UPDATE_IN_PROGRESS": "UPDATE_STACK",
    "IMPORT_IN_PROGRESS": "UPDATE_STACK",
    "UPDATE_ROLLBACK_IN_PROGRESS": "ROLLBACK",
}
"""What an operation is called that begins with a stack in this status."""


def operation_events(stack: Stack) -> Iterator[Shape]:
    """OperationEvents of a stack, oldest first.

    The API reference names the kinds of events and their fields; which of them AWS fills in for which event
    it does not say, and what is given here is our reading.
    """
    before = ""
    for _, group in groupby(stack.events, key=lambda event: event.operation):
        events = list(group)
        kind = OPERATIONS.get(events[0].status, "UPDATE_STACK")
        if before == "UPDATE_ROLLBACK_FAILED" and kind == "ROLLBACK":
            kind = "CONTINUE_ROLLBACK"
        yield from (_operation_event(stack, event, events, kind) for event in events)
        before = next((event.status for event in reversed(events) if event.type == STACK_TYPE), before)


def _operation_event(stack: Stack, event: Event, events: Sequence[Event], kind: str) -> Shape:
    told = describing.event(stack, event)
    del told["StackName"]
    told |= {"OperationType": kind, "EventType": _kind(event)}
    if event is events[0]:
        told |= {"OperationStatus": "IN_PROGRESS", "StartTime": event.at}
    elif event is events[-1]:
        outcome = "FAILED" if _has_failed(events) else "SUCCEEDED"
        told |= {"OperationStatus": outcome, "StartTime": events[0].at, "EndTime": event.at}
    return told


def _kind(event: Event) -> str:
    if event.type == STACK_TYPE:
        return "STACK_EVENT"
    return "PROVISIONING_ERROR" if event.status.endswith("FAILED") else "PROGRESS_EVENT"


def _has_failed(events: Sequence[Event]) -> bool:
    """Whether an operation did not come to what it began as."""
    last, first = events[-1].status, events[0].status
    return last.endswith("FAILED") or ("ROLLBACK" in last and "ROLLBACK" not in first)
