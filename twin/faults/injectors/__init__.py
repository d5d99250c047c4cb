"""The injectors by the names that the catalogue calls them by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.faults.injectors import database, distribution, gateway, network, package, permission, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twin.faults.change import Done

INJECTORS: Final[Mapping[str, Callable[..., Done]]] = {
    name: injector
    for module in (distribution, gateway, permission, settings, package, network, database)
    for name, injector in module.INJECTORS.items()
}
"""Each takes the world and its targets, and arguments by name; see twin.faults.change.Injector."""
