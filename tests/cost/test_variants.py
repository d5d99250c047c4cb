"""Other ways to build the same system: what each edits, and that the system itself stays as it is."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cfn import Deployment, Template
from cost import FreeTier, Traffic
from cost.estimate import context_of, price
from cost.sweeping import System
from cost.sweeping.choices import carried
from cost.variants import VARIANTS, Base, Variant
from cost.variants.databases import memory_gb
from cost.variants.draft import Draft
from scripts.commands.cost.targets import find
from tests.cost.systems import REPORTED_TRAFFIC, database, deploy, function, ref, reported, resource

if TYPE_CHECKING:
    from cfn.template import Resource

TRAFFIC = Traffic.of(REPORTED_TRAFFIC)


def base_of(deployment: Deployment, traffic: Traffic = TRAFFIC) -> Base:
    """A deployment under traffic, as variants see it."""
    return Base(context_of(deployment, traffic), traffic)


def named(name: str) -> Variant:
    """A variant by its name."""
    [found] = [variant for variant in VARIANTS if variant.name == name]
    return found


def applying(deployment: Deployment, traffic: Traffic = TRAFFIC) -> set[str]:
    """Names of the variants that apply."""
    base = base_of(deployment, traffic)
    return {variant.name for variant in VARIANTS if variant.applies(base)}


def edited(name: str, deployment: Deployment, traffic: Traffic = TRAFFIC) -> Deployment:
    """A deployment as a variant has it."""
    draft = Draft(deployment)
    named(name).edit(draft, base_of(deployment, traffic))
    return draft.deployment()


def only(deployment: Deployment, type_: str) -> Resource:
    """The only resource of a type."""
    [found] = deployment.resources(type_)
    return found


def test_the_reported_system_has_seven_alternatives() -> None:
    assert {
        "arm64",
        "Multi-AZ",
        "RDS Proxy",
        "Aurora Serverless v2",
        "NAT gateway",
        "provisioned concurrency",
        "REST API",
    } == applying(reported())


def test_production_has_seven_alternatives() -> None:
    target = find("production")

    assert {
        "x86_64",
        "one zone",
        "RDS Proxy",
        "Aurora Serverless v2",
        "NAT gateway",
        "provisioned concurrency",
        "REST API",
    } == applying(target.deployment, target.traffic or TRAFFIC)


def test_what_has_no_function_and_no_database_has_none() -> None:
    assert set() == applying(deploy({"Topic": resource("AWS::SNS::Topic")}))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: str(variant.name))
def test_the_other_way_leads_back(variant: Variant) -> None:
    """Whatever a variant gives can be compared with what it was made of, save a conversion to Aurora."""
    others = {other.name for other in VARIANTS if other.instead_of == variant.name}

    assert {variant.instead_of} == others or variant.name == "Aurora Serverless v2"


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: str(variant.name))
def test_the_system_itself_stays_as_it_is(variant: Variant) -> None:
    system = reported()
    before = copy.deepcopy([template.body for template in system.templates])
    base = base_of(system)

    if variant.applies(base):
        variant.edit(Draft(system), base)

    assert before == [template.body for template in system.templates]


@pytest.mark.parametrize("word", ["reported", "staging", "production"])
def test_a_month_carried_over_costs_the_same(word: str) -> None:
    target = find(word)
    context = System.of(target.deployment, target.traffic).context(Decimal(3_000_000))

    told = price(carried(context, Draft(target.deployment).deployment(), {}), word)

    assert [price(context, word).total(mode) for mode in FreeTier] == [told.total(mode) for mode in FreeTier]


# each of them


@pytest.mark.parametrize(("name", "architecture"), [("arm64", "arm64"), ("x86_64", "x86_64")])
def test_every_function_runs_on_the_other_processor(name: str, architecture: str) -> None:
    other = edited(
        name, deploy(function(Architectures=["x86_64"]) | {"Two": resource("AWS::Lambda::Function")})
    )

    for each in other.resources("AWS::Lambda::Function"):
        assert [architecture] == other.get(each, "Architectures")


def test_a_parameter_that_decides_the_zones_is_overruled() -> None:
    body = {
        "Parameters": {"Zones": {"Type": "String", "Default": "false"}},
        "Resources": {"Database": database(MultiAZ=ref("Zones"))},
    }
    system = Deployment(
        "test", [Template("stack", body)], "us-east-1", parameters={"stack": {"Zones": "true"}}
    )

    other = edited("one zone", system)

    assert "one zone" in applying(system)
    assert other.get(only(other, "AWS::RDS::DBInstance"), "MultiAZ") is False


def test_a_proxy_stands_before_the_database() -> None:
    other = edited("RDS Proxy", deploy({"Database": database()}))

    targets = only(other, "AWS::RDS::DBProxyTargetGroup")
    assert "POSTGRESQL" == other.get(only(other, "AWS::RDS::DBProxy"), "EngineFamily")
    assert "Database" == other.get(targets, "DBInstanceIdentifiers")[0].logical_id


def test_without_its_proxy_nothing_refers_to_what_is_not_there() -> None:
    system = deploy(
        {
            "Database": database(),
            "Proxy": resource("AWS::RDS::DBProxy", EngineFamily="POSTGRESQL"),
            "Host": resource(
                "AWS::SSM::Parameter", Type="String", Value={"Fn::GetAtt": ["Proxy", "Endpoint"]}
            ),
        }
    )

    other = edited("no proxy", system)

    other.check()
    assert [] == other.resources("AWS::RDS::DBProxy")


@pytest.mark.parametrize(
    ("instance_class", "gigabytes"),
    [
        ("db.t3.micro", 1),
        ("db.t4g.small", 2),
        ("db.m5.large", 8),
        ("db.m5.4xlarge", 64),
        ("db.r6g.large", 16),
        ("db.r6g.xlarge", 32),
        ("db.x2g.large", 32),
        ("db.c6gd.medium", 2),
        ("db.serverless", None),
        ("db.m6i.metal", None),
    ],
)
def test_memory_follows_from_the_class(instance_class: str, gigabytes: int | None) -> None:
    assert gigabytes == memory_gb(instance_class)


def test_aurora_scales_to_what_the_class_has() -> None:
    other = edited("Aurora Serverless v2", deploy({"Database": database(DBInstanceClass="db.m5.large")}))

    scaling = other.get(only(other, "AWS::RDS::DBCluster"), "ServerlessV2ScalingConfiguration")
    assert {"MinCapacity": "0.5", "MaxCapacity": "4"} == scaling
    assert "db.serverless" == other.get(only(other, "AWS::RDS::DBInstance"), "DBInstanceClass")


def test_aurora_has_a_reader_where_there_was_a_standby() -> None:
    other = edited("Aurora Serverless v2", deploy({"Database": database(MultiAZ=True)}))

    assert 2 == len(other.resources("AWS::RDS::DBInstance"))


def test_the_capacity_of_aurora_follows_the_calls_that_are_in_progress() -> None:
    system = deploy(function() | {"Database": database(DBInstanceClass="db.m5.large")})

    def capacity(requests: int) -> Decimal:
        traffic = Traffic.of({"requests_per_month": requests, "request_duration_ms": 1000})
        figures = named("Aurora Serverless v2").figures(base_of(system, traffic))
        return figures["stack.Database"]["capacity_units_per_hr"]

    assert (Decimal("0.5"), Decimal("2.25"), Decimal(4)) == tuple(map(capacity, (0, 1_314_000, 10_000_000)))


def test_a_gateway_has_an_address_and_carries_what_the_moved_functions_exchange() -> None:
    system = deploy(function() | {"Database": database()})

    other = edited("NAT gateway", system)

    [figures] = named("NAT gateway").figures(base_of(system)).values()
    assert other.get(only(other, "AWS::EC2::NatGateway"), "AllocationId").logical_id == "AddedNatAddress"
    assert other.get(only(other, "AWS::Lambda::Function"), "VpcConfig")
    assert {"monthly_data_processed_gb": Decimal(1_000_000) * 20 / 1024**2} == figures


@pytest.mark.parametrize(
    ("traffic", "environments"),
    [
        ({"peak_requests_per_second": 25, "request_duration_ms": 100}, 3),
        ({"request_duration_ms": 100}, 1),
        ({"requests_per_month": 26_280_000, "request_duration_ms": 300}, 3),
    ],
)
def test_environments_are_ready_for_the_busiest_second(traffic: dict[str, Any], environments: int) -> None:
    month = Traffic.of({"requests_per_month": 1_000_000, **traffic})

    other = edited("provisioned concurrency", deploy(function()), month)

    ready = other.get(only(other, "AWS::Lambda::Alias"), "ProvisionedConcurrencyConfig")
    assert {"ProvisionedConcurrentExecutions": environments} == ready


def test_an_alias_that_is_there_is_taken() -> None:
    alias = resource("AWS::Lambda::Alias", FunctionName=ref("ApiFunction"), Name="live", FunctionVersion="1")

    other = edited("provisioned concurrency", deploy(function() | {"Live": alias}))

    assert "Live" == only(other, "AWS::Lambda::Alias").logical_id


def test_a_rest_api_takes_the_place_of_the_http_api() -> None:
    assert "HttpApi" == only(edited("REST API", deploy(function())), "AWS::ApiGateway::RestApi").logical_id
