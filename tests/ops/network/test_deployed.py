"""The networks that our templates make: functions reach the database, the internet does only as reported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops.network.place import OUTSIDE, Place
from ops.network.reaching import reach
from ops.network.services import reach_service
from tests.ops.network.conftest import POSTGRESQL
from twin.aws import keeping
from twin.aws.clients import Aws
from twin.aws.deploying import Written, creation, prepare
from twin.deployed import Deployed
from twin.roles import role_may

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parents[2] / "golden"
STACKS = ("network", "database", "service")
INSIDE = {"production", "staging"}


@dataclass(frozen=True)
class Environment:
    """An environment whose network, database and functions are deployed."""

    name: str
    deployed: Deployed

    @property
    def database(self) -> Place:
        """Where its database is."""
        [instance] = self.deployed.call("rds", "describe_db_instances")["DBInstances"]
        return Place.of_database(instance)

    @property
    def functions(self) -> list[dict[str, Any]]:
        """All of its functions."""
        found: list[dict[str, Any]] = self.deployed.pages("lambda", "list_functions", "Functions")
        return found

    def reaches(self, source: Place) -> bool:
        """Whether somebody reaches the database."""
        return reach(self.deployed, source, self.database, POSTGRESQL).allowed


@pytest.fixture(scope="module", params=["production", "staging", "reported"])
def environment(request: pytest.FixtureRequest) -> Iterator[Environment]:
    """Each environment, deployed once and only looked at."""
    aws, written = Aws("271828182812", "us-east-1"), Written(GOLDEN / request.param)
    prepare(aws, written)
    for stack in written.stacks:
        if stack["name"].endswith(STACKS):
            aws.client("cloudformation").create_stack(**creation(aws, written, stack))
    yield Environment(request.param, Deployed(aws))
    keeping.forget(aws.account)


def test_the_internet_reaches_only_the_database_that_was_reported(environment: Environment) -> None:
    database = environment.database
    found = reach(environment.deployed, OUTSIDE, database, POSTGRESQL)

    assert (environment.name == "reported") == found.allowed, found.why
    assert found.allowed or found.why == (
        f"{database.name} has no public address: from the internet its name leads to a private one"
    )


def test_functions_with_a_database_url_reach_it(environment: Environment) -> None:
    wanting = {
        found["FunctionName"]: environment.reaches(Place.of_function(found))
        for found in environment.functions
        if "DATABASE_URL" in found.get("Environment", {}).get("Variables", {})
    }

    assert wanting
    assert all(wanting.values()), wanting


def test_who_is_in_the_vpc_gets_out_to_nobody(environment: Environment) -> None:
    """No NAT and no endpoints: a function that calls AWS is outside."""
    places = [Place.of_function(found) for found in environment.functions]
    inside = [place for place in places if place.vpc_id]

    assert (environment.name in INSIDE) == bool(inside)
    for place in inside:
        assert not reach(environment.deployed, place, OUTSIDE, 443).allowed
        assert not reach_service(environment.deployed, place, "secretsmanager").allowed


def test_without_the_rule_the_group_is_named(environment: Environment) -> None:
    """A member of the database's own group is no friend of it."""
    database = environment.database
    stranger = Place("somebody", database.vpc_id, database.subnet_ids, ("sg-0123456789abcdef0",))

    found = reach(environment.deployed, stranger, database, POSTGRESQL)

    assert not found.allowed
    assert found.why.startswith(
        "security group sg-0123456789abcdef0 of somebody has no rule that lets it out"
    )


def test_each_function_may_write_to_its_log_group(environment: Environment) -> None:
    """By its role as it is deployed, and to no other function's group."""
    for found in environment.functions:
        group = found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{found['FunctionName']}"
        arns = [
            environment.deployed.aws.arn("logs", f"log-group:{name}:log-stream:2026/11/26/[1]a")
            for name in (group, group + "-other")
        ]
        own, other = (role_may(environment.deployed, found["Role"], "logs:PutLogEvents", arn) for arn in arns)

        assert own.allowed, own.why
        assert (environment.name == "reported") == other.allowed, other.why
