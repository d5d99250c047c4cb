"""Cache and origin request policies that CloudFront manages, as far as the twin knows them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """How long answers are kept, in seconds, where the origin does not say; none if the most is 0."""

    name: str
    least: int
    default: int
    most: int


@dataclass(frozen=True, slots=True)
class OriginRequestPolicy:
    """What of a viewer's request the origin gets: everything, only some headers, or all but its host."""

    name: str
    headers: frozenset[str] | None = None
    """Names in small letters; None is all."""
    host: bool = False
    cookies: bool = True
    query: bool = True


CACHE_POLICIES: Final = {
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": CachePolicy("CachingDisabled", 0, 0, 0),
    "658327ea-f89d-4fab-a63d-7e88639e58f6": CachePolicy("CachingOptimized", 1, 86_400, 31_536_000),
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": CachePolicy(
        "CachingOptimizedForUncompressedObjects", 1, 86_400, 31_536_000
    ),
}
"""Of those that cache, the key is the path alone."""
NO_CACHE: Final = CACHE_POLICIES["4135ea2d-6df8-44a3-9df3-4b5a84be39ad"]
ORIGIN_REQUEST_POLICIES: Final = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3": OriginRequestPolicy("AllViewer", host=True),
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": OriginRequestPolicy("AllViewerExceptHostHeader"),
    "59781a5b-3903-41f3-afcb-af62929ccde1": OriginRequestPolicy(
        "CORS-CustomOrigin", headers=frozenset({"origin"}), cookies=False, query=False
    ),
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": OriginRequestPolicy(
        "CORS-S3Origin",
        headers=frozenset({"origin", "access-control-request-headers", "access-control-request-method"}),
        cookies=False,
        query=False,
    ),
}
NOTHING: Final = OriginRequestPolicy("none", headers=frozenset(), cookies=False, query=False)
"""What an origin gets without a policy."""
