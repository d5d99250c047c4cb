"""One set of databases for a module: a server costs a third of a second."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.databases.running import Client, Network, make_instance, make_subnets
from twin.aws import kept_services
from twin.aws.clients import Aws
from twin.databases import Databases
from twin.deployed import Deployed
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NUMBERS = count()


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """An account of the module's own."""
    aws = Aws(f"1732050807{next(_NUMBERS):02}", "us-east-1")
    make_subnets(aws)
    yield aws
    kept_services.forget(aws.account)


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


@pytest.fixture(scope="module")
def recorder(aws: Aws) -> Iterator[Recorder]:
    with Recorder(aws) as recorder:
        yield recorder


@pytest.fixture(scope="module")
def databases(aws: Aws, network: Network, recorder: Recorder) -> Iterator[Databases]:
    with Databases(Deployed(aws), recorder, reaches=network) as databases:
        yield databases


@pytest.fixture(scope="module")
def rds(aws: Aws, databases: Databases) -> Any:
    """A client, where there is an instance `a`, deployed after the databases began."""
    assert () == databases.unchecked
    return make_instance(aws)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package's folder with RDS's authorities in it."""
    from ops.package.sources import ROOTS_FILE
    from runtime import contract

    folder = tmp_path_factory.mktemp("package")
    bundle = folder / ROOTS_FILE
    bundle.parent.mkdir(parents=True)
    source = type(folder)(contract.__file__).parent / "ca" / "rds-global-bundle.pem"
    bundle.write_bytes(source.read_bytes())
    return folder


@pytest.fixture
def client(databases: Databases, package: Path, rds: Any) -> Client:
    assert rds is not None
    return Client(databases, package)
