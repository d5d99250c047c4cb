"""All rules, in the order of their ids, and running them over an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.invariants import (
    alarms,
    backups,
    buckets,
    capacity,
    database,
    edge,
    events,
    firewall,
    functions,
    http_api,
    identity,
    log_groups,
    names,
    network,
    origins,
    permissions,
    rights,
    secrets,
    security_groups,
    templates,
    versions,
    watching,
)
from stacks.invariants.rule import RULES, Rule, System

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.findings import Finding

MODULES = (
    alarms,
    backups,
    buckets,
    capacity,
    database,
    edge,
    events,
    firewall,
    functions,
    http_api,
    identity,
    log_groups,
    names,
    network,
    origins,
    permissions,
    rights,
    secrets,
    security_groups,
    templates,
    versions,
    watching,
)
"""Imported for the rules they define."""


def rules() -> list[Rule]:
    """Every rule, by id."""
    return [RULES[identifier] for identifier in sorted(RULES)]


def check(system: System) -> Iterator[Finding]:
    """Every violation of every rule in an environment, waived or not."""
    for each in rules():
        yield from each.findings(system)
