"""Does the gateway ask who somebody is, in a way that callers of ours can answer?

Tokens of ours are verified by the function: a JWT authorizer can't check HS256.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.errors import NotThere
from ops.doctor.evidence.asked import GATEWAY, INVOKE
from ops.doctor.evidence.function import NAMED
from ops.doctor.evidence.routing import CATCH_ALL
from ops.doctor.sign import Sign
from ops.errors import NotDeployed
from runtime.contract import ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.gateway import Way
    from ops.doctor.evidence.whole import Evidence

UNAUTHORIZED: Final = frozenset({Sign.GATEWAY_UNAUTHORIZED})
FORBIDDEN: Final = frozenset({Sign.GATEWAY_FORBIDDEN})
ASKS: Final = "www-authenticate"
OPEN: Final = "NONE"
OURS: Final = frozenset(each.key for each in ROUTES)
"""Routes that clients of ours take."""
DISCOVERY: Final = "/.well-known/openid-configuration"
UNREACHED: Final = ("discovery", "jwks", "communication")
"""Words of an answer or a log line about an issuer that could not be asked."""


@check("API-018", Effect.FAILS, signs=UNAUTHORIZED, ran=False)
def token_refused(evidence: Evidence) -> Answer:
    """A route with a JWT authorizer takes tokens of its issuer, for its audience, by its keys."""
    found = _authorized(evidence, "JWT")
    if found is None:
        return ruled_out("no route asks for a token by a JWT authorizer")
    way, authorizer = found
    configured = authorizer.get("JwtConfiguration") or {}
    issuer, audience = configured.get("Issuer", ""), ", ".join(configured.get("Audience") or ())
    slash = ", whose issuer ends in a slash" if str(issuer).endswith("/") else ""
    return proved(
        f"route {way.key} asks for a token of {issuer} for {audience or 'no audience'} by authorizer "
        f"{authorizer.get('Name')}{slash}, and tokens of ours are HS256, which it does not verify",
        _open(evidence, way),
        change="deploy the service stack: its routes have AuthorizationType NONE, and the function asks",
        explains=way is evidence.gateway.health,
        by_design=_is_wanted(evidence, way),
    )


@check("API-019", Effect.FAILS, signs=UNAUTHORIZED | {Sign.GATEWAY_ERROR}, ran=False)
def issuer_unreached(evidence: Evidence) -> Answer:
    """The gateway says so in its answer or its log; from here nobody knows how it reaches the issuer."""
    found = _authorized(evidence, "JWT")
    if found is None:
        return ruled_out("no route has a JWT authorizer")
    way, authorizer = found
    issuer = str((authorizer.get("JwtConfiguration") or {}).get("Issuer", ""))
    told = evidence.reply.headers.get(ASKS, "").lower()
    if not issuer.startswith("https://"):
        return proved(
            f"the issuer {issuer!r} of authorizer {authorizer.get('Name')} is no address of HTTPS",
            _open(evidence, way),
        )
    if any(word in told for word in UNREACHED):
        return proved(
            f"the gateway could not fetch the keys of {issuer} in time",
            f"curl -sS -w '%{{time_total}}' {issuer.rstrip('/')}{DISCOVERY}",
        )
    if evidence.sign is Sign.WELL:
        return ruled_out("health asks for no token")
    return unknown(
        f"whether API Gateway reaches {issuer} within 1500 ms can't be seen from here",
        f"curl -sS -w '%{{time_total}}' {issuer.rstrip('/')}{DISCOVERY}",
    )


@check("API-020", Effect.FAILS, signs=FORBIDDEN, ran=False)
def scope_lacking(evidence: Evidence) -> Answer:
    """A route that asks for scopes refuses tokens without them."""
    asks = (each for each in evidence.gateway.ways if each.route.get("AuthorizationScopes"))
    ways = _unwanted_first(evidence, asks)
    if not ways:
        return ruled_out("no route asks for a scope")
    scopes = " or ".join(ways[0].route["AuthorizationScopes"])
    return proved(
        f"route {ways[0].key} asks for the scope {scopes}, which no token of ours has",
        _open(evidence, ways[0]),
        change="deploy the service stack: its routes ask for no scope",
        explains=ways[0] is evidence.gateway.health
        and "insufficient_scope" in evidence.reply.headers.get(ASKS, ""),
        by_design=_is_wanted(evidence, ways[0]),
    )


@check("API-021", Effect.FAILS, signs={Sign.GATEWAY_ERROR, *FORBIDDEN, *UNAUTHORIZED}, ran=False)
def authorizer_fails(evidence: Evidence) -> Answer:
    """A Lambda authorizer is there, may be invoked, and answers."""
    found = _authorized(evidence, "CUSTOM")
    if found is None:
        return ruled_out("no route has a Lambda authorizer")
    way, authorizer = found
    explains = way is evidence.gateway.health
    function = NAMED.search(authorizer.get("AuthorizerUri") or "")
    name = authorizer.get("Name") or way.route.get("AuthorizerId")
    if function is None:
        return proved(
            f"authorizer {name} of route {way.key} names no function", _open(evidence, way), explains=explains
        )
    try:
        evidence.reading.call(
            "lambda:GetFunctionConfiguration",
            f"function {function['name']}",
            FunctionName=function["name"],
            Qualifier=function["qualifier"],
        )
    except NotDeployed:
        because = f"authorizer {name} of route {way.key} names function {function[0]}, which is not there"
        return proved(because, _open(evidence, way), explains=explains)
    if not authorizer.get("AuthorizerCredentialsArn") and not evidence.permits.lets_authorizer(
        authorizer, function
    ):
        return proved(
            f"no statement of the policy of function {function[0]} lets authorizer {name} invoke it",
            f"aws lambda add-permission --function-name {function['name']} --statement-id authorizer "
            f"--action {INVOKE} --principal {GATEWAY} "
            f"--source-arn '{evidence.permits.authorizer_arn(authorizer)}'",
            explains=explains,
        )
    if evidence.sign is Sign.WELL:
        return ruled_out("health is answered")
    return unknown(
        f"route {way.key} asks authorizer {name}, whose function is there and may be invoked",
        f"aws logs tail /aws/lambda/{function['name']} --since 10m",
    )


@check("API-022", Effect.FAILS, signs=FORBIDDEN, ran=False)
def signature_wanted(evidence: Evidence) -> Answer:
    """A route with AWS_IAM takes requests that are signed; those of our clients are not."""
    asks = (each for each in evidence.gateway.ways if each.route.get("AuthorizationType") == "AWS_IAM")
    ways = _unwanted_first(evidence, asks)
    if not ways:
        return ruled_out("no route wants requests signed by IAM")
    return proved(
        f"route {ways[0].key} has AuthorizationType AWS_IAM, and clients of ours sign nothing",
        _open(evidence, ways[0]),
        change="deploy the service stack: its routes have AuthorizationType NONE",
        explains=ways[0] is evidence.gateway.health,
        by_design=_is_wanted(evidence, ways[0]),
    )


def _authorized(evidence: Evidence, kind: str) -> tuple[Way, Mapping[str, Any]] | None:
    """The first route with an authorizer of a kind, health's before others, and that authorizer.

    Those that nobody wants to have one come before those that somebody does.
    """
    for way in _unwanted_first(evidence, evidence.gateway.ways):
        if way.route.get("AuthorizationType") == kind:
            wanted = way.route.get("AuthorizerId")
            for each in evidence.gateway.authorizers:
                if each["AuthorizerId"] == wanted:
                    return way, each
            raise NotThere(f"authorizer {wanted} of route {way.key}")
    return None


def _unwanted_first(evidence: Evidence, ways: Iterable[Way]) -> list[Way]:
    return sorted(ways, key=lambda way: _is_wanted(evidence, way))


def _is_wanted(evidence: Evidence, way: Way) -> bool:
    """Whether a route asks who it is on purpose: by its template, or since none of our clients takes it.

    Health is asked by everybody.
    """
    if way is evidence.gateway.health or way.key == CATCH_ALL:
        return False
    asks = way.route.get("AuthorizationType", OPEN)
    if asks == OPEN:
        return True
    route = str(way.route.get("RouteId"))
    told = evidence.templates.asks("AWS::ApiGatewayV2::Route", route, "AuthorizationType")
    return told == asks if told is not None else way.key not in OURS


def _open(evidence: Evidence, way: Way) -> str:
    return (
        f"aws apigatewayv2 update-route --api-id {evidence.gateway.api_id} "
        f"--route-id {way.route.get('RouteId')} --authorization-type NONE"
    )
