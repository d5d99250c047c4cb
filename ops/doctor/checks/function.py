"""Is the function there to be invoked: its state, its role, the key of its variables, its concurrency?"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

NOT_INVOKED: Final = frozenset({Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE})
"""What a request comes to that Lambda refuses to give to the function."""
ACTIVE: Final = "Active"
KEY_CODES: Final = frozenset({"KMSKeyAccessDenied", "KMSKeyNotFound", "InvalidStateKMSKey", "DisabledKMSKey"})
"""Reasons for a function's state that are its key's."""
OF_KEY: Final = re.compile(r"\bKMS|decrypt the environment", re.IGNORECASE)
OF_ROLE: Final = re.compile(r"cannot be assumed|can't be assumed|AssumeRole", re.IGNORECASE)
THROTTLED: Final = re.compile(r"rate exceeded|too ?many ?requests|concurrent.*limit|throttl", re.IGNORECASE)
RECURSIVE: Final = re.compile(r"recursive", re.IGNORECASE)
OF_POLICY: Final = re.compile(r"permissions? to call|not authorized to", re.IGNORECASE)
"""What Lambda, or the gateway in its place, says of a refusal."""
LAMBDA: Final = "lambda.amazonaws.com"
TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": LAMBDA}, "Action": "sts:AssumeRole"}],
    }
)
"""The trust policy of every function's role."""
IN_VPC, OUTSIDE = "AWSLambdaVPCAccessExecutionRole", "AWSLambdaBasicExecutionRole"
NO_TIME: Final = "the request has no time left"
"""What our code writes where the function's time is over before the database was asked."""
ENOUGH: Final = 29
"""Seconds: below what the gateway waits, and above what the database may take to be connected to."""


@check("LAM-022", Effect.FAILS, signs=NOT_INVOKED, ran=False)
def role_unusable(evidence: Evidence) -> Answer:
    """Lambda takes the role before the code runs."""
    function, role = evidence.function, evidence.role
    found = evidence.reading.find("iam:GetRole", f"role {role.name}", RoleName=role.name)
    if found is None:
        inside = (function.configuration.get("VpcConfig") or {}).get("SubnetIds")
        managed = f"arn:aws:iam::aws:policy/service-role/{IN_VPC if inside else OUTSIDE}"
        return proved(
            f"role {role.name}, which function {function.name} is to run as, is not there",
            f"aws iam create-role --role-name {role.name} --assume-role-policy-document '{TRUST}'",
            f"aws iam attach-role-policy --role-name {role.name} --policy-arn {managed}",
            *function.configure(f"--description 'role {role.name} made anew'"),
            change="the service stack makes the role, and not anew where a deployment changes nothing of it",
        )
    allows, conditioned = _trust(found["Role"])
    if OF_ROLE.search(evidence.trace.refused_by_lambda) or not allows:
        return proved(
            f"the trust policy of role {role.name} does not let {LAMBDA} assume it",
            f"aws iam update-assume-role-policy --role-name {role.name} --policy-document '{TRUST}'",
            change=f"let the role's trust policy allow sts:AssumeRole to the service {LAMBDA}",
        )
    if conditioned:
        return unknown(
            f"the trust policy of role {role.name} lets {LAMBDA} assume it under conditions",
            decide=f"aws iam get-role --role-name {role.name} --query Role.AssumeRolePolicyDocument",
        )
    return ruled_out(f"role {role.name} is there, and {LAMBDA} may assume it")


@check("LAM-023", Effect.FAILS, signs=NOT_INVOKED, ran=False)
def role_made_anew(evidence: Evidence) -> Answer:
    """Lambda's own key is opened by a grant to the role that there was when the function was changed last."""
    function, role = evidence.function, evidence.role
    configuration = function.configuration
    if configuration.get("KMSKeyArn") or not configuration.get("Environment"):
        return ruled_out(f"function {function.name} has no variables under Lambda's own key")
    if evidence.trace.started:
        return ruled_out("the code has run, so its variables could be read")
    made = evidence.reading.call("iam:GetRole", f"role {role.name}", RoleName=role.name)["Role"]["CreateDate"]
    changed = function.changed
    if made > changed:
        return proved(
            f"role {role.name} was made at {made:%Y-%m-%d %H:%M} UTC, after function {function.name} was "
            f"changed last ({changed:%Y-%m-%d %H:%M} UTC): the key's grant is for a role that is gone",
            *function.configure("--description 'grant made anew'"),
            change="deploy the service stack with any change of the function",
        )
    return ruled_out(f"role {role.name} is older than the function's last change")


@check("LAM-021", Effect.FAILS, signs=NOT_INVOKED, ran=False)
def key_closed(evidence: Evidence) -> Answer:
    """Lambda decrypts the variables as the function's role before the code runs."""
    function = evidence.function
    key, code = function.configuration.get("KMSKeyArn"), function.configuration.get("StateReasonCode")
    if code in KEY_CODES:
        return proved(f"the state of function {function.short} has the reason {code}", *_read_key(key))
    if OF_KEY.search(evidence.trace.refused_by_lambda):
        return proved(
            f"Lambda told the gateway that it can't decrypt the variables of {function.short}",
            *_read_key(key),
        )
    if not key:
        return ruled_out(f"the variables of function {function.name} are under Lambda's own key")
    found = evidence.reading.find("kms:DescribeKey", f"key {key}", KeyId=key)
    if found is None:
        return proved(f"key {key} of the variables of function {function.name} is not there")
    state = found["KeyMetadata"]["KeyState"]
    if state != "Enabled":
        back = (f"aws kms cancel-key-deletion --key-id {key}",) if state == "PendingDeletion" else ()
        because = f"key {key} of the variables of function {function.name} is {state}"
        return proved(because, *back, f"aws kms enable-key --key-id {key}")
    return _may_decrypt(evidence, str(key))


def _may_decrypt(evidence: Evidence, key: str) -> Answer:
    if evidence.trace.started or evidence.role.may("kms:Decrypt", key):
        return ruled_out(f"key {key} is enabled, and the function's role may use it")
    return unknown(
        f"no policy of role {evidence.role.name} allows kms:Decrypt by {key}; the key's own policy may",
        decide=f"aws kms get-key-policy --key-id {key} --policy-name default",
    )


@check("LAM-014", Effect.FAILS, signs=NOT_INVOKED, ran=False)
def switched_off(evidence: Evidence) -> Answer:
    """Reserved concurrency of 0 is how a function is switched off."""
    function = evidence.function
    if function.reserved != 0:
        told = "none" if function.reserved is None else function.reserved
        return ruled_out(f"the reserved concurrency of function {function.name} is {told}, not 0")
    wanted = evidence.environment.api.reserved_concurrency
    mend = (
        f"put-function-concurrency --function-name {function.name} --reserved-concurrent-executions {wanted}"
    )
    free = f"delete-function-concurrency --function-name {function.name}"
    return proved(
        f"the reserved concurrency of function {function.name} is 0",
        f"aws lambda {mend if wanted else free}",
        change="[api] reserved_concurrency in the environment's settings, and deploy",
    )


@check("LAM-002", Effect.SOME, signs=NOT_INVOKED, ran=False)
def throttled(evidence: Evidence) -> Answer:
    """More requests at a time than executions that the function may have."""
    function = evidence.function
    limit, of_what = _limit(evidence)
    raise_it = f"aws lambda get-function-concurrency --function-name {function.name}"
    change = "raise [api] reserved_concurrency, or the account's quota L-B99A9384"
    if limit != 0 and THROTTLED.search(evidence.trace.refused_by_lambda):
        because = f"Lambda throttled this request: {of_what} of {limit} executions is used up"
        return proved(because, raise_it, change=change)
    wanted = _wanted(evidence)
    if 0 < limit < wanted:
        return proved(
            f"{of_what} of function {function.name} is {limit}: of {wanted} requests at a time, which the "
            "settings expect, some are throttled",
            raise_it,
            change=change,
            explains=False,
        )
    lately = sum(evidence.metrics.of_function("Throttles", function.name))
    if lately and limit != 0:
        return unknown(
            f"{lately:.0f} requests were throttled within the last 15 minutes, at {of_what} of {limit}",
            decide=f"the metrics Throttles and ConcurrentExecutions of {function.name} by the minute",
        )
    return ruled_out(f"{of_what} is {limit}, and no request was throttled lately")


@check("LAM-013", Effect.FAILS, signs=NOT_INVOKED, ran=False)
def recursion_stopped(evidence: Evidence) -> Answer:
    """Lambda ends loops of a function that invokes itself by SQS, SNS or S3."""
    function = evidence.function
    if RECURSIVE.search(evidence.trace.refused_by_lambda):
        return proved(f"Lambda refused this request to {function.name} as a part of a loop")
    lately = sum(evidence.metrics.of_function("RecursiveInvocationsDropped", function.name))
    if lately:
        return unknown(
            f"Lambda stopped {lately:.0f} loops of function {function.name} within the last 15 minutes",
            decide=f"the metric RecursiveInvocationsDropped of function {function.name} by the minute",
        )
    return ruled_out(f"Lambda stopped no loop of function {function.name} lately")


@check("LAM-020", Effect.SHOWS, signs=NOT_INVOKED, ran=False)
def not_active(evidence: Evidence) -> Answer:
    """A function that is being made, rests, or could not be made is not invoked."""
    function = evidence.function
    state = function.configuration.get("State", ACTIVE)
    if state == ACTIVE:
        return ruled_out(f"function {function.short} is active")
    code = function.configuration.get("StateReasonCode", "no reason told")
    return proved(
        f"the state of function {function.short} is {state} ({code})",
        f"aws lambda get-function-configuration --function-name {function.arn} "
        "--query '[State,StateReasonCode,StateReason]'",
    )


@check("LAM-030", Effect.FAILS, signs={Sign.APPLICATION_UNAVAILABLE}, ran=True)
def no_time(evidence: Evidence) -> Answer:
    """Our code gives up before the function is ended, and asks nothing that it has no time for."""
    function = evidence.function
    seconds = function.configuration.get("Timeout")
    if evidence.sign is not Sign.APPLICATION_UNAVAILABLE or not evidence.trace.said(NO_TIME):
        return ruled_out(f"the log has no request that had too little of the {seconds} s that it may take")
    return proved(
        f"function {function.short} may run {seconds} s, and its log says of this request that no time was "
        "left for the database",
        *function.configure(f"--timeout {evidence.environment.api.timeout_seconds or ENOUGH}"),
        change="raise [api] timeout_seconds in the environment's settings, and deploy the service stack",
    )


@check("LAM-029", Effect.SHOWS, signs=NOT_INVOKED, ran=False)
def refused_by_lambda(evidence: Evidence) -> Answer:
    """Whatever else Lambda refuses an invocation for stands in the gateway's log alone."""
    trace = evidence.trace
    if trace.ran:
        return ruled_out("Lambda has run the function for this request")
    if trace.access is None:
        return unknown(
            "the gateway wrote no line for this request that could tell what Lambda said",
            decide="integrationErrorMessage in an access log of the stage",
        )
    said = trace.refused_by_lambda
    if not (said or trace.is_refused) or OF_POLICY.search(said):
        return ruled_out("the gateway's log has no refusal of Lambda for this request")
    named = re.search(r"\b\w+Exception\b", said)
    return proved(
        f"Lambda refused to run {evidence.function.short} for this request"
        + (f" ({named[0]})" if named else "; the stage's access log has its words"),
        f"aws logs tail {evidence.gateway.access_log_group} --since 10m",
    )


def _trust(role: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the trust policy lets Lambda assume the role, and whether a condition stands before that."""
    statements = (role.get("AssumeRolePolicyDocument") or {}).get("Statement", [])
    found = [each for each in ([statements] if isinstance(statements, dict) else statements) if _meant(each)]
    allows = [each for each in found if each.get("Effect") == "Allow"]
    refuses = any(each.get("Effect") == "Deny" and not each.get("Condition") for each in found)
    conditioned = all(each.get("Condition") for each in allows) or any(
        each.get("Effect") == "Deny" for each in found
    )
    return bool(allows) and not refuses, conditioned


def _meant(statement: dict[str, Any]) -> bool:
    """Whether a statement is about Lambda's assuming the role."""
    actions, principal = _listed(statement.get("Action")), statement.get("Principal") or {}
    services = _listed(principal if isinstance(principal, str) else principal.get("Service"))
    services += _listed(None if isinstance(principal, str) else principal.get("AWS"))
    return bool({"*", "sts:*", "sts:AssumeRole"} & set(actions) and {"*", LAMBDA} & set(services))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _read_key(key: str | None) -> tuple[str, ...]:
    return (f"aws kms describe-key --key-id {key}",) if key else ()


def _limit(evidence: Evidence) -> tuple[int, str]:
    """How many executions at a time the function may have, and by what."""
    if evidence.function.reserved is not None:
        return evidence.function.reserved, "the reserved concurrency"
    found = evidence.reading.call("lambda:GetAccountSettings", "the account's limits")
    return int(found["AccountLimit"]["UnreservedConcurrentExecutions"]), "the account's concurrency"


def _wanted(evidence: Evidence) -> int:
    """How many executions at a time the settings expect: as many as come while one takes; two at least."""
    traffic = evidence.environment.traffic
    return max(2, math.ceil(traffic.peak_requests_per_second * traffic.request_duration_ms / 1000))
