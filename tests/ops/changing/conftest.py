"""Staging as it was deployed, in an account of its own, again for each test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops.live import Live
from stacks.loading import load_environment
from tests.ops.changing.functions import Functions, migrated
from twin.aws import keeping
from twin.aws.clients import Aws
from twin.aws.deploying import Written, deploy
from twin.aws.invoking import run_functions
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server

ACCOUNT = "538172640913"
GOLDEN = Path(__file__).parents[2] / "golden" / "staging"


@pytest.fixture(scope="session")
def account() -> Aws:
    """The account; its clients are made once."""
    return Aws(ACCOUNT, "us-east-1")


@pytest.fixture(scope="session")
def kept(account: Aws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds staging as it was deployed."""
    folder = tmp_path_factory.mktemp("staging")
    keeping.prepare(folder)
    deploy(account, Written(GOLDEN))
    keeping.keep(ACCOUNT, folder)
    return folder


@pytest.fixture
def staging(account: Aws, kept: Path) -> Iterator[Aws]:
    """The account with staging in it, as nobody has changed it yet."""
    keeping.restore(ACCOUNT, kept)
    yield account
    run_functions(ACCOUNT, None)
    keeping.forget(ACCOUNT)


@pytest.fixture
def live(staging: Aws) -> Live:
    """Staging as a living system."""
    return Live(load_environment("staging"), staging.client)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL for these tests alone: roles belong to the server, and these set their passwords."""
    with start() as started:
        yield started


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """A database with all migrations, to copy."""
    return migrated(server)


@pytest.fixture
def functions(staging: Aws, server: Server, template: str) -> Iterator[Functions]:
    """The functions of staging at work, on a database of the test's own."""
    at_work = Functions(staging, server, template)
    run_functions(ACCOUNT, at_work)
    yield at_work
    at_work.close()
