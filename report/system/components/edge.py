"""What stands before the API: distribution, firewall, and the buckets of the frontend and its logs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cfn.values import many
from report.system.components.making import fact, facts_of, yes
from report.system.facts import Fact, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from report.system.components.making import Maker
    from report.system.facts import Component

DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
FIREWALL: Final = "AWS::WAFv2::WebACL"
BUCKET: Final = "AWS::S3::Bucket"
GROUP: Final = "Edge"
CONFIG: Final = "DistributionConfig"
TABLE: Final = (
    ("Other names", f"{CONFIG}.Aliases", ""),
    ("Price class", f"{CONFIG}.PriceClass", ""),
    ("HTTP", f"{CONFIG}.HttpVersion", ""),
    ("TLS from", f"{CONFIG}.ViewerCertificate.MinimumProtocolVersion", ""),
)


def distributions(maker: Maker) -> Iterator[Component]:
    """Every CloudFront distribution."""
    for one in maker.of(DISTRIBUTION):
        yield maker.component(
            GROUP,
            "CloudFront distribution",
            one.logical_id,
            _distribution(maker, one),
            [one],
            layers=("edge",),
        )


def _distribution(maker: Maker, distribution: Resource) -> Iterator[Fact]:
    told = maker.told
    yield Fact("ID", (told.id(distribution),))
    domain = told.attributes.get(f"{distribution}.DomainName")
    yield Fact("Address", (Value(f"https://{domain}", is_code=True) if domain else told.unknown(),))
    for behaviour in many(maker.get(distribution, f"{CONFIG}.CacheBehaviors")):
        if isinstance(behaviour, dict):
            path, origin = (told.text(behaviour.get(key)) for key in ("PathPattern", "TargetOriginId"))
            yield fact("Path", f"{path} to {origin}")
    rest = maker.get(distribution, f"{CONFIG}.DefaultCacheBehavior.TargetOriginId")
    yield fact("Everything else", f"to {told.text(rest)}")
    yield yes("Firewall", maker.get(distribution, f"{CONFIG}.WebACLId") is not None)
    yield from facts_of(told, distribution, TABLE)


def firewalls(maker: Maker) -> Iterator[Component]:
    """Every web ACL, with what it blocks."""
    for one in maker.of(FIREWALL):
        rules = [rule for rule in many(maker.get(one, "Rules")) if isinstance(rule, dict)]
        facts = [
            Fact("Name", (_name(maker.told.id(one, "Name")),)),
            fact("By default", _default(maker.get(one, "DefaultAction"))),
            fact("Rules", *(maker.told.text(rule.get("Name")) for rule in rules)),
        ]
        yield maker.component(GROUP, "AWS WAF web ACL", one.logical_id, facts, [one], layers=("edge",))


def _name(physical: Value) -> Value:
    """What CloudFormation calls a web ACL is its name, its id and its scope in one: NAME|ID|SCOPE."""
    return replace(physical, text=physical.text.partition("|")[0])


def _default(action: Any) -> str:
    return (
        "requests are let through"
        if isinstance(action, dict) and "Allow" in action
        else "requests are blocked"
    )


def buckets(maker: Maker) -> Iterator[Component]:
    """Every bucket."""
    for one in maker.of(BUCKET):
        facts = [
            Fact("Name", (maker.told.id(one, "BucketName"),)),
            yes("Public access blocked", maker.get(one, "PublicAccessBlockConfiguration.BlockPublicPolicy")),
            yes("Versions kept", maker.get(one, "VersioningConfiguration.Status") == "Enabled"),
        ]
        yield maker.component(GROUP, "S3 bucket", one.logical_id, facts, [one])
