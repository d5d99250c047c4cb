"""Does the route lead to the environment's function, in a way that both understand, and in time?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.integration_mending import is_here, is_there, led_to_wanted, made_again
from ops.doctor.errors import NotThere
from ops.doctor.evidence.gateway import VARIABLE
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.gateway import Gateway
    from ops.doctor.evidence.whole import Evidence

ERROR: Final = frozenset({Sign.GATEWAY_ERROR})
ANY: Final = frozenset(
    {
        Sign.UNLIKE,
        Sign.GATEWAY_ERROR,
        Sign.GATEWAY_UNAVAILABLE,
        Sign.APPLICATION_REFUSED,
        Sign.APPLICATION_ERROR,
        Sign.APPLICATION_UNAVAILABLE,
    }
)
BELOW: Final = 29
"""Seconds for a function to run, so that it ends before the gateway gives up."""
LONGEST_MS: Final = 30_000
"""What an integration waits if it says nothing, and the most it may say.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""
PROXY: Final = "AWS_PROXY"
FORMAT: Final = "2.0"
TOO_LARGE: Final = (
    r"Function\.ResponseSizeTooLarge|Response payload size.* exceeded maximum allowed payload size"
)
FAULTY: Final = ("overwrite:path", "remove:header.authorization", "overwrite:header.authorization")
"""What a mapping of a request does to have the function see another request."""
SERVICE: Final = "deploy the service stack"


@check("API-062", Effect.FAILS, signs=ERROR, ran=False)
def variable_unset(evidence: Evidence) -> Answer:
    """Every stage variable that an integration's address names is set for the stage."""
    gateway = evidence.gateway
    variables = gateway.stage.get("StageVariables") or {}
    behind = gateway.integration["IntegrationId"]
    named = 0
    for each in gateway.integrations:
        for name in VARIABLE.findall(each.get("IntegrationUri") or ""):
            named += 1
            if not variables.get(name):
                return proved(
                    f"integration {each['IntegrationId']} names stage variable {name}, which stage "
                    f"{gateway.stage['StageName']} does not set",
                    *_variable_set(gateway, each, name),
                    change=f"{SERVICE}: its integrations name functions and no variables",
                    explains=each["IntegrationId"] == behind,
                )
    if named:
        return ruled_out("every stage variable that an integration names is set")
    return ruled_out("no integration names a stage variable")


def _variable_set(gateway: Gateway, integration: Mapping[str, Any], name: str) -> list[str]:
    """What gives a stage variable its function; one of another part of the address is done without."""
    address, wanted = str(integration.get("IntegrationUri")), gateway.wanted_function
    if not wanted:
        return []
    if f":function:${{stageVariables.{name}}}" not in address:
        lead = f"--integration-id {integration['IntegrationId']} --integration-uri {wanted}"
        return [f"aws apigatewayv2 update-integration --api-id {gateway.api_id} {lead}"]
    qualified = wanted.partition(":function:")[2]
    is_name = f"stageVariables.{name}}}:" in address
    value = qualified.partition(":")[0] if is_name else qualified
    stage = f"--stage-name '{gateway.stage['StageName']}' --stage-variables {name}={value}"
    return [f"aws apigatewayv2 update-stage --api-id {gateway.api_id} {stage}"]


@check("API-063", Effect.FAILS, signs=ANY)
def no_function_behind(evidence: Evidence) -> Answer:
    """Health's route leads to a Lambda function, not to an address, another service or a VPC link."""
    integration, key = evidence.gateway.integration, evidence.gateway.route["RouteKey"]
    kind = integration.get("IntegrationSubtype") or integration.get("IntegrationType")
    health = evidence.gateway.health
    if kind == PROXY and health is not None and health.function is not None:
        return ruled_out(f"route {key} leads to a Lambda function")
    if kind == PROXY and VARIABLE.search(integration.get("IntegrationUri") or "${stageVariables.x}"):
        return ruled_out("a stage variable stands where the function would")
    told = "an address that names no Lambda function" if kind == PROXY else f"an integration of type {kind}"
    return proved(
        f"route {key} leads to {told}",
        *evidence.gateway.lead(evidence.gateway.route["RouteId"]),
        change=SERVICE,
    )


@check("API-006", Effect.FAILS, signs=ERROR, ran=False)
def target_missing(evidence: Evidence) -> Answer:
    """The function, and the alias or version, that each integration names is there."""
    gateway, reading = evidence.gateway, evidence.reading
    ways = [way for way in gateway.ways if way.function and is_here(evidence, way)]
    if not gateway.ways:
        raise NotThere(f"route of API {gateway.api_id} that leads anywhere")
    if not ways:
        return unknown(
            f"what API {gateway.api_id} leads to is in another account or region, or no function",
            "the stage's access log with $context.integrationErrorMessage",
        )
    for way in ways:
        function = way.function
        assert function is not None  # noqa: S101  (sorted out above)
        name, qualifier = function["name"], function["qualifier"]
        if is_there(evidence, name, qualifier):
            continue
        lacking = f"function {name}"
        if qualifier and is_there(evidence, name, None):
            lacking = f"alias or version {qualifier} of function {name}"
        return proved(
            f"route {way.key} invokes {function[0]}, and there is no {lacking} in {reading.region}",
            f"aws lambda list-aliases --function-name {name}"
            if "alias" in lacking
            else f"aws lambda list-functions --region {reading.region} --query 'Functions[].FunctionName'",
            *made_again(evidence, way) or led_to_wanted(gateway, way),
            change=f"{SERVICE}: its integrations name functions by reference",
            explains=way is gateway.health,
        )
    return ruled_out(f"function {ways[0].function[0] if ways[0].function else ''} is there")


@check("API-064", Effect.FAILS, signs={Sign.APPLICATION_ERROR, Sign.APPLICATION_REFUSED, Sign.GATEWAY_ERROR})
def payload_format(evidence: Evidence) -> Answer:
    """The event is of the format that our code reads."""
    gateway = evidence.gateway
    integration = gateway.integration
    found = integration.get("PayloadFormatVersion") or "1.0"
    if found == FORMAT:
        return ruled_out(f"the integration sends events of format {FORMAT}")
    if evidence.sign is Sign.WELL:
        return ruled_out(f"the function understands events of format {found}: it has answered")
    if evidence.function.is_custom:
        return unknown(
            f"the integration sends events of format {found}, and the bootstrap may read them or not",
            f"aws lambda invoke --function-name {evidence.function.name} with an event of either format",
        )
    return proved(
        f"the integration sends events of format {found}, and our code reads {FORMAT}",
        f"aws apigatewayv2 update-integration --api-id {gateway.api_id} "
        f"--integration-id {integration['IntegrationId']} --payload-format-version {FORMAT}",
        change=f"{SERVICE}: its integrations send format {FORMAT}",
    )


@check("API-065", Effect.SOME, signs={*ANY, Sign.WELL})
def mappings(evidence: Evidence) -> Answer:
    """No integration rewrites the request's path or token, or the answer's status."""
    gateway = evidence.gateway
    for way in gateway.ways:
        found = next(iter(_rewritten(way.integration)), None)
        if found:
            return proved(
                f"the integration of route {way.key} has the mapping {found}",
                _unmapped(gateway, way.integration),
                change=f"{SERVICE}: its integrations map nothing",
                explains=way is gateway.health,
            )
    return ruled_out("no integration rewrites a path, a token or a status")


@check("API-014", Effect.SOME, signs={Sign.GATEWAY_UNAVAILABLE})
def gives_up_first(evidence: Evidence) -> Answer:
    """The gateway waits longer than the function may run, or has to give up on it."""
    gateway, function = evidence.gateway, evidence.function
    waits = int(gateway.integration.get("TimeoutInMillis") or LONGEST_MS)
    runs = int(function.configuration["Timeout"]) * 1000
    took = evidence.reply.seconds * 1000
    if waits >= runs:
        told = f"the gateway waits {waits / 1000:g} s, and the function runs {runs / 1000:g} s at most"
        return ruled_out(told)
    in_vain = evidence.sign is Sign.GATEWAY_UNAVAILABLE and took >= waits
    seen = f"; the request was given up after {took / 1000:.1f} s" if in_vain else ""
    wait = (
        f"aws apigatewayv2 update-integration --api-id {gateway.api_id} "
        f"--integration-id {gateway.integration['IntegrationId']} --timeout-in-millis {LONGEST_MS}"
    )
    mend = function.configure(f"--timeout {BELOW}") if waits == LONGEST_MS else (wait,)
    return proved(
        f"the gateway waits {waits / 1000:g} s, and function {function.name} may run {runs / 1000:g} s{seen}",
        *mend,
        change=f"{SERVICE}, with api.timeout_seconds below {LONGEST_MS // 1000}",
        explains=in_vain,
        by_design=not in_vain and _is_timeout_wanted(evidence, runs // 1000, waits),
    )


def _is_timeout_wanted(evidence: Evidence, runs: int, waits: int) -> bool:
    """Whether settings or template want the function to run so long, behind a gateway that waits its most."""
    name = evidence.function.name
    wanted = (
        evidence.environment.api.timeout_seconds,
        evidence.templates.asks("AWS::Lambda::Function", name, "Timeout"),
    )
    return waits == LONGEST_MS and str(runs) in [str(each) for each in wanted]


@check("API-016", Effect.SOME, signs={Sign.GATEWAY_TOO_LARGE}, ran=False)
def request_too_large(evidence: Evidence) -> Answer:
    """A matter of one request: the live one is small."""
    if evidence.sign is Sign.GATEWAY_TOO_LARGE:
        return unknown(
            f"status {evidence.reply.status} was answered to a request of a few hundred bytes",
            "what stands between here and the API, such as a proxy that adds headers",
        )
    return ruled_out(
        "the live request is small; a body over 10 MB or a head over 10,240 bytes is refused always"
    )


@check("API-017", Effect.FAILS, signs=ERROR, ran=True)
def answer_too_large(evidence: Evidence) -> Answer:
    """Lambda says so in the function's log, or the gateway in its own."""
    if evidence.sign is Sign.WELL:
        return ruled_out("the answer to the live request has arrived")
    access = str((evidence.trace.access or {}).get("integrationErrorMessage", ""))
    if evidence.trace.search(TOO_LARGE) or "payload size exceeded" in access:
        return proved(
            f"the answer of function {evidence.function.name} is over 6 MB, and Lambda did not take it",
            change="answer page by page, or lead to an address in S3; deploy the package",
        )
    if not evidence.trace.lines and evidence.trace.ran is not False:
        return unknown("the function's log tells nothing of this request", "the lines of the function's log")
    return ruled_out("neither log tells of an answer that is too large")


def _unmapped(gateway: Gateway, integration: Mapping[str, Any]) -> str:
    """What takes all mappings of an integration away: an empty value removes one.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
    """
    asked = dict.fromkeys(integration.get("RequestParameters") or {}, "")
    answered: dict[str, Any] = {status: {} for status in integration.get("ResponseParameters") or {}}
    given = f" --request-parameters '{json.dumps(asked)}'" if asked else ""
    given += f" --response-parameters '{json.dumps(answered)}'" if answered else ""
    return (
        f"aws apigatewayv2 update-integration --api-id {gateway.api_id} "
        f"--integration-id {integration['IntegrationId']}{given}"
    )


def _rewritten(integration: Mapping[str, Any]) -> list[str]:
    """The mappings that change what is asked or answered beyond a header more or less."""
    asked = integration.get("RequestParameters") or {}
    found = [f"{name} = {value}" for name, value in asked.items() if name.lower() in FAULTY]
    for status, changes in (integration.get("ResponseParameters") or {}).items():
        found += [
            f"{status}: {name} = {value}" for name, value in changes.items() if "statuscode" in name.lower()
        ]
    return found
