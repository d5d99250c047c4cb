"""Mistakes in who may: the function's resource policy, and the rights of its role."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from twin.faults.change import Done, undoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twin.faults.targets import Targets, World

GATEWAY: Final = "apigateway.amazonaws.com"
_CONDITIONS: Final = {"AWS:SourceArn": "SourceArn", "AWS:SourceAccount": "SourceAccount"}
"""Which parameter of AddPermission makes a condition's key."""
_STATEMENT: Final = "fault"


def remove_permission(world: World, targets: Targets) -> Done:
    """Take away every statement by which API Gateway may invoke the function."""
    found = _statements(world, targets)
    if not found:
        return Done(f"API Gateway had no permission to invoke {targets.function_name}", lambda: None)
    undo = [_remove(world, targets, statement) for statement in found]
    return Done(f"API Gateway may no longer invoke {targets.function_name}", undoing(*undo))


def permit(world: World, targets: Targets, source: str, qualified: bool = True) -> Done:  # noqa: FBT001, FBT002  (given by name)
    """Have no permission for API Gateway but one.

    Args:
        world: Whose local AWS is changed.
        targets: Where.
        source: Its SourceArn after `execute-api:`, with `{region}`, `{account}`, `{api}` and `{stage}`.
        qualified: Whether it is for what the API invokes; else for the function without alias.
    """
    functions = world.aws.client("lambda")
    removed = remove_permission(world, targets)
    parts = {"region": targets.region, "account": targets.account, "api": targets.api_id}
    arn = f"arn:{world.aws.partition}:execute-api:" + source.format(**parts, stage=targets.stage["StageName"])
    named = {"FunctionName": targets.function_name, **(targets.qualified if qualified else {})}
    functions.add_permission(
        **named, StatementId=_STATEMENT, Action="lambda:InvokeFunction", Principal=GATEWAY, SourceArn=arn
    )
    whom = targets.function_name + (f":{named['Qualifier']}" if "Qualifier" in named else "")
    return Done(
        f"API Gateway may invoke {whom} for {arn} alone",
        undoing(removed.undo, lambda: functions.remove_permission(**named, StatementId=_STATEMENT)),
    )


def grant(world: World, targets: Targets) -> Done:
    """Give the API the permission that it should have: what mends API-001 to API-004."""
    return permit(world, targets, "{region}:{account}:{api}/*")


def has_permission(world: World, targets: Targets) -> bool:
    """Whether any statement is there by which API Gateway may invoke what the API names."""
    return bool(_statements(world, targets))


def take_log_rights(world: World, targets: Targets) -> Done:
    """Take from the function's role every right on logs."""
    undo = [*_take_inline(world, targets.role, "logs:"), *_detach(world, targets.role, "logs:")]
    return Done(f"role {targets.role} has no right on logs", undoing(*undo))


def delete_log_group(world: World, targets: Targets) -> Done:
    """Delete the function's log group, as somebody who tidies up does."""
    logs, name = world.aws.client("logs"), targets.log_group
    [found] = [
        group
        for group in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        if group["logGroupName"] == name
    ]
    tags = logs.list_tags_for_resource(resourceArn=found["arn"].removesuffix(":*"))["tags"]
    logs.delete_log_group(logGroupName=name)

    def put_back() -> None:
        more = {"kmsKeyId": found["kmsKeyId"]} if found.get("kmsKeyId") else {}
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=name, **more, **({"tags": tags} if tags else {}))
        if days := found.get("retentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)

    return Done(f"log group {name} is deleted", put_back)


def _statements(world: World, targets: Targets) -> list[Mapping[str, Any]]:
    functions = world.aws.client("lambda")
    try:
        answer = functions.get_policy(FunctionName=targets.function_name, **targets.qualified)
    except functions.exceptions.ResourceNotFoundException:
        return []
    statements = json.loads(answer["Policy"])["Statement"]
    return [each for each in statements if each["Principal"] == {"Service": GATEWAY}]


def _remove(world: World, targets: Targets, statement: Mapping[str, Any]) -> Callable[[], None]:
    functions = world.aws.client("lambda")
    named = {"FunctionName": targets.function_name, **targets.qualified, "StatementId": statement["Sid"]}
    functions.remove_permission(**named)
    conditions = {
        _CONDITIONS[key]: value
        for condition in statement.get("Condition", {}).values()
        for key, value in condition.items()
    }

    def put_back() -> None:
        functions.add_permission(**named, Action=statement["Action"], Principal=GATEWAY, **conditions)

    return put_back


def _take_inline(world: World, role: str, prefix: str) -> list[Callable[[], object]]:
    """Take actions out of the role's own policies; a policy that has nothing else is deleted."""
    iam = world.aws.client("iam")
    undo: list[Callable[[], object]] = []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        named = {"RoleName": role, "PolicyName": name}
        before = iam.get_role_policy(**named)["PolicyDocument"]
        left = [each for each in (_without(it, prefix) for it in before["Statement"]) if each]
        if left == before["Statement"]:
            continue
        if left:
            iam.put_role_policy(**named, PolicyDocument=json.dumps({**before, "Statement": left}))
        else:
            iam.delete_role_policy(**named)
        undo.append(partial(iam.put_role_policy, **named, PolicyDocument=json.dumps(before)))
    return undo


def _detach(world: World, role: str, prefix: str) -> list[Callable[[], object]]:
    """Detach the managed policies that give such actions."""
    iam = world.aws.client("iam")
    undo: list[Callable[[], object]] = []
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        if any(
            action.startswith(prefix) for each in _listed(document["Statement"]) for action in _actions(each)
        ):
            named = {"RoleName": role, "PolicyArn": arn}
            iam.detach_role_policy(**named)
            undo.append(partial(iam.attach_role_policy, **named))
    return undo


def _without(statement: Mapping[str, Any], prefix: str) -> Mapping[str, Any] | None:
    left = [action for action in _actions(statement) if not action.startswith(prefix)]
    if left == _actions(statement):
        return statement
    return {**statement, "Action": left} if left else None


def _actions(statement: Mapping[str, Any]) -> list[str]:
    return list(_listed(statement.get("Action", [])))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


INJECTORS: Final = {
    "remove_permission": remove_permission,
    "permit": permit,
    "take_log_rights": take_log_rights,
    "delete_log_group": delete_log_group,
}
