"""What an operator who follows a document has: an account, a terminal, and the internet."""

from __future__ import annotations

import os
import urllib.request
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from ops.package.building import build
from ops.package.sources import own_entries
from tests.aws_cli import forked
from tests.ops.following.internet import Internet
from tests.ops.following.terminal import Terminal
from twin.aws.invoking import run_functions
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from ops.package.building import Package
    from ops.package.target import Target
    from twin.aws.local import LocalAws
    from twin.postgres import Server


class Begin(Protocol):
    """Begins to follow a document."""

    def __call__(self, local: LocalAws, system: str) -> AbstractContextManager[Terminal]:
        """In an account, on a system of it such as `production`."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL for these alone: roles belong to the server, and deployments set their passwords."""
    with start() as started:
        yield started


@pytest.fixture(scope="session")
def aws_cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the PATH, with the AWS CLI."""
    with forked(tmp_path_factory.mktemp("cli")) as program:
        yield program.parent


@pytest.fixture
def begin(aws_cli: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """What makes a terminal in a new folder, from which AWS is the local one."""

    @contextmanager
    def begun(local: LocalAws, system: str) -> Iterator[Terminal]:
        internet = Internet(local.aws, system)
        without_waiting(monkeypatch)
        monkeypatch.setattr("ops.live.connector", lambda _: local.aws.client)
        monkeypatch.setattr(urllib.request, "urlopen", internet.open)
        path = {"PATH": f"{aws_cli}{os.pathsep}{os.environ['PATH']}"}
        try:
            with Terminal(tmp_path, local.variables | path, {"curl": internet.curl}) as terminal:
                yield terminal
        finally:
            run_functions(local.account, None)

    return begun


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait for what the local AWS has done already; packages are ours without what they need.

    Nor does the person at the terminal know any secret of GitHub's.
    """
    monkeypatch.setattr("ops.deploying.steps.Pauses.__call__", no_pause)
    monkeypatch.setattr("scripts.commands.package.build.built", without_wheels)
    monkeypatch.setattr("scripts.commands.secret.entering.getpass", lambda _: "any")


def no_pause(*_: Any) -> None:
    """Go on at once."""


def without_wheels(targets: list[Target], region: str, as_of: date) -> list[Package]:
    """Packages of our own part alone: the functions that run here have their dependencies already."""
    return [small(target, region, as_of) for target in targets]


@cache
def small(target: Target, region: str, as_of: date) -> Package:
    """One of them; made once, since the code stays as it is."""
    return build(target, {}, own_entries(region, as_of), None)
