"""Log groups: who writes to which, and what they keep."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cost import UsageFile, estimate
from cost.estimate import UNTOLD
from tests.cost.bills import price, prices, quantities
from tests.cost.systems import database, deploy, function, ref, resource


def test_a_function_logs_to_the_group_that_it_names() -> None:
    named = function(LoggingConfig={"LogGroup": ref("Group")})

    bill = price(
        named | {"Group": resource("AWS::Logs::LogGroup")}, requests_per_month=1024, log_kb_per_request=1024
    )

    assert {"ingest": Decimal(1), "archive": Decimal(1)} == quantities(bill, "Group")


def test_a_log_without_a_group_of_ours_is_charged_at_its_writer() -> None:
    bill = price(function(), requests_per_month=1, log_gb=3)

    assert Decimal(3) == quantities(bill, "ApiFunction")["log ingest"]


def test_enhanced_monitoring_is_a_log_of_the_database() -> None:
    bill = price({"Database": database(MonitoringInterval=60)})

    assert Decimal("0.418") == round(quantities(bill, "Database")["log ingest"], 3)


def test_an_exported_log_goes_to_the_group_of_its_name() -> None:
    group = resource("AWS::Logs::LogGroup", LogGroupName="/aws/rds/instance/miyabi-postgres-prod/postgresql")

    bill = price({"Database": database(EnableCloudwatchLogsExports=["postgresql"]), "Group": group})

    assert {"ingest", "archive"} == set(quantities(bill, "Group"))


def test_what_monitoring_writes_is_kept_for_30_days() -> None:
    found = quantities(price({"Database": database(MonitoringInterval=60)}), "Database")

    assert Decimal("0.986") == round(found["log archive"] / found["log ingest"], 3)


def test_a_flow_log_is_charged_at_its_group() -> None:
    flow_log = resource("AWS::EC2::FlowLog", LogDestinationType="cloud-watch-logs", LogGroupName=ref("Group"))

    bill = price({"FlowLog": flow_log, "Group": resource("AWS::Logs::LogGroup", RetentionInDays=30)})

    assert Decimal("0.1") == quantities(bill, "Group")["ingest"]


@pytest.mark.parametrize(
    ("destination", "key"),
    [("s3", "logs_delivery_s3"), ("kinesis-data-firehose", "logs_delivery_firehose")],
)
def test_a_flow_log_to_elsewhere_is_charged_for_its_delivery_and_kept_by_no_group(
    destination: str, key: str
) -> None:
    bill = price({"FlowLog": resource("AWS::EC2::FlowLog", LogDestinationType=destination)})

    assert {"log ingest": Decimal("0.1")} == quantities(bill, "FlowLog")
    assert {"log ingest": f"AmazonCloudWatch/{key}"} == prices(bill, "FlowLog")


def test_what_is_not_known_of_one_log_holds_up_no_other() -> None:
    resources = {
        "Database": database(MonitoringInterval={"Ref": "AWS::StackId"}),
        "Group": resource("AWS::Logs::LogGroup", LogGroupName="/aws/lambda/it"),
        "ApiFunction": resource("AWS::Lambda::Function", FunctionName="it"),
    }

    bill = estimate(deploy(resources), usage=UsageFile.of({"ApiFunction": {"monthly_log_gb": 3}}))

    assert Decimal(3) == quantities(bill, "Group")["ingest"]
    assert "instance" in quantities(bill, "Database")
    assert [("Database", "MonitoringInterval")] == [
        (unknown.resource.logical_id, unknown.name) for unknown in bill.unknowns
    ]


def test_a_group_that_nobody_writes_to_says_so() -> None:
    bill = price({"Group": resource("AWS::Logs::LogGroup")})

    assert [UNTOLD] == list(bill.assumptions)


def test_what_is_kept_of_a_told_log_is_counted_only_if_it_is_told() -> None:
    group = deploy({"Group": resource("AWS::Logs::LogGroup", RetentionInDays=30)})

    written, kept = (
        estimate(group, usage=UsageFile.of({"Group": figures}))
        for figures in ({"monthly_data_ingested_gb": 10}, {"monthly_data_ingested_gb": 10, "storage_gb": 6})
    )

    assert [["ingest"], ["ingest", "archive"]] == [
        [line.component for line in bill.lines] for bill in (written, kept)
    ]
    assert any("tell storage_gb" in text for text in written.assumptions)
