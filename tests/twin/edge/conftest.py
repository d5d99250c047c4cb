"""The distributions of a new account, with an API of the name that every one of them has behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.edge.deploying import deploy, host_of
from tests.twin.fronts import aws, functions, recorder
from tests.twin.http_api.deploying import deploy as deploy_api
from twin.deployed import Deployed
from twin.edge import Edge
from twin.http_api import HttpApis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.twin.edge.deploying import Deployed as Distribution
    from tests.twin.http_api.deploying import Api, StandIn
    from twin.aws.clients import Aws
    from twin.recording import Recorder

__all__ = ["address", "api", "aws", "distribution", "edge", "functions", "recorder"]


@pytest.fixture
def api(aws: Aws) -> Api:
    """The API behind `/api/*`."""
    return deploy_api(aws, "$default")


@pytest.fixture
def edge(aws: Aws, recorder: Recorder, functions: StandIn) -> Iterator[Edge]:
    """All distributions of the account."""
    deployed = Deployed(aws)
    with HttpApis(deployed, recorder, functions) as apis, Edge(deployed, recorder, apis) as edge:
        yield edge


@pytest.fixture
def distribution(aws: Aws, api: Api) -> Distribution:
    """One before the API and an empty bucket."""
    return deploy(aws, host_of(api))


@pytest.fixture
def address(edge: Edge, distribution: Distribution) -> str:
    """Where it answers."""
    return edge.address(distribution.distribution_id)
