"""A network for each test of the checks that look at one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ops.network.conftest import Net, made
from twin.aws import kept_services
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "271828182861"


@pytest.fixture(scope="session")
def doctor_aws() -> Iterator[Aws]:
    """The services of an account in which each test has a VPC of its own."""
    yield Aws(ACCOUNT, "us-east-1")
    kept_services.forget(ACCOUNT)


@pytest.fixture
def net(doctor_aws: Aws) -> Net:
    """A network anew, in which the function reaches the database."""
    return made(doctor_aws)
