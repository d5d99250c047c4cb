"""The same bills by `cost`, to hold pages against."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from cost import FreeTier, Traffic, estimate
from cost.money import cents
from cost.what_if import what_if
from scripts.commands.cost.targets import find
from tests.browser.making import AS_OF

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from cost import Estimate
    from cost.what_if import WhatIf
    from scripts.commands.cost.targets import Target


@cache
def target(name: str) -> Target:
    """An environment, as the program finds it."""
    return find(name)


def bill(name: str, figures: Mapping[str, Decimal] | None = None) -> Estimate:
    """The estimate of an environment, with other figures of its traffic."""
    found = target(name)
    assert found.traffic is not None
    traffic = Traffic.of({**found.traffic.figures(), **(figures or {})})
    return estimate(found.deployment, traffic, name=found.name, as_of=date.fromisoformat(AS_OF))


def total(name: str, mode: str, figures: Mapping[str, Decimal] | None = None) -> str:
    """What it comes to in a month, as pages write it."""
    return cents(bill(name, figures).total(FreeTier(mode)))


@cache
def assumptions(name: str) -> WhatIf:
    """What may be moved."""
    found = target(name)
    return what_if(found.deployment, found.traffic, name=found.name, as_of=date.fromisoformat(AS_OF))
