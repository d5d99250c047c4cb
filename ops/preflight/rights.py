"""Whether whoever deploys may do what a deployment itself does; what its templates need, AWS looks at.

IAM's simulation knows nothing of a session's policies, nor of those of the resources; so what it denies is a
note, and stops nothing. "SimulatePrincipalPolicy", IAM API Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfn.pseudo_parameters import pseudo_parameters
from ops.artifact_bucket import bucket_name
from ops.preflight.found import Found
from runtime.migrator.errors import AccessError
from stacks.values import MIGRATOR_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.live import Live
    from ops.preflight.found import Scope

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "arn:{partition}:cloudformation:{region}:{account}:stack/miyabi-{system}-service/*": (
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:GetStackPolicy",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "cloudformation:SetStackPolicy",
        "cloudformation:UpdateTerminationProtection",
    ),
    "arn:{partition}:s3:::{bucket}": (
        "s3:CreateBucket",
        "s3:ListBucket",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    ),
    "arn:{partition}:s3:::{bucket}/*": ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
    "arn:{partition}:ssm:{region}:{account}:parameter/miyabi/{system}/artifact/key": (
        "ssm:GetParameter",
        "ssm:PutParameter",
    ),
}
"""What the program calls by itself and would be stopped half-way without, by what it is called on."""
WITH_MIGRATOR: Final[Mapping[str, tuple[str, ...]]] = {
    "arn:{partition}:lambda:{region}:{account}:function:{migrator}:live": ("lambda:InvokeFunction",),
    "arn:{partition}:rds:{region}:{account}:db:{database}": ("rds:CreateDBSnapshot",),
}
"""What migrations take, once there is a database."""


def rights(scope: Scope) -> Iterator[Found]:
    """A note of what IAM's simulation denies, or one that it could not be asked."""
    live = scope.live
    arn = live.call("sts:GetCallerIdentity", "the account")["Arn"]
    if arn.endswith(":root"):
        return
    try:
        denied = list(_denied(live, _principal(live, arn)))
    except AccessError as error:
        sentence = f"whether {arn} may deploy {scope.wanted.environment} was not looked at: {error}"
        yield Found(sentence, is_problem=False)
        return
    for resource, actions in denied:
        yield Found(
            f"IAM's simulation denies {arn} {', '.join(actions)} on {resource}; let a policy allow it, "
            "unless one that the simulation does not know does",
            is_problem=False,
        )


def _denied(live: Live, principal: str) -> Iterator[tuple[str, list[str]]]:
    """What is denied on each resource."""
    for resource, actions in _needed(live):
        results = live.pages(
            "iam:SimulatePrincipalPolicy",
            f"the rights of {principal}",
            "EvaluationResults",
            PolicySourceArn=principal,
            ActionNames=list(actions),
            ResourceArns=[resource],
        )
        if denied := sorted(one["EvalActionName"] for one in results if one["EvalDecision"] != "allowed"):
            yield resource, denied


def _needed(live: Live) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Actions by the ARN that they are needed on."""
    migrator = live.value_or_none(MIGRATOR_NAME)
    values: dict[str, Any] = {
        "partition": pseudo_parameters("", live.region, None, None)["AWS::Partition"],
        "region": live.region,
        "account": live.require_account(),
        "system": live.system,
        "bucket": bucket_name(live),
        "migrator": migrator,
        "database": live.environment.database.identifier,
    }
    for needed in (NEEDED, WITH_MIGRATOR if migrator else {}):
        for resource, actions in needed.items():
            yield resource.format_map(values), actions


def _principal(live: Live, arn: str) -> str:
    """Who can be simulated: the role of a session, with its path, or the user as it is."""
    if ":assumed-role/" not in arn:
        return arn
    role = arn.split("/")[1]
    found: str = live.call("iam:GetRole", f"role {role}", RoleName=role)["Role"]["Arn"]
    return found
