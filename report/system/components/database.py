"""PostgreSQL instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfn.values import Text, whole
from report.system.components.making import fact, facts_of, yes
from report.system.facts import Fact, Value
from report.system.telling import hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from report.system.components.making import Maker
    from report.system.facts import Component

INSTANCE: Final = "AWS::RDS::DBInstance"
FUNCTION: Final = "AWS::Lambda::Function"
NAMES: Final = {"postgres": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}
PORTS: Final = {"postgres": "5432", "mysql": "3306", "mariadb": "3306"}
"""Where an engine listens when the template says nothing."""
LARGE_GB: Final = 400
"""From here on gp3 of PostgreSQL has 12,000 IOPS and 500 MB/s; below, 3,000 and 125 (RDS User Guide)."""
TABLE: Final = (
    ("Instance class", "DBInstanceClass", ""),
    ("Database name", "DBName", ""),
)
AFTER: Final = (
    ("Grows up to", "MaxAllocatedStorage", "GB"),
    ("Backup retention", "BackupRetentionPeriod", "days"),
    ("Backup window", "PreferredBackupWindow", "UTC"),
    ("Maintenance window", "PreferredMaintenanceWindow", "UTC"),
)


def instances(maker: Maker) -> Iterator[Component]:
    """Every instance of RDS."""
    for instance in maker.of(INSTANCE):
        yield maker.component(
            "Database",
            f"Amazon RDS {_engine(maker, instance)}",
            maker.told.name(instance, "DBInstanceIdentifier"),
            _facts(maker, instance),
            [instance],
            layers=("database", "tls", "credentials", "schema"),
            parts=("database", "migrations"),
        )


def _engine(maker: Maker, instance: Resource) -> str:
    engine = maker.told.text(maker.get(instance, "Engine", ""))
    return NAMES.get(engine, engine)


def _facts(maker: Maker, instance: Resource) -> Iterator[Fact]:
    told = maker.told
    yield Fact("Instance ID", (told.id(instance, "DBInstanceIdentifier"),))
    yield Fact("Endpoint", (_endpoint(maker, instance),))
    yield fact("Port", _port(maker, instance))
    yield fact(
        "Engine", f"{_engine(maker, instance)} {told.text(maker.get(instance, 'EngineVersion', ''))}".strip()
    )
    yield from facts_of(told, instance, TABLE)
    yield fact("Username", _user(maker, instance))
    yield fact("Storage", _storage(maker, instance))
    yield from facts_of(told, instance, AFTER)
    yield yes("Multi-AZ", maker.get(instance, "MultiAZ"))
    yield yes("Publicly accessible", maker.get(instance, "PubliclyAccessible"))
    yield yes("Encrypted", maker.get(instance, "StorageEncrypted"))
    yield yes("Deletion protection", maker.get(instance, "DeletionProtection"))
    group = told.deployment.resource(maker.get(instance, "DBSubnetGroupName"))
    if group is not None:
        yield Fact("Subnets", told.values(maker.get(group, "SubnetIds"), code=True))
    modes = sslmodes(maker)
    if modes:
        yield fact("SSL/TLS", *(f"required of the functions (sslmode={mode})" for mode in modes))


def _endpoint(maker: Maker, instance: Resource) -> Value:
    address = maker.told.attributes.get(f"{instance}.Endpoint.Address")
    if address is None:
        return maker.told.unknown()
    return Value(f"{address}:{_port(maker, instance)}", is_code=True)


def _port(maker: Maker, instance: Resource) -> str:
    engine = maker.told.text(maker.get(instance, "Engine", ""))
    found = maker.get(instance, "Port")
    live = maker.told.attributes.get(f"{instance}.Endpoint.Port")
    return live or (maker.told.text(found) if found is not None else PORTS.get(engine, "the engine's own"))


def _user(maker: Maker, instance: Resource) -> str:
    found = maker.get(instance, "MasterUsername")
    return hidden(maker.told.text(found)) if found is not None else "as of what it was restored from"


def _storage(maker: Maker, instance: Resource) -> str:
    size, kind = (
        maker.get(instance, "AllocatedStorage"),
        maker.told.text(maker.get(instance, "StorageType", "gp2")),
    )
    figure = whole(size)
    speed = ""
    if kind == "gp3" and figure is not None:
        speed = (
            " (3000 IOPS, 125 MB/s throughput)" if figure < LARGE_GB else " (12000 IOPS, 500 MB/s throughput)"
        )
    return f"{maker.told.text(size)} GB {kind.upper()}{speed}"


def sslmodes(maker: Maker) -> list[str]:
    """What the functions ask of the connection, by their DATABASE_URL."""
    found = []
    for function in maker.of(FUNCTION):
        url: Any = maker.get(function, "Environment.Variables.DATABASE_URL")
        if isinstance(url, str | Text) and "sslmode=" in url:
            found.append(str(url).rpartition("sslmode=")[2].split("&")[0])
    return list(dict.fromkeys(found))
