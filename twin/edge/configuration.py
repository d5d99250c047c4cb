"""What a deployed distribution serves, as CloudFront's own operations tell it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from twin.edge.limits import VIEWER_REQUEST, told_unchecked
from twin.edge.managed import CACHE_POLICIES, NO_CACHE, NOTHING, ORIGIN_REQUEST_POLICIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.deployed import Deployed
    from twin.edge.managed import CachePolicy, OriginRequestPolicy

    Document = Mapping[str, Any]

_S3_DOMAIN: Final = re.compile(r"(?P<bucket>.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a behaviour's requests go; `bucket` is set for S3's own domains."""

    name: str
    domain: str
    path: str
    headers: tuple[tuple[str, str], ...]
    """That are put on each request; secrets, maybe."""
    access_control: str | None

    @property
    def bucket(self) -> str | None:
        """The bucket, if it is one of S3."""
        found = _S3_DOMAIN.fullmatch(self.domain)
        return found["bucket"] if found else None

    def __repr__(self) -> str:
        """Without its headers."""
        return f"<origin {self.name} at {self.domain}>"


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """What is shown for an error in place of the origin's answer, and how long it is kept, if it is told."""

    seconds: int | None
    status: int | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How requests of a path pattern are served; None is the pattern of the default."""

    pattern: str | None
    origin: str
    methods: frozenset[str]
    cache: CachePolicy
    forwarded: OriginRequestPolicy
    headers_policy: str | None
    viewer_request: str | None
    """ARN of the function that is run for it."""

    def takes(self, path: str) -> bool:
        """Whether a path, as it was sent, is one of its own."""
        return self.pattern is None or _pattern(self.pattern).fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution."""

    distribution_id: str
    arn: str
    domain_name: str
    aliases: frozenset[str]
    enabled: bool
    root_object: str
    origins: Mapping[str, Origin]
    behaviours: tuple[Behaviour, ...]
    """The default is the last."""
    errors: Mapping[int, ErrorResponse]
    web_acl: str | None
    unchecked: tuple[str, ...]
    """What is configured and has no effect here, a sentence each."""

    def behaviour(self, path: str) -> Behaviour:
        """The first that takes a path."""
        return next(each for each in self.behaviours if each.takes(path))


def read_distribution(deployed: Deployed, distribution_id: str) -> Distribution | None:
    """A distribution as it is deployed; None if there is none of that id."""
    from botocore.exceptions import ClientError

    try:
        found = deployed.call("cloudfront", "get_distribution", Id=distribution_id)["Distribution"]
    except ClientError:
        return None
    config = found["DistributionConfig"]
    behaviours = [*_items(config, "CacheBehaviors"), config["DefaultCacheBehavior"]]
    return Distribution(
        distribution_id=distribution_id,
        arn=found["ARN"],
        domain_name=found["DomainName"],
        aliases=frozenset(_items(config, "Aliases")),
        enabled=config["Enabled"],
        root_object=config.get("DefaultRootObject") or "",
        origins={each["Id"]: _origin(each) for each in _items(config, "Origins")},
        behaviours=tuple(map(_behaviour, behaviours)),
        errors={each["ErrorCode"]: _error(each) for each in _items(config, "CustomErrorResponses")},
        web_acl=config.get("WebACLId") or None,
        unchecked=tuple(
            f"distribution {distribution_id}: {each}" for each in told_unchecked(config, behaviours)
        ),
    )


def _items(document: Document, name: str) -> list[Any]:
    return list((document.get(name) or {}).get("Items") or ())


def _origin(origin: Document) -> Origin:
    return Origin(
        name=origin["Id"],
        domain=origin["DomainName"],
        path=origin.get("OriginPath") or "",
        headers=tuple(
            (each["HeaderName"].lower(), each["HeaderValue"]) for each in _items(origin, "CustomHeaders")
        ),
        access_control=origin.get("OriginAccessControlId") or None,
    )


def _behaviour(behaviour: Document) -> Behaviour:
    return Behaviour(
        pattern=behaviour.get("PathPattern"),
        origin=behaviour["TargetOriginId"],
        methods=frozenset(_items(behaviour, "AllowedMethods")) or frozenset({"GET", "HEAD"}),
        cache=CACHE_POLICIES.get(behaviour.get("CachePolicyId") or "", NO_CACHE),
        forwarded=ORIGIN_REQUEST_POLICIES.get(behaviour.get("OriginRequestPolicyId") or "", NOTHING),
        headers_policy=behaviour.get("ResponseHeadersPolicyId") or None,
        viewer_request=next(
            (
                each["FunctionARN"]
                for each in _items(behaviour, "FunctionAssociations")
                if each["EventType"] == VIEWER_REQUEST
            ),
            None,
        ),
    )


def _error(response: Document) -> ErrorResponse:
    seconds = response.get("ErrorCachingMinTTL")
    return ErrorResponse(
        seconds=None if seconds is None else int(seconds),
        status=int(response["ResponseCode"]) if response.get("ResponseCode") else None,
        page=response.get("ResponsePagePath") or None,
    )


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    """A path pattern: `*` is any number of characters, `?` is one; its first slash may be left out."""
    written = pattern if pattern.startswith("/") else f"/{pattern}"
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each) or re.escape(each) for each in written), re.DOTALL)
