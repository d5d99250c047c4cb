"""Connections to the database pooled by RDS Proxy, or opened by each caller itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.variants.databases import databases, engine
from cost.variants.variant import Base, Variant

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.variants.draft import Draft

PROXY, GROUP, ENDPOINT = "AWS::RDS::DBProxy", "AWS::RDS::DBProxyTargetGroup", "AWS::RDS::DBProxyEndpoint"
WITH, WITHOUT = "RDS Proxy", "no proxy"
FAMILIES = {"postgres": "POSTGRESQL", "mysql": "MYSQL", "mariadb": "MYSQL", "sqlserver": "SQLSERVER"}
"""What RDS Proxy speaks, by the first part of an engine's name."""


def _family(database: Resource, base: Base) -> str | None:
    return FAMILIES.get(engine(database, base).partition("-")[0])


def _can_have_one(base: Base) -> bool:
    return not _has_one(base) and any(_family(each, base) for each in databases(base))


def _has_one(base: Base) -> bool:
    return bool(base.context.resources(PROXY))


def _add(draft: Draft, base: Base) -> None:
    for database in databases(base):
        if _family(database, base):
            name = f"Added{database.logical_id}Proxy"
            proxy = draft.add(
                database,
                name,
                PROXY,
                DBProxyName=name,
                EngineFamily=_family(database, base),
                Auth=[{"AuthScheme": "SECRETS"}],
                RoleArn="role",
                VpcSubnetIds=["subnet"],
            )
            draft.add(
                database,
                f"{name}Targets",
                GROUP,
                DBProxyName=proxy,
                TargetGroupName="default",
                DBInstanceIdentifiers=[{"Ref": database.logical_id}],
            )


def _remove(draft: Draft, base: Base) -> None:
    for resource in base.context.resources(PROXY, GROUP, ENDPOINT):
        draft.remove(resource)


VARIANTS = (
    Variant(
        name=WITH,
        instead_of=WITHOUT,
        sentence="a proxy stands before every database and pools its connections",
        applies=_can_have_one,
        edit=_add,
    ),
    Variant(
        name=WITHOUT,
        instead_of=WITH,
        sentence="callers open their connections to the database themselves",
        applies=_has_one,
        edit=_remove,
    ),
)
