"""What deleting an environment deletes, keeps and takes snapshots of, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from cfn.reading import parse
from ops.artifact_bucket import bucket_name
from ops.destroying.errors import NothingThere
from ops.errors import NotDeployed, Refused
from ops.planning.holding_data import HOLDING_DATA
from ops.secrets import entered_of
from ops.stack import describe, held, template
from stacks.naming import STACK_ORDER, parameter_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.live import Live
    from ops.stack import Held, Stack

    Document = dict[str, Any]


class Fate(StrEnum):
    """What becomes of a resource."""

    DELETED = "deleted"
    SNAPSHOT = "deleted after a snapshot"
    KEPT = "kept"


SNAPSHOT_BY_DEFAULT: Final = frozenset({"AWS::RDS::DBInstance", "AWS::RDS::DBCluster"})
"""Types whose DeletionPolicy is Snapshot where a template says none ("DeletionPolicy attribute")."""
FATES: Final[Mapping[str, Fate]] = {
    "Delete": Fate.DELETED,
    "Snapshot": Fate.SNAPSHOT,
    "Retain": Fate.KEPT,
    "RetainExceptOnCreate": Fate.KEPT,
}
VERSION: Final = "AWS::Lambda::Version"
"""Lambda deletes it with its function, whatever its policy is."""
BUCKET: Final = "AWS::S3::Bucket"
INSTANCE: Final = "AWS::RDS::DBInstance"


@dataclass(frozen=True, slots=True)
class Doomed:
    """A resource that is there, and what becomes of it; `holds_data` whether data would go with it."""

    logical_id: str
    physical_id: str
    type: str
    fate: Fate
    holds_data: bool


@dataclass(frozen=True, slots=True)
class DoomedStack:
    """A stack to delete; `protections` are reasons to think twice, each in words."""

    stack: Stack
    name: str
    resources: tuple[Doomed, ...]
    protections: tuple[str, ...]

    def of(self, fate: Fate) -> tuple[Doomed, ...]:
        """The resources with that fate."""
        return tuple(one for one in self.resources if one.fate is fate)


@dataclass(frozen=True, slots=True)
class Beside:
    """What belongs to the system and to none of its stacks: it stays unless everything is to go."""

    bucket: str | None
    parameters: tuple[str, ...]
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Stacks in the order in which they are deleted, and what is beside them."""

    stacks: tuple[DoomedStack, ...]
    beside: Beside
    everything: bool

    @property
    def protections(self) -> tuple[str, ...]:
        """All reasons for asking for the word."""
        found = [f"{one.stack.name}: {why}" for one in self.stacks for why in one.protections]
        if self.everything and self.beside.bucket:
            found.append(f"bucket {self.beside.bucket} holds the packages, to which functions go back")
        return tuple(found)


def plan(live: Live, *, everything: bool = False) -> Plan:
    """What deleting an environment means now. Raises `NothingThere`."""
    live.require_account()
    found = []
    for short in reversed(STACK_ORDER):
        stack = describe(live, live.stack_name(short))
        if stack is not None:
            found.append(_doomed(live, short, stack))
    beside = _beside(live)
    if not found and not (everything and (beside.bucket or beside.parameters or beside.secrets)):
        raise NothingThere(live.environment.name)
    return Plan(tuple(found), beside, everything)


def _doomed(live: Live, short: str, stack: Stack) -> DoomedStack:
    body = parse(template(live, stack.name))
    resources = tuple(
        _fated(one, body["Resources"].get(one.logical_id, {}))
        for one in held(live, stack.name).values()
        if one.status != "DELETE_COMPLETE"
    )
    return DoomedStack(stack, short, resources, tuple(_protections(live, stack, resources)))


def _fated(one: Held, resource: Document) -> Doomed:
    default = "Snapshot" if one.type in SNAPSHOT_BY_DEFAULT else "Delete"
    fate = FATES.get(resource.get("DeletionPolicy", default), Fate.DELETED)
    if one.type == VERSION:
        fate = Fate.DELETED
    return Doomed(
        one.logical_id, one.physical_id, one.type, fate, one.type in HOLDING_DATA and fate is not Fate.KEPT
    )


def _protections(live: Live, stack: Stack, resources: tuple[Doomed, ...]) -> Iterator[str]:
    if stack.termination_protection:
        yield "the stack is protected against deletion"
    for one in resources:
        if one.type == INSTANCE and is_protected(live, one.physical_id):
            yield f"database {one.physical_id} is protected against deletion"
        if one.holds_data and not (one.type == BUCKET and is_empty(live, one.physical_id)):
            yield f"{one.logical_id} ({one.physical_id}) holds data and would be {one.fate}"


def is_protected(live: Live, instance: str) -> bool:
    """Whether RDS refuses to delete an instance."""
    try:
        [found] = live.call("rds:DescribeDBInstances", f"database {instance}", DBInstanceIdentifier=instance)[
            "DBInstances"
        ]
    except NotDeployed:
        return False
    return bool(found.get("DeletionProtection"))


def is_empty(live: Live, bucket: str) -> bool:
    """Whether a bucket has no version of anything; one that can't be looked at counts as full."""
    try:
        found = live.call("s3:ListObjectVersions", f"bucket {bucket}", Bucket=bucket, MaxKeys=1)
    except NotDeployed:
        return True
    except Refused:
        return False
    return not found.get("Versions") and not found.get("DeleteMarkers")


def _beside(live: Live) -> Beside:
    """The bucket that `miyabi deploy` makes, the parameters that it writes, and the entered secrets."""
    path = parameter_path(live.system, "artifact", "")
    parameters = live.pages("ssm:GetParametersByPath", f"parameters of {path}", "Parameters", Path=path)
    return Beside(
        _bucket(live),
        tuple(sorted(one["Name"] for one in parameters)),
        tuple(where for where in entered_of(live.environment).values() if _is_there(live, where)),
    )


def _bucket(live: Live) -> str | None:
    name: str = bucket_name(live)
    try:
        live.call("s3:HeadBucket", f"bucket {name}", Bucket=name, ExpectedBucketOwner=live.require_account())
    except NotDeployed:
        return None
    return name


def _is_there(live: Live, secret: str) -> bool:
    try:
        found = live.call("secretsmanager:DescribeSecret", f"secret {secret}", SecretId=secret)
    except NotDeployed:
        return False
    return not found.get("DeletedDate")
