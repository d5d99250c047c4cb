"""What a pipeline calls by itself, as a table: each row is a statement, with the need that it answers.

What CloudFormation may do for it stands in `stacks.pipeline_foundation` and `stacks.pipeline_serving`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ANY: Final = ("*",)


def of(service: str, names: str) -> tuple[str, ...]:
    """Actions of a service, by names with spaces between them."""
    return tuple(f"{service}:{name}" for name in names.split())


def regional(service: str, resource: str) -> str:
    """ARN in the stack's own region and account, to be filled in by Fn::Sub."""
    return f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"


def everywhere(service: str, resource: str) -> str:
    """ARN of a service whose ARNs name no region."""
    return f"arn:${{AWS::Partition}}:{service}::${{AWS::AccountId}}:{resource}"


def bucket(name: str) -> str:
    """ARN of a bucket, or of what is in one."""
    return f"arn:${{AWS::Partition}}:s3:::{name}"


@dataclass(frozen=True, slots=True)
class Right:
    """A statement that allows something.

    `types` are those of resources that need it, all where there are none. In `resources`, <system> is the
    system's name, <stack> stands for each of its stacks, <name> for names that CloudFormation makes up from a
    stack's and for those that templates give, <secret> for the secrets that a person enters, and <generated>
    for the logical ids of those that templates make.
    """

    sid: str
    why: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    types: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    """Services that may make use of a key on behalf of whoever has the right; none means directly."""


ARTIFACTS: Final = "miyabi-<system>-artifacts-${AWS::AccountId}-${AWS::Region}"
STACK: Final = regional("cloudformation", "stack/miyabi-<system>-<stack>/*")

OWN: Final = (
    Right(
        "ChangeStacks",
        "Proposes, looks at and executes the changes of the environment's own stacks, and follows them",
        of(
            "cloudformation",
            "ContinueUpdateRollback CreateChangeSet DeleteChangeSet DescribeChangeSet DescribeEvents "
            "DescribeStackEvents DescribeStacks ExecuteChangeSet GetStackPolicy GetTemplate "
            "ListStackResources SetStackPolicy UpdateTerminationProtection",
        ),
        (STACK,),
    ),
    Right(
        "DeleteWhatNeverStood",
        "Takes back the name that a discarded change set had reserved; stacks that stand are protected",
        of("cloudformation", "DeleteStack"),
        (STACK,),
    ),
    Right(
        "KeepBucket",
        "Makes the private bucket of the packages, and puts right what differs in it",
        of(
            "s3",
            "CreateBucket GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock "
            "GetBucketTagging GetBucketVersioning GetEncryptionConfiguration "
            "GetLifecycleConfiguration ListBucket PutBucketOwnershipControls PutBucketPolicy "
            "PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning "
            "PutEncryptionConfiguration PutLifecycleConfiguration",
        ),
        (bucket(ARTIFACTS),),
    ),
    Right(
        "UploadPackages",
        "Uploads packages; none is ever overwritten or deleted",
        of("s3", "GetObject PutObject"),
        (bucket(f"{ARTIFACTS}/*"),),
    ),
    Right(
        "ReleaseLock",
        "Gives the system's lock back",
        of("s3", "DeleteObject"),
        (bucket(f"{ARTIFACTS}/locks/*"),),
    ),
    Right(
        "ReadValues",
        "Reads what the stacks have written for one another",
        of("ssm", "GetParameter GetParameters"),
        (regional("ssm", "parameter/miyabi/<system>/*"),),
    ),
    Right(
        "PublishPackage",
        "Says which package the functions are to have",
        of("ssm", "PutParameter"),
        (regional("ssm", "parameter/miyabi/<system>/artifact/*"),),
    ),
    Right(
        "SeeSecrets",
        "Sees whether the secrets that a person enters are there, and renewed by halves; it reads no value",
        of("secretsmanager", "DescribeSecret ListSecretVersionIds"),
        (regional("secretsmanager", "secret:<secret>-*"),),
    ),
    Right(
        "LookAtFunctions",
        "Compares aliases with what the stacks say, and moves them back when the API is not well",
        of("lambda", "GetAlias GetFunctionConcurrency UpdateAlias"),
        (regional("lambda", "function:<name>"),),
        ("AWS::Lambda::Function",),
    ),
    Right(
        "Migrate",
        "Has the migrator say which migrations are pending, and apply them",
        of("lambda", "InvokeFunction"),
        (regional("lambda", "function:miyabi-<system>-database-*"),),
        ("AWS::Lambda::Function",),
    ),
    Right(
        "TakeSnapshot",
        "Takes a snapshot before migrations",
        of("rds", "AddTagsToResource CreateDBSnapshot DescribeDBSnapshots"),
        (
            regional("rds", "db:<name>"),
            regional("rds", "snapshot:<name>-*"),
        ),
        ("AWS::RDS::DBInstance",),
    ),
    Right(
        "LookAtAccount",
        "Looks whether quotas suffice before anything begins; none of these takes a resource",
        of("ec2", "DescribeAvailabilityZones DescribeVpcs")
        + of("lambda", "GetAccountSettings")
        + of("rds", "DescribeAccountAttributes")
        + of("servicequotas", "GetServiceQuota"),
        ANY,
    ),
    Right(
        "LookAtOwnRights",
        "Looks whether its own rights suffice",
        of("iam", "GetRole SimulatePrincipalPolicy"),
        (everywhere("iam", "role/miyabi/pipeline/*"),),
    ),
)
"""What `miyabi deploy` calls by itself. A test holds it against the calls of the code."""
