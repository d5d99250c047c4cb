"""Backup: vaults, plans, and what a plan backs up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import retag

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_LOCK = ("MinRetentionDays", "MaxRetentionDays")


def _create_vault(request: Request) -> Identifier:
    wanted, backup = request.desired, request.client("backup")
    taken = ("BackupVaultName", "BackupVaultTags", "EncryptionKeyArn")
    backup.create_backup_vault(**{name: wanted[name] for name in taken if name in wanted})
    identifier = request.begin(BackupVaultName=wanted["BackupVaultName"])
    if "LockConfiguration" in wanted:
        backup.put_backup_vault_lock_configuration(**identifier, **wanted["LockConfiguration"])
    return identifier


def _read_vault(aws: Aws, identifier: Identifier) -> Properties:
    backup = aws.client("backup")
    try:
        vault = backup.describe_backup_vault(**identifier)
    except backup.exceptions.ResourceNotFoundException:
        raise Absent(f"backup vault {identifier['BackupVaultName']} does not exist") from None
    properties = {
        "BackupVaultName": vault["BackupVaultName"],
        "BackupVaultArn": vault["BackupVaultArn"],
        "BackupVaultTags": _tags(aws, vault["BackupVaultArn"]),
        "EncryptionKeyArn": vault.get("EncryptionKeyArn"),
        "LockConfiguration": {name: vault[name] for name in _LOCK if name in vault},
    }
    return {name: value for name, value in properties.items() if value}


def _update_vault(request: Request, identifier: Identifier) -> None:
    backup = request.client("backup")
    if request.changed("LockConfiguration"):
        if lock := request.desired.get("LockConfiguration"):
            backup.put_backup_vault_lock_configuration(**identifier, **lock)
        else:
            backup.delete_backup_vault_lock_configuration(**identifier)
    arn = request.aws.arn("backup", f"backup-vault:{identifier['BackupVaultName']}")
    _retag(request, arn, "BackupVaultTags")


def _delete_vault(aws: Aws, identifier: Identifier) -> None:
    aws.client("backup").delete_backup_vault(**identifier)


def _create_plan(request: Request) -> Identifier:
    made = request.client("backup").create_backup_plan(
        BackupPlan=_as_plan(request.desired["BackupPlan"]),
        BackupPlanTags=request.desired.get("BackupPlanTags", {}),
    )
    return {"BackupPlanId": made["BackupPlanId"]}


def _read_plan(aws: Aws, identifier: Identifier) -> Properties:
    backup = aws.client("backup")
    try:
        found = backup.get_backup_plan(**identifier)
    except backup.exceptions.ResourceNotFoundException:
        found = {}
    if not found or "DeletionDate" in found:
        raise Absent(f"backup plan {identifier['BackupPlanId']} does not exist")
    return {
        "BackupPlan": _from_plan(found["BackupPlan"]),
        "BackupPlanTags": _tags(aws, found["BackupPlanArn"]),
        **{name: found[name] for name in ("BackupPlanArn", "BackupPlanId", "VersionId")},
    }


def _update_plan(request: Request, identifier: Identifier) -> None:
    if request.changed("BackupPlan"):
        request.client("backup").update_backup_plan(
            **identifier, BackupPlan=_as_plan(request.desired["BackupPlan"])
        )
    arn = request.aws.arn("backup", f"backup-plan:{identifier['BackupPlanId']}")
    _retag(request, arn, "BackupPlanTags")


def _delete_plan(aws: Aws, identifier: Identifier) -> None:
    aws.client("backup").delete_backup_plan(**identifier)


def _as_plan(properties: Properties) -> dict[str, Any]:
    """A plan as the service takes it: its rules and their vaults have other names there."""
    plan = dict(properties)
    rules = [dict(rule) for rule in plan.pop("BackupPlanRule")]
    for rule in rules:
        rule["TargetBackupVaultName"] = rule.pop("TargetBackupVault")
    return {**plan, "Rules": rules}


def _from_plan(plan: dict[str, Any]) -> Properties:
    properties = dict(plan)
    rules = [dict(rule) for rule in properties.pop("Rules")]
    for rule in rules:
        rule["TargetBackupVault"] = rule.pop("TargetBackupVaultName")
        del rule["RuleId"]
    return {**properties, "BackupPlanRule": rules}


def _create_selection(request: Request) -> Identifier:
    made = request.client("backup").create_backup_selection(**request.desired)
    return {"Id": f"{made['SelectionId']}_{made['BackupPlanId']}"}


def _read_selection(aws: Aws, identifier: Identifier) -> Properties:
    backup = aws.client("backup")
    try:
        found = backup.get_backup_selection(**_names(identifier))
    except backup.exceptions.ResourceNotFoundException:
        raise Absent(f"backup selection {identifier['Id']} does not exist") from None
    told = ("BackupPlanId", "BackupSelection", "SelectionId")
    return {**identifier, **{name: found[name] for name in told}}


def _delete_selection(aws: Aws, identifier: Identifier) -> None:
    aws.client("backup").delete_backup_selection(**_names(identifier))


def _names(identifier: Identifier) -> dict[str, str]:
    selection, plan = identifier["Id"].split("_")
    return {"BackupPlanId": plan, "SelectionId": selection}


def _tags(aws: Aws, arn: str) -> dict[str, str]:
    tags = aws.client("backup").list_tags(ResourceArn=arn)["Tags"]
    return {name: text for name, text in tags.items() if not name.startswith("aws:")}


def _retag(request: Request, arn: str, tags: str) -> None:
    backup = request.client("backup")
    retag(
        request.previous.get(tags),
        request.desired.get(tags),
        lambda added: backup.tag_resource(ResourceArn=arn, Tags=added),
        lambda names: backup.untag_resource(ResourceArn=arn, TagKeyList=names),
    )


HANDLERS = (
    Handler(
        type="AWS::Backup::BackupVault",
        create=_create_vault,
        read=_read_vault,
        update=_update_vault,
        delete=_delete_vault,
    ),
    Handler(
        type="AWS::Backup::BackupPlan",
        create=_create_plan,
        read=_read_plan,
        update=_update_plan,
        delete=_delete_plan,
    ),
    Handler(
        type="AWS::Backup::BackupSelection",
        create=_create_selection,
        read=_read_selection,
        delete=_delete_selection,
        ref="SelectionId",
    ),
)
