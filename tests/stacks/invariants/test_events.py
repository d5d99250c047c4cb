"""Every rule about RDS's events notices its own mutations, and nothing else does."""

from __future__ import annotations

import pytest

from stacks.invariants.catalogue import check
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, newly_found
from tests.stacks.systems import system, templates

MUTATIONS: list[Mutation] = []

spoils(MUTATIONS, "observability", "!InstanceEvents", [REMOVED], "RDS.20")
spoils(MUTATIONS, "observability", "!ParameterGroupEvents", [REMOVED], "RDS.21", "MIYABI.TEMPLATE.6")
spoils(MUTATIONS, "observability", "!SecurityGroupEvents", [REMOVED], "RDS.22")
spoils(MUTATIONS, "observability", "InstanceEvents/EventCategories", [UNKNOWN, ["failure"]], "RDS.20")
spoils(MUTATIONS, "observability", "ParameterGroupEvents/EventCategories", [["creation"]], "RDS.21")
spoils(MUTATIONS, "observability", "SecurityGroupEvents/EventCategories", [["failure"]], "RDS.22")
for _subscription, _rule in (
    ("InstanceEvents", "RDS.20"),
    ("ParameterGroupEvents", "RDS.21"),
    ("SecurityGroupEvents", "RDS.22"),
):
    spoils(MUTATIONS, "observability", f"{_subscription}/Enabled", [UNKNOWN, False], _rule)
    spoils(
        MUTATIONS, "observability", f"{_subscription}/SourceType", [REMOVED, UNKNOWN, "db-snapshot"], _rule
    )
    spoils(
        MUTATIONS, "observability", f"{_subscription}/SnsTopicArn", [REMOVED, UNKNOWN, "arn:*:sns:x"], _rule
    )
spoils(MUTATIONS, "observability", "InstanceEvents/SourceIds", [UNKNOWN, ["another"]], "RDS.20")
spoils(MUTATIONS, "observability", "SecurityGroupEvents/SourceIds", [UNKNOWN, ["another"]], "RDS.22")
spoils(
    MUTATIONS,
    "observability",
    "ParameterGroupEvents/SourceIds",
    [UNKNOWN, ["another"]],
    "RDS.21",
    "MIYABI.TEMPLATE.6",
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_events_has_a_mutation() -> None:
    assert {"RDS.20", "RDS.21", "RDS.22"} <= {rule for mutation in MUTATIONS for rule in mutation.rules}


def test_a_subscription_to_every_event_of_every_instance_is_enough() -> None:
    broad = templates("staging")
    for name in ("SourceIds", "EventCategories"):
        del broad["observability"]["Resources"]["InstanceEvents"]["Properties"][name]

    assert not any(finding.rule == "RDS.20" for finding in check(system("staging", broad)))
