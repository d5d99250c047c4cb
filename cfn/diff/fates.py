"""What is left of a resource that goes, and replacements that CloudFormation refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfn.diff.model import Fate

if TYPE_CHECKING:
    from cfn.schema import Schema

    Document = dict[str, Any]

FATES: Final = {
    "Delete": Fate.DELETED,
    "Retain": Fate.RETAINED,
    "RetainExceptOnCreate": Fate.RETAINED,
    "Snapshot": Fate.SNAPSHOT,
}
"""By policy. "DeletionPolicy attribute" and "UpdateReplacePolicy attribute", CloudFormation User Guide."""


def fate_of(body: Document, policy: str) -> Fate:
    """What is left of a resource by its DeletionPolicy or its UpdateReplacePolicy.

    Without a DeletionPolicy a database cluster, and an instance that belongs to none, leave a snapshot.
    """
    return FATES.get(str(body.get(policy) or _default(body, policy)), Fate.DELETED)


def refusal(schema: Schema | None, before: Document, after: Document) -> str:
    """Why CloudFormation refuses to replace a resource; empty where it does not."""
    if before["Type"] != after["Type"]:
        return (
            f"a {before['Type']} can't become a {after['Type']} under one logical id; "
            "give the new resource another"
        )
    names = [] if schema is None else [name for name in schema.identifier if name in after["Properties"]]
    if schema is None or len(names) != len(schema.identifier):
        return ""
    if any(before["Properties"].get(name) != after["Properties"][name] for name in names):
        return ""
    given = ", ".join(str(after["Properties"][name]) for name in names)
    return f"it is named {given}, and can't be replaced while it keeps that name; give it another"


def _default(body: Document, policy: str) -> str:
    if policy != "DeletionPolicy":
        return "Delete"
    is_alone = "DBClusterIdentifier" not in body["Properties"]
    snapshot = body["Type"] == "AWS::RDS::DBCluster" or (body["Type"] == "AWS::RDS::DBInstance" and is_alone)
    return "Snapshot" if snapshot else "Delete"
