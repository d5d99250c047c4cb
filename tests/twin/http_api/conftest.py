"""The APIs of a new account, served by a stand-in for functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.fronts import aws, functions, recorder
from twin.deployed import Deployed
from twin.http_api import HttpApis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.twin.http_api.deploying import StandIn
    from twin.aws.clients import Aws
    from twin.recording import Recorder

__all__ = ["apis", "aws", "functions", "recorder"]


@pytest.fixture
def apis(aws: Aws, recorder: Recorder, functions: StandIn) -> Iterator[HttpApis]:
    """All APIs of the account."""
    with HttpApis(Deployed(aws), recorder, functions) as apis:
        yield apis
