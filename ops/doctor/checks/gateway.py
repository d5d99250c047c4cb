"""Does a request find the API, a stage of it that serves what is configured, and a route?"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ops.deploying.smoke import HEALTH
from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.asking import Failure
from ops.doctor.check import Effect, check
from ops.doctor.errors import NotThere
from ops.doctor.evidence.routing import CATCH_ALL, is_catch_all
from ops.doctor.sign import Sign
from ops.errors import NotDeployed

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

NOT_FOUND: Final = frozenset({Sign.GATEWAY_NOT_FOUND})
AWAY: Final = frozenset(
    {
        Sign.NO_ANSWER,
        Sign.UNLIKE,
        Sign.EDGE_REFUSED,
        Sign.EDGE_FAILED,
        Sign.GATEWAY_FORBIDDEN,
        Sign.GATEWAY_NOT_FOUND,
    }
)
"""What comes of asking where the API is not."""
BY_FUNCTION: Final = ".lambda-url."
"""In the host of a function's own URL."""
MAPPED: Final = "API_MAPPING_ONLY"
"""How a domain finds the API where nothing else is said."""
SERVICE: Final = "deploy the service stack"


@check("API-057", Effect.FAILS, signs=AWAY, ran=False)
def api_missing(evidence: Evidence) -> Answer:
    """The API that was published, or has the name in the settings, is deleted."""
    gateway, region = evidence.gateway, evidence.reading.region
    try:
        api = gateway.api
    except NotThere as missing:
        return proved(f"there is no {missing.what}", change=SERVICE)
    except NotDeployed:
        return proved(
            f"the service stack has published API {gateway.api_id}, and there is none of that id in {region}",
            f"aws apigatewayv2 get-apis --region {region}",
            change=f"{SERVICE} again, and the edge after it, which leads to the API",
        )
    return ruled_out(f"API {gateway.api_id} ({api.get('Name')}) is there")


@check(
    "API-067",
    Effect.FAILS,
    signs={*AWAY, Sign.APPLICATION_REFUSED, Sign.APPLICATION_ERROR, Sign.GATEWAY_ERROR},
)
def other_address(evidence: Evidence) -> Answer:
    """The address is of another API of AWS's than the environment's."""
    host, own = urlsplit(evidence.address).hostname or "", urlsplit(evidence.gateway.endpoint).hostname or ""
    again = f"miyabi doctor {evidence.environment.name} --api-address {evidence.gateway.endpoint}"
    if evidence.reply.failure is Failure.ADDRESS:
        return proved(f"{evidence.address} is no address of HTTP", again)
    if path := _strange_path(evidence):
        return proved(
            f"the address that is asked has the path {path} in front of {HEALTH}, which is no stage of API "
            f"{evidence.gateway.api_id} and no mapping's",
            f"miyabi doctor {evidence.environment.name} --api-address {evidence.address.removesuffix(path)}",
        )
    if BY_FUNCTION in host:
        return proved(
            f"{host} is the address of a function itself, and not of API {evidence.gateway.api_id}", again
        )
    if ".execute-api." not in host:
        return ruled_out(f"{host} is no API's own address")
    if host == own:
        return ruled_out(f"{host} is the address of API {evidence.gateway.api_id}")
    return proved(
        f"the address that is asked is {host}, and API {evidence.gateway.api_id} has {own}",
        again,
        change=f"{SERVICE}, so that its output ApiEndpoint is the API's, and tell clients the address",
    )


@check("API-035", Effect.FAILS, signs=NOT_FOUND, ran=False)
def endpoint_disabled(evidence: Evidence) -> Answer:
    """The API's own address answers nobody, and it is what is asked, by clients or by CloudFront."""
    gateway = evidence.gateway
    if not gateway.api.get("DisableExecuteApiEndpoint"):
        return ruled_out(f"API {gateway.api_id} answers at its own address")
    if evidence.edge.domain is not None:
        return ruled_out(
            f"the API's own address is disabled, and {evidence.edge.host} is a domain of its own"
        )
    return proved(
        f"API {gateway.api_id} has DisableExecuteApiEndpoint, and its own address is what is asked",
        f"aws apigatewayv2 update-api --api-id {gateway.api_id} --no-disable-execute-api-endpoint",
        change=f"{SERVICE}: its template leaves the API's own address on",
    )


@check("API-058", Effect.FAILS, signs={Sign.GATEWAY_FORBIDDEN, Sign.GATEWAY_NOT_FOUND, Sign.UNLIKE})
def mapping_missing(evidence: Evidence) -> Answer:
    """A domain of API Gateway's has a mapping to this API and a stage that is there."""
    gateway, edge = evidence.gateway, evidence.edge
    if edge.domain is None:
        return ruled_out(f"{edge.host} is no custom domain of an API here")
    if edge.domain.get("RoutingMode", MAPPED) != MAPPED:
        return unknown(
            f"domain {edge.host} is led by routing rules, which are not read here",
            f"aws apigatewayv2 list-routing-rules --domain-name {edge.host}",
        )
    mappings = gateway.mappings(edge.domain["DomainName"])
    stages = {stage["StageName"] for stage in gateway.stages}
    path = urlsplit(evidence.address).path.strip("/") + HEALTH
    keys = sorted((each.get("ApiMappingKey") or "" for each in mappings), key=len, reverse=True)
    key = next((each for each in keys if not each or f"{path.lstrip('/')}/".startswith(f"{each}/")), None)
    found = next((each for each in mappings if (each.get("ApiMappingKey") or "") == key), None)
    command = (
        f"aws apigatewayv2 create-api-mapping --domain-name {edge.host} --api-id {gateway.api_id} "
        f"--stage '{CATCH_ALL}'"
    )
    if found is None:
        return proved(f"no mapping of domain {edge.host} leads anywhere for {HEALTH}", command)
    if found["ApiId"] != gateway.api_id:
        return proved(f"domain {edge.host} leads to API {found['ApiId']}, not to {gateway.api_id}", command)
    if found["Stage"] not in stages:
        return proved(f"domain {edge.host} leads to stage {found['Stage']}, which is not there", command)
    return ruled_out(f"domain {edge.host} leads to stage {found['Stage']} of API {gateway.api_id}")


@check("API-059", Effect.FAILS, signs={Sign.NO_ANSWER, Sign.GATEWAY_FORBIDDEN}, ran=False)
def mutual_tls(evidence: Evidence) -> Answer:
    """A domain that asks clients for a certificate refuses those that have none."""
    domain = evidence.edge.domain
    store = ((domain or {}).get("MutualTlsAuthentication") or {}).get("TruststoreUri")
    if not store:
        return ruled_out(f"{evidence.edge.host} asks clients for no certificate")
    return proved(
        f"domain {evidence.edge.host} serves clients that show a certificate of {store}, and others not",
        f"curl --cert client.pem --key client.key https://{evidence.edge.host}{HEALTH}",
    )


@check("API-008", Effect.FAILS, signs=NOT_FOUND, ran=False)
def stage_missing(evidence: Evidence) -> Answer:
    """An address without a stage in its path is served by the stage `$default` alone."""
    gateway = evidence.gateway
    names = [stage["StageName"] for stage in gateway.stages]
    if CATCH_ALL in names:
        return ruled_out(f"API {gateway.api_id} has a stage {CATCH_ALL}")
    if evidence.edge.domain is not None:
        return ruled_out("a domain's mapping names the stage")
    first = _asked_path(evidence).strip("/").partition("/")[0]
    if first in names:
        return ruled_out(f"the address names stage {first}")
    there = f"has the stages {', '.join(names)}" if names else "has no stage"
    return proved(
        f"API {gateway.api_id} {there}, none is {CATCH_ALL}, and {_asked_path(evidence)} names none",
        f"aws apigatewayv2 create-stage --api-id {gateway.api_id} --stage-name '{CATCH_ALL}' --auto-deploy",
        change=f"{SERVICE}: its stage is {CATCH_ALL}",
    )


@check("API-034", Effect.FAILS, signs={Sign.APPLICATION_REFUSED})
def stage_in_path(evidence: Evidence) -> Answer:
    """With a catch-all route our function goes by the path, which has the stage's name in front then."""
    gateway = evidence.gateway
    stage, key = gateway.stage["StageName"], gateway.route["RouteKey"]
    if stage == CATCH_ALL:
        return ruled_out(f"stage {CATCH_ALL} has no name in the path")
    if not is_catch_all(key):
        return ruled_out(f"route {key} tells the function which it is")
    if evidence.edge.domain is not None:
        return ruled_out("a domain's mapping is asked, whose path has no stage in it")
    asked = _asked_path(evidence).startswith(f"/{stage}/")
    if asked and evidence.sign is Sign.WELL:
        return ruled_out(f"the function answers below /{stage} too")
    return proved(
        f"the only stage is {stage} and the route is {key}, so the function gets /{stage}{HEALTH}",
        f"aws apigatewayv2 create-stage --api-id {gateway.api_id} --stage-name '{CATCH_ALL}' --auto-deploy",
        change=f"{SERVICE}: its stage is {CATCH_ALL}",
        explains=asked,
    )


def _strange_path(evidence: Evidence) -> str:
    """The path of the address, where nothing that answers there has one; empty where there is none."""
    path = urlsplit(evidence.address).path.rstrip("/")
    stages = {f"/{stage['StageName']}" for stage in evidence.gateway.stages}
    if not path or path in stages or evidence.edge.domain is not None:
        return ""
    return path


def _asked_path(evidence: Evidence) -> str:
    """The path at which the API is asked for health: with what CloudFront puts before it."""
    before = urlsplit(evidence.address).path.rstrip("/")
    with suppress(NotThere, NotDeployed):
        before = (evidence.edge.origin.get("OriginPath") or "") + before
    return before + HEALTH
