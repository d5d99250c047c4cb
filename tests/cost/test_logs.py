"""Log groups: who writes to which, and what they keep."""

from __future__ import annotations

from decimal import Decimal

from tests.cost.bills import price, quantities
from tests.cost.systems import database, function, ref, resource


def test_a_function_logs_to_the_group_that_it_names() -> None:
    named = function(LoggingConfig={"LogGroup": ref("Group")})

    bill = price(
        named | {"Group": resource("AWS::Logs::LogGroup")}, requests_per_month=1024, log_kb_per_request=1024
    )

    assert {"log ingestion": Decimal(1), "log storage": Decimal(1)} == quantities(bill, "Group")


def test_a_log_without_a_group_of_ours_is_charged_at_its_writer() -> None:
    bill = price(function(), requests_per_month=1, log_gb=3)

    assert Decimal(3) == quantities(bill, "ApiFunction")["log ingestion"]


def test_enhanced_monitoring_is_a_log_of_the_database() -> None:
    bill = price({"Database": database(MonitoringInterval=60)})

    assert Decimal("0.418") == round(quantities(bill, "Database")["log ingestion"], 3)


def test_an_exported_log_goes_to_the_group_of_its_name() -> None:
    group = resource("AWS::Logs::LogGroup", LogGroupName="/aws/rds/instance/miyabi-postgres-prod/postgresql")

    bill = price({"Database": database(EnableCloudwatchLogsExports=["postgresql"]), "Group": group})

    assert {"log ingestion", "log storage"} == set(quantities(bill, "Group"))


def test_what_monitoring_writes_is_kept_for_30_days() -> None:
    found = quantities(price({"Database": database(MonitoringInterval=60)}), "Database")

    assert Decimal("0.986") == round(found["log storage"] / found["log ingestion"], 3)


def test_a_flow_log_is_charged_at_its_group() -> None:
    flow_log = resource("AWS::EC2::FlowLog", LogDestinationType="cloud-watch-logs", LogGroupName=ref("Group"))

    bill = price({"FlowLog": flow_log, "Group": resource("AWS::Logs::LogGroup", RetentionInDays=30)})

    assert Decimal("0.1") == quantities(bill, "Group")["log ingestion"]


def test_a_flow_log_to_a_bucket_is_no_log_of_cloudwatch() -> None:
    bill = price({"FlowLog": resource("AWS::EC2::FlowLog", LogDestinationType="s3")})

    assert () == bill.lines


def test_a_group_that_nobody_writes_to_says_so() -> None:
    bill = price({"Group": resource("AWS::Logs::LogGroup")})

    assert ["nothing is counted as written to it"] == list(bill.assumptions)
