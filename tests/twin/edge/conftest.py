"""An account for each test, with an API of the name that every distribution here has behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.edge.deploying import deploy, host_of
from tests.twin.http_api.deploying import Api, StandIn
from tests.twin.http_api.deploying import deploy as deploy_api
from twin.aws import kept_services
from twin.aws.clients import Aws
from twin.deployed import Deployed
from twin.edge import Edge
from twin.http_api import HttpApis
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.twin.edge.deploying import Deployed as Distribution

ACCOUNT = "141421356204"


@pytest.fixture(scope="session")
def edge_clients() -> Aws:
    """Clients, which take long to make."""
    return Aws(ACCOUNT, "us-east-1")


@pytest.fixture
def aws(edge_clients: Aws) -> Iterator[Aws]:
    """An account that has nothing yet."""
    yield edge_clients
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
