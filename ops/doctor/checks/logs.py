"""Is there a log to read: may the function write its own, and does the gateway write one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.evidence.role import Denied
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

WRITES: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
MAKES: Final = "logs:CreateLogGroup"
BASIC: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
FIELDS: Final = ("$context.requestId", "$context.status", "$context.integrationErrorMessage")
"""What an access log must have to tell why the gateway could not get an answer."""


@check("API-032", Effect.BLIND)
def access_log_missing(evidence: Evidence) -> Answer:
    """The stage names no log group, or one that is not there."""
    gateway = evidence.gateway
    name = gateway.access_log_group
    stage = f"stage {gateway.stage['StageName']} of API {gateway.api_id}"
    if name is None:
        return proved(
            f"{stage} has no access log",
            change="set http_api.access_log to true and deploy the service stack",
            by_design=not evidence.environment.http_api.access_log,
        )
    if evidence.logs.access_group is None:
        return proved(
            f"{stage} writes to log group {name}, which is not there",
            f"aws logs create-log-group --log-group-name {name}",
            change="deploy the service stack, whose AccessLogGroup it is",
        )
    return ruled_out(f"{stage} writes to log group {name}")


@check("LOG-010", Effect.RISK)
def access_log_says_too_little(evidence: Evidence) -> Answer:
    """The format of the access log lacks a field that tells why the gateway answers for itself."""
    settings = evidence.gateway.stage.get("AccessLogSettings")
    if not settings:
        return ruled_out("there is no access log whose format could lack something")
    lacking = [field for field in FIELDS if field not in settings.get("Format", "")]
    if lacking:
        return proved(
            f"the access log has no {' and no '.join(lacking)}",
            change="deploy the service stack, whose format has them",
        )
    return ruled_out(f"the access log has {', '.join(FIELDS)}")


@check("LOG-001", Effect.BLIND)
def role_may_not_write(evidence: Evidence) -> Answer:
    """IAM's simulation of the role's policies refuses what writing lines takes."""
    role, function = evidence.role, evidence.function
    if role.arn.split(":")[4] != function.named["account"]:
        return unknown(
            f"the API invokes a function of account {function.named['account']}, whose role is not seen here",
            decide=f"what its role may do, in account {function.named['account']}",
        )
    denied = [action for action in WRITES if not role.may(action, function.log_streams)]
    if denied:
        why = role.denied_by(denied[0], function.log_streams)
        return proved(
            f"role {role.name} may not do {' and '.join(denied)} on {function.log_group}: {why}",
            *_let_write(role.name, why),
            change="let the role write; environments that run keep their credentials until the function is "
            "changed",
        )
    return ruled_out(f"role {role.name} may write to {function.log_group}")


def _let_write(role: str, why: Denied) -> tuple[str, ...]:
    """What lets a role write lines, or shows what is to be changed: a policy may be more than one needs."""
    match why:
        case Denied.BOUNDARY:
            return (f"aws iam delete-role-permissions-boundary --role-name {role}",)
        case Denied.STATEMENT:
            return (
                f"aws iam list-role-policies --role-name {role}",
                f"aws iam list-attached-role-policies --role-name {role}",
            )
        case Denied.ORGANIZATION:
            return ("aws organizations list-policies --filter SERVICE_CONTROL_POLICY",)
    attach = f"aws iam attach-role-policy --role-name {role} --policy-arn {BASIC}"
    return (attach,)


@check("LOG-009", Effect.BLIND)
def group_gone(evidence: Evidence) -> Answer:
    """The function's log group is not there, and its role may not make it."""
    role, function = evidence.role, evidence.function
    if evidence.logs.group is not None:
        return ruled_out(f"log group {function.log_group} is there")
    if role.may(MAKES, function.log_streams.removesuffix(":*")):
        return unknown(
            f"log group {function.log_group} is not there, and role {role.name} may make it",
            "ask the API once more, and look whether the group is there then",
        )
    return proved(
        f"log group {function.log_group} is not there, and role {role.name} may not make it",
        f"aws logs create-log-group --log-group-name {function.log_group}",
        change="deploy the service stack, whose ApiLogGroup has its retention and its key",
    )


@check("LOG-011", Effect.BLIND)
def key_of_log_closed(evidence: Evidence) -> Answer:
    """The keys of the path's log groups are enabled."""
    groups = [group for group in (evidence.logs.group, evidence.logs.access_group) if group]
    keys = {str(group["kmsKeyId"]): str(group["logGroupName"]) for group in groups if group.get("kmsKeyId")}
    if not keys:
        return ruled_out("no log group of the path has a key of its own")
    for key, name in keys.items():
        found = evidence.reading.find("kms:DescribeKey", f"key {key}", KeyId=key)
        if found is None:
            return proved(
                f"key {key} of log group {name} is not there",
                f"aws logs disassociate-kms-key --log-group-name {name}",
            )
        if (state := found["KeyMetadata"]["KeyState"]) != "Enabled":
            back = [f"aws kms cancel-key-deletion --key-id {key}"] if state == "PendingDeletion" else []
            return proved(
                f"key {key} of log group {name} is {state}: its lines can't be read, or are given up",
                *back,
                f"aws kms enable-key --key-id {key}",
            )
    return ruled_out(f"the keys of {' and '.join(keys.values())} are enabled")


@check("LOG-004", Effect.SHOWS)
def group_empty(evidence: Evidence) -> Answer:
    """The log group has no stream: the function never ran, which is what to look into."""
    function = evidence.function
    if evidence.logs.group is None:
        return ruled_out(f"log group {function.log_group} is not there")
    if evidence.logs.streams:
        return ruled_out(f"log group {function.log_group} has streams: the function has run at some time")
    denied = [action for action in WRITES if not evidence.role.may(action, function.log_streams)]
    if denied:
        return unknown(
            f"log group {function.log_group} has no stream, and the role may not write: the function may "
            "have run or not",
            f"the metric Invocations of function {function.name}",
        )
    return proved(
        f"log group {function.log_group} has no stream though the role may write: the function never ran",
        change="mend what keeps it from being invoked",
    )


@check("LOG-005", Effect.RISK)
def lines_late(evidence: Evidence) -> Answer:
    """The application answered, and no line of it has come yet."""
    trace, function = evidence.trace, evidence.function
    if trace.lines:
        return ruled_out(f"the request has left {len(trace.lines)} lines in {function.log_group}")
    if evidence.sign in {Sign.APPLICATION_ERROR, Sign.APPLICATION_UNAVAILABLE, Sign.APPLICATION_REFUSED}:
        return unknown(
            f"the application answered, and {function.log_group} has no line of it yet",
            f"`miyabi logs {evidence.environment.name} api` in some minutes",
        )
    return ruled_out("no line was waited for in vain")


@check("LOG-008", Effect.RISK)
def network_keeps_lines(evidence: Evidence) -> Answer:
    """A function in a VPC needs no way out for its log: Lambda carries the lines outside of it."""
    if not (evidence.function.configuration.get("VpcConfig") or {}).get("SubnetIds"):
        return ruled_out("the function is in no VPC")
    return ruled_out(
        "Lambda carries a function's lines outside of its VPC: no NAT gateway is needed for them"
    )
