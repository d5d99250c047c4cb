"""What a call asks of an operation besides template, parameters and tags: kept, or refused by its name."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.errors import InvalidRequest, TokenTaken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.aws.clients import Aws
    from twin.aws.cloudformation.state import Goal, Stack


def asked_options(aws: Aws, call: Mapping[str, Any], before: Goal | None) -> dict[str, Any]:
    """Fields of a Goal that a call gives; raises InvalidRequest."""
    deployment = call.get("DeploymentConfig", {})
    refuse_role(aws, call.get("RoleARN"))
    if call.get("RollbackConfiguration", {}).get("RollbackTriggers"):
        raise InvalidRequest("the local AWS watches no alarms; leave RollbackTriggers out")
    return {
        "capabilities": tuple(call.get("Capabilities", ())),
        "notification_arns": _kept(call, "NotificationARNs", before.notification_arns if before else ()),
        "role_arn": call.get("RoleARN") or (before.role_arn if before else None),
        "disable_rollback": bool(call.get("DisableRollback") or deployment.get("DisableRollback")),
        "on_failure": call.get("OnFailure") or "ROLLBACK",
        "retain_except_on_create": bool(call.get("RetainExceptOnCreate")),
        "resource_types": tuple(call.get("ResourceTypes", ())),
        "timeout": call.get("TimeoutInMinutes"),
        "monitoring": call.get("RollbackConfiguration", before.monitoring if before else {}),
        "deployment": deployment,
    }


def refuse_role(aws: Aws, arn: str | None) -> None:
    """Raise InvalidRequest for a role that is not there."""
    if arn is None:
        return
    iam = aws.client("iam")
    try:
        found = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        found = None
    if found != arn:
        raise InvalidRequest(f"Role {arn} is invalid or cannot be assumed")


def is_repeated(stack: Stack, action: str, call: Mapping[str, Any]) -> bool:
    """Whether the stack has done this very request before; raises TokenTaken for another with its token."""
    token = call.get("ClientRequestToken")
    if token is None or token not in stack.requests:
        return False
    if stack.requests[token] != _digest(action, call):
        raise TokenTaken(token)
    return True


def remember(stack: Stack, action: str, call: Mapping[str, Any]) -> None:
    """Keep in mind that the stack has done a request, should its caller repeat it."""
    if "ClientRequestToken" in call:
        stack.requests[call["ClientRequestToken"]] = _digest(action, call)


def _digest(action: str, call: Mapping[str, Any]) -> str:
    """Stands for a request, whose values may be secret."""
    return hashlib.sha256(json.dumps([action, call], sort_keys=True, default=str).encode()).hexdigest()


def _kept(call: Mapping[str, Any], name: str, before: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(call[name]) if name in call else before
