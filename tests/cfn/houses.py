"""Small systems of security groups around a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.reach import Source, Workload, sources
from tests.cfn.making import only, resource, template

if TYPE_CHECKING:
    from cfn import Deployment, Template

SELF = {"CidrIp": "127.0.0.1/32", "IpProtocol": "-1", "Description": "no way out"}
POSTGRES = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}


def group(**rules: Any) -> dict[str, Any]:
    return resource("EC2::SecurityGroup", GroupDescription="x", **rules)


def ingress(into: str, **rule: Any) -> dict[str, Any]:
    return resource("EC2::SecurityGroupIngress", GroupId={"Fn::GetAtt": [into, "GroupId"]}, **POSTGRES | rule)


def egress(out_of: str, **rule: Any) -> dict[str, Any]:
    return resource(
        "EC2::SecurityGroupEgress", GroupId={"Fn::GetAtt": [out_of, "GroupId"]}, **POSTGRES | rule
    )


def function(*groups: Any, subnets: Any = ()) -> dict[str, Any]:
    return resource("Lambda::Function", VpcConfig={"SecurityGroupIds": [*groups], "SubnetIds": [*subnets]})


def instance(*groups: Any, **more: Any) -> dict[str, Any]:
    return resource("RDS::DBInstance", VPCSecurityGroups=[*groups], **{"PubliclyAccessible": False} | more)


def of(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "GroupId"]}


def reached(system: Deployment, port: int = 5432) -> list[Source]:
    return sources(system, only(system, "RDS::DBInstance"), port)


def house(**changes: Any) -> Template:
    """A database that one function may reach, both sides stated, and another function beside it."""
    return template(
        "house",
        **{
            "DatabaseGroup": group(SecurityGroupEgress=[SELF]),
            "ApiGroup": group(SecurityGroupEgress=[SELF]),
            "OtherGroup": group(SecurityGroupEgress=[SELF]),
            "ApiIn": ingress(
                "DatabaseGroup", SourceSecurityGroupId=of("ApiGroup"), Description="API to PostgreSQL"
            ),
            "ApiOut": egress("ApiGroup", DestinationSecurityGroupId=of("DatabaseGroup")),
            "Api": function(of("ApiGroup")),
            "Other": function(of("OtherGroup")),
            "Outside": resource("Lambda::Function"),
            "Database": instance(of("DatabaseGroup")),
            **changes,
        },
    )


def names(found: list[Source]) -> list[str]:
    return [source.resource.logical_id for source in found if isinstance(source, Workload)]
