"""What each CloudFormation type costs: one function for each type, one file for each subject."""

from cost.pricings import (
    api,
    backup,
    compute,
    database,
    frontend,
    logs,
    monitoring,
    names,
    notifications,
    secrets,
)
from cost.pricings.logs import without_group
from cost.registry import PRICINGS

__all__ = [
    "PRICINGS",
    "api",
    "backup",
    "compute",
    "database",
    "frontend",
    "logs",
    "monitoring",
    "names",
    "notifications",
    "secrets",
    "without_group",
]
