"""Tells what happens to a stack's resources, a line each when nothing goes on with one any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.talk import talk

if TYPE_CHECKING:
    from ops.stack import Event


def tell_event(event: Event) -> None:
    """A line for a resource that is done with, or has failed; why it has, where AWS says it."""
    if event.is_of_stack or event.status.endswith("_IN_PROGRESS"):
        return
    reason = f": {event.reason}" if event.is_failure and event.reason else ""
    talk(f"    {event.at:%H:%M:%S}  {event.status.lower().replace('_', ' ')}  {event.logical_id}{reason}")
