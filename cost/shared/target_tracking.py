"""Scaling policies that follow a target: free themselves; AWS makes alarms for them, which are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

ALARMS = "alarms that target tracking makes: one to scale out and one to scale in at least"


def made_alarms(resource: Resource, path: str, context: Context) -> Iterator[Item]:
    """What a policy costs whose target stands at a path; other policies name alarms of the templates."""
    if context.get(resource, path) is not None:
        yield NotPriced(ALARMS)
