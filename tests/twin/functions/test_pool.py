"""Environments are lent again while they are as deployed, whole and not too old, and few start at a time."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.twin.observing import wait_until
from twin.functions import NotOpen
from twin.functions import pool as pooling
from twin.functions.pool import KEPT, Pool
from twin.functions.resolving import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LATEST: Final = Found({"FunctionName": "f", "Version": "1"}, "", "f", is_alias=False, digest="a")
OTHER: Final = Found({"FunctionName": "g", "Version": "1"}, "", "g", is_alias=False, digest="a")


@dataclass(eq=False, slots=True)
class Environment:
    """Stands in for one with a process."""

    found: Found
    started: Callable[[], None]
    idle_since: float = field(default_factory=time.monotonic)
    is_broken: bool = False
    said: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        """As a real one has it."""
        return self.found.name, self.found.version, self.found.digest

    def interrupt(self) -> None:
        """Note it."""
        self.said.append("interrupted")

    def close(self) -> None:
        """Note it."""
        self.said.append("closed")


@pytest.fixture
def pool() -> Iterator[Any]:
    """One that lends stand-ins, which is why it is of any type."""
    make: Any = Environment
    opened = Pool(make)
    yield opened
    for each in tuple(opened._lent):
        opened.give_back(each)
    opened.close()


def lent(pool: Any, found: Found = LATEST) -> Environment:
    """An environment that has started."""
    environment: Environment = pool.take(found)
    environment.started()
    return environment


def test_the_one_that_worked_last_is_lent_first(pool: Any) -> None:
    first, second = lent(pool), lent(pool)
    pool.give_back(first)
    pool.give_back(second)

    assert second is pool.take(LATEST)


def test_one_that_was_interrupted_is_not_lent_again(pool: Any) -> None:
    first = lent(pool)
    first.is_broken = True
    pool.give_back(first)

    assert first is not lent(pool)
    wait_until(lambda: first.said == ["closed"])


def test_one_that_nobody_needed_for_long_is_ended(pool: Any) -> None:
    old, young = lent(pool), lent(pool, OTHER)
    old.idle_since -= KEPT + 1
    young.idle_since -= KEPT - 10
    pool.give_back(old)
    pool.give_back(young)

    wait_until(lambda: old.said == ["closed"])
    assert young is pool.take(OTHER)


def test_what_is_gone_is_ended_and_what_is_lent_of_it_when_it_comes_back(pool: Any) -> None:
    idle, working, stays = lent(pool), lent(pool), lent(pool, OTHER)
    pool.give_back(idle)
    pool.give_back(stays)
    pool.prune(lambda key: key[0] == "g")
    wait_until(lambda: idle.said == ["closed"])
    assert [] == working.said
    pool.give_back(working)

    wait_until(lambda: working.said == ["closed"])
    assert stays is pool.take(OTHER)


def test_no_more_of_a_function_start_at_a_time_than_may(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooling, "AT_ONCE", 1)
    first = pool.take(LATEST)
    found: list[Environment] = []
    said: list[str] = []

    @contextmanager
    def saying() -> Iterator[None]:
        said.append("waits")
        yield
        said.append("goes on")

    waiting = Thread(target=lambda: found.append(pool.take(LATEST, saying)))
    waiting.start()
    pool.take(OTHER)
    wait_until(lambda: bool(said))
    time.sleep(0.05)
    assert ([], ["waits"]) == (found, said)
    first.started()
    waiting.join(20)

    assert ["waits", "goes on"] == said
    assert [True] == [each is not first for each in found]


def test_one_that_is_made_while_all_end_is_interrupted() -> None:
    found: list[Environment] = []

    def make(what: Found, started: Callable[[], None]) -> Any:
        ending.close()
        found.append(Environment(what, started))
        return found[-1]

    ending = Pool(make)
    ending.give_back(ending.take(LATEST))

    wait_until(lambda: found[0].said == ["interrupted", "closed"])


def test_who_comes_after_the_end_is_told_so() -> None:
    pool = Pool(lambda _found, _started: pytest.fail("nothing is to be made any more"))
    pool.close()
    with pytest.raises(NotOpen, match="function f runs no more"):
        pool.take(LATEST)
