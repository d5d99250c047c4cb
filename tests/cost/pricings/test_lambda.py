"""Lambda: provisioned concurrency charged once, SnapStart, functions at the edge, tenants, pollers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost.pricings.lambda_.alias import ELSEWHERE, ON_DEMAND
from cost.pricings.lambda_.function import CACHED, ENVIRONMENT_HOURS, MANAGED, PUBLISHED_ELSEWHERE
from tests.cost.bills import prices, quantities, told, used
from tests.cost.systems import Resources, attribute, ref, resource

MONTH_S = Decimal(730 * 3600)
READY: dict[str, Any] = {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 10}}
SNAPPED: dict[str, Any] = {"SnapStart": {"ApplyOn": "PublishedVersions"}, "Runtime": "python3.13"}
KAFKA = "arn:aws:kafka:us-east-1:211234825975:cluster/c/1"


def fn(**properties: Any) -> Resources:
    return {"F": resource("AWS::Lambda::Function", **properties)}


def alias(function: Any, **properties: Any) -> Resources:
    return {"A": resource("AWS::Lambda::Alias", FunctionName=function, **(READY | properties))}


def version(function: Any, **properties: Any) -> Resources:
    return {"V": resource("AWS::Lambda::Version", FunctionName=function, **properties)}


def test_environments_are_ready_all_month_as_large_as_the_function() -> None:
    bill = used(fn(MemorySize=512, Architectures=["arm64"]) | alias(ref("F")))

    assert {"provisioned concurrency": 10 * MONTH_S / 2} == quantities(bill, "A")
    assert {"provisioned concurrency": "AWSLambda/provisioned_concurrency_arm64"} == prices(bill, "A")


@pytest.mark.parametrize("function", ["it", ref("F"), attribute("F", "Arn")])
def test_an_alias_knows_its_function_by_name_or_reference(function: Any) -> None:
    bill = used(fn(MemorySize=1024, FunctionName="it") | alias(function))

    assert 10 * MONTH_S == quantities(bill, "A")["provisioned concurrency"]


def test_an_alias_of_a_function_elsewhere_says_what_it_takes() -> None:
    bill = used(alias("elsewhere"))

    assert 10 * MONTH_S / 2 == quantities(bill, "A")["provisioned concurrency"]
    assert ELSEWHERE in told(bill)
    assert ELSEWHERE not in told(used(alias("elsewhere"), A={"memory_mb": 512}))


def test_usage_of_an_alias_goes_before_its_function() -> None:
    resources = fn(MemorySize=512) | alias(ref("F"))
    said = {"memory_mb": 1024, "architecture": "arm64", "monthly_duration_hrs": 1}

    bill = used(resources, A=said, F={"provisioned_concurrency_hours": 100})

    assert {"provisioned concurrency": Decimal(36000)} == quantities(bill, "A")
    assert {"provisioned concurrency": "AWSLambda/provisioned_concurrency_arm64"} == prices(bill, "A")


def test_hours_and_duration_are_those_of_the_function_where_only_it_tells_them() -> None:
    resources = fn(MemorySize=1024) | alias(ref("F"))

    bill = used(
        resources,
        A={"monthly_requests": 100},
        F={"provisioned_concurrency_hours": 2, "request_duration_ms": 500},
    )

    assert {
        "provisioned concurrency": Decimal(72000),
        "provisioned compute": Decimal(50),
        "requests": Decimal(100),
    } == quantities(bill, "A")


def test_provisioned_concurrency_is_charged_for_every_five_minutes_that_are_begun() -> None:
    bill = used(fn(MemorySize=1024) | alias(ref("F")), A={"monthly_duration_hrs": "1.01"})

    assert Decimal(10 * 3900) == quantities(bill, "A")["provisioned concurrency"]


FIGURES = {"monthly_requests": 1000, "request_duration_ms": 1000, "provisioned_requests": 400}


def test_calls_on_ready_environments_stand_at_the_function_unless_the_alias_tells_them() -> None:
    resources = fn(MemorySize=1024) | alias(ref("F"))

    at_function = used(resources, F=FIGURES)
    at_alias = used(resources, F=FIGURES, A={"monthly_requests": 400})

    assert {"compute": 600, "requests": 1000, "provisioned compute": 400} == quantities(at_function, "F")
    assert {"compute": 600, "requests": 600} == quantities(at_alias, "F")
    assert at_function.total() == at_alias.total()


def test_a_cold_start_happens_to_calls_on_demand_only() -> None:
    figures = FIGURES | {"cold_start_share": "0.5", "init_duration_ms": 1000}

    assert 900 == quantities(used(fn(MemorySize=1024), F=figures), "F")["compute"]


def test_hours_without_an_alias_are_those_of_all_environments_together() -> None:
    bill = used(fn(MemorySize=1024), F={"provisioned_concurrency_hours": 100})

    assert {"provisioned concurrency": Decimal(360_000)} == quantities(bill, "F")
    assert ENVIRONMENT_HOURS in told(bill)
    assert {} == quantities(used(fn(MemorySize=1024), F={"monthly_requests": 0}), "F")


def test_an_alias_that_keeps_nothing_ready_costs_nothing_and_says_where_calls_belong() -> None:
    plain = resource("AWS::Lambda::Alias", FunctionName=ref("F"))

    assert () == used(fn() | {"A": plain}).lines
    assert ON_DEMAND in told(used(fn() | {"A": plain}, A={"monthly_requests": 5}))


def test_a_version_keeps_environments_ready_as_an_alias_does() -> None:
    bill = used(fn(MemorySize=1024) | version(ref("F"), **READY))

    assert {"provisioned concurrency": 10 * MONTH_S} == quantities(bill, "V")


@pytest.mark.parametrize(("versions", "said"), [(0, PUBLISHED_ELSEWHERE), (1, CACHED), (2, CACHED)])
def test_every_published_version_keeps_a_snapshot(versions: int, said: str) -> None:
    published = {f"V{number}": version(ref("F"))["V"] for number in range(versions)}

    bill = used(fn(MemorySize=1024, **SNAPPED) | published)

    assert {"SnapStart cache": max(versions, 1) * MONTH_S} == quantities(bill, "F")
    assert said in told(bill)


def test_a_start_from_a_snapshot_is_a_restore_and_no_init() -> None:
    figures = {"monthly_requests": 100, "cold_start_share": "0.1", "init_duration_ms": 1000}

    found = quantities(used(fn(MemorySize=2048, **SNAPPED), F=figures), "F")

    assert 20 == found["SnapStart restores"]
    assert "compute" not in found


def test_a_snapshot_is_kept_for_three_hours_at_least() -> None:
    bill = used(fn(MemorySize=1024, **SNAPPED), F={"snapstart_hours": 1})

    assert {"SnapStart cache": Decimal(3 * 3600)} == quantities(bill, "F")


def test_a_function_of_a_distribution_runs_at_the_edge() -> None:
    behaviour = {"LambdaFunctionAssociations": [{"LambdaFunctionARN": ref("V")}]}
    distribution = {
        "D": resource(
            "AWS::CloudFront::Distribution",
            DistributionConfig={"DefaultCacheBehavior": behaviour, "Origins": []},
        )
    }

    bill = used(
        fn() | version(ref("F")) | distribution, F={"monthly_requests": 8, "request_duration_ms": 1000}
    )

    assert {"compute": "AWSLambda/edge_duration", "requests": "AWSLambda/edge_requests"} == prices(bill, "F")


def test_every_environment_of_a_tenant_is_charged_when_it_starts() -> None:
    isolated = fn(MemorySize=2048, TenancyConfig={"TenantIsolationMode": "PER_TENANT"})

    bill = used(isolated, F={"monthly_requests": 100, "cold_start_share": "0.5"})

    assert 100 == quantities(bill, "F")["tenant isolation"]


@pytest.mark.parametrize(("streamed_mb", "gigabytes"), [(5, None), (6, None), (7, 1)])
def test_the_first_six_megabytes_of_a_stream_are_free(streamed_mb: int, gigabytes: int | None) -> None:
    bill = used(fn(), F={"monthly_requests": 1024, "response_stream_mb": streamed_mb})

    assert gigabytes == quantities(bill, "F").get("streamed answers")


def test_storage_is_charged_by_time_beyond_512_mb() -> None:
    larger = fn(MemorySize=4096, EphemeralStorage={"Size": 1536})

    bill = used(larger, F={"monthly_requests": 10, "request_duration_ms": 1000})

    assert 10 == quantities(bill, "F")["ephemeral storage"]


def test_a_millisecond_that_is_begun_is_billed() -> None:
    bill = used(fn(MemorySize=1024), F={"monthly_requests": 1000, "request_duration_ms": "0.2"})

    assert 1 == quantities(bill, "F")["compute"]


def test_an_architecture_that_only_deployment_knows_is_unknown() -> None:
    bill = used(fn(Architectures=[{"Fn::ImportValue": "architecture"}]))

    assert ["Architectures.0"] == [unknown.name for unknown in bill.unknowns]


@pytest.mark.parametrize(
    ("source", "pollers", "price", "units"),
    [
        (attribute("Q", "Arn"), {}, "esm_sqs_provisioned", 2),
        ("arn:aws:sqs:us-east-1:211234825975:q", {"MinimumPollers": 5}, "esm_sqs_provisioned", 5),
        (KAFKA, {}, "esm_kafka_provisioned", 1),
        (KAFKA, {"MinimumPollers": 11}, "esm_kafka_provisioned", 2),
        (None, {"MinimumPollers": 1}, "esm_kafka_provisioned", 1),
    ],
)
def test_provisioned_pollers_are_charged_all_month(source: Any, pollers: Any, price: str, units: int) -> None:
    given = {"EventSourceArn": source} if source else {}
    mapping = resource("AWS::Lambda::EventSourceMapping", ProvisionedPollerConfig=pollers, **given)

    bill = used({"M": mapping, "Q": resource("AWS::SQS::Queue")})

    assert {"event poller units": units * 730} == quantities(bill, "M")
    assert {"event poller units": f"AWSLambda/{price}"} == prices(bill, "M")


def test_a_mapping_without_provisioned_pollers_is_free() -> None:
    bill = used(
        {"M": resource("AWS::Lambda::EventSourceMapping", EventSourceArn=KAFKA)}, M={"monthly_epu_hrs": 5}
    )

    assert () == bill.lines


def test_a_function_on_machines_of_a_capacity_provider_pays_requests_and_no_time() -> None:
    found = used(
        fn(CapacityProviderConfig={"LambdaManagedInstancesCapacityProviderConfig": {}}),
        F={"monthly_requests": 1000, "request_duration_ms": 100},
    )

    assert {"requests": 1000} == quantities(found, "F")
    assert {MANAGED} == told(found)
