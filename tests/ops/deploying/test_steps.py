"""Steps run when what they need is done, side by side where they may, and stop where one fails."""

from __future__ import annotations

from concurrent.futures import wait
from functools import partial
from signal import SIGINT, pthread_kill
from threading import Barrier, Event, main_thread
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.deploying.steps import Pauses, Step, Stopped, run_steps

if TYPE_CHECKING:
    from collections.abc import Callable


def step(name: str, *needs: str, run: Callable[[], None] = lambda: None) -> Step:
    """A step that needs others."""
    return Step(name, frozenset(needs), run)


@given(st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_each_step_runs_once_and_after_those_that_it_needs(needs: list[set[int]], luck: object) -> None:
    ran: list[str] = []
    steps = [
        step(
            str(number),
            *(str(one) for one in wanted if one < number),
            run=partial(ran.append, str(number)),
        )
        for number, wanted in enumerate(needs)
    ]
    luck.shuffle(steps)  # type: ignore[attr-defined]  # a random.Random, which hypothesis has no type for
    run_steps(steps)

    assert sorted(one.name for one in steps) == sorted(ran)
    for one in steps:
        assert all(ran.index(name) < ran.index(one.name) for name in one.needs)


def test_what_needs_nothing_of_one_another_runs_side_by_side() -> None:
    both = Barrier(2)

    def meet() -> None:
        both.wait(timeout=10)

    run_steps([step("edge", "service", run=meet), step("watch", "service", run=meet), step("service")])

    assert 0 == both.n_waiting


def test_after_a_failure_nothing_begins_and_what_is_at_work_ends() -> None:
    ended, failing = Event(), Event()

    def fail() -> None:
        failing.set()
        raise LookupError("as AWS says it")

    def last_longer() -> None:
        assert failing.wait(10)
        ended.set()

    never: list[str] = []
    steps = [
        step("one", run=fail),
        step("other", run=last_longer),
        step("next", "one", run=lambda: never.append("next")),
        step("last", "other", run=lambda: never.append("last")),
    ]
    with pytest.raises(LookupError, match="as AWS says it"):
        run_steps(steps)

    assert ended.is_set()
    assert [] == never


def test_a_need_that_is_no_step_counts_as_done() -> None:
    ran: list[str] = []
    run_steps([step("service", "artifact", "database", run=lambda: ran.append("service"))])

    assert ["service"] == ran


def test_ctrl_c_ends_the_pauses_of_what_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses, ended, waiting = Pauses(), list[str](), Event()

    def telling(*given: Any, **named: Any) -> Any:
        waiting.set()
        return wait(*given, **named)

    monkeypatch.setattr("ops.deploying.steps.wait", telling)
    main = main_thread().ident
    assert main is not None

    def wait_long() -> None:
        assert waiting.wait(10)
        pthread_kill(main, SIGINT)
        try:
            pauses(20)
        except Stopped:
            ended.append("at once")
            raise

    steps = [step("one", run=wait_long), step("next", "one", run=lambda: ended.append("next"))]
    with pytest.raises(KeyboardInterrupt):
        run_steps(steps, pauses.stop)

    assert ["at once"] == ended


def test_pauses_end_at_once_when_all_is_stopped() -> None:
    pauses = Pauses()
    pauses(0)
    pauses.stop()

    with pytest.raises(Stopped):
        pauses(3600)
