"""What of a distribution's configuration has no effect here, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twin.edge.managed import CACHE_POLICIES, ORIGIN_REQUEST_POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Document = Mapping[str, Any]

VIEWER_REQUEST: Final = "viewer-request"
"""The one event at which functions run here."""
LONGEST_ANSWER: Final = 31
"""Seconds within which an HTTP API has answered, whatever its function does."""
_OF_DISTRIBUTIONS: Final[tuple[tuple[str, Callable[[Document], bool]], ...]] = (
    (
        "it is asked by plain HTTP here: certificate, TLS versions and redirects to HTTPS are not tried",
        lambda _: True,
    ),
    ("it writes no access logs", lambda it: bool((it.get("Logging") or {}).get("Bucket"))),
    (
        "nobody is kept out for the country they are in",
        lambda it: it["Restrictions"]["GeoRestriction"]["RestrictionType"] != "none",
    ),
    (
        "an origin is waited for until it answers, and not only for its read timeout",
        lambda it: any(_timeout(each) < LONGEST_ANSWER for each in it["Origins"]["Items"]),
    ),
    ("no other origin takes over when one fails", lambda it: bool(it["OriginGroups"].get("Quantity"))),
)
_OF_BEHAVIOURS: Final[tuple[tuple[str, Callable[[Document], bool]], ...]] = (
    ("answers are not compressed", lambda it: bool(it.get("Compress"))),
    (
        "nothing is cached, for the twin does not know its cache policy",
        lambda it: _cache(it) not in CACHE_POLICIES,
    ),
    (
        "the twin does not know its origin request policy, and forwards nothing",
        lambda it: bool(_forwarded(it)) and _forwarded(it) not in ORIGIN_REQUEST_POLICIES,
    ),
    (
        "who asks for a part of an object, or for what has changed, gets all of it",
        lambda it: _kept_seconds(it) > 0,
    ),
    ("what has expired is not shown while its origin fails", lambda it: _kept_seconds(it) > 0),
    ("no function runs for answers", lambda it: bool(_events(it) - {VIEWER_REQUEST})),
    ("no Lambda@Edge runs", lambda it: bool(it["LambdaFunctionAssociations"].get("Quantity"))),
    (
        "requests need no signature",
        lambda it: bool(it["TrustedSigners"]["Enabled"] or it["TrustedKeyGroups"]["Enabled"]),
    ),
)


def told_unchecked(config: Document, behaviours: Sequence[Document]) -> Iterator[str]:
    """What the twin reads and can't honour, a sentence each."""
    yield from (told for told, applies in _OF_DISTRIBUTIONS if applies(config))
    for behaviour in behaviours:
        pattern = behaviour.get("PathPattern", "all other paths")
        yield from (f"{told} ({pattern})" for told, applies in _OF_BEHAVIOURS if applies(behaviour))


def _timeout(origin: Document) -> int:
    """Seconds; CloudFront waits for 30 where nothing is said, buckets among it."""
    custom = origin.get("CustomOriginConfig")
    return int(custom.get("OriginReadTimeout") or 30) if custom else LONGEST_ANSWER


def _cache(behaviour: Document) -> str | None:
    return behaviour.get("CachePolicyId")


def _kept_seconds(behaviour: Document) -> float:
    """How long an answer is kept at most."""
    policy = CACHE_POLICIES.get(_cache(behaviour) or "")
    return policy.most if policy else 0


def _forwarded(behaviour: Document) -> str | None:
    return behaviour.get("OriginRequestPolicyId")


def _events(behaviour: Document) -> set[str]:
    return {each["EventType"] for each in behaviour["FunctionAssociations"].get("Items", ())}
