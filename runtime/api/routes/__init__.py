"""What answers the routes of the contract, a module for each kind of thing; importing it registers all."""

from __future__ import annotations

from typing import Final

from runtime.api.call import router
from runtime.api.routes import (
    auth,
    dashboard,
    documents,
    executions,
    health,
    members,
    organizations,
    repositories,
    tasks,
    teams,
    workflows,
)

__all__ = ["MODULES", "router"]

MODULES: Final = (
    documents,
    health,
    auth,
    organizations,
    members,
    teams,
    repositories,
    executions,
    workflows,
    tasks,
    dashboard,
)
"""In the order of the API's document."""
