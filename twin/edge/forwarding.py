"""What an origin gets of a viewer's request.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from twin.event import HOP_BY_HOP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.edge.configuration import Behaviour, Distribution, Origin
    from twin.event import Request

USER_AGENT: Final = "Amazon CloudFront"


def forwarded(
    request: Request, path: str, distribution: Distribution, behaviour: Behaviour, origin: Origin, cf_id: str
) -> Request:
    """The request as CloudFront sends it; `path` is the one in the end, encoded."""
    policy = behaviour.forwarded
    query = f"?{request.query}" if policy.query and request.query else ""
    own = dict(origin.headers)
    headers = [(name, value) for name, value in _passed(request, behaviour) if name.lower() not in own]
    names = {name.lower() for name, _ in headers}
    if "user-agent" not in names and "user-agent" not in own:
        headers.append(("user-agent", USER_AGENT))
    host = viewer_host(request, distribution) if policy.host else origin.domain
    headers += [
        ("host", host),
        ("x-forwarded-for", _forwarded_for(request)),
        ("via", f"{request.protocol.partition('/')[2]} {distribution.domain_name} (CloudFront)"),
        ("x-amz-cf-id", cf_id),
        *own.items(),
    ]
    return replace(request, target=f"{origin.path}{path}{query}", headers=tuple(headers))


def viewer_host(request: Request, distribution: Distribution) -> str:
    """The name that the viewer asked, as at AWS."""
    host = (request.header("host") or "").partition(":")[0].lower()
    return host if host in distribution.aliases else distribution.domain_name


def _passed(request: Request, behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    policy = behaviour.forwarded
    dropped = HOP_BY_HOP | {"host", "x-forwarded-for", "via", "x-amz-cf-id"}
    for name, value in request.headers:
        lower = name.lower()
        if lower in dropped or (lower == "cookie" and not policy.cookies):
            continue
        has_body = lower in {"content-type", "content-length"}
        if policy.headers is None or lower in policy.headers or has_body or (lower == "cookie"):
            yield name, value


def _forwarded_for(request: Request) -> str:
    before = request.header("x-forwarded-for")
    return f"{before}, {request.source_ip}" if before else request.source_ip
