"""Every rule about capacity notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
RESERVED = "ReservedConcurrentExecutions"


def _service(path: str, wrong: Sequence[Any], *rules: str, environment: str = "staging") -> None:
    spoils(MUTATIONS, "service", path, wrong, *rules, environment=environment)


_service(f"ApiFunction/{RESERVED}", [REMOVED, UNKNOWN, "many"], "MIYABI.LAMBDA.1", "MIYABI.CAPACITY.1")
_service(f"ApiFunction/{RESERVED}", [35], "MIYABI.CAPACITY.1")
_service(f"ApiFunction/{RESERVED}", [0], "MIYABI.LAMBDA.1", "MIYABI.CAPACITY.3")
_service(f"ApiFunction/{RESERVED}", [5], "MIYABI.CAPACITY.3")
_service(f"ApiFunction/{RESERVED}", [20], "MIYABI.CAPACITY.3", environment="production")
_service(f"LoginFunction/{RESERVED}", [REMOVED, UNKNOWN], "MIYABI.LAMBDA.1")
_service(f"LoginFunction/{RESERVED}", [880], "MIYABI.CAPACITY.2")
spoils(
    MUTATIONS, "database", "DatabaseParameterGroup/Parameters/max_connections", ["60"], "MIYABI.CAPACITY.1"
)
spoils(MUTATIONS, "database", f"MigratorFunction/{RESERVED}", [31], "MIYABI.CAPACITY.1")
for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
    _service(f"DefaultStage/DefaultRouteSettings/{limit}", [4, 10_001], "MIYABI.CAPACITY.4")


@breaks(MUTATIONS)
def reserve_all_that_the_instance_can_serve(templates: Templates) -> None:
    """db.t4g.micro has 90 connections: 2 x 34, the migrator's and 20 that are kept free are 89."""
    templates["service"]["Resources"]["ApiFunction"]["Properties"][RESERVED] = 34


@breaks(MUTATIONS, "MIYABI.CAPACITY.1")
def choose_an_instance_of_unknown_size(templates: Templates) -> None:
    templates["database"]["Resources"]["Database"]["Properties"]["DBInstanceClass"] = "db.x9.nano"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)
