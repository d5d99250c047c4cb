"""What stands before the API: the name's record, CloudFront, its certificate and its firewall."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ops.deploying.smoke import HEALTH
from ops.doctor.errors import NotThere
from ops.doctor.evidence.forwarding import (
    CACHES,
    NOTHING,
    REQUESTS,
    YEAR,
    Forwarding,
    items,
    of_old,
    of_policy,
)
from ops.errors import NotDeployed
from runtime.contract import ORIGIN_HEADER
from stacks.values import DISTRIBUTION_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.evidence.whole import Evidence

    Document = Mapping[str, Any]

OF_AWS: Final = (".cloudfront.net", ".amazonaws.com", ".amazonaws.com.cn", ".on.aws")
"""How names end that AWS itself keeps."""
WEB_ACL: Final = re.compile(r":(?P<scope>global|regional)/webacl/(?P<name>[^/]+)/(?P<id>[^/]+)$")


class Edge:
    """What is before the API; each attribute raises `NotThere` or `AccessError`."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence, self._reading = evidence, evidence.reading

    @cached_property
    def host(self) -> str:
        """The name that clients ask."""
        return (urlsplit(self._evidence.address).hostname or "").lower()

    @property
    def is_own_name(self) -> bool:
        """Whether the name is ours to keep in DNS, and none of AWS's."""
        return not self.host.endswith(OF_AWS) and "." in self.host and not self.is_address

    @property
    def is_address(self) -> bool:
        """Whether it is no name, but an address of IP."""
        return self.host.replace(".", "").isdigit() or ":" in self.host

    @cached_property
    def distribution_id(self) -> str:
        """As the edge stack has published it, else of the distribution that has the name."""
        if self._evidence.environment.edge is not None:
            published = self._reading.value_or_none(DISTRIBUTION_ID)
            if published is not None:
                return published
        elif self.host.endswith(OF_AWS[1:]):
            raise NotThere("distribution before the API")
        return self._listed()

    @cached_property
    def distribution(self) -> Document:
        """As GetDistribution tells it."""
        name = self.distribution_id
        found = self._reading.call("cloudfront:GetDistribution", f"distribution {name}", Id=name)
        document: Document = found["Distribution"]
        return document

    @property
    def config(self) -> Document:
        """Its configuration."""
        found: Document = self.distribution["DistributionConfig"]
        return found

    @property
    def aliases(self) -> tuple[str, ...]:
        """The names that it answers to besides its own."""
        return tuple(items(self.config, "Aliases"))

    @cached_property
    def behaviours(self) -> list[Document]:
        """In the order in which they are tried; the default, without a pattern, is the last."""
        return [*items(self.config, "CacheBehaviors"), self.config["DefaultCacheBehavior"]]

    @cached_property
    def behaviour(self) -> Document:
        """The one that takes a request to health."""
        return self.behaviour_for(HEALTH)

    def behaviour_for(self, path: str) -> Document:
        """The one that takes a path."""
        return next(each for each in self.behaviours if _takes(each.get("PathPattern"), path))

    @cached_property
    def origin(self) -> Document:
        """Where that one sends to; raises `NotThere` where it is a group or missing."""
        wanted = self.behaviour["TargetOriginId"]
        for group in items(self.config, "OriginGroups"):
            if group["Id"] == wanted:
                wanted = items(group, "Members")[0]["OriginId"]
        for origin in items(self.config, "Origins"):
            if origin["Id"] == wanted:
                document: Document = origin
                return document
        raise NotThere(f"origin {wanted} of distribution {self.distribution_id}")

    @property
    def origin_secret(self) -> str | None:
        """What it adds to each request for the functions to know it by; never to be told."""
        headers = items(self.origin, "CustomHeaders")
        found = (each["HeaderValue"] for each in headers if each["HeaderName"].lower() == ORIGIN_HEADER)
        return next(found, None)

    @cached_property
    def web_acl(self) -> Document | None:
        """The firewall's rules; None where there is no firewall, or one of the classic kind."""
        found = WEB_ACL.search(self.config.get("WebACLId") or "")
        if found is None:
            return None
        scope = "CLOUDFRONT" if found["scope"] == "global" else "REGIONAL"
        answer = self._reading.find(
            "wafv2:GetWebACL", f"web ACL {found['name']}", Name=found["name"], Id=found["id"], Scope=scope
        )
        document: Document | None = answer["WebACL"] if answer else None
        return document

    @cached_property
    def certificate(self) -> Document | None:
        """Of the name; None where CloudFront's own certificate serves, or nothing of ours does."""
        arn = self._certificate_arn
        if arn is None:
            return None
        found = self._reading.call("acm:DescribeCertificate", f"certificate {arn}", CertificateArn=arn)
        document: Document = found["Certificate"]
        return document

    @cached_property
    def domain(self) -> Document | None:
        """API Gateway's custom domain of that name; None where there is none."""
        if not self.is_own_name:
            return None
        domains = self._evidence.gateway.domains
        return next((each for each in domains if each["DomainName"].lower() == self.host), None)

    @cached_property
    def records(self) -> list[Document]:
        """The records of the name that lead anywhere; raises `NotThere` without a zone for it here."""
        zone = self.zone
        found = self._reading.call(
            "route53:ListResourceRecordSets",
            f"hosted zone {zone}",
            HostedZoneId=zone,
            StartRecordName=self.host,
            MaxItems="20",
        )
        names = (f"{self.host}.", f"\\052.{self.host.partition('.')[2]}.")
        led = [each for each in found["ResourceRecordSets"] if each["Type"] in ("A", "AAAA", "CNAME")]
        return [each for each in led if each["Name"].lower() in names]

    @cached_property
    def zone(self) -> str:
        """Id of the hosted zone that has the name, by the settings or by name; raises `NotThere`."""
        settings = self._evidence.environment.edge
        if settings and settings.domain == self.host and settings.hosted_zone_id:
            return settings.hosted_zone_id
        return self._zone()

    def forwarding(self, behaviour: Document) -> Forwarding:
        """What a behaviour sends on to its origin, by both of its policies or as it was told of old."""
        if "ForwardedValues" in behaviour and not behaviour.get("CachePolicyId"):
            return of_old(behaviour)
        kept = self._cache_policy(behaviour.get("CachePolicyId"))
        sent = self._request_policy(behaviour.get("OriginRequestPolicyId"))
        return Forwarding(
            sent.headers - kept.headers if sent.but else sent.headers | kept.headers,
            sent.but,
            sent.query or kept.query,
            sent.cookies or kept.cookies,
            kept.longest,
        )

    def _cache_policy(self, policy: str | None) -> Forwarding:
        if not policy:
            return NOTHING
        if policy in CACHES:
            return CACHES[policy]
        found = self._reading.call("cloudfront:GetCachePolicy", f"cache policy {policy}", Id=policy)
        config = found["CachePolicy"]["CachePolicyConfig"]
        part = config.get("ParametersInCacheKeyAndForwardedToOrigin") or {}
        return of_policy(part, int(config.get("MaxTTL", YEAR)))

    def _request_policy(self, policy: str | None) -> Forwarding:
        if not policy:
            return NOTHING
        if policy in REQUESTS:
            return REQUESTS[policy]
        found = self._reading.call(
            "cloudfront:GetOriginRequestPolicy", f"origin request policy {policy}", Id=policy
        )
        return of_policy(found["OriginRequestPolicy"]["OriginRequestPolicyConfig"], 0)

    @property
    def _certificate_arn(self) -> str | None:
        try:
            viewer = self.config.get("ViewerCertificate") or {}
        except (NotThere, NotDeployed):
            domain = self.domain or {}
            configured = domain.get("DomainNameConfigurations") or [{}]
            return configured[0].get("CertificateArn") or None
        return viewer.get("ACMCertificateArn") or None

    def _listed(self) -> str:
        marker: str | None = None
        while True:
            page = self._reading.call("cloudfront:ListDistributions", "the distributions", Marker=marker)
            listed = page["DistributionList"]
            for each in listed.get("Items", ()):
                if self.host in (each["DomainName"].lower(), *items(each, "Aliases")):
                    return str(each["Id"])
            marker = listed.get("NextMarker")
            if not marker:
                raise NotThere(f"distribution of {self.host} in this account")

    def _zone(self) -> str:
        name = self.host
        while "." in name:
            found = self._reading.call(
                "route53:ListHostedZonesByName", "the hosted zones", DNSName=name, MaxItems="5"
            )
            for zone in found.get("HostedZones", ()):
                if zone["Name"] == f"{name}." and not (zone.get("Config") or {}).get("PrivateZone"):
                    return str(zone["Id"]).rpartition("/")[2]
            name = name.partition(".")[2]
        raise NotThere(f"hosted zone of {self.host} in this account")


def _takes(pattern: str | None, path: str) -> bool:
    if pattern is None:
        return True
    return fnmatchcase(path, (pattern if pattern.startswith("/") else f"/{pattern}").replace("[", "[[]"))
