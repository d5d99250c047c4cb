"""What CloudFront forwards, keeps, and shows in place of the API's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.distribution import (
    AT_EDGE,
    CHANGE,
    behind_edge,
    is_well_itself,
    leads_to_bucket,
    named,
)
from ops.doctor.checks.edge_mending import ALL_BUT_HOST, NO_CACHE, changed, of_behaviour, put
from ops.doctor.evidence.forwarding import items
from ops.doctor.sign import Sign, sign_of

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

HIDDEN: Final = AT_EDGE | {Sign.UNLIKE}
"""What comes of an error with a page in its place: the page, or that this one fails too."""
ERRORS: Final = frozenset(
    {
        Sign.GATEWAY_ERROR,
        Sign.GATEWAY_UNAVAILABLE,
        Sign.GATEWAY_FORBIDDEN,
        Sign.GATEWAY_NOT_FOUND,
        Sign.APPLICATION_ERROR,
        Sign.APPLICATION_UNAVAILABLE,
        Sign.APPLICATION_REFUSED,
    }
)
"""Errors that the API has answered, by what they look like."""
KEPT_BY_DEFAULT: Final = 10
"""Seconds that CloudFront keeps an error of which the distribution says nothing.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
"""


@check("API-029", Effect.FAILS, signs={Sign.GATEWAY_FORBIDDEN, Sign.EDGE_REFUSED}, ran=False)
@behind_edge
def host_forwarded(evidence: Evidence) -> Answer:
    """API Gateway knows an API by its host, and the viewer's is CloudFront's."""
    edge = evidence.edge
    if ".execute-api." not in edge.origin["DomainName"]:
        return ruled_out("the origin is no API's own address")
    if not edge.forwarding(edge.behaviour).sends("host"):
        return ruled_out(f"{named(edge)} leaves the viewer's Host out")
    policy = edge.behaviour.get("OriginRequestPolicyId") or edge.behaviour.get("CachePolicyId")
    return proved(
        f"{named(edge)} forwards the viewer's Host, {edge.host}, to {edge.origin['DomainName']}"
        + (f" by policy {policy}" if policy else ""),
        changed(edge, put(f"{of_behaviour(edge)}.OriginRequestPolicyId", ALL_BUT_HOST)),
        change=CHANGE,
    )


@check("API-051", Effect.SOME, signs={Sign.UNLIKE})
@behind_edge
def answers_kept(evidence: Evidence) -> Answer:
    """Answers of the API are for one caller, and none is to be kept for another."""
    edge = evidence.edge
    if leads_to_bucket(edge):
        return ruled_out(f"{named(edge)} leads to a bucket, which is another fault")
    longest, hit = edge.forwarding(edge.behaviour).longest, evidence.reply.is_kept
    forget = f"aws cloudfront create-invalidation --distribution-id {edge.distribution_id} --paths '/*'"
    if not longest and not hit:
        return ruled_out(f"{named(edge)} keeps no answer")
    if not longest:
        return proved(
            f"the live request was answered with what distribution {edge.distribution_id} had kept from "
            "before, so its answer tells nothing of the API",
            forget,
        )
    return proved(
        f"{named(edge)} may keep answers for {longest} s and show them to others"
        + (", as it did with the live request's" if hit else ""),
        changed(edge, put(f"{of_behaviour(edge)}.CachePolicyId", NO_CACHE)),
        forget,
        change=CHANGE,
        explains=hit,
    )


@check("API-052", Effect.SOME, signs={Sign.APPLICATION_REFUSED})
@behind_edge
def kept_back(evidence: Evidence) -> Answer:
    """Tokens, cookies and query strings of viewers reach the API."""
    edge = evidence.edge
    if leads_to_bucket(edge):
        return ruled_out(f"{named(edge)} leads to a bucket, which is another fault")
    sent = edge.forwarding(edge.behaviour)
    parts = {
        "the header Authorization": sent.sends("authorization"),
        "cookies": sent.cookies,
        "query strings": sent.query,
    }
    lacking = [what for what, is_sent in parts.items() if not is_sent]
    if not lacking:
        return ruled_out(f"{named(edge)} sends tokens, cookies and query strings on")
    return proved(
        f"{named(edge)} does not send on {', '.join(lacking)}",
        changed(edge, put(f"{of_behaviour(edge)}.OriginRequestPolicyId", ALL_BUT_HOST)),
        change=CHANGE,
        explains=False,
    )


@check("API-056", Effect.SOME, signs=HIDDEN)
@behind_edge
def error_replaced(evidence: Evidence) -> Answer:
    """No page of the frontend's stands in place of the API's own errors."""
    edge = evidence.edge
    replaced = {
        int(each["ErrorCode"]): each
        for each in items(edge.config, "CustomErrorResponses")
        if each.get("ResponsePagePath")
    }
    if not replaced:
        return ruled_out("no page stands in place of an error")
    first = replaced[min(replaced)]
    direct = evidence.direct if evidence.sign in HIDDEN else None
    hides = direct is not None and direct.status in replaced
    behind = f"; at its own address it says: {sign_of(direct)}" if direct and hides else ""
    return proved(
        f"distribution {edge.distribution_id} shows {first['ResponsePagePath']} in place of the API's "
        f"{', '.join(map(str, sorted(replaced)))}{behind}",
        changed(edge, put(".CustomErrorResponses", {"Quantity": 0})),
        change="deploy the edge stack: a function routes its frontend's pages, and errors stay what they are",
        explains=hides,
    )


@check("API-070", Effect.SOME, signs=ERRORS)
@behind_edge
def error_kept(evidence: Evidence) -> Answer:
    """An error that CloudFront has kept is shown though the API answers by now; for 10 s by default."""
    edge, reply = evidence.edge, evidence.reply
    if evidence.sign not in ERRORS or reply.status is None:
        return ruled_out("what was answered is no error of the API's")
    configured = {
        int(each["ErrorCode"]): int(each.get("ErrorCachingMinTTL") or 0)
        for each in items(edge.config, "CustomErrorResponses")
    }
    kept = configured.get(reply.status, KEPT_BY_DEFAULT)
    age = reply.headers.get("age", "")
    is_kept = age.isdecimal() and int(age) > 0
    if not (kept or is_kept) or evidence.trace.ran or not is_well_itself(evidence):
        return ruled_out(f"{reply.status} is what the API answers now, or is not kept")
    told = f"distribution {edge.distribution_id} keeps {reply.status} of the API for {kept} s"
    if not is_kept and kept <= KEPT_BY_DEFAULT:
        return unknown(
            f"{told}, and the API answers well at its own address by now",
            f"the same request again in {kept} s",
        )
    since = f", and showed one from {age} s ago" if is_kept else ""
    entry = f"(.CustomErrorResponses.Items[] | select(.ErrorCode == {reply.status}))"
    return proved(
        f"{told}{since}; at its own address the API answers well",
        *([changed(edge, put(f"{entry}.ErrorCachingMinTTL", 0))] if configured.get(reply.status) else []),
        f"aws cloudfront create-invalidation --distribution-id {edge.distribution_id} --paths '/api/*'",
        change="deploy the edge stack, whose distribution keeps no error",
    )


@check("API-069", Effect.SHOWS, signs=AT_EDGE | {Sign.UNLIKE, Sign.NO_ANSWER})
@behind_edge
def edge_alone(evidence: Evidence) -> Answer:
    """The API is well at its own address, so what fails is before it."""
    if evidence.sign not in {*AT_EDGE, Sign.UNLIKE, Sign.NO_ANSWER}:
        return ruled_out("the request has come past the edge")
    if is_well_itself(evidence):
        return proved(
            f"{evidence.edge.host} does not answer as it should, and {evidence.gateway.endpoint} does",
            f"curl -sSi {evidence.reply.url}",
            f"curl -sSi {evidence.direct.url}",
        )
    return unknown(
        f"the API does not answer well at {evidence.gateway.endpoint} either: {sign_of(evidence.direct)}",
        f"miyabi doctor {evidence.environment.name} --api-address {evidence.gateway.endpoint}",
    )
