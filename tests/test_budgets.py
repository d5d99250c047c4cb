"""The budget that warns a person stands above what the templates are expected to cost."""

from __future__ import annotations

import pytest

from cost import Traffic, estimate
from stacks.loading import environment_names
from tests.stacks.systems import synthesis

WITH_BUDGET = [name for name in environment_names() if synthesis(name).environment.observability]


@pytest.mark.parametrize("name", WITH_BUDGET)
def test_the_estimate_stays_within_the_budget(name: str) -> None:
    environment = synthesis(name).environment
    bill = estimate(synthesis(name).deployment, Traffic.of(environment.traffic.model_dump()))

    assert environment.observability is not None
    assert bill.total() <= environment.observability.budget_usd


@pytest.mark.parametrize("name", environment_names())
def test_nothing_that_we_build_is_left_unpriced(name: str) -> None:
    traffic = Traffic.of(synthesis(name).environment.traffic.model_dump())

    assert estimate(synthesis(name).deployment, traffic).not_priced == ()
