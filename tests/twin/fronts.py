"""What the tests of all fronts have in common: a new account for each, and functions that stand in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.twin.http_api.deploying import StandIn
from twin.aws import kept_services
from twin.aws.clients import Aws
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "141421356201"


@cache
def _clients() -> Aws:
    """Clients, which take long to make."""
    return Aws(ACCOUNT, "us-east-1")


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An account that has nothing yet."""
    yield _clients()
    kept_services.forget(ACCOUNT)


@pytest.fixture
def recorder(aws: Aws) -> Recorder:
    """Gathers; delivers when it is told to."""
    return Recorder(aws)


@pytest.fixture
def functions() -> StandIn:
    """Answers with the event."""
    return StandIn()
