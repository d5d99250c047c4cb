"""Mistakes at CloudFront and its firewall."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from twin.faults.change import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.faults.targets import Targets, World

ALL_VIEWER: Final = "216adef6-5c7f-47e4-b989-5492eafa07d3"
"""The managed policy that forwards every header of the viewer's, Host among them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""
_FIREWALL: Final = ("Name", "Id", "Description", "DefaultAction", "Rules", "VisibilityConfig")
_SCOPE: Final = "CLOUDFRONT"


def forward_host(world: World, targets: Targets) -> Done:
    """Have the behaviours that lead to the API forward the viewer's Host header."""

    def change(config: dict[str, Any]) -> None:
        for behaviour in config["CacheBehaviors"]["Items"]:
            if behaviour.get("OriginRequestPolicyId"):
                behaviour["OriginRequestPolicyId"] = ALL_VIEWER

    undo = _changed(world, str(targets.distribution), change)
    return Done(f"distribution {targets.distribution} forwards the viewer's Host header to the API", undo)


def lose_origin_secret(world: World, targets: Targets) -> Done:
    """Have the distribution add no header of its own to what it sends to origins."""

    def change(config: dict[str, Any]) -> None:
        for origin in config["Origins"]["Items"]:
            origin["CustomHeaders"] = {"Quantity": 0, "Items": []}

    undo = _changed(world, str(targets.distribution), change)
    return Done(f"distribution {targets.distribution} adds no header to what it sends to the API", undo)


def block_everybody(world: World, targets: Targets) -> Done:
    """Have the firewall block what no rule of its allows."""
    firewall = world.aws.client("wafv2")
    config = world.aws.client("cloudfront").get_distribution_config(Id=str(targets.distribution))
    arn = config["DistributionConfig"]["WebACLId"]
    [listed] = [each for each in firewall.list_web_acls(Scope=_SCOPE)["WebACLs"] if each["ARN"] == arn]
    named = {"Name": listed["Name"], "Id": listed["Id"], "Scope": _SCOPE}

    def update(**changes: Any) -> None:
        found = firewall.get_web_acl(**named)
        kept = {name: found["WebACL"][name] for name in _FIREWALL if found["WebACL"].get(name)}
        firewall.update_web_acl(**{**kept, **changes}, Scope=_SCOPE, LockToken=found["LockToken"])

    before = firewall.get_web_acl(**named)["WebACL"]["DefaultAction"]
    update(DefaultAction={"Block": {}})
    return Done(f"firewall {listed['Name']} blocks everybody", lambda: update(DefaultAction=before))


def _changed(world: World, distribution: str, change: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
    """Change a distribution's configuration; the answer puts it back."""
    cloudfront = world.aws.client("cloudfront")
    found = cloudfront.get_distribution_config(Id=distribution)
    before, after = found["DistributionConfig"], copy.deepcopy(found["DistributionConfig"])
    change(after)
    cloudfront.update_distribution(Id=distribution, DistributionConfig=after, IfMatch=found["ETag"])

    def put_back() -> None:
        tag = cloudfront.get_distribution_config(Id=distribution)["ETag"]
        cloudfront.update_distribution(Id=distribution, DistributionConfig=before, IfMatch=tag)

    return put_back


INJECTORS: Final = {
    "forward_host": forward_host,
    "lose_origin_secret": lose_origin_secret,
    "block_everybody": block_everybody,
}
