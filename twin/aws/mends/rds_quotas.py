"""RDS: how much of its quotas an account uses, which moto does not tell.

Seen in moto 5.2.5: DescribeAccountAttributes is not there. The quotas are those of a new account, "Quotas and
constraints for Amazon RDS", Amazon RDS User Guide; of all that it tells, those of instances are told.
"""

from __future__ import annotations

from typing import Any, Final

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

INSTANCES: Final = 40
STORAGE_GB: Final = 100_000


def _describe_account_attributes(self: Any) -> ActionResult:
    databases = list(self.backend.databases.values())
    storage = sum(int(database.allocated_storage or 0) for database in databases)
    quotas = (("DBInstances", len(databases), INSTANCES), ("AllocatedStorage", storage, STORAGE_GB))
    told = [{"AccountQuotaName": name, "Used": used, "Max": most} for name, used, most in quotas]
    return ActionResult({"AccountQuotas": told})


def mend() -> None:
    """Put it onto moto's class."""
    name = "describe_account_attributes"
    setattr(RDSResponse, name, _describe_account_attributes)
