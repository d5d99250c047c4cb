"""RDS: DescribePendingMaintenanceActions, which moto 5.2.5 lacks; what it lists is the instances' own.

AWS decides what is to be maintained, so nothing is, until an instance is given `maintenance_actions`: a list
of PendingMaintenanceAction as the API has it.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse


def describe_pending_maintenance_actions(self: Any) -> ActionResult:
    """Resources that wait for something, each with what it waits for."""
    wanted = self.params.get("ResourceIdentifier")
    waiting = {
        instance.db_instance_arn: getattr(instance, "maintenance_actions", [])
        for instance in self.backend.describe_db_instances()
    }
    found = [
        {"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": actions}
        for arn, actions in waiting.items()
        if actions and wanted in (None, arn)
    ]
    return ActionResult({"PendingMaintenanceActions": found})


def mend() -> None:
    """Put it onto moto's class."""
    RDSResponse.describe_pending_maintenance_actions = describe_pending_maintenance_actions  # type: ignore[attr-defined]  # a mend
