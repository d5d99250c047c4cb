"""Every rule about alarms notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacks.invariants.alarms import WATCHED
from stacks.invariants.rule import RULES
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found
from tests.stacks.systems import system

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
FUNCTION = {"Ref": "ServiceApiFunctionName"}


def _alarm(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "observability", path, wrong, *rules)


_alarm("ApiErrorsAlarm/ActionsEnabled", [UNKNOWN, False, "true"], "CloudWatch.17")
_alarm("ApiErrorsAlarm/AlarmActions", [REMOVED, UNKNOWN, [], [UNKNOWN], [FUNCTION]], "CloudWatch.15")
_alarm("ApiErrorsAlarm/AlarmDescription", [REMOVED, UNKNOWN, ""], "MIYABI.ALARM.1")
_alarm("ApiErrorsAlarm/TreatMissingData", [REMOVED, UNKNOWN, "notbreaching"], "MIYABI.ALARM.2")
_alarm("ApiErrorsAlarm/DatapointsToAlarm", [REMOVED, UNKNOWN, 0, 1000], "MIYABI.ALARM.3")
_alarm("ApiErrorsAlarm/EvaluationPeriods", [REMOVED, UNKNOWN, 0], "MIYABI.ALARM.3")
_alarm(
    "ApiErrorsAlarm/Dimensions",
    [
        REMOVED,
        UNKNOWN,
        [],
        [{"Name": "FunctionName"}],
        [{"Name": "FunctionName", "Value": UNKNOWN}],
        [{"Name": "FunctionName", "Value": {"Fn::GetAtt": ["AlarmTopic", "TopicName"]}}],
        [{"Name": "FunctionName", "Value": "miyabi-api-typo"}],
        [{"Name": "FunctionName", "Value": {"Ref": "ServiceApiId"}}],
        [{"Name": "Function", "Value": FUNCTION}],
    ],
    "MIYABI.ALARM.4",
    "MIYABI.ALARM.5",
)
_alarm("EdgeServerErrorsAlarm/Dimensions/1/Value", [REMOVED, UNKNOWN, "us-east-1"], "MIYABI.ALARM.4")
_alarm("FirewallBlocksAlarm/Dimensions/1/Value", [UNKNOWN, "another"], "MIYABI.ALARM.4", "MIYABI.ALARM.5")
_alarm("ApiDurationAlarm/Dimensions/1/Value", [UNKNOWN, "miyabi-api:live"], "MIYABI.ALARM.4")
_alarm(
    "ApiServerErrorsAlarm/Metrics/1/MetricStat/Metric/Dimensions",
    [REMOVED, []],
    "MIYABI.ALARM.4",
    "MIYABI.ALARM.5",
)
_alarm("ApiServerErrorsAlarm/Metrics", [REMOVED, UNKNOWN], "MIYABI.ALARM.4", "MIYABI.ALARM.5")
_alarm("ApiErrorsAlarm/MetricName", [REMOVED, UNKNOWN, "Error"], "MIYABI.ALARM.5")
_alarm("ApiErrorsAlarm/Namespace", [REMOVED, UNKNOWN, "AWS/Lamda"], "MIYABI.ALARM.5")


for _subject in system("staging").of_type("AWS::CloudWatch::Alarm"):
    _alarm(f"!{_subject.resource.logical_id}", [REMOVED], "MIYABI.ALARM.5")


@breaks(MUTATIONS, "MIYABI.ALARM.4", "MIYABI.ALARM.5")
def name_the_firewall_by_its_reference(templates: Templates) -> None:
    """Ref of a web ACL is its name, id and scope together, which no metric knows."""
    edge = templates["edge"]["Resources"]
    edge["EdgeFirewallNameParameter"]["Properties"]["Value"] = {"Ref": "Firewall"}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_alarms_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}
    ours = {rule for rule in RULES if rule.startswith("MIYABI.ALARM.")}

    assert ours | {"CloudWatch.15", "CloudWatch.17"} == tested


def test_every_type_that_is_watched_is_there_to_be_watched() -> None:
    assert WATCHED.keys() == {subject.resource.type for subject in system("staging").of_type(*WATCHED)}
