"""All components of a deployment, in the order in which a reader follows a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from report.system.components import api, database, edge, functions, keeping, network, watching
from report.system.facts import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from report.system.components.making import Maker
    from report.system.facts import Component
    from report.system.telling import Told

PARTS: Final[tuple[Callable[[Maker], Iterator[Component]], ...]] = (
    edge.distributions,
    edge.firewalls,
    edge.buckets,
    api.http_apis,
    functions.functions,
    functions.roles,
    database.instances,
    network.networks,
    network.groups,
    functions.log_groups,
    keeping.secrets,
    keeping.keys,
    keeping.backups,
    watching.topics,
    watching.budgets,
)


def components(maker: Maker) -> tuple[Component, ...]:
    """Every component that has a card."""
    return tuple(component for part in PARTS for component in part(maker))


def items(told: Told) -> tuple[Item, ...]:
    """Every resource of the templates, by stack in order of deployment, then by type."""
    found = [
        Item(one.template.name, one.logical_id, one.type, told.ids.get(str(one), ""))
        for one in told.deployment.resources()
    ]
    stacks = [template.name for template in told.deployment.templates]
    return tuple(sorted(found, key=lambda one: (stacks.index(one.stack), one.type, one.logical_id)))
