"""An account that is empty again for each test, and how it is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twin.aws import kept_services
from twin.aws.clients import Aws
from twin.deployed import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "271828182801"


@pytest.fixture(scope="session")
def policies_aws() -> Aws:
    """The services of the account."""
    return Aws(ACCOUNT, "us-east-1")


@pytest.fixture
def deployed(policies_aws: Aws) -> Iterator[Deployed]:
    """The account, which has nothing yet."""
    yield Deployed(policies_aws)
    kept_services.forget(ACCOUNT)
