"""Identity and Access Management: roles, and policies within roles, users and groups.

Managed policies and providers of identities stand in modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.handlers import iam_policies, iam_providers
from twin.aws.properties import as_json
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

_ROLE = ("Description", "MaxSessionDuration", "Path", "PermissionsBoundary", "RoleName")
"""Properties that the API takes under the same names when a role is made."""
_HOLDERS = {"Groups": "group", "Roles": "role", "Users": "user"}
"""Who can have a policy of their own, by the property that names them."""
_BETWEEN = "|"
"""Stands between the parts of a policy's Id; no name in IAM can have it."""


def _create_role(request: Request) -> Identifier:
    wanted = {"RoleName": request.name(64), **request.desired}
    request.client("iam").create_role(
        **{name: wanted[name] for name in _ROLE if name in wanted},
        AssumeRolePolicyDocument=as_json(wanted["AssumeRolePolicyDocument"]),
        Tags=as_pairs(wanted.get("Tags")),
    )
    identifier = request.begin(RoleName=wanted["RoleName"])
    _give_policies(request, identifier["RoleName"])
    return identifier


def _read_role(aws: Aws, identifier: Identifier) -> Properties:
    iam, name = aws.client("iam"), identifier["RoleName"]
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        raise Absent(f"role {name} does not exist") from None
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {
        **{key: role[key] for key in ("Arn", "RoleId", *_ROLE, "AssumeRolePolicyDocument") if key in role},
        **({"PermissionsBoundary": boundary} if boundary else {}),
        "ManagedPolicyArns": [policy["PolicyArn"] for policy in attached],
        "Policies": [
            {"PolicyName": policy, "PolicyDocument": _document(iam, "role", name, policy)}
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ],
        "Tags": without(role.get("Tags", [])),
    }


def _update_role(request: Request, identifier: Identifier) -> None:
    iam, wanted, role = request.client("iam"), request.desired, dict(identifier)
    if request.changed("Description", "MaxSessionDuration"):
        usual = {"Description": "", "MaxSessionDuration": 3600}
        iam.update_role(**role, **{name: wanted.get(name, value) for name, value in usual.items()})
    if request.changed("AssumeRolePolicyDocument"):
        iam.update_assume_role_policy(**role, PolicyDocument=as_json(wanted["AssumeRolePolicyDocument"]))
    if request.changed("PermissionsBoundary") and "PermissionsBoundary" in wanted:
        iam.put_role_permissions_boundary(**role, PermissionsBoundary=wanted["PermissionsBoundary"])
    elif request.changed("PermissionsBoundary"):
        iam.delete_role_permissions_boundary(**role)
    _give_policies(request, identifier["RoleName"])
    retag(
        request.previous.get("Tags"),
        wanted.get("Tags"),
        lambda tags: iam.tag_role(**role, Tags=as_pairs(tags)),
        lambda names: iam.untag_role(**role, TagKeys=names),
    )


def _delete_role(aws: Aws, identifier: Identifier) -> None:
    iam, role = aws.client("iam"), dict(identifier)
    for policy in iam.list_attached_role_policies(**role)["AttachedPolicies"]:
        iam.detach_role_policy(**role, PolicyArn=policy["PolicyArn"])
    for name in iam.list_role_policies(**role)["PolicyNames"]:
        iam.delete_role_policy(**role, PolicyName=name)
    iam.delete_role(**role)


def _give_policies(request: Request, role: str) -> None:
    """Attach and embed the policies that are wanted, and take away those that no longer are."""
    iam = request.client("iam")
    managed_before, managed = (
        dict.fromkeys(side.get("ManagedPolicyArns", [])) for side in (request.previous, request.desired)
    )
    own_before, own = (
        {policy["PolicyName"]: policy["PolicyDocument"] for policy in side.get("Policies", [])}
        for side in (request.previous, request.desired)
    )
    for arn in managed_before.keys() - managed.keys():
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    for arn in managed:
        if arn not in managed_before:
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    for name in own_before.keys() - own.keys():
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    for name, document in own.items():
        if own_before.get(name) != document:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=as_json(document))


def _create_policy(request: Request) -> Identifier:
    """The Id says who has the policy, as IAM itself knows no policy that several have."""
    wanted = request.desired
    holders = [f"{kind}/{name}" for key, kind in _HOLDERS.items() for name in wanted.get(key, [])]
    if not holders:
        raise HandlerError("InvalidRequest", f"nobody has policy {wanted['PolicyName']}; name a role")
    identifier = request.begin(Id=_BETWEEN.join([wanted["PolicyName"], *holders]))
    _put_policy(request, identifier)
    return identifier


def _read_policy(aws: Aws, identifier: Identifier) -> Properties:
    iam, name = aws.client("iam"), _policy_name(identifier)
    told: Properties = {"Id": identifier["Id"], "PolicyName": name}
    for key, kind, holder in _holders(identifier):
        try:
            told["PolicyDocument"] = _document(iam, kind, holder, name)
        except iam.exceptions.NoSuchEntityException:
            continue
        told.setdefault(key, []).append(holder)
    if "PolicyDocument" not in told:
        raise Absent(f"policy {name} does not exist")
    return told


def _put_policy(request: Request, identifier: Identifier) -> None:
    if request.previous and request.changed("PolicyName", *_HOLDERS):
        raise HandlerError(
            "NotUpdatable", "a policy keeps its name and those who have it; make another policy"
        )
    iam, document = request.client("iam"), as_json(request.desired["PolicyDocument"])
    for _, kind, holder in _holders(identifier):
        getattr(iam, f"put_{kind}_policy")(
            **_named(kind, holder), PolicyName=_policy_name(identifier), PolicyDocument=document
        )


def _delete_policy(aws: Aws, identifier: Identifier) -> None:
    iam = aws.client("iam")
    for _, kind, holder in _holders(identifier):
        getattr(iam, f"delete_{kind}_policy")(**_named(kind, holder), PolicyName=_policy_name(identifier))


def _document(iam: Any, kind: str, holder: str, policy: str) -> Any:
    """A policy of a role, a user or a group."""
    told = getattr(iam, f"get_{kind}_policy")(**_named(kind, holder), PolicyName=policy)
    return told["PolicyDocument"]


def _holders(identifier: Identifier) -> Iterator[tuple[str, str, str]]:
    """Who has a policy: the property, the kind and the name of each."""
    keys = {kind: key for key, kind in _HOLDERS.items()}
    for holder in identifier["Id"].split(_BETWEEN)[1:]:
        kind, _, name = holder.partition("/")
        yield keys[kind], kind, name


def _policy_name(identifier: Identifier) -> str:
    return identifier["Id"].split(_BETWEEN)[0]


def _named(kind: str, name: str) -> dict[str, str]:
    return {f"{kind.capitalize()}Name": name}


HANDLERS = (
    Handler(
        type="AWS::IAM::Role",
        create=_create_role,
        read=_read_role,
        update=_update_role,
        delete=_delete_role,
    ),
    Handler(
        type="AWS::IAM::Policy",
        create=_create_policy,
        read=_read_policy,
        update=_put_policy,
        delete=_delete_policy,
        ref="PolicyName",
    ),
    *iam_policies.HANDLERS,
    *iam_providers.HANDLERS,
)
