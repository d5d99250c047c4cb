"""Tasks on Fargate: where a service's tasks run, and what vCPUs, memory and storage they hold by the hour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cfn.values import Reference
from cost.errors import PropertyRefused, PropertyUnknown
from cost.lines import Charge, NotPriced
from cost.shared.places import meant, nearest
from cost.shared.public_address import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.shared.places import Place

PRICES = ("AmazonECS/fargate_*", "AmazonVPC/public_ipv4_in_use")
DEFINITION, CLUSTER = "AWS::ECS::TaskDefinition", "AWS::ECS::Cluster"
ASSOCIATIONS = "AWS::ECS::ClusterCapacityProviderAssociations"
FARGATE, SPOT = "FARGATE", "FARGATE_SPOT"
STORAGE_FREE_GB = 20
CPU = re.compile(r"\s*(?P<number>[0-9]+|[0-9]*\.[0-9]+)\s*(?P<unit>vcpu)?\s*", re.IGNORECASE)
MEMORY = re.compile(r"\s*(?P<number>[0-9]+|[0-9]*\.[0-9]+)\s*(?P<unit>gb)?\s*", re.IGNORECASE)
UNITS_IN_VCPU, MB_IN_GB = 1024, 1024
ONLY_FARGATE = "the cluster has no other capacity than Fargate, so its tasks are taken to run there"
PUBLIC = "a task with AssignPublicIp has a public IPv4 address while it runs"


@dataclass(frozen=True, slots=True)
class Launched:
    """How many of some tasks run on Fargate, and how many on its spare capacity."""

    on_demand: Decimal = Decimal(0)
    spot: Decimal = Decimal(0)
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks of one definition, each running for some hours of the month."""

    definition: Resource
    count: Decimal
    hours: Decimal
    assumption: str = ""


def task_definition(resource: Resource, context: Context) -> Resource:
    """The definition that TaskDefinition means by reference, ARN or family; raises PropertyUnknown."""
    value = context.get(resource, "TaskDefinition")
    if value is None:
        raise PropertyRefused(resource.logical_id, "TaskDefinition", "missing", "its task definition")
    if isinstance(value, str):
        family = value.rpartition("/")[2].partition(":")[0]
        found = meant(context, family, DEFINITION, "Family") or meant(context, value, DEFINITION, "Family")
    else:
        found = meant(context, value, DEFINITION, "Family")
    if found is None:
        raise PropertyUnknown(resource.logical_id, "TaskDefinition", f"{value} is in none of these templates")
    return found


def tasks(them: Tasks, context: Context) -> Iterator[Item]:
    """vCPU-hours, GB-hours of memory and of storage over 20 GB, and Windows's licence."""
    definition = them.definition
    hours = them.count * them.hours
    vcpus = _size(definition, "Cpu", CPU, UNITS_IN_VCPU, context)
    memory = _size(definition, "Memory", MEMORY, MB_IN_GB, context)
    kind = _kind(definition, context)
    yield Charge("vCPU", vcpus * hours, f"AmazonECS/fargate_vcpu_{kind}", them.assumption)
    yield Charge("memory", memory * hours, f"AmazonECS/fargate_gb_{kind}", them.assumption)
    if kind == "windows":
        yield Charge("Windows licence", vcpus * hours, "AmazonECS/fargate_os_windows", them.assumption)
    storage = context.number(definition, "EphemeralStorage.SizeInGiB", STORAGE_FREE_GB) - STORAGE_FREE_GB
    over = max(Decimal(0), storage) * hours
    yield Charge("ephemeral storage", over, "AmazonECS/fargate_ephemeral_over_20gb", them.assumption)


def launched(count: Decimal, services: Sequence[Resource], context: Context) -> Launched:
    """Where tasks run, as the first of a task set and its service tells that tells it, else their cluster."""
    places = [(service, "LaunchType") for service in services]
    strategies = [(service, "CapacityProviderStrategy") for service in services]
    kind = context.text(*nearest(context, places), "")
    if kind:
        return Launched(count) if kind == FARGATE else Launched()
    strategy = nearest(context, strategies)
    if context.entries(*strategy):
        return _divided(count, strategy, context)
    return _by_cluster(count, services[0], context)


def run(resource: Resource, found: Launched, hours: Decimal, context: Context) -> Iterator[Item]:
    """What the tasks of a service, or of a task set, cost on Fargate."""
    if found.spot:
        yield NotPriced("tasks on Fargate Spot, whose price changes")
    if found.on_demand:
        them = Tasks(task_definition(resource, context), found.on_demand, hours, found.assumption)
        yield from tasks(them, context)


def task_addresses(resource: Resource, found: Launched, hours: Decimal, context: Context) -> Iterator[Item]:
    """Public addresses of tasks on Fargate."""
    path = "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp"
    if found.on_demand + found.spot and context.text(resource, path, "DISABLED") == "ENABLED":
        yield addresses(found.on_demand + found.spot, PUBLIC, hours)


def _by_cluster(count: Decimal, service: Resource, context: Context) -> Launched:
    value = context.get(service, "Cluster")
    cluster = meant(context, value, CLUSTER, "ClusterName")
    places = [] if cluster is None else [cluster]
    places += [each for each in context.resources(ASSOCIATIONS) if _is_about(each, value, cluster, context)]
    for place in places:
        strategy = (place, "DefaultCapacityProviderStrategy")
        if context.entries(*strategy):
            return _divided(count, strategy, context)
    providers = {str(each) for place in places for each in context.entries(place, "CapacityProviders")}
    return Launched(count, assumption=ONLY_FARGATE) if providers == {FARGATE} else Launched()


def _is_about(association: Resource, value: object, cluster: Resource | None, context: Context) -> bool:
    about = context.get(association, "Cluster")
    if cluster is not None:
        return meant(context, about, CLUSTER, "ClusterName") is cluster
    return value is not None and about == value


def _divided(count: Decimal, strategy: Place, context: Context) -> Launched:
    """Tasks over providers: the bases first, the others by weight."""
    resource, path = strategy
    rows = [
        (
            _provider(resource, f"{path}.{index}.CapacityProvider", context),
            context.number(resource, f"{path}.{index}.Base", 0),
            context.number(resource, f"{path}.{index}.Weight", 0),
        )
        for index, _ in enumerate(context.mappings(resource, path))
    ]
    if len(rows) == 1:
        rows = [(rows[0][0], Decimal(0), Decimal(1))]
    found = {FARGATE: Decimal(0), SPOT: Decimal(0)}
    rest = count
    for provider, base, _ in rows:
        taken = min(base, rest)
        rest -= taken
        found[provider] = found.get(provider, Decimal(0)) + taken
    weights = sum((weight for *_, weight in rows), Decimal(0))
    for provider, _, weight in rows:
        found[provider] += rest * weight / weights if weights else 0
    return Launched(found[FARGATE], found[SPOT])


def _provider(resource: Resource, path: str, context: Context) -> str:
    """Name of a capacity provider; one of the templates' own is none of Fargate's."""
    value = context.get(resource, path)
    return str(value) if isinstance(value, Reference) else context.text(resource, path)


def _kind(definition: Resource, context: Context) -> str:
    """The part of a price's name that tells system and processor."""
    if context.text(definition, "RuntimePlatform.OperatingSystemFamily", "LINUX").startswith("WINDOWS"):
        return "windows"
    return (
        "arm" if context.text(definition, "RuntimePlatform.CpuArchitecture", "X86_64") == "ARM64" else "x86"
    )


def _size(
    definition: Resource, name: str, form: re.Pattern[str], small_units: int, context: Context
) -> Decimal:
    """A number of vCPUs or of GB, written with their unit or in 1,024ths."""
    text = context.text(definition, name)
    written = form.fullmatch(text)
    if written is None:
        raise PropertyRefused(definition.logical_id, name, repr(text), "a size such as 1024, 1 vCPU or 2 GB")
    return Decimal(written["number"]) / (1 if written["unit"] else small_units)
