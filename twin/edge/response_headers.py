"""Response headers policies: what is put on, and taken off, every answer of a behaviour.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twin.answer import Answer
    from twin.deployed import Deployed

    Config = Mapping[str, Any]


def amend(deployed: Deployed, policy_id: str, answer: Answer) -> Answer:
    """An answer with a policy's headers; one that is there stays, unless the policy overrides it."""
    config = _config(deployed, policy_id)
    if config is None:
        return answer
    for removed in (config.get("RemoveHeadersConfig") or {}).get("Items") or ():
        answer = _without(answer, removed["Header"].lower())
    for name, value, override in _headers(config):
        if override:
            answer = _without(answer, name)
        if not any(each == name for each, _ in answer.headers):
            answer = answer.adding((name, value))
    return answer


def unchecked(deployed: Deployed, policy_id: str) -> Iterator[str]:
    """What of a policy has no effect here, a sentence each."""
    config = _config(deployed, policy_id)
    if config is None:
        yield f"the response headers policy {policy_id} is not there, or is one of CloudFront's own"
        return
    if config.get("CorsConfig"):
        yield f"the response headers policy {config['Name']} does not answer browsers (CORS)"
    if (config.get("ServerTimingHeadersConfig") or {}).get("Enabled"):
        yield f"the response headers policy {config['Name']} adds no Server-Timing"


def _config(deployed: Deployed, policy_id: str) -> Config | None:
    from botocore.exceptions import ClientError

    try:
        found = deployed.call("cloudfront", "get_response_headers_policy", Id=policy_id)
    except ClientError:
        return None
    config: Config = found["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    return config


def _headers(config: Config) -> Iterator[tuple[str, str, bool]]:
    """Name, value, and whether it takes the place of the origin's."""
    security = config.get("SecurityHeadersConfig") or {}
    if found := security.get("StrictTransportSecurity"):
        yield "strict-transport-security", _transport_security(found), found["Override"]
    if found := security.get("ContentTypeOptions"):
        yield "x-content-type-options", "nosniff", found["Override"]
    if found := security.get("FrameOptions"):
        yield "x-frame-options", found["FrameOption"], found["Override"]
    if found := security.get("ReferrerPolicy"):
        yield "referrer-policy", found["ReferrerPolicy"], found["Override"]
    if found := security.get("ContentSecurityPolicy"):
        yield "content-security-policy", found["ContentSecurityPolicy"], found["Override"]
    if found := security.get("XSSProtection"):
        yield "x-xss-protection", _xss_protection(found), found["Override"]
    for custom in (config.get("CustomHeadersConfig") or {}).get("Items") or ():
        yield custom["Header"].lower(), custom["Value"], custom["Override"]


def _transport_security(found: Config) -> str:
    parts = [f"max-age={found['AccessControlMaxAgeSec']}"]
    if found.get("IncludeSubdomains"):
        parts.append("includeSubDomains")
    if found.get("Preload"):
        parts.append("preload")
    return "; ".join(parts)


def _xss_protection(found: Config) -> str:
    if not found["Protection"]:
        return "0"
    return "1; mode=block" if found.get("ModeBlock") else "1"


def _without(answer: Answer, name: str) -> Answer:
    kept = tuple((each, value) for each, value in answer.headers if each != name)
    return answer if len(kept) == len(answer.headers) else type(answer)(answer.status, kept, answer.body)
