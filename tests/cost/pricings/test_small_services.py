"""Parameters, keys, alarms, archives, builds, workflows: defaults and what the worked bills don't show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import FreeTier, PriceMissing, PropertyRefused
from cost.pricings.cloudwatch.alarm import ANALYSED
from cost.pricings.cloudwatch.insight_rule import MATCHES
from cost.pricings.events.archive import AT_THE_BUS
from cost.pricings.logs.log_group import DELIVERY
from cost.pricings.stepfunctions.state_machine import LEAST, TRACED
from tests.cost.bills import prices, quantities, told, used
from tests.cost.systems import attribute, resource

STAT = {"MetricStat": {"Metric": {"MetricName": "5xx"}, "Period": 60, "Stat": "Sum"}}
QUERY = {"Expression": 'SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId)', "Period": 300}


def it(type_: str, usage: Any = None, /, **properties: Any) -> Any:
    """A bill of one resource."""
    return used({"It": resource(type_, **properties)}, **({"It": usage} if usage else {}))


@pytest.mark.parametrize(
    ("properties", "advanced"),
    [
        ({}, False),
        ({"Tier": "Standard", "Value": "x" * 5000}, False),
        ({"Tier": "Advanced"}, True),
        ({"Tier": "Intelligent-Tiering", "Value": "x" * 4096}, False),
        ({"Tier": "Intelligent-Tiering", "Value": "ü" * 4096}, True),
        ({"Tier": "Intelligent-Tiering", "Value": "x", "Policies": "[]"}, True),
    ],
)
def test_a_parameter_is_advanced_by_its_tier_or_by_what_it_holds(properties: Any, advanced: bool) -> None:  # noqa: FBT001
    found = quantities(it("AWS::SSM::Parameter", **properties), "It")

    assert ({"advanced parameter": 1} if advanced else {}) == found


@pytest.mark.parametrize(
    ("tier", "limit", "charged"),
    [("Standard", "standard", False), ("Standard", "higher", True), ("Advanced", "standard", True)],
)
def test_calls_are_charged_for_an_advanced_parameter_or_a_higher_throughput(
    tier: str,
    limit: str,
    charged: bool,  # noqa: FBT001
) -> None:
    usage = {"api_throughput_limit": limit, "monthly_api_interactions": 10}

    assert charged is ("API interactions" in quantities(it("AWS::SSM::Parameter", usage, Tier=tier), "It"))


@pytest.mark.parametrize(
    ("spec", "price"),
    [
        (None, "requests"),
        ("SYMMETRIC_DEFAULT", "requests"),
        ("HMAC_256", "requests"),
        ("RSA_2048", "requests_asymmetric_rsa2048"),
        ("RSA_4096", "requests_asymmetric_other"),
        ("ECC_NIST_P256", "requests_asymmetric_other"),
    ],
)
def test_a_request_costs_what_the_key_is(spec: str | None, price: str) -> None:
    key = resource("AWS::KMS::Key", **({"KeySpec": spec} if spec else {}))
    replica = resource("AWS::KMS::ReplicaKey", PrimaryKeyArn=attribute("Key", "Arn"))

    bill = used(
        {"Key": key, "Replica": replica}, Key={"monthly_requests": 1}, Replica={"monthly_requests": 1}
    )

    for name in ("Key", "Replica"):
        assert {"key": "awskms/key", "requests": f"awskms/{price}"} == prices(bill, name)


@pytest.mark.parametrize(
    ("properties", "lines"),
    [
        ({"Metrics": [QUERY]}, {"analysed metrics": 1}),
        ({"Metrics": [STAT, QUERY]}, {"alarm metrics": 1, "analysed metrics": 1}),
        ({"ComparisonOperator": "GreaterThanUpperThreshold", "Metrics": [STAT]}, {"alarm metrics": 3}),
        ({}, {"alarm metrics": 1}),
    ],
)
def test_an_alarm_on_a_query_is_charged_for_what_it_analyses(properties: Any, lines: Any) -> None:
    bill = it("AWS::CloudWatch::Alarm", **properties)

    assert lines == quantities(bill, "It")
    assert ("analysed metrics" in lines) is (ANALYSED in told(bill))


@pytest.mark.parametrize(("state", "rules"), [("ENABLED", 1), ("DISABLED", None)])
def test_a_rule_of_contributor_insights_costs_while_it_is_enabled(state: str, rules: int | None) -> None:
    bill = it("AWS::CloudWatch::InsightRule", RuleState=state)

    assert rules == quantities(bill, "It").get("contributor insights rule")
    assert (rules is not None) is (MATCHES in told(bill))


def test_an_archive_is_charged_at_its_bus_where_that_tells_it() -> None:
    resources = {
        "Bus": resource("AWS::Events::EventBus", Name="bus"),
        "Kept": resource("AWS::Events::Archive", SourceArn=attribute("Bus", "Arn")),
    }
    kept = {"archive_storage_gb": 5, "monthly_archive_processing_gb": 2}

    alone = used(resources, Kept=kept)
    both = used(resources, Kept=kept, Bus={"archive_storage_gb": 7})

    assert {"archive": 5, "archive processing": 2} == quantities(alone, "Kept")
    assert {"archive processing": 2} == quantities(both, "Kept")
    assert {"archive": 7} == quantities(both, "Bus")
    assert AT_THE_BUS in told(both)


@pytest.mark.parametrize("type_", ["AWS::Pipes::Pipe", "AWS::SQS::Queue"])
@pytest.mark.parametrize(("size_kb", "metered"), [(0, 10), (64, 10), (65, 20), (256, 40)])
def test_every_64_kb_of_a_request_count_as_one(type_: str, size_kb: int, metered: int) -> None:
    bill = it(type_, {"monthly_requests": 10, "request_size_kb": size_kb})

    assert {"requests": metered} == quantities(bill, "It")


def test_a_size_by_its_other_name_counts_too() -> None:
    assert {"requests": 20} == quantities(
        it("AWS::SQS::Queue", {"monthly_requests": 10, "request_size": 65}), "It"
    )


def test_a_machine_without_a_price_is_named() -> None:
    with pytest.raises(PriceMissing, match=r"It: .* no price CodeBuild/build_min_arm_general1_small"):
        it(
            "AWS::CodeBuild::Project",
            {"monthly_build_mins": 1},
            Environment={"Type": "ARM_CONTAINER", "ComputeType": "BUILD_GENERAL1_SMALL"},
        )


def test_a_project_without_builds_needs_no_price() -> None:
    bill = it("AWS::CodeBuild::Project", Environment={"Type": "ODD", "ComputeType": "BUILD_GENERAL1_HUGE"})

    assert () == bill.lines


def test_a_project_without_a_machine_is_refused() -> None:
    with pytest.raises(PropertyRefused, match=r"Environment\.ComputeType is missing"):
        it("AWS::CodeBuild::Project", Environment={"Type": "LINUX_CONTAINER"})


def test_a_run_of_an_express_workflow_costs_the_least_where_nothing_is_told_of_it() -> None:
    workflow = "AWS::StepFunctions::StateMachine"

    bill = it(workflow, {"monthly_requests": 160}, StateMachineType="EXPRESS")

    assert {"requests": 160, "duration": 1} == quantities(bill, "It")
    assert LEAST in told(bill)


def test_traces_of_a_standard_workflow_are_told_as_not_priced() -> None:
    assert TRACED in told(it("AWS::StepFunctions::StateMachine", TracingConfiguration={"Enabled": True}))


def test_a_workflow_of_another_kind_is_refused() -> None:
    with pytest.raises(PropertyRefused, match=r"StateMachineType is SLOW, .*STANDARD or EXPRESS"):
        it("AWS::StepFunctions::StateMachine", StateMachineType="SLOW")


def test_logs_of_a_group_with_a_policy_are_searched_for_sensitive_data() -> None:
    bill = it("AWS::Logs::LogGroup", {"monthly_data_ingested_gb": 3}, DataProtectionPolicy={"Name": "p"})

    assert 3 == quantities(bill, "It")["data protection"]


def test_a_group_of_infrequent_access_takes_every_line_at_that_price() -> None:
    resources = {
        "F": resource("AWS::Lambda::Function", FunctionName="f"),
        "Group": resource(
            "AWS::Logs::LogGroup", LogGroupName="/aws/lambda/f", LogGroupClass="INFREQUENT_ACCESS"
        ),
    }

    bill = used(resources, F={"monthly_log_gb": 3})

    assert "AmazonCloudWatch/logs_ingest_infrequent_access" == prices(bill, "Group")["ingest"]


@pytest.mark.parametrize(
    ("type_", "usage", "properties", "free"),
    [
        ("AWS::CloudWatch::InsightRule", {}, {"RuleState": "ENABLED"}, "0.5"),
        ("AWS::Events::EventBus", {"monthly_schema_discovery_events": 6_000_000}, {}, "0.5"),
    ],
)
def test_an_account_has_some_of_it_free_for_ever(
    type_: str, usage: dict[str, Any], properties: dict[str, Any], free: str
) -> None:
    found = it(type_, usage, **properties)

    assert Decimal(free) == found.total() - found.total(FreeTier.ALWAYS)


def test_a_first_year_has_data_of_classic_load_balancers_and_files_free() -> None:
    balancer = it("AWS::ElasticLoadBalancing::LoadBalancer", {"monthly_data_processed_gb": 20}, Subnets=[])
    files = it("AWS::EFS::FileSystem", {"storage_gb": 6})

    assert Decimal("0.04") + 0 == balancer.total(FreeTier.LEGACY)
    assert Decimal("0.3") == files.total(FreeTier.LEGACY)


def test_a_log_group_that_only_delivers_is_told() -> None:
    found = it("AWS::Logs::LogGroup", {"monthly_data_ingested_gb": 10}, LogGroupClass="DELIVERY")

    assert {} == quantities(found, "It")
    assert DELIVERY in told(found)
