"""What to type so that a distribution is as it should be again: CloudFront takes all of its configuration.

A deployment leaves alone what the template says nothing new about, so it mends nothing that somebody has
changed by hand.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.evidence.forwarding import items

if TYPE_CHECKING:
    from ops.doctor.evidence.edge import Edge

NO_CACHE: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""Managed-CachingDisabled.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
"""
ALL_BUT_HOST: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Managed-AllViewerExceptHostHeader.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""
METHODS: Final = {
    "Quantity": 7,
    "Items": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
    "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
}
PATHS: Final = "/api/*"
"""The pattern of the API's paths."""


def changed(edge: Edge, change: str) -> str:
    """The command that reads a distribution, changes it by a filter of jq, and writes it back.

    What is read has the origin's secret in it: it goes by pipes, and not by files or arguments.
    """
    name = edge.distribution_id
    return (
        f"told=$(aws cloudfront get-distribution-config --id {name} --output json) && "
        f"jq '.DistributionConfig | {change}' <<< \"$told\" | "
        f'aws cloudfront update-distribution --id {name} --if-match "$(jq -r .ETag <<< "$told")" '
        "--distribution-config file:///dev/stdin"
    )


def of_behaviour(edge: Edge) -> str:
    """The path of jq to the behaviour that takes health."""
    pattern = edge.behaviour.get("PathPattern")
    if pattern is None:
        return ".DefaultCacheBehavior"
    return f"(.CacheBehaviors.Items[] | select(.PathPattern == {json.dumps(pattern)}))"


def of_origin(edge: Edge) -> str:
    """The path of jq to the origin of that behaviour."""
    return f"(.Origins.Items[] | select(.Id == {json.dumps(edge.origin['Id'])}))"


def put(path: str, value: Any) -> str:
    """The filter of jq that gives a path a value."""
    return f"{path} = {json.dumps(value)}"


def led_to_api(edge: Edge, host: str) -> tuple[str, ...]:
    """The command that leads the API's paths to the origin at a host; none where there is no such origin.

    By the behaviour that has that origin already, whose pattern is wrong or that comes too late; else by the
    one that takes health, which is of some paths alone; else by one that is made, since the default behaviour
    serves the frontend's pages.
    """
    origin = next(
        (each["Id"] for each in items(edge.config, "Origins") if str(each["DomainName"]).lower() == host),
        None,
    )
    if origin is None:
        return ()
    own = next(
        (each for each in items(edge.config, "CacheBehaviors") if each["TargetOriginId"] == origin), None
    )
    if own is not None:
        is_own = f".PathPattern == {json.dumps(own['PathPattern'])}"
        first = f"[.[] | select({is_own}) | .PathPattern = {json.dumps(PATHS)}]"
        return (changed(edge, f".CacheBehaviors.Items |= {first} + [.[] | select({is_own} | not)]"),)
    made = {
        "TargetOriginId": origin,
        "AllowedMethods": METHODS,
        "CachePolicyId": NO_CACHE,
        "OriginRequestPolicyId": ALL_BUT_HOST,
        "FunctionAssociations": {"Quantity": 0},
    }
    if edge.behaviour.get("PathPattern") is not None:
        return (changed(edge, f"{of_behaviour(edge)} += {json.dumps(made)}"),)
    made = {"PathPattern": PATHS, **made}
    add = (
        f".CacheBehaviors.Items |= [$whole.DefaultCacheBehavior + {json.dumps(made)}] + (. // []) "
        "| .CacheBehaviors.Quantity = (.CacheBehaviors.Items | length)"
    )
    return (changed(edge, f". as $whole | {add}"),)
