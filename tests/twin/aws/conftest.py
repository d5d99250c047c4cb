"""An account that is empty again for each test: making its clients anew would take most of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twin.aws import kept_services
from twin.aws.cloudformation.service import cloudformation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

ACCOUNT = "423581236540"


@pytest.fixture
def aws() -> Iterator[Aws]:
    """The services of an account that has nothing yet."""
    cloud = cloudformation_of(ACCOUNT, "us-east-1")
    yield cloud.aws
    cloud.stacks.clear()
    kept_services.forget(ACCOUNT)
