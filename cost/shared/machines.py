"""Machines of one kind: what an instance costs, and each of a group of them.

A machine is described by an instance, a launch template, a launch configuration or a node group, or by
several of these, the nearest first. Each writes the same things under names of its own: `FIELDS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.errors import PropertyUnknown
from cost.lines import Charge, Note, NotPriced
from cost.shared import cpu_credits, devices
from cost.shared.apart import apart
from cost.shared.places import nearest
from cost.shared.public_address import addresses, public_subnets
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.shared.places import Place

USAGE = (
    Key("monthly_cpu_credit_hrs", "h", "CPU over the baseline, for each vCPU; only in unlimited mode"),
    Key("vcpu_count", "vCPUs", "of its class, for CPU credits; left out, those of the class"),
    Key("operating_system", "word", "what its image runs", default="linux", choices=("linux", "windows")),
    Key(
        "reserved_instance_type",
        "word",
        "told, not priced: hours are charged on demand",
        default="none",
        choices=("none", "standard", "convertible"),
    ),
    Key(
        "reserved_instance_term",
        "word",
        "told, not priced",
        default="1_year",
        choices=("1_year", "3_year"),
    ),
    Key(
        "reserved_instance_payment_option",
        "word",
        "told, not priced",
        default="no_upfront",
        choices=("no_upfront", "partial_upfront", "all_upfront"),
    ),
)
"""Usage keys of every type that is, or starts, machines."""
PRICES = (
    "AmazonEC2/linux_*",
    "AmazonEC2/windows_*",
    "AmazonEC2/dedicated_linux_*",
    "AmazonEC2/cpu_credits_*",
    "AmazonEC2/ebs_*",
    "AmazonCloudWatch/metrics_custom",
    "AmazonVPC/public_ipv4_in_use",
)
FIELDS = {
    "AWS::EC2::Instance": {
        "class": "InstanceType",
        "tenancy": "Tenancy",
        "host": "HostId",
        "monitoring": "Monitoring",
        "credits": "CreditSpecification.CPUCredits",
        "ebs_optimized": "EbsOptimized",
        "devices": "BlockDeviceMappings",
        "interfaces": "NetworkInterfaces",
    },
    "AWS::EC2::LaunchTemplate": {
        "class": "LaunchTemplateData.InstanceType",
        "tenancy": "LaunchTemplateData.Placement.Tenancy",
        "host": "LaunchTemplateData.Placement.HostId",
        "monitoring": "LaunchTemplateData.Monitoring.Enabled",
        "credits": "LaunchTemplateData.CreditSpecification.CpuCredits",
        "ebs_optimized": "LaunchTemplateData.EbsOptimized",
        "devices": "LaunchTemplateData.BlockDeviceMappings",
        "interfaces": "LaunchTemplateData.NetworkInterfaces",
        "market": "LaunchTemplateData.InstanceMarketOptions.MarketType",
    },
    "AWS::AutoScaling::LaunchConfiguration": {
        "class": "InstanceType",
        "tenancy": "PlacementTenancy",
        "monitoring": "InstanceMonitoring",
        "ebs_optimized": "EbsOptimized",
        "devices": "BlockDeviceMappings",
        "public": "AssociatePublicIpAddress",
        "bid": "SpotPrice",
    },
    "AWS::EKS::Nodegroup": {"class": "InstanceTypes.0"},
}
"""Paths of what decides the price of a machine, by the type that describes it."""
MONITORED = {"AWS::AutoScaling::LaunchConfiguration"}
"""Types whose machines are monitored in detail where nothing is said."""
METRICS = 7
"""What detailed monitoring measures of a machine."""
EBS_OPTIMIZED_AT_A_PRICE = {
    "c1": ("xlarge",),
    "c3": ("xlarge", "2xlarge", "4xlarge"),
    "g2": ("2xlarge",),
    "i2": ("xlarge", "2xlarge", "4xlarge"),
    "m1": ("large", "xlarge"),
    "m2": ("2xlarge", "4xlarge"),
    "m3": ("xlarge", "2xlarge"),
    "r3": ("xlarge", "2xlarge", "4xlarge"),
}
"""Sizes of previous generations that pay for it; all others have it for nothing, or have it not."""
SHARED, DEDICATED, HOST = "default", "dedicated", "host"
RESERVED = (
    "a reservation is not priced: hours are charged on demand, "
    "since what is paid at its start is not in the price book"
)
UNLIMITED = "a burstable class in unlimited mode pays for CPU over its baseline; none is assumed"
FEE = "the fee of a region with Dedicated Instances, 2.00 USD an hour for the whole account"
SPOT = "hours of Spot Instances, whose price changes with the market"
IMAGE_ROOT = "the root volume that an image brings is not counted where no launch template names it"
PUBLIC = "a machine that starts with a public IPv4 address keeps it while it runs"


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines of one kind that a resource starts."""

    owner: Resource
    """Whose usage keys tell how they are used."""
    written: tuple[Resource, ...]
    """What describes them, the nearest first."""
    class_: str | None = None
    """Their class where it is none that these describe."""
    default: str | None = None
    """Their class where these leave it out."""
    count: Decimal = Decimal(1)
    spot: Decimal = Decimal(0)
    """How many of them are Spot Instances."""
    hours: Decimal = month.HOURS
    """How long each runs in a month."""
    windows: bool = False
    addressed: bool = False
    """Whether they have an address that is charged elsewhere."""

    def places(self, field: str) -> list[Place]:
        """Where a field may stand."""
        types = ((resource, FIELDS.get(resource.type, {})) for resource in self.written)
        return [(resource, fields[field]) for resource, fields in types if field in fields]


def machines(them: Machines, subnets: Sequence[Place], context: Context) -> Iterator[Item]:
    """Hours, CPU credits, monitoring, EBS optimization, addresses and described volumes.

    Args:
        them: The machines.
        subnets: Where the subnets stand in which they start.
        context: Deployment, usage and prices.

    """
    if not them.count:
        return
    yield from apart(
        _hours(them, context),
        _credits(them, context),
        _monitoring(them, context),
        _ebs_optimized(them, context),
        devices.volumes(context, them.places("devices"), them.count),
        _addresses(them, subnets, context),
    )
    if context.word(them.owner, "reserved_instance_type") != "none":
        yield Note(RESERVED)


def class_of(them: Machines, context: Context) -> str:
    """Their class, such as `t3.medium`; raises PropertyUnknown."""
    if them.class_ is not None:
        return them.class_
    place = nearest(context, them.places("class") or [(them.owner, "InstanceType")])
    if them.default is None and context.get(*place) is None:
        raise PropertyUnknown(place[0].logical_id, place[1], "no template here tells the class")
    return context.text(*place, them.default)


def is_windows(owner: Resource, context: Context) -> bool:
    """Whether a usage file says that machines run Windows."""
    return context.word(owner, "operating_system") == "windows"


def _hours(them: Machines, context: Context) -> Iterator[Item]:
    spot = them.count if _is_spot(them, context) else them.spot
    if spot:
        yield NotPriced(SPOT)
    tenancy = _tenancy(them, context)
    if tenancy == HOST:
        yield Note("a machine on a Dedicated Host costs no hours of its own: the host is charged")
        return
    hours = (them.count - spot) * them.hours
    system = "windows" if them.windows else "linux"
    kind = f"dedicated_{system}" if tenancy == DEDICATED else system
    yield Charge("instance", hours, f"AmazonEC2/{kind}_{class_of(them, context)}")
    if tenancy == DEDICATED:
        yield NotPriced(FEE)


def _is_spot(them: Machines, context: Context) -> bool:
    return _text(them, "market", "", context) == "spot" or bool(_text(them, "bid", "", context))


def _tenancy(them: Machines, context: Context) -> str:
    hosts = any(context.get(*place) is not None for place in them.places("host"))
    return HOST if hosts else _text(them, "tenancy", SHARED, context)


def _credits(them: Machines, context: Context) -> Iterator[Item]:
    class_ = class_of(them, context)
    if not cpu_credits.is_burstable(class_):
        return
    if _text(them, "credits", cpu_credits.default_mode(class_), context).lower() != "unlimited":
        return
    told = context.is_told(them.owner, "vcpu_count")
    vcpus = context.usage(them.owner, "vcpu_count") if told else cpu_credits.vcpus(class_)
    hours = context.usage(them.owner, "monthly_cpu_credit_hrs")
    if not hours:
        yield Note(UNLIMITED)
    elif them.windows:
        yield NotPriced("CPU credits of a machine with Windows")
    else:
        yield Charge("CPU credits", hours * vcpus * them.count, cpu_credits.price_name(class_))


def _monitoring(them: Machines, context: Context) -> Iterator[Charge]:
    monitored = str(any(resource.type in MONITORED for resource in them.written))
    if _text(them, "monitoring", monitored, context).lower() == "true":
        share = them.hours / month.HOURS
        yield Charge("detailed monitoring", METRICS * them.count * share, "AmazonCloudWatch/metrics_custom")


def _ebs_optimized(them: Machines, context: Context) -> Iterator[Charge]:
    if _text(them, "ebs_optimized", "false", context).lower() == "true":
        class_ = class_of(them, context)
        family, _, size = class_.partition(".")
        if size in EBS_OPTIMIZED_AT_A_PRICE.get(family, ()):
            yield Charge("EBS optimization", them.count * them.hours, f"AmazonEC2/ebs_optimized_{class_}")


def _addresses(them: Machines, subnets: Sequence[Place], context: Context) -> Iterator[Charge]:
    if them.addressed:
        return
    said = _says_public(them, context)
    if said or (said is None and public_subnets(subnets, context)):
        yield addresses(them.count, PUBLIC, them.hours)


def _says_public(them: Machines, context: Context) -> bool | None:
    """Whether they start with a public address; None where only the subnet says so."""
    stated = [place for place in them.places("public") if context.get(*place) is not None]
    for resource, path in them.places("interfaces"):
        names = [f"{path}.{i}.AssociatePublicIpAddress" for i in range(len(context.entries(resource, path)))]
        stated += [(resource, name) for name in names if context.get(resource, name) is not None]
    return any(context.flag(*place) for place in stated) if stated else None


def _text(them: Machines, field: str, default: str, context: Context) -> str:
    places = them.places(field)
    return context.text(*nearest(context, places), default) if places else default
