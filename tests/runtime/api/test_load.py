"""Four execution environments at work at once, each a process under AWS's own runtime client.

A few seconds in `make test`, five minutes in `make soak`.
"""

from __future__ import annotations

import json
import sysconfig
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

import psycopg
import pytest

from runtime.api.database import MAXIMUM_AGE
from runtime.contract import HANDLERS, Function
from tests.runtime.api.asking import SECRET, Client
from tests.runtime.api.conftest import LOGIN, PASSWORD
from tests.runtime.api.faults import Breakable
from tests.runtime.api.walking import walk
from tests.sampling import examples
from twin.configuration import Configuration
from twin.environment import ExecutionEnvironment

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from runtime.api.service import Service
    from twin.postgres import Server

pytest.importorskip("awslambdaric", reason="AWS's runtime client has no wheel for this system")

ROOT: Final = Path(__file__).parents[3]
ENVIRONMENTS: Final = 4
SECONDS: Final = 2, 300
"""For which they work, in short and in long."""
GROWTH: Final = 2
"""MB that an environment may hold more at the end than when it was warm."""
CLIENTS_GROWTH: Final = 300
"""Bytes more for each request: AWS's client keeps some 170 of each, whatever the function does."""
VARIABLES: Final = {
    "DATABASE_CONNECT_TIMEOUT": "3",
    "DATABASE_STATEMENT_TIMEOUT": "20",
    "JWT_SECRET": SECRET,
    "JWT_EXPIRATION": "3600",
    "REFRESH_EXPIRATION": "604800",
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "INFO",
}


@dataclass(frozen=True, slots=True)
class Distant:
    """An execution environment in the place of the application that a client asks."""

    environment: ExecutionEnvironment

    @property
    def application(self) -> Distant:
        """Itself: it answers."""
        return self

    def answer(self, event: Any, _milliseconds: int) -> Any:
        """Have the event handled by the process."""
        return self.environment.invoke(event)


class DistantClient(Client):
    """A caller of a process."""

    __slots__ = ()

    def sign_in(self, name: str | None = None, *, github_id: int | None = None) -> Client:
        """Somebody new, handed over as the login function does it."""
        number = github_id or time.monotonic_ns()
        profile = {"github_id": number, "email": f"{name or number}@example.org", "name": name}
        event = {"action": "login", "profile": profile}
        answer = self.service.application.answer(event, 0)
        assert answer["ok"], answer
        session = cast("dict[str, Any]", answer["session"])
        return type(self)(self.service, self.log, session["access_token"], session)


@pytest.fixture
def database(postgres: Server, own_database: str) -> Iterator[Breakable]:
    with psycopg.connect(postgres.url(own_database), autocommit=True) as master:
        yield Breakable(postgres.url(own_database, user=LOGIN, password=PASSWORD), master)


@pytest.fixture
def environments(database: Breakable) -> Iterator[list[ExecutionEnvironment]]:
    """Environments that have started, at the same time."""
    configuration = Configuration(
        ROOT,
        HANDLERS[Function.API],
        VARIABLES | {"DATABASE_URL": database.url},
        (Path(sysconfig.get_path("purelib")),),
        init_seconds=60,
    )
    with ExitStack() as opened, ThreadPoolExecutor(ENVIRONMENTS) as threads:
        made = [opened.enter_context(ExecutionEnvironment(configuration)) for _ in range(ENVIRONMENTS)]
        list(threads.map(ExecutionEnvironment.start, made))
        yield made


class Watch:
    """Counts the API's sessions, again and again, while others work."""

    def __init__(self, database: Breakable) -> None:
        self.most, self._database = 0, database
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            count = len(self._database.sessions())
            if count > ENVIRONMENTS and not self._over.wait(0.5):
                # one that is replaced may take a moment to go
                count = len(self._database.sessions())
            self.most = max(self.most, count)


def work(environment: ExecutionEnvironment, until: float) -> tuple[list[int], float]:
    """Walk until a moment: all statuses, and by how many MB the process has grown since it was warm."""
    client = DistantClient(cast("Service", Distant(environment)), cast("io.StringIO", None))
    statuses = [answer.status for _ in range(2) for answer in walk(client)]
    warm = environment.reports[-1].max_memory_mb
    while time.monotonic() < until:
        statuses += [answer.status for answer in walk(client)]
    grown = environment.reports[-1].max_memory_mb - warm
    return statuses, grown - CLIENTS_GROWTH * len(environment.reports) / 1e6


def test_four_environments_at_work_neither_fail_nor_grow(
    database: Breakable, environments: list[ExecutionEnvironment]
) -> None:
    seconds = examples(*SECONDS)
    until = time.monotonic() + seconds

    with Watch(database) as watch, ThreadPoolExecutor(ENVIRONMENTS) as threads:
        done = list(threads.map(lambda environment: work(environment, until), environments))

    assert [] == [status for statuses, _ in done for status in statuses if status >= 400]
    assert ENVIRONMENTS == watch.most == len(database.sessions())
    assert [] == [grown for _, grown in done if grown > GROWTH]
    for environment in environments:
        lines = [json.loads(line) for line in environment.log if line.startswith('{"timestamp"')]
        assert [] == [line for line in lines if line["level"] in {"WARN", "ERROR"}]
        assert 1 + seconds // MAXIMUM_AGE == sum(line["message"] == "connected" for line in lines)
