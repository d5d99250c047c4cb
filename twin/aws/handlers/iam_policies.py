"""Identity and Access Management: managed policies, and who has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.properties import as_json

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_HOLDERS = {"Groups": "group", "Roles": "role", "Users": "user"}
"""Who can have a policy, by the property that names them."""
_MOST_VERSIONS = 5
"""Versions that IAM keeps of a policy: "IAM and AWS STS quotas"."""


def _create(request: Request) -> Identifier:
    wanted = request.desired
    given = {name: wanted[name] for name in ("Description", "Path") if name in wanted}
    policy = request.client("iam").create_policy(
        PolicyName=wanted.get("ManagedPolicyName") or request.name(128),
        PolicyDocument=as_json(wanted["PolicyDocument"]),
        **given,
    )["Policy"]
    identifier = request.begin(PolicyArn=policy["Arn"])
    _give(request, policy["Arn"])
    return identifier


def _read(aws: Aws, identifier: Identifier) -> Properties:
    iam, arn = aws.client("iam"), identifier["PolicyArn"]
    policy = _policy(iam, arn)
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    holders = iam.list_entities_for_policy(PolicyArn=arn)
    told = {
        "PolicyArn": arn,
        "PolicyId": policy["PolicyId"],
        "ManagedPolicyName": policy["PolicyName"],
        "Description": policy.get("Description"),
        "Path": policy["Path"],
        "DefaultVersionId": policy["DefaultVersionId"],
        "AttachmentCount": policy["AttachmentCount"],
        "PolicyDocument": version["Document"],
        **{key: [one[f"{key[:-1]}Name"] for one in holders[f"Policy{key}"]] for key in _HOLDERS},
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _update(request: Request, identifier: Identifier) -> None:
    """A new document is a new version; the oldest goes where IAM keeps no more."""
    iam, arn = request.client("iam"), identifier["PolicyArn"]
    policy = _policy(iam, arn)
    if request.changed("PolicyDocument"):
        former = [one["VersionId"] for one in _versions(iam, arn) if not one["IsDefaultVersion"]]
        if len(former) + 1 == _MOST_VERSIONS:
            iam.delete_policy_version(PolicyArn=arn, VersionId=min(former, key=lambda name: int(name[1:])))
        document = as_json(request.desired["PolicyDocument"])
        iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=document, SetAsDefault=True)
    _give(request, arn)


def _delete(aws: Aws, identifier: Identifier) -> None:
    iam, arn = aws.client("iam"), identifier["PolicyArn"]
    _policy(iam, arn)
    holders = iam.list_entities_for_policy(PolicyArn=arn)
    for key, kind in _HOLDERS.items():
        for one in holders[f"Policy{key}"]:
            _detach(iam, kind, one[f"{key[:-1]}Name"], arn)
    for version in _versions(iam, arn):
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _give(request: Request, arn: str) -> None:
    """Attach the policy to those who are to have it, and take it from those who no longer are."""
    iam = request.client("iam")
    for key, kind in _HOLDERS.items():
        before, after = request.previous.get(key, []), request.desired.get(key, [])
        for name in sorted(set(before) - set(after)):
            _detach(iam, kind, name, arn)
        for name in sorted(set(after) - set(before)):
            getattr(iam, f"attach_{kind}_policy")(**{f"{kind.capitalize()}Name": name}, PolicyArn=arn)


def _detach(iam: Any, kind: str, name: str, arn: str) -> None:
    getattr(iam, f"detach_{kind}_policy")(**{f"{kind.capitalize()}Name": name}, PolicyArn=arn)


def _policy(iam: Any, arn: str) -> Any:
    try:
        return iam.get_policy(PolicyArn=arn)["Policy"]
    except iam.exceptions.NoSuchEntityException:
        raise Absent(f"policy {arn} does not exist") from None


def _versions(iam: Any, arn: str) -> list[Any]:
    versions: list[Any] = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    return versions


HANDLERS = (
    Handler(
        type="AWS::IAM::ManagedPolicy",
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
    ),
)
