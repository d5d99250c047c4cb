"""Backup: changes of plans, selections, and deleted plans and vaults that leave nothing behind.

Seen in moto 5.2.5: UpdateBackupPlan and all operations on selections are missing, a deleted plan keeps
its name from being used again, and tags outlive what they were on.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.backup.exceptions import (
    AlreadyExistsException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from moto.backup.models import BackupBackend, Plan
from moto.backup.responses import BackupResponse
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

if TYPE_CHECKING:
    from collections.abc import Callable


@cache
def mend() -> None:
    """Mend moto's Backup."""
    for name, mended in (
        ("create_backup_plan", create_backup_plan),
        ("delete_backup_plan", _leaving_nothing_of_a_plan(BackupBackend.delete_backup_plan)),
        ("delete_backup_vault", _leaving_nothing_of_a_vault(BackupBackend.delete_backup_vault)),
    ):
        setattr(BackupBackend, name, mended)
    for answer in (
        update_backup_plan,
        create_backup_selection,
        get_backup_selection,
        list_backup_selections,
        delete_backup_selection,
    ):
        setattr(BackupResponse, answer.__name__, answer)


def create_backup_plan(
    self: Any, backup_plan: dict[str, Any], backup_plan_tags: dict[str, str], creator_request_id: str
) -> Plan:
    """Make a plan under a name that no living plan has."""
    names = {plan.backup_plan["BackupPlanName"] for plan in self.list_backup_plans(include_deleted=False)}
    if backup_plan["BackupPlanName"] in names:
        raise AlreadyExistsException("Backup plan with the same plan document already exists")
    plan = Plan(backup_plan, creator_request_id, self)
    if backup_plan_tags:
        self.tag_resource(plan.backup_plan_arn, backup_plan_tags)
    self.plans[plan.backup_plan_id] = plan
    return plan


def _leaving_nothing_of_a_plan(delete_backup_plan: Callable[..., Any]) -> Callable[..., Any]:
    def delete(self: Any, backup_plan_id: str) -> Any:
        plan = self.get_backup_plan(backup_plan_id, None)
        if _selections(plan):
            raise InvalidRequestException(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        self.tagger.delete_all_tags_for_resource(plan.backup_plan_arn)
        return delete_backup_plan(self, backup_plan_id)

    return delete


def _leaving_nothing_of_a_vault(delete_backup_vault: Callable[..., None]) -> Callable[..., None]:
    def delete(self: Any, backup_vault_name: str) -> None:
        vault = self.describe_backup_vault(backup_vault_name)
        self.tagger.delete_all_tags_for_resource(vault.backup_vault_arn)
        delete_backup_vault(self, backup_vault_name)

    return delete


def update_backup_plan(self: Any) -> str:
    """Answer UpdateBackupPlan: another version of the plan, under the same id."""
    plan = self.backup_backend.get_backup_plan(_step(self, 3), None)
    changed = Plan(json.loads(self.body)["BackupPlan"], plan.creator_request_id, self.backup_backend)
    for attribute in ("backup_plan", "version_id", "advanced_backup_settings"):
        setattr(plan, attribute, getattr(changed, attribute))
    return json.dumps(plan.to_dict())


def create_backup_selection(self: Any) -> str:
    """Answer CreateBackupSelection."""
    plan, asked = self.backup_backend.get_backup_plan(_step(self, 3), None), json.loads(self.body)
    selection = {
        "SelectionId": str(mock_random.uuid4()),
        "BackupPlanId": plan.backup_plan_id,
        "BackupSelection": asked["BackupSelection"],
        "CreationDate": unix_time(),
        "CreatorRequestId": asked.get("CreatorRequestId"),
    }
    _selections(plan)[selection["SelectionId"]] = selection
    return json.dumps({key: selection[key] for key in ("SelectionId", "BackupPlanId", "CreationDate")})


def get_backup_selection(self: Any) -> str:
    """Answer GetBackupSelection."""
    return json.dumps(_selection(self))


def list_backup_selections(self: Any) -> str:
    """Answer ListBackupSelections; all are on one page."""
    plan = self.backup_backend.get_backup_plan(_step(self, 3), None)
    members = [
        {
            **{key: value for key, value in selection.items() if key != "BackupSelection"},
            "SelectionName": selection["BackupSelection"]["SelectionName"],
            "IamRoleArn": selection["BackupSelection"]["IamRoleArn"],
        }
        for selection in _selections(plan).values()
    ]
    return json.dumps({"BackupSelectionsList": members})


def delete_backup_selection(self: Any) -> str:
    """Answer DeleteBackupSelection."""
    plan = self.backup_backend.get_backup_plan(_step(self, 3), None)
    del _selections(plan)[_selection(self)["SelectionId"]]
    return "{}"


def _step(self: Any, position: int) -> str:
    """A step of a path such as `/backup/plans/<plan>/selections/<selection>`."""
    return str(self.path.split("/")[position])


def _selection(self: Any) -> dict[str, Any]:
    plan, selection_id = self.backup_backend.get_backup_plan(_step(self, 3), None), _step(self, 5)
    if selection_id not in _selections(plan):
        raise ResourceNotFoundException(f"Cannot find backup selection {selection_id}")
    return _selections(plan)[selection_id]


def _selections(plan: Plan) -> dict[str, dict[str, Any]]:
    held: dict[str, dict[str, Any]] = plan.__dict__.setdefault("selections", {})
    return held
