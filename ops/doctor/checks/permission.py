"""May API Gateway invoke the functions, and under the names by which it does?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cfn.iam import statements
from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.evidence.asked import GATEWAY, INVOKE
from ops.doctor.evidence.permits import Kind
from ops.doctor.evidence.role import Role
from ops.doctor.sign import Sign
from ops.errors import NotDeployed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.gateway import Way
    from ops.doctor.evidence.permits import Refusal
    from ops.doctor.evidence.whole import Evidence

FAILED: Final = frozenset({Sign.GATEWAY_ERROR})
NOT_PERMITTED: Final = "have permissions to call the integration"
"""What an access log says of it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
"""
CALLERS: Final = "arn:aws:iam::*:user/*"
"""Stands in place of a role for the caller's own credentials."""
INTERFACES: Final = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
)
TEMPLATE: Final = (
    "deploy the service stack with http_api.invoke_permission: its permission is for the API, any route"
)


@check("API-036", Effect.FAILS, signs=FAILED, ran=False)
def role_may_not(evidence: Evidence) -> Answer:
    """Where an integration has a role of its own, that must be there, trust API Gateway, and may invoke."""
    ways = [way for way in evidence.gateway.ways if way.integration.get("CredentialsArn") and way.function]
    if not ways:
        return ruled_out("no integration has a role of its own: the functions' policies decide")
    for way in ways:
        because = _role_fault(evidence, way)
        if because:
            return proved(
                because,
                f"aws apigatewayv2 update-integration --api-id {evidence.gateway.api_id} "
                f"--integration-id {way.integration['IntegrationId']} --credentials-arn ''",
                _add(evidence, way),
                change="deploy the service stack: its integrations have no role, and its permissions suffice",
                explains=way is evidence.gateway.health,
            )
    return ruled_out(f"role {ways[0].integration['CredentialsArn']} may invoke what its integration names")


@check("API-001", Effect.FAILS, signs=FAILED, ran=False)
def permission_missing(evidence: Evidence) -> Answer:
    """No statement lets API Gateway in, under any qualifier; or one denies it."""

    def because(refusal: Refusal, function: str) -> str:
        if refusal.kind is Kind.DENIED:
            sids = ", ".join(refusal.sids)
            return f"statement {sids} of the policy of function {function} denies {refusal.wanted}"
        who = evidence.permits.taken_away(function.split(":")[6])
        return f"no statement of the policy of function {function} lets {GATEWAY} invoke it" + (
            f": {who}" if who else ""
        )

    return _about(evidence, (Kind.DENIED, Kind.NONE), because)


@check("API-002", Effect.FAILS, signs=FAILED, ran=False)
def other_route(evidence: Evidence) -> Answer:
    """A statement is for this API, and for another route or stage of it."""
    unclear = [each for each in evidence.permits.refusals if each.kind is Kind.UNCLEAR]
    if unclear:
        return unknown(
            f"statement {', '.join(unclear[0].sids)} asks for what can't be judged from here",
            "the stage's access log with $context.integrationErrorMessage",
        )

    def because(refusal: Refusal, function: str) -> str:
        return (
            f"the policy of function {function} allows {refusal.told}, and route {refusal.way.key} "
            f"comes as {refusal.wanted}"
        )

    return _about(evidence, (Kind.SOURCE,), because)


@check("API-003", Effect.FAILS, signs=FAILED, ran=False)
def other_qualifier(evidence: Evidence) -> Answer:
    """A statement is there for the function, or for another alias, and not for what is invoked."""

    def because(refusal: Refusal, function: str) -> str:
        where = f"alias {refusal.qualifier}" if refusal.qualifier else "the function without an alias"
        return (
            f"the integration invokes {function}, and the permission is for {where}: each has its own policy"
        )

    return _about(evidence, (Kind.QUALIFIER,), because)


@check("API-004", Effect.FAILS, signs=FAILED, ran=False)
def other_api(evidence: Evidence) -> Answer:
    """A statement is for API Gateway, and of another API, account or region."""

    def because(refusal: Refusal, function: str) -> str:
        return (
            f"the policy of function {function} allows {refusal.told}, and that is not API "
            f"{evidence.gateway.api_id} of account {evidence.reading.require_account()} "
            f"in {evidence.reading.region}"
        )

    return _about(evidence, (Kind.STRANGER,), because)


@check("LAM-011", Effect.RISK)
def interfaces_denied(evidence: Evidence) -> Answer:
    """A function in a VPC needs interfaces; with those that it has, it runs on."""
    configuration = evidence.function.configuration
    if not (configuration.get("VpcConfig") or {}).get("SubnetIds"):
        return ruled_out(f"function {evidence.function.name} is in no VPC")
    lacking = [action for action in INTERFACES if not evidence.role.may(action)]
    if not lacking:
        return ruled_out(f"role {evidence.role.name} may manage network interfaces")
    return proved(
        f"role {evidence.role.name} may not {', '.join(lacking)}: when Lambda takes idle interfaces back, "
        "it can make no new ones",
        f"aws iam attach-role-policy --role-name {evidence.role.name} --policy-arn "
        "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
        change="deploy the service stack, whose role has these rights",
    )


@check("API-071", Effect.RISK)
def others_let_in(evidence: Evidence) -> Answer:
    """Each statement that lets somebody invoke says whom: an account, or an API by its ARN."""
    for way, statement in evidence.permits.wide:
        function = way.function
        assert function is not None  # noqa: S101  (what names no function has no policy)
        who = "anybody" if any(str(each.name) == "*" for each in statement.principals) else "anybody's API"
        remove = f"aws lambda remove-permission --function-name {function['name']}"
        at = f" --qualifier {function['qualifier']}" if function["qualifier"] else ""
        return proved(
            f"statement {statement.sid or '?'} of the policy of function {function[0]} lets {who} invoke it",
            _add(evidence, way),
            f"{remove}{at} --statement-id {statement.sid}",
            change=TEMPLATE,
        )
    return ruled_out("no function's policy lets everybody in")


def _about(evidence: Evidence, kinds: tuple[Kind, ...], because: Callable[[Refusal, str], str]) -> Answer:
    """What the refusals of some kinds come to: that of health's route first, which explains its failure."""
    if not evidence.permits.judged:
        return ruled_out("the integrations have roles of their own, which must be allowed to invoke")
    found = [each for each in evidence.permits.refusals if each.kind in kinds]
    if not found:
        return _not_found(evidence)
    first = found[0]
    assert first.way.function is not None  # noqa: S101  (what names no function is not refused)
    health = evidence.gateway.health
    is_health = first.way is health
    others = sum(1 for each in found if each.way is not health)
    told = because(first, first.way.function[0])
    if not is_health:
        told += f" (route {first.way.key}" + (f" and {others - 1} more)" if others > 1 else ")")
    return proved(told, *_mend(evidence, first), change=TEMPLATE, explains=is_health)


def _not_found(evidence: Evidence) -> Answer:
    """Why a fault of one kind is not there: there is another, or none that a policy of ours could have."""
    refusals = evidence.permits.refusals
    if refusals:
        return ruled_out(f"that is not it: {refusals[0].kind}")
    allowed = f"the functions' policies let API {evidence.gateway.api_id} invoke them by every route"
    if evidence.sign in FAILED and NOT_PERMITTED in str((evidence.trace.access or {}).values()):
        return unknown(
            f"{allowed}, and yet the access log says that it may not",
            "the organization's resource control policies, and the same request in a minute",
        )
    return ruled_out(allowed)


def _mend(evidence: Evidence, refusal: Refusal) -> tuple[str, ...]:
    """Take away the statements that are of no use, and add the right one."""
    function = refusal.way.function
    assert function is not None  # noqa: S101  (the caller looked)
    named = f"--function-name {function['name']}"
    if refusal.kind is Kind.QUALIFIER:
        return (_add(evidence, refusal.way),)
    at = f" --qualifier {function['qualifier']}" if function["qualifier"] else ""
    removals = [
        f"aws lambda remove-permission {named}{at} --statement-id {sid}" for sid in refusal.sids if sid != "?"
    ]
    return (_add(evidence, refusal.way), *removals)


def _add(evidence: Evidence, way: Way) -> str:
    function = way.function
    assert function is not None  # noqa: S101  (the callers look)
    at = f" --qualifier {function['qualifier']}" if function["qualifier"] else ""
    return (
        f"aws lambda add-permission --function-name {function['name']}{at} "
        f"--statement-id api-gateway-{evidence.gateway.api_id} --action {INVOKE} --principal {GATEWAY} "
        f"--source-arn '{evidence.permits.wide_arn(way)}'"
    )


def _role_fault(evidence: Evidence, way: Way) -> str:
    """What is wrong with the role of an integration; empty where nothing is."""
    arn, function = way.integration["CredentialsArn"], way.function
    assert function is not None  # noqa: S101  (the caller looked)
    if arn == CALLERS or "*" in arn:
        is_signed = way.route.get("AuthorizationType") == "AWS_IAM"
        return "" if is_signed else f"route {way.key} invokes as its caller, and asks nobody for a signature"
    role = Role(evidence.reading, arn)
    try:
        found = evidence.reading.call("iam:GetRole", f"role {role.name}", RoleName=role.name)["Role"]
    except NotDeployed:
        return f"the integration of route {way.key} invokes as role {arn}, which is not there"
    if not _trusts_gateway(found):
        return f"role {role.name}, as which route {way.key} invokes, does not let {GATEWAY} assume it"
    if not role.may(INVOKE, function[0]):
        return f"role {role.name}, as which route {way.key} invokes, may not invoke {function[0]}"
    return ""


def _trusts_gateway(role: Mapping[str, Any]) -> bool:
    return any(
        each.effect == "Allow"
        and each.speaks_of("sts:AssumeRole", "")
        and any(str(who.name) in (GATEWAY, "*") for who in each.principals)
        for each in statements(role["AssumeRolePolicyDocument"], "a role's trust policy")
    )
