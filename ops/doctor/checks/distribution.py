"""Does CloudFront take the request, and send it on to the API as the API wants it?"""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ops.deploying.smoke import HEALTH
from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.asking import Failure
from ops.doctor.check import Effect, check
from ops.doctor.checks.edge_mending import METHODS, changed, led_to_api, of_behaviour, of_origin, put
from ops.doctor.errors import NotThere
from ops.doctor.evidence.forwarding import items
from ops.doctor.sign import Sign, sign_of
from ops.errors import NotDeployed
from runtime.contract import ORIGIN_HEADER, ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.edge import Edge
    from ops.doctor.evidence.whole import Evidence

    Judge = Callable[[Evidence], Answer]

AT_EDGE: Final = frozenset({Sign.EDGE_REFUSED, Sign.EDGE_FAILED})
STRANGE: Final = AT_EDGE | {
    Sign.UNLIKE,
    Sign.GATEWAY_FORBIDDEN,
    Sign.GATEWAY_NOT_FOUND,
    Sign.APPLICATION_REFUSED,
    Sign.APPLICATION_ERROR,
}
HTTPS_PORT: Final = 443
MODERN: Final = ("TLSv1.2", "TLSv1.3")
"""What API Gateway's own addresses speak."""
CHANGE: Final = "deploy the edge stack, whose distribution is right"
SECRETS: Final = ("ORIGIN_SECRET", "ORIGIN_SECRET_PREVIOUS")
BY_FUNCTION: Final = ("functiongenerated", "functionexecution", "functionthrottled", "lambda")
"""How `x-cache` begins where a function at the edge has answered, or failed."""
NO_EDGE: Final = "no distribution stands before the API"


def behind_edge(judge: Judge) -> Judge:
    """Rule a fault out where there is no distribution; it explains nothing where the API itself was asked."""

    @wraps(judge)
    def judged(evidence: Evidence) -> Answer:
        if evidence.environment.edge is None:
            try:
                _ = evidence.edge.distribution_id
            except NotThere:
                return ruled_out(NO_EDGE)
        answer = judge(evidence)
        return replace(answer, explains=answer.explains and ".execute-api." not in evidence.edge.host)

    return judged


def is_well_itself(evidence: Evidence) -> bool:
    """Whether the API does what it should at its own address, be it to ask for the edge's header."""
    direct = sign_of(evidence.direct)
    asks = direct is Sign.APPLICATION_REFUSED and SECRETS[0] in evidence.function.variables
    return asks or direct is Sign.WELL


def named(edge: Edge) -> str:
    """The API's behaviour, as the console calls it."""
    pattern = edge.behaviour.get("PathPattern") or "Default (*)"
    return f"behaviour {pattern} of distribution {edge.distribution_id}"


def leads_to_bucket(edge: Edge) -> bool:
    """Whether the behaviour that takes health is the frontend's."""
    return _is_bucket(edge.origin["DomainName"])


@check("API-043", Effect.FAILS, signs={Sign.NO_ANSWER, *AT_EDGE}, ran=False)
@behind_edge
def disabled(evidence: Evidence) -> Answer:
    """The distribution is there, and switched on."""
    edge = evidence.edge
    try:
        config = edge.config
    except NotThere as missing:
        if ".execute-api." in edge.host:
            return unknown(
                "the edge stack has published no distribution, and the API itself is asked",
                decide="aws cloudfront list-distributions --query 'DistributionList.Items[].[Id,DomainName]'",
                worries=True,
            )
        return proved(f"there is no {missing.what}", change="deploy the edge stack")
    except NotDeployed:
        return proved(
            f"the edge stack has published distribution {edge.distribution_id}, and there is none of that id",
            "aws cloudfront list-distributions --query 'DistributionList.Items[].[Id,DomainName]'",
            change="deploy the edge stack again",
        )
    if config.get("Enabled", True):
        return ruled_out(f"distribution {edge.distribution_id} is switched on")
    return proved(
        f"distribution {edge.distribution_id} is switched off",
        changed(edge, put(".Enabled", True)),  # noqa: FBT003  (a value of JSON)
        change=CHANGE,
    )


@check("API-044", Effect.RISK)
@behind_edge
def in_progress(evidence: Evidence) -> Answer:
    """A change of the distribution takes minutes to be everywhere."""
    edge = evidence.edge
    if edge.distribution.get("Status") != "InProgress":
        return ruled_out(f"the last change of distribution {edge.distribution_id} is everywhere")
    since = edge.distribution.get("LastModifiedTime")
    return proved(
        f"the last change of distribution {edge.distribution_id}"
        + (f", of {since:%Y-%m-%d %H:%M} UTC," if since else "")
        + " is not everywhere yet, so answers may be of before it",
        f"aws cloudfront wait distribution-deployed --id {edge.distribution_id}",
    )


@check("API-045", Effect.FAILS, signs={Sign.NO_ANSWER, Sign.EDGE_REFUSED}, ran=False)
@behind_edge
def name_not_taken(evidence: Evidence) -> Answer:
    """The distribution answers to the name that is asked."""
    edge = evidence.edge
    names = (str(edge.distribution["DomainName"]).lower(), *(each.lower() for each in edge.aliases))
    wildcard = f"*.{edge.host.partition('.')[2]}"
    if edge.host in names or wildcard in names:
        return ruled_out(f"distribution {edge.distribution_id} answers to {edge.host}")
    if not edge.is_own_name:
        return ruled_out(f"{edge.host} is no name of the distribution's, and is not led to it")
    return proved(
        f"distribution {edge.distribution_id} does not answer to {edge.host}, but to {', '.join(names)}",
        change="set edge.domain and edge.certificate_arn, and deploy the edge stack",
        explains=evidence.reply.failure is not Failure.NAME,
    )


@check("API-047", Effect.FAILS, signs=STRANGE, ran=False)
@behind_edge
def no_behaviour(evidence: Evidence) -> Answer:
    """A behaviour takes the API's paths, and its origin is an API, not the frontend's bucket."""
    edge = evidence.edge
    domain = edge.origin["DomainName"]
    if not leads_to_bucket(edge):
        return ruled_out(f"{named(edge)} leads {HEALTH} to {domain}")
    patterns = ", ".join(each["PathPattern"] for each in items(edge.config, "CacheBehaviors")) or "none"
    return proved(
        f"{HEALTH} is taken by {named(edge)}, which leads to the bucket {domain}; its path patterns are "
        f"{patterns}",
        *led_to_api(edge, urlsplit(evidence.gateway.endpoint).hostname or ""),
        change=CHANGE,
    )


@check("API-048", Effect.SOME, signs={Sign.EDGE_REFUSED}, ran=False)
@behind_edge
def methods_missing(evidence: Evidence) -> Answer:
    """The behaviours of the API's paths take every method of the contract."""
    edge = evidence.edge
    if leads_to_bucket(edge):
        return ruled_out(f"{named(edge)} leads to a bucket, which is another fault")
    allowed = items(edge.behaviour, "AllowedMethods") or ["GET", "HEAD"]
    lacking = sorted({each.method for each in ROUTES} - {*allowed})
    if lacking:
        return proved(
            f"{named(edge)} takes no {', '.join(lacking)}",
            changed(edge, put(f"{of_behaviour(edge)}.AllowedMethods", METHODS)),
            change=CHANGE,
            explains=False,
        )
    return ruled_out("the API's behaviour takes every method of the contract")


@check("API-049", Effect.FAILS, signs={Sign.EDGE_REFUSED}, ran=False)
@behind_edge
def signed_addresses(evidence: Evidence) -> Answer:
    """The API's behaviour asks for no signed addresses or cookies."""
    behaviour = evidence.edge.behaviour
    wanted = any(
        (behaviour.get(name) or {}).get("Enabled") for name in ("TrustedKeyGroups", "TrustedSigners")
    )
    if not wanted:
        return ruled_out("the API's behaviour asks for no signature")
    path, nobody = of_behaviour(evidence.edge), {"Enabled": False, "Quantity": 0}
    unsigned = f"{put(f'{path}.TrustedSigners', nobody)} | {put(f'{path}.TrustedKeyGroups', nobody)}"
    return proved(
        f"{named(evidence.edge)} serves signed addresses and cookies alone",
        changed(evidence.edge, unsigned),
        change=CHANGE,
    )


@check("API-050", Effect.FAILS, signs=STRANGE)
@behind_edge
def function_in_the_way(evidence: Evidence) -> Answer:
    """No function of CloudFront's or Lambda's changes what is asked of the API."""
    behaviour, reply = evidence.edge.behaviour, evidence.reply
    arns = [each["FunctionARN"] for each in items(behaviour, "FunctionAssociations")]
    arns += [each["LambdaFunctionARN"] for each in items(behaviour, "LambdaFunctionAssociations")]
    if not arns or _is_bucket(evidence.edge.origin["DomainName"]):
        return ruled_out("no function stands in the API's behaviour")
    function = f"function {re.split('function[/:]', arns[0])[-1]} of {named(evidence.edge)}"
    told = reply.headers.get("x-cache", "").lower()
    if told.startswith(BY_FUNCTION) or "associated with the CloudFront distribution" in reply.body:
        return proved(
            f"{function} has answered the request itself, or failed",
            _without_function(evidence),
            change=CHANGE,
        )
    if evidence.sign is Sign.WELL:
        return ruled_out(f"{function} lets health pass")
    if evidence.sign not in STRANGE or not is_well_itself(evidence):
        return ruled_out(f"{function} is not what fails: the API does at its own address too, or further on")
    if evidence.sign is Sign.GATEWAY_NOT_FOUND and not evidence.edge.origin.get("OriginPath"):
        return proved(
            f"{function} changes the path: the API finds no route, and at its own address it does",
            _without_function(evidence),
            change=CHANGE,
        )
    return unknown(
        f"the API is well at its own address, and {function} stands before it",
        f"the same without it: {_without_function(evidence)}",
    )


def _without_function(evidence: Evidence) -> str:
    behaviour = of_behaviour(evidence.edge)
    return changed(
        evidence.edge,
        f"{put(f'{behaviour}.FunctionAssociations', {'Quantity': 0})} | "
        f"{put(f'{behaviour}.LambdaFunctionAssociations', {'Quantity': 0})}",
    )


@check("API-054", Effect.FAILS, signs={Sign.EDGE_FAILED}, ran=False)
@behind_edge
def origin_protocol(evidence: Evidence) -> Answer:
    """CloudFront asks the API by HTTPS on port 443 with a version of TLS that it speaks."""
    origin = evidence.edge.origin
    custom = origin.get("CustomOriginConfig")
    if custom is None:
        return ruled_out("the origin is a bucket")
    policy, port = custom.get("OriginProtocolPolicy"), custom.get("HTTPSPort", HTTPS_PORT)
    versions = items(custom, "OriginSslProtocols") or list(MODERN)
    fault = ""
    if policy == "http-only":
        fault = "is asked by HTTP, which it does not speak"
    elif port != HTTPS_PORT:
        fault = f"is asked on port {port}, where it does not listen"
    elif not {*MODERN} & {*versions}:
        fault = f"is asked by {', '.join(versions)}, and wants TLSv1.2"
    if not fault:
        return ruled_out(f"origin {origin['Id']} is asked by HTTPS on port {HTTPS_PORT}")
    custom = f"{of_origin(evidence.edge)}.CustomOriginConfig"
    wanted = {"OriginProtocolPolicy": "https-only", "HTTPSPort": HTTPS_PORT}
    wanted["OriginSslProtocols"] = {"Quantity": 1, "Items": ["TLSv1.2"]}
    return proved(
        f"origin {origin['Id']} ({origin['DomainName']}) {fault}",
        changed(evidence.edge, f"{custom} += {json.dumps(wanted)}"),
        change=CHANGE,
    )


@check("API-053", Effect.FAILS, signs=STRANGE | {Sign.GATEWAY_ERROR})
@behind_edge
def origin_elsewhere(evidence: Evidence) -> Answer:
    """The origin is this API, and the path before the viewer's is none or a stage of it."""
    edge, gateway = evidence.edge, evidence.gateway
    domain, path = str(edge.origin["DomainName"]).lower(), edge.origin.get("OriginPath") or ""
    own = (urlsplit(gateway.endpoint).hostname or "").lower()
    if _is_bucket(domain):
        return ruled_out("that the bucket is asked is another fault")
    if domain != own and domain not in {each["DomainName"].lower() for each in gateway.domains}:
        return proved(
            f"origin {edge.origin['Id']} leads to {domain}, and API {gateway.api_id} has {own}",
            changed(edge, put(f"{of_origin(edge)}.DomainName", own)),
            change="deploy the edge stack, which leads to the API that the service stack has published",
        )
    stages = {stage["StageName"] for stage in gateway.stages}
    if path and domain == own and path.strip("/").partition("/")[0] not in stages:
        return proved(
            f"origin {edge.origin['Id']} puts {path} before the path, no stage of API {gateway.api_id}",
            changed(edge, put(f"{of_origin(edge)}.OriginPath", "")),
            change=CHANGE,
        )
    return ruled_out(f"origin {edge.origin['Id']} leads to {domain}{path}")


@check("API-055", Effect.SOME, signs={Sign.EDGE_FAILED})
@behind_edge
def edge_gives_up_first(evidence: Evidence) -> Answer:
    """CloudFront waits for the API at least as long as the API may take."""
    origin = evidence.edge.origin
    waits = int((origin.get("CustomOriginConfig") or {}).get("OriginReadTimeout") or 30)
    takes = int(evidence.gateway.integration.get("TimeoutInMillis") or 30_000) / 1000
    if waits >= takes:
        return ruled_out(f"CloudFront waits {waits} s for the API, which takes {takes:g} s at most")
    return proved(
        f"CloudFront waits {waits} s for origin {origin['Id']}, and the API may take {takes:g} s",
        changed(
            evidence.edge,
            put(f"{of_origin(evidence.edge)}.CustomOriginConfig.OriginReadTimeout", math.ceil(takes)),
        ),
        change=CHANGE,
        explains=evidence.reply.status == 504 and evidence.reply.seconds >= waits,  # noqa: PLR2004  (gateway timeout)
    )


@check("API-037", Effect.FAILS, signs={Sign.APPLICATION_REFUSED})
@behind_edge
def origin_secret(evidence: Evidence) -> Answer:
    """What CloudFront adds is what the function wants, where it wants anything; neither is told."""
    edge, variables = evidence.edge, evidence.function.variables
    wanted = [variables[name] for name in SECRETS if variables.get(name)]
    if not variables.get(SECRETS[0]):
        return ruled_out("the function serves those too who come without the header")
    if _is_bucket(edge.origin["DomainName"]):
        return ruled_out("that the bucket is asked is another fault")
    commands = (f"miyabi rotate {evidence.environment.name} origin",)
    if edge.origin_secret is None:
        return proved(
            f"distribution {edge.distribution_id} adds no header {ORIGIN_HEADER} for origin "
            f"{edge.origin['Id']}, and function {evidence.function.name} has an {SECRETS[0]}",
            *commands,
            change=CHANGE,
        )
    if edge.origin_secret not in wanted:
        return proved(
            f"the header {ORIGIN_HEADER} of distribution {edge.distribution_id} holds another value than the "
            f"{SECRETS[0]} of function {evidence.function.name}",
            *commands,
            change="give the function and the distribution one value again; a deployment that changes "
            "neither leaves both as they are",
        )
    return ruled_out(f"distribution {edge.distribution_id} adds the header that the function wants")


def _is_bucket(domain: str) -> bool:
    return ".s3." in domain or ".s3-" in domain or domain.endswith(".s3.amazonaws.com")
