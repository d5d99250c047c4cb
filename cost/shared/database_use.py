"""What a database is charged beside its hours and storage: support, credits, addresses, a secret."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.month import HOURS
from cost.shared.database_engines import AURORA, PRICED_AS
from cost.shared.databases import engine_of, is_serverless, place, vcpus_of
from cost.shared.extended_support import DISABLED, support
from cost.shared.public_address import addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

PRICES = ("AmazonRDS/*cpu_credits*", "AWSSecretsManager/secret")
MADE_BY_RDS = "RDS makes a secret for the password of the main user"
BURSTABLE = ("db.t3.", "db.t4g.")
CREDITS = {
    **dict.fromkeys(PRICED_AS, "AmazonRDS/cpu_credits_t3_t4g_pg_mysql"),
    **dict.fromkeys(AURORA, "AmazonRDS/aurora_cpu_credits"),
}
"""Price of a vCPU's hour of credits, by engine."""


def extended_support(
    database: Resource, vcpus: Callable[[], Decimal], machines: int, context: Context
) -> Iterator[Item]:
    """Extended Support on the day of the estimate.

    Args:
        database: An instance, or a Multi-AZ cluster.
        vcpus: Tells the virtual CPUs of one machine, and is asked only where they matter.
        machines: How many machines it has, standbys included.
        context: Deployment, usage and prices.

    """
    version = place(database, "EngineVersion", context)
    lifecycle = context.text(*place(database, "EngineLifecycleSupport", context), "")
    if context.get(*version) is None or lifecycle == DISABLED:
        return
    engine = engine_of(database, context)
    entry = support(engine, context.text(*version))
    price = entry.price(context.as_of) if entry else None
    if price is not None and is_serverless(database, context):
        yield NotPriced("Extended Support of serverless capacity")
    elif price is not None:
        yield Charge(
            "Extended Support",
            vcpus() * machines * HOURS,
            price,
            f"{engine} {context.text(*version)} is out of standard support on {context.as_of}",
        )
    elif entry and context.as_of > entry.last:
        yield Note(
            f"Extended Support of {engine} {context.text(*version)} ended on {entry.last}: RDS upgrades it"
        )


def credits_over_baseline(instance: Resource, context: Context) -> Iterator[Item]:
    """CPU credits of a burstable class, which RDS always runs in unlimited mode."""
    hours = context.usage(instance, "monthly_cpu_credit_hrs")
    if not hours or not context.text(*place(instance, "DBInstanceClass", context), "").startswith(BURSTABLE):
        return
    engine = engine_of(instance, context)
    if engine in CREDITS:
        yield Charge("CPU credits", hours * vcpus_of(instance, context), CREDITS[engine])
    else:
        yield NotPriced(f"CPU credits of {engine}")


def secret(database: Resource, context: Context) -> Iterator[Charge]:
    """The secret in which RDS keeps the password of the main user, where it is told to."""
    if context.flag(database, "ManageMasterUserPassword"):
        yield Charge("secret", Decimal(1), "AWSSecretsManager/secret", MADE_BY_RDS)


def address(database: Resource, count: int, why: str, context: Context) -> Iterator[Item]:
    """Public addresses of a database's machines."""
    if context.flag(database, "PubliclyAccessible"):
        yield addresses(count, why)
    elif context.get(database, "PubliclyAccessible") is None and _in_default_vpc(database, context):
        yield Note(
            "PubliclyAccessible is left out: in a default VPC with a way to the internet, RDS chooses a "
            "public IPv4 address, which is not counted"
        )


def _in_default_vpc(database: Resource, context: Context) -> bool:
    return context.get(*place(database, "DBSubnetGroupName", context)) is None
