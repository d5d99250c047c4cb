"""What waits for this machine to start it counts as an execution only as long as it would at AWS."""

from __future__ import annotations

from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

from twin.functions import Throttled, executions
from twin.functions.executions import START, Executions

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT: Final = "611200000001"
TOOK: Final = 0.2
"""Seconds of an execution."""


class Limits:
    """Stands in for what is deployed: `f` reserves 2, all others are left 2."""

    aws = SimpleNamespace(account=ACCOUNT)

    def call(self, _service: str, operation: str, **asked: Any) -> dict[str, Any]:
        """Tell the one or the other."""
        if operation == "get_function_concurrency":
            return {"ReservedConcurrentExecutions": 2} if asked["FunctionName"] == "f" else {}
        return {"AccountLimit": {"UnreservedConcurrentExecutions": 2}}


@pytest.fixture
def told() -> list[str]:
    """What was told."""
    return []


@pytest.fixture
def counting(told: list[str]) -> Executions:
    deployed: Any = Limits()
    return Executions(deployed, told.append)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Seconds that only a test lets pass."""
    made = SimpleNamespace(now=0.0)
    monkeypatch.setattr(executions, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


@pytest.fixture
def under_way() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def waits(counting: Executions, name: str, under_way: ExitStack) -> None:
    """Have one more wait for an environment."""
    under_way.enter_context(under_way.enter_context(counting.taking(name)).waiting())


def took(counting: Executions, name: str) -> None:
    """Have one end that took its time."""
    with counting.taking(name) as execution:
        execution.took = TOOK


@pytest.mark.parametrize("name", ["f", "shares"])
def test_one_that_waits_counts_until_aws_would_have_answered_it(
    name: str, counting: Executions, clock: SimpleNamespace, under_way: ExitStack, told: list[str]
) -> None:
    took(counting, name)
    under_way.enter_context(counting.taking(name))
    waits(counting, name, under_way)
    clock.now = START + TOOK - 0.01
    with pytest.raises(Throttled):
        under_way.enter_context(counting.taking(name))
    assert ["there it may not be" in sentence for sentence in told] == [True]
    clock.now = START + TOOK

    assert 2 == under_way.enter_context(counting.taking(name)).number
    with pytest.raises(Throttled):
        under_way.enter_context(counting.taking(name))
    assert 1 == len(told), "those that count are under way at AWS too"


def test_one_that_waits_counts_all_the_time_where_nobody_knows_how_long_it_takes(
    counting: Executions, clock: SimpleNamespace, under_way: ExitStack
) -> None:
    for _ in range(2):
        waits(counting, "f", under_way)
    clock.now = 1e6
    with pytest.raises(Throttled):
        under_way.enter_context(counting.taking("f"))


def test_one_that_is_handled_at_last_counts_again(
    counting: Executions, clock: SimpleNamespace, under_way: ExitStack
) -> None:
    took(counting, "f")
    under_way.enter_context(counting.taking("f"))
    execution = under_way.enter_context(counting.taking("f"))
    with execution.waiting():
        clock.now = START + TOOK
        assert [False] == [execution.counts]
    assert [True] == [execution.counts]
    with pytest.raises(Throttled):
        under_way.enter_context(counting.taking("f"))
