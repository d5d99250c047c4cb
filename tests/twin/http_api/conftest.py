"""An account for each test, and its APIs served by a stand-in for functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.http_api.deploying import StandIn
from twin.aws import kept_services
from twin.aws.clients import Aws
from twin.deployed import Deployed
from twin.http_api import HttpApis
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "141421356201"


@pytest.fixture(scope="session")
def clients() -> Aws:
    """Clients, which take long to make."""
    return Aws(ACCOUNT, "us-east-1")


@pytest.fixture
def aws(clients: Aws) -> Iterator[Aws]:
    """An account that has nothing yet."""
    yield clients
    kept_services.forget(ACCOUNT)


@pytest.fixture
def recorder(aws: Aws) -> Recorder:
    """Gathers; delivers when it is told to."""
    return Recorder(aws)


@pytest.fixture
def functions() -> StandIn:
    """Answers with the event."""
    return StandIn()


@pytest.fixture
def apis(aws: Aws, recorder: Recorder, functions: StandIn) -> Iterator[HttpApis]:
    """All APIs of the account."""
    with HttpApis(Deployed(aws), recorder, functions) as apis:
        yield apis
