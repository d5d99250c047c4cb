"""The private bucket of a system: packages that its functions were deployed from, and the system's lock.

Names of buckets are everybody's, and this one can be foretold; so every request names the account that the
bucket must belong to ("Verifying bucket ownership with bucket owner condition", Amazon S3 User Guide). A
setting that somebody has changed is put right. A bucket that was only half made is finished the next time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn.pseudo_parameters import pseudo_parameters
from ops.errors import Declined, NotDeployed, Refused, Unready
from stacks.tags import environment_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.live import Live

    Document = dict[str, Any]

LONGEST: Final = 63
"""Characters that a bucket's name may have: "General purpose bucket naming rules", Amazon S3 User Guide."""
WITHOUT_LOCATION: Final = "us-east-1"
"""The one region that CreateBucket takes no LocationConstraint for."""
FORMER_DAYS: Final = 90
"""Days that a package which somebody deleted can be brought back; those that are there are never expired."""
PRIVATE: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


class BucketTaken(Unready):
    """A bucket of the name is there and belongs to another account."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        super().__init__(
            f"bucket {bucket} is another account's, or is not to be looked at with these credentials; "
            "nothing is put there, ask whoever administers the account"
        )


class NameTooLong(Unready):
    """A system's name leaves no room for what else the bucket's name has."""

    def __init__(self, bucket: str, system: str) -> None:
        self.bucket, self.system = bucket, system
        spare = LONGEST - (len(bucket) - len(system))
        super().__init__(
            f"bucket {bucket} would have {len(bucket)} characters and S3 takes {LONGEST}; "
            f"give the system a name of {spare} or fewer instead of {system!r}"
        )


def bucket_name(live: Live) -> str:
    """The name of the system's bucket: of account and region, since names are everybody's."""
    name = f"miyabi-{live.system}-artifacts-{live.require_account()}-{live.region}"
    if len(name) > LONGEST:
        raise NameTooLong(name, live.system)
    return name


def ensure_bucket(live: Live, say: Callable[[str], None] = lambda _: None) -> str:
    """Make the bucket if it is not there, give it all its settings, and return its name.

    `say` is told of each thing that was done. Raises `BucketTaken` and `NameTooLong`.
    """
    bucket = bucket_name(live)
    if not is_there(live, bucket):
        _create(live, bucket)
        say(f"made bucket {bucket}")
    for setting in SETTINGS:
        found = setting.read(live, bucket)
        wanted = setting.wanted(live, bucket, found)
        if found != wanted:
            setting.write(live, bucket, wanted)
            say(f"bucket {bucket}: {setting.sentence}")
    return bucket


def is_there(live: Live, bucket: str) -> bool:
    """Whether the bucket is there; raises `BucketTaken`."""
    try:
        live.call("s3:HeadBucket", f"bucket {bucket}", **_of(live, bucket))
    except NotDeployed:
        return False
    except Refused:
        raise BucketTaken(bucket) from None
    return True


def _create(live: Live, bucket: str) -> None:
    """Make it; another run of ours may have done so meanwhile, or another account."""
    place = {"LocationConstraint": live.region} if live.region != WITHOUT_LOCATION else None
    try:
        live.call(
            "s3:CreateBucket",
            f"bucket {bucket}",
            Bucket=bucket,
            CreateBucketConfiguration=place,
            ObjectOwnership="BucketOwnerEnforced",
        )
    except Declined as error:
        if error.code == "BucketAlreadyExists":
            raise BucketTaken(bucket) from None
        if error.code != "BucketAlreadyOwnedByYou":
            raise


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the bucket.

    `name` is what its operations are called by after Get and Put, `argument` that of the latter, `unset` the
    error of the former where it was never made. `told` reads what is compared from an answer; `wanted` is
    what it should be, given what was found, None for nothing; `written` is how the latter takes it.
    """

    sentence: str
    name: str
    argument: str
    unset: str
    told: Callable[[Document], Any]
    wanted: Callable[[Live, str, Any], Any]
    written: Callable[[Any], Any] = lambda wanted: wanted

    def read(self, live: Live, bucket: str) -> Any:
        """What it is; None where it was never made."""
        try:
            answer = live.call(f"s3:Get{self.name}", f"bucket {bucket}", **_of(live, bucket))
        except Declined as error:
            if error.code != self.unset:
                raise
            return None
        return self.told(answer)

    def write(self, live: Live, bucket: str, wanted: Any) -> None:
        """Make it so."""
        value = {self.argument: self.written(wanted)}
        live.call(f"s3:Put{self.name}", f"bucket {bucket}", **_of(live, bucket), **value)


def _of(live: Live, bucket: str) -> dict[str, str]:
    return {"Bucket": bucket, "ExpectedBucketOwner": live.require_account()}


def _policy(live: Live, bucket: str, _: Any) -> Document:
    """Nobody talks to the bucket without TLS."""
    partition = pseudo_parameters("", live.region, None, None)["AWS::Partition"]
    arn = f"arn:{partition}:s3:::{bucket}"
    refuse = {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [refuse]}


def _lifecycle(*_: object) -> list[Document]:
    """What was deleted, or only begun, goes; a lock is rewritten each minute, so its former versions go soon.

    No rule ends what is there: any package may be the one to go back to.
    """
    return [
        {
            "ID": "Locks",
            "Status": "Enabled",
            "Filter": {"Prefix": "locks/"},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        },
        {
            "ID": "Packages",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": FORMER_DAYS},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
    ]


def _rules(answer: Document) -> list[Document]:
    """Rules in order of their names; a filter that lets all through may come without its empty prefix."""
    rules = [rule | {"Filter": rule.get("Filter") or {"Prefix": ""}} for rule in answer["Rules"]]
    return sorted(rules, key=lambda rule: str(rule.get("ID")))


def _tags(live: Live, _: str, found: dict[str, str] | None) -> dict[str, str]:
    """Ours beside those that others have given it, of which PutBucketTagging would take away all."""
    return (found or {}) | environment_tags(live.environment, "artifacts") | {"ManagedBy": "miyabi"}


SETTINGS: Final = (
    Setting(
        "nothing in it can be public",
        "PublicAccessBlock",
        "PublicAccessBlockConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        lambda answer: answer["PublicAccessBlockConfiguration"],
        lambda *_: PRIVATE,
    ),
    Setting(
        "its objects belong to its owner",
        "BucketOwnershipControls",
        "OwnershipControls",
        "OwnershipControlsNotFoundError",
        lambda answer: answer["OwnershipControls"]["Rules"],
        lambda *_: [{"ObjectOwnership": "BucketOwnerEnforced"}],
        lambda rules: {"Rules": rules},
    ),
    Setting(
        "plain HTTP is refused",
        "BucketPolicy",
        "Policy",
        "NoSuchBucketPolicy",
        lambda answer: json.loads(answer["Policy"]),
        _policy,
        json.dumps,
    ),
    Setting(
        "what it holds is encrypted with keys of S3",
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        lambda answer: [
            rule.get("ApplyServerSideEncryptionByDefault")
            for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]
        ],
        lambda *_: [{"SSEAlgorithm": "AES256"}],
        lambda kinds: {"Rules": [{"ApplyServerSideEncryptionByDefault": kind} for kind in kinds]},
    ),
    Setting(
        "it keeps former versions",
        "BucketVersioning",
        "VersioningConfiguration",
        "",
        lambda answer: answer.get("Status"),
        lambda *_: "Enabled",
        lambda status: {"Status": status},
    ),
    Setting(
        f"former versions go after {FORMER_DAYS} days",
        "BucketLifecycleConfiguration",
        "LifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
        _rules,
        _lifecycle,
        lambda rules: {"Rules": rules},
    ),
    Setting(
        "it is tagged",
        "BucketTagging",
        "Tagging",
        "NoSuchTagSet",
        lambda answer: {tag["Key"]: tag["Value"] for tag in answer["TagSet"]},
        _tags,
        lambda tags: {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]},
    ),
)
"""What makes the bucket private, safe and small, the most pressing first."""
