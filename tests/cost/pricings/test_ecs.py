"""Services: which of their tasks run on Fargate, and what these hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import Estimate, PropertyRefused, UsageFile, estimate
from cost.shared.fargate import ONLY_FARGATE
from tests.cost.bills import prices, quantities
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, deploy, ref, resource

TASK = {"Cpu": "1 vCPU", "Memory": "2 GB", "Family": "web"}


def service(task: dict[str, Any] | None = None, **properties: Any) -> Resources:
    """A service of two tasks of 1 vCPU and 2 GB."""
    return {
        "Task": resource("AWS::ECS::TaskDefinition", **(TASK if task is None else task)),
        "Service": resource(
            "AWS::ECS::Service", **{"TaskDefinition": ref("Task"), "DesiredCount": 2, **properties}
        ),
    }


def on_fargate(task: dict[str, Any] | None = None, **properties: Any) -> Resources:
    return service(task, LaunchType="FARGATE", **properties)


def bill(resources: Resources, **usage: Any) -> Estimate:
    return estimate(deploy(resources), usage=UsageFile.of(usage))


def vcpus(found: Estimate, logical_id: str = "Service") -> Decimal:
    """How many vCPUs run all month."""
    return quantities(found, logical_id).get("vCPU", Decimal(0)) / 730


def strategy(*providers: tuple[str, int, int]) -> list[dict[str, Any]]:
    return [{"CapacityProvider": name, "Base": base, "Weight": weight} for name, base, weight in providers]


def test_every_usage_key_matters() -> None:
    assert [] == without_effect(on_fargate(), "Service")


@pytest.mark.parametrize(
    ("cpu", "memory", "expected"),
    [
        ("1024", "2048", (1, 2)),
        (256, 512, (Decimal("0.25"), Decimal("0.5"))),
        ("1 vCPU", "2 GB", (1, 2)),
        (".5 vcpu", "1GB", (Decimal("0.5"), 1)),
    ],
)
def test_sizes_are_written_with_their_unit_or_in_small_units(cpu: Any, memory: Any, expected: Any) -> None:
    found = quantities(bill(on_fargate({"Cpu": cpu, "Memory": memory}, DesiredCount=1)), "Service")

    assert expected == (found["vCPU"] / 730, found["memory"] / 730)


@pytest.mark.parametrize("cpu", ["much", "1 GB", "", -1, {"of": 1}])
def test_a_size_that_can_t_be_is_refused(cpu: Any) -> None:
    with pytest.raises(PropertyRefused, match="Task: Cpu is"):
        bill(on_fargate({"Cpu": cpu, "Memory": "2 GB"}))


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ({}, "x86"),
        ({"CpuArchitecture": "ARM64"}, "arm"),
        ({"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "windows"),
    ],
)
def test_prices_go_by_processor_and_system(platform: Any, expected: str) -> None:
    found = bill(on_fargate({**TASK, "RuntimePlatform": platform}))

    assert f"AmazonECS/fargate_vcpu_{expected}" == prices(found, "Service")["vCPU"]
    assert (expected == "windows") is ("Windows licence" in prices(found, "Service"))


def test_storage_is_free_up_to_20_gb() -> None:
    for size, expected in ((None, None), (21, 1460), (20, None), (5, None)):
        given = {} if size is None else {"EphemeralStorage": {"SizeInGiB": size}}
        found = quantities(bill(on_fargate({**TASK, **given})), "Service")
        assert expected == found.get("ephemeral storage")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"LaunchType": "FARGATE"}, 2),
        ({"LaunchType": "FARGATE", "DesiredCount": None}, 1),
        ({"LaunchType": "EC2"}, 0),
        ({}, 0),
        ({"CapacityProviderStrategy": strategy(("FARGATE", 0, 0))}, 2),
        ({"CapacityProviderStrategy": strategy(("FARGATE", 1, 1), ("Machines", 0, 3))}, Decimal("1.25")),
        ({"CapacityProviderStrategy": strategy(("Machines", 0, 1))}, 0),
    ],
)
def test_a_service_runs_on_fargate_where_it_says_so(properties: Any, expected: Decimal) -> None:
    given = {name: value for name, value in properties.items() if value is not None}
    resources = service(**given)
    if "DesiredCount" in properties:
        del resources["Service"]["Properties"]["DesiredCount"]

    assert vcpus(bill(resources)) == expected


def test_tasks_on_spare_capacity_are_told() -> None:
    found = bill(service(CapacityProviderStrategy=strategy(("FARGATE", 1, 0), ("FARGATE_SPOT", 0, 1))))

    assert 1 == vcpus(found)
    assert ["tasks on Fargate Spot, whose price changes"] == [reason for _, reason in found.not_priced]


@pytest.mark.parametrize("cluster", [ref("Cluster"), "apps"])
@pytest.mark.parametrize("apart", [False, True])
def test_a_service_that_says_nothing_follows_its_cluster(cluster: Any, *, apart: bool) -> None:
    tells = {"DefaultCapacityProviderStrategy": strategy(("FARGATE", 0, 1))}
    resources = {
        **service(Cluster=cluster),
        "Cluster": resource("AWS::ECS::Cluster", ClusterName="apps", **({} if apart else tells)),
    }
    if apart:
        resources["Providers"] = resource(
            "AWS::ECS::ClusterCapacityProviderAssociations", Cluster=ref("Cluster"), **tells
        )

    assert 2 == vcpus(bill(resources))


def test_a_cluster_without_other_capacity_is_taken_to_run_its_tasks_on_fargate() -> None:
    for providers, expected in ((["FARGATE"], 2), (["FARGATE", "Machines"], 0), ([], 0)):
        cluster = resource("AWS::ECS::Cluster", CapacityProviders=providers)
        found = bill({**service(Cluster=ref("Cluster")), "Cluster": cluster})
        assert expected == vcpus(found)
        assert bool(expected) is (ONLY_FARGATE in found.assumptions)


@pytest.mark.parametrize(
    "value",
    ["web", "web:7", "arn:aws:ecs:us-east-1:211234825975:task-definition/web:7", ref("Task")],
)
def test_a_definition_is_meant_by_reference_family_or_arn(value: Any) -> None:
    assert 2 == vcpus(bill(on_fargate(TaskDefinition=value)))


def test_a_definition_of_elsewhere_is_unknown() -> None:
    found = bill(on_fargate(TaskDefinition="other:1"), Service={"monthly_data_out_gb": 1})

    assert ["TaskDefinition"] == [unknown.name for unknown in found.unknowns]
    assert {"data out"} == set(quantities(found, "Service"))


def test_a_task_with_a_public_address_pays_for_it_while_it_runs() -> None:
    network = {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED", "Subnets": ["a"]}}

    found = bill(on_fargate(NetworkConfiguration=network), Service={"monthly_hrs": 10})

    assert 20 == quantities(found, "Service")["public IPv4 address"]


def test_volumes_of_tasks_are_charged_on_any_machine() -> None:
    volumes = [{"Name": "data", "ManagedEBSVolume": {"RoleArn": "arn", "SizeInGiB": 10}}]

    found = bill(service(LaunchType="EC2", VolumeConfigurations=volumes))

    assert {"task storage": "AmazonEC2/ebs_gp3"} == prices(found, "Service")
    assert {"task storage": Decimal(20)} == quantities(found, "Service")


def test_task_sets_share_the_tasks_of_a_service() -> None:
    resources = on_fargate(DeploymentController={"Type": "EXTERNAL"})
    for name, share in (("Blue", 75), ("Green", 25)):
        resources[name] = resource(
            "AWS::ECS::TaskSet",
            Service=ref("Service"),
            TaskDefinition=ref("Task"),
            Scale={"Unit": "PERCENT", "Value": share},
        )

    found = bill(resources)

    assert [Decimal(0), Decimal("1.5"), Decimal("0.5")] == [
        vcpus(found, name) for name in ("Service", "Blue", "Green")
    ]
    assert [] == without_effect(resources, "Blue")


def test_a_task_set_of_a_service_of_elsewhere_is_unknown() -> None:
    found = bill({"Set": resource("AWS::ECS::TaskSet", Service="other", TaskDefinition="web")})

    assert ["Service"] == [unknown.name for unknown in found.unknowns]


def scaled(resource_id: Any, least: int, **properties: Any) -> Resources:
    """A service on Fargate, and what scales it."""
    target = resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        ResourceId=resource_id,
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=least,
        MaxCapacity=10,
    )
    return {**on_fargate(**properties), "Scaling": target}


BY_NAME = {"Fn::Sub": "service/main/${Service.Name}"}


@pytest.mark.parametrize(
    ("resource_id", "least", "expected"),
    [(BY_NAME, 5, 5), (BY_NAME, 1, 2), ("service/main/web", 4, 4), ("service/main/other", 4, 2)],
)
def test_a_service_that_scales_has_at_least_what_its_scaling_keeps(
    resource_id: Any, least: int, expected: int
) -> None:
    assert expected == vcpus(bill(scaled(resource_id, least, ServiceName="web")))


def test_mean_tasks_that_are_told_at_the_target_are_charged_at_the_service() -> None:
    volumes = [{"Name": "data", "ManagedEBSVolume": {"SizeInGiB": 10}}]
    found = bill(scaled(BY_NAME, 1, VolumeConfigurations=volumes), Scaling={"capacity": 3})

    assert 3 == vcpus(found)
    assert 30 == quantities(found, "Service")["task storage"]


def test_an_empty_strategy_is_none() -> None:
    cluster = resource("AWS::ECS::Cluster", CapacityProviders=["FARGATE"])
    found = bill({"Cluster": cluster, **service(Cluster=ref("Cluster"), CapacityProviderStrategy=[])})

    assert 2 == vcpus(found)
