"""What CloudFront sends on of a request, and how long it may keep an answer, by a behaviour's policies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What a behaviour sends on, and whether it keeps answers; None where that can't be seen.

    Attributes:
        headers: Names in small letters that are sent on; with `but` set, all but these.
        but: Whether `headers` are those that are left out.
    """

    headers: frozenset[str]
    but: bool
    query: bool
    cookies: bool
    longest: int
    """Seconds for which an answer may be kept."""

    def sends(self, header: str) -> bool:
        """Whether the viewer's header reaches the API."""
        return (header in self.headers) != self.but


NOTHING: Final = Forwarding(frozenset(), but=False, query=False, cookies=False, longest=0)
EVERYTHING: Final = Forwarding(frozenset(), but=True, query=True, cookies=True, longest=0)
YEAR: Final = 31_536_000
_OF_ORIGIN: Final = frozenset(
    {"host", "origin", "x-http-method", "x-http-method-override", "x-method-override"}
)
CACHES: Final = {
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": NOTHING,
    "658327ea-f89d-4fab-a63d-7e88639e58f6": replace(NOTHING, longest=YEAR),
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": replace(NOTHING, longest=YEAR),
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": replace(NOTHING, headers=_OF_ORIGIN, cookies=True, longest=YEAR),
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe": replace(EVERYTHING, headers=_OF_ORIGIN, but=False, longest=YEAR),
}
"""Managed cache policies: CachingDisabled, CachingOptimized (two), UseOriginCacheControlHeaders (two).

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
"""
REQUESTS: Final = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3": EVERYTHING,
    "33f36d7e-f396-46d9-90e0-52428a34d9dc": EVERYTHING,
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": replace(EVERYTHING, headers=frozenset({"host"})),
    "bf0718e1-ba1e-49d1-88b1-f726733018ae": replace(NOTHING, headers=frozenset({"host"})),
}
"""Managed origin request policies: AllViewer (two), AllViewerExceptHostHeader, HostHeaderOnly.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""


def items(document: Document, name: str) -> list[Any]:
    """A list of CloudFront's, whose items stand one deeper and are left out where there are none."""
    return list((document.get(name) or {}).get("Items") or ())


def of_old(behaviour: Document) -> Forwarding:
    """The settings of a behaviour from before there were policies."""
    values = behaviour["ForwardedValues"]
    headers = frozenset(each.lower() for each in items(values, "Headers"))
    cookies = (values.get("Cookies") or {}).get("Forward", "none") != "none"
    but = "*" in headers
    longest = 0 if but else int(behaviour.get("MaxTTL", YEAR))
    return Forwarding(frozenset() if but else headers, but, bool(values.get("QueryString")), cookies, longest)


def of_policy(part: Document, longest: int) -> Forwarding:
    """What a policy sends on, of either kind; `longest` is its MaxTTL, 0 for one that keeps nothing."""
    headers = part.get("HeadersConfig") or {}
    kind = headers.get("HeaderBehavior", "none")
    named = frozenset(each.lower() for each in items(headers, "Headers"))
    query = (part.get("QueryStringsConfig") or {}).get("QueryStringBehavior", "none")
    cookies = (part.get("CookiesConfig") or {}).get("CookieBehavior", "none")
    is_all = kind.startswith("allViewer")
    return Forwarding(
        frozenset() if is_all else named,
        is_all or kind == "allExcept",
        query != "none",
        cookies != "none",
        longest,
    )
