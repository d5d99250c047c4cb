"""Templates of systems that nobody has built: any number of parts, any wiring, any names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from cfn import Deployment, Template

if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>&amp;&#0;",
    "n" * 200,
    "a very long name " * 20,
    "\u202egnirts sdrawkcab",
    "שלום עולם",
    "مرحبا بالعالم",
    "データベース" * 10,
    "👩‍👩‍👧‍👦🏳️‍🌈" * 10,
    "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306",
    "nul\x00 bell\x07 escape\x1b",
    "\ud800lone",
    "line\nbreak\ttab",
    "﷽﷽﷽",
    "",
    " ",
)
STRANGE_TYPES = (
    "AWS::Glue::Job",
    "AWS::IoT::Thing",
    "Custom::Seed",
    "Acme::Widget::Thing",
    "AWS::MSK::Cluster",
)


def body(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of a type, its name without `AWS::`."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(name: str) -> dict[str, str]:
    """A Ref."""
    return {"Ref": name}


def arn(name: str) -> dict[str, list[str]]:
    """The ARN of a resource."""
    return {"Fn::GetAtt": [name, "Arn"]}


def deployment(resources: dict[str, Any], name: str = "drawn") -> Deployment:
    """One template as a deployment."""
    return Deployment(name, [Template("stack", {"Resources": resources})], "eu-west-1")


class _Making:
    """Resources while they are drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.made: dict[str, Any] = {}

    def some(self, names: Sequence[str], most: int = 3) -> list[str]:
        """A few of these."""
        return self.draw(st.lists(st.sampled_from(names), max_size=most, unique=True)) if names else []

    def one(self, names: Sequence[str]) -> str | None:
        """One of these, or none."""
        return self.draw(st.none() | st.sampled_from(names)) if names else None

    def add(self, prefix: str, most: int, *kinds: dict[str, Any]) -> list[str]:
        """So many resources of one of these kinds."""
        names = [f"{prefix}{number}" for number in range(self.draw(st.integers(0, most)))]
        for name in names:
            self.made[name] = self.draw(st.sampled_from(kinds)) if len(kinds) > 1 else dict(kinds[0])
        return names


def _network(making: _Making) -> tuple[list[str], list[str]]:
    vpcs = making.add("Vpc", 2, body("EC2::VPC", CidrBlock="10.0.0.0/16"))
    subnets, groups = [], []
    for vpc in vpcs:
        for number in range(making.draw(st.integers(0, 3))):
            subnets.append(f"{vpc}Subnet{number}")
            making.made[subnets[-1]] = body("EC2::Subnet", VpcId=ref(vpc), AvailabilityZone=f"z{number}")
        for number in range(making.draw(st.integers(0, 3))):
            groups.append(f"{vpc}Group{number}")
            making.made[groups[-1]] = body("EC2::SecurityGroup", VpcId=ref(vpc), GroupDescription="g")
    return subnets, groups


def _inside(making: _Making, subnets: list[str], groups: list[str]) -> dict[str, Any]:
    """Where a function is in a network, if it is in one."""
    chosen = making.some(subnets), making.some(groups, 2)
    if not any(chosen):
        return {}
    return {"VpcConfig": {"SubnetIds": [*map(ref, chosen[0])], "SecurityGroupIds": [*map(ref, chosen[1])]}}


@st.composite
def systems(draw: st.DrawFn, *, most: int = 5) -> dict[str, Any]:
    """Resources of a template: functions, APIs, databases and what else there is, wired at random."""
    making = _Making(draw)
    subnets, groups = _network(making)
    tables = making.add("Table", 3, body("DynamoDB::Table"), body("SQS::Queue"), body("S3::Bucket"))
    databases = making.add("Database", 3, body("RDS::DBInstance", Engine="postgres"), body("RDS::DBCluster"))
    for name in databases:
        making.made[name] = body(
            "RDS::DBInstance", Engine="postgres", VPCSecurityGroups=[*map(ref, making.some(groups, 2))]
        )
    functions = making.add("Function", most, body("Lambda::Function"))
    for number, name in enumerate(functions):
        used = {f"V{at}": arn(each) for at, each in enumerate(making.some([*databases, *tables]))}
        outside = dict.fromkeys(draw(st.sets(st.sampled_from(["GITHUB_ID", "STRIPE_KEY"]))), "x")
        making.made[name] = body(
            "Lambda::Function",
            Environment={"Variables": {**used, **outside}},
            Role=arn(f"Role{number}"),
            **_inside(making, subnets, groups),
        )
        allowed = making.some([*tables, *functions], 4)
        making.made[f"Role{number}"] = body(
            "IAM::Role", Policies=[_policy([arn(each) for each in allowed])] if allowed else []
        )
    apis = making.add("Api", 3, body("ApiGatewayV2::Api", ProtocolType="HTTP"))
    for api in apis:
        for function in making.some(functions, 5):
            making.made[f"{api}To{function}"] = body(
                "ApiGatewayV2::Integration", ApiId=ref(api), IntegrationUri=arn(function)
            )
    _edge(making, apis, tables)
    for number in range(draw(st.integers(0, 8 * most))):
        making.made[f"Other{number}"] = {"Type": draw(st.sampled_from(STRANGE_TYPES))}
    making.add("Alarm", 3, body("CloudWatch::Alarm"), body("KMS::Key"), body("SNS::Topic"))
    making.add("Balancer", 2, body("ElasticLoadBalancingV2::LoadBalancer", Subnets=[*map(ref, subnets)]))
    return making.made or {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}


def _edge(making: _Making, apis: list[str], tables: list[str]) -> None:
    for name in making.add("Distribution", 2, body("CloudFront::Distribution")):
        origins = making.some(
            [*apis, *(each for each in tables if making.made[each]["Type"] == "AWS::S3::Bucket")]
        )
        firewall = making.one(making.add(f"{name}Firewall", 2, body("WAFv2::WebACL")))
        making.made[name] = body(
            "CloudFront::Distribution",
            DistributionConfig={
                "Origins": [{"Id": each, "DomainName": ref(each)} for each in origins],
                "DefaultCacheBehavior": {"TargetOriginId": origins[0] if origins else "none"},
                **({"WebACLId": arn(firewall)} if firewall else {}),
            },
        )


def _policy(resources: list[Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "sqs:SendMessage"], "Resource": resources}
    return {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


@st.composite
def renamed(draw: st.DrawFn) -> dict[str, Any]:
    """A system whose names, types and texts are hostile."""
    resources = draw(systems(most=3))
    texts = st.sampled_from(HOSTILE) | st.text(max_size=40)
    for number in range(draw(st.integers(1, 4))):
        name = draw(texts) + str(number)
        resources[name] = draw(
            st.sampled_from(
                (
                    body("Lambda::Function", Runtime=draw(texts), Environment={"Variables": {"GITHUB_": 1}}),
                    body("RDS::DBInstance", Engine=draw(texts), DBInstanceClass=draw(texts)),
                    body("CloudFront::Distribution", DistributionConfig={"Aliases": [draw(texts)]}),
                    body("EC2::VPC", CidrBlock=draw(texts)),
                    {"Type": f"Custom::{draw(texts)}"},
                )
            )
        )
    return resources
