"""Whether a role may do something: all its policies, and its boundary, as the local AWS has them now.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from ops.policies.decision import NOT_ALLOWED, Decision
from ops.policies.documents import read
from ops.policies.evaluating import decide
from ops.policies.request import Caller, Request
from twin.aws.changes import changes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.policies.documents import Document, Policy
    from ops.policies.request import Context, Value
    from twin.deployed import Deployed

_NO_SUCH_ENTITY: Final = "NoSuchEntity"
_LOG_GROUP: Final = re.compile(r"arn:[^:]*:logs:[^:]*:[^:]*:log-group:[^:*]+")
_ON_GROUPS_THEMSELVES: Final = frozenset(
    {"logs:tagresource", "logs:untagresource", "logs:listtagsforresource"}
)
"""Whose log groups have no `:*` at the end.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""


@dataclass(frozen=True, slots=True)
class Role:
    """What decides what a role may do."""

    name: str
    identity: tuple[Policy, ...]
    boundary: Policy | None
    context: Context
    """What AWS knows of the role in every request of its sessions."""


_ROLES: Final[WeakKeyDictionary[Deployed, tuple[int, dict[str, Role | None]]]] = WeakKeyDictionary()
"""Roles by ARN, None for one that is not there, with the count of changes that they were read at."""


def role_may(
    deployed: Deployed,
    role_arn: str,
    action: str,
    resource: str,
    context: Context | None = None,
    *,
    resource_policy: Document | None = None,
) -> Decision:
    """Decide for a session of a role, in the account of the role.

    Args:
        deployed: The local AWS.
        role_arn: The role, with its path.
        action: Such as `logs:PutLogEvents`.
        resource: An ARN, or `*`; a log group without `:*` or `:log-stream:...` gets what Logs adds to it.
        context: What is known of this request besides, such as `aws:SourceVpc`. It goes before what is known
            of all: principal and its tags, region, time, transport.
        resource_policy: The resource's own policy, if it has one; it can allow what the role's do not.

    Raises PolicyRefused for a policy that is not understood.
    """
    role = _role(deployed, role_arn)
    if role is None:
        return Decision(NOT_ALLOWED, f"role {role_arn} is not there, so it may call nothing")
    asked = _as_logs_asks(action, resource)
    given = {**role.context, **_of_every_request(deployed, role_arn, asked), **(context or {})}
    request = Request.of(action, asked, given, Caller.principal(role_arn))
    attached = read(resource_policy, f"the policy of {asked}") if resource_policy else None
    return decide(request, role.name, role.identity, role.boundary, attached)


def _role(deployed: Deployed, role_arn: str) -> Role | None:
    """The role as it is read back; read again once anything has changed."""
    changes = changes_of(deployed.aws.account, "iam")
    seen, roles = _ROLES.get(deployed, (-1, {}))
    if seen != changes:
        roles = {}
        _ROLES[deployed] = (changes, roles)
    if role_arn not in roles:
        roles[role_arn] = _read_back(deployed, role_arn)
    return roles[role_arn]


def _read_back(deployed: Deployed, role_arn: str) -> Role | None:
    from botocore.exceptions import ClientError

    name = role_arn.rpartition("/")[2]
    try:
        found = deployed.call("iam", "get_role", RoleName=name)["Role"]
        identity = tuple(_identity(deployed, name))
    except ClientError as error:
        if error.response["Error"]["Code"] != _NO_SUCH_ENTITY:
            raise
        return None
    if found["Arn"] != role_arn:
        # the name is there under another path, or it is another account's role
        return None
    boundary = found.get("PermissionsBoundary")
    return Role(
        name=f"role {name}",
        identity=identity,
        boundary=boundary
        and _managed(
            deployed, boundary["PermissionsBoundaryArn"], f"the permissions boundary of role {name},"
        ),
        context=_of_every_session(role_arn, found),
    )


def _identity(deployed: Deployed, name: str) -> Iterator[Policy]:
    """Inline policies, then attached ones."""
    for policy in deployed.pages("iam", "list_role_policies", "PolicyNames", RoleName=name):
        found = deployed.call("iam", "get_role_policy", RoleName=name, PolicyName=policy)
        yield read(found["PolicyDocument"], f"policy {policy} of role {name}")
    for attached in deployed.pages("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name):
        yield _managed(deployed, attached["PolicyArn"], "managed policy")


def _managed(deployed: Deployed, arn: str, called: str) -> Policy:
    """A managed policy by its default version."""
    version = deployed.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = deployed.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    return read(found["PolicyVersion"]["Document"], f"{called} {arn.rpartition('/')[2]}")


def _of_every_session(role_arn: str, found: dict[str, Any]) -> dict[str, Value]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html."""
    return {
        "aws:PrincipalArn": role_arn,
        "aws:PrincipalAccount": role_arn.split(":")[4],
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalIsAWSService": False,
        "aws:ViaAWSService": False,
        "aws:SecureTransport": True,
        **{f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in found.get("Tags", ())},
    }


def _of_every_request(deployed: Deployed, role_arn: str, resource: str) -> dict[str, Value]:
    now = datetime.now(UTC)
    parts = resource.split(":")
    return {
        "aws:RequestedRegion": deployed.aws.region,
        "aws:ResourceAccount": (parts[4:5] or [""])[0] or role_arn.split(":")[4],
        "aws:CurrentTime": now,
        "aws:EpochTime": int(now.timestamp()),
    }


def _as_logs_asks(action: str, resource: str) -> str:
    """A log group as CloudWatch Logs names it to IAM, which is why policies write `:*` at its end."""
    if action.lower() in _ON_GROUPS_THEMSELVES or not _LOG_GROUP.fullmatch(resource):
        return resource
    return f"{resource}:log-stream:"
