"""RDS: a new name for an instance, at once or in the next maintenance window, and never another one's.

Seen in moto 5.2.5: a name that is taken replaces the instance that has it, and whether a change waits for
the maintenance window is not looked at. "ModifyDBInstance", Amazon RDS API Reference.
"""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import DBInstanceAlreadyExists
from moto.rds.models import RDSBackend

_modify = RDSBackend.modify_db_instance


def _modified(self: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Any:
    """Change an instance; its endpoint and its ARN follow its name."""
    name = db_kwargs.pop("new_db_instance_identifier", None)
    instance = self.describe_db_instances(db_instance_identifier)[0]
    if name is not None:
        name = name.lower()
        if name != instance.db_instance_identifier and name in self.databases:
            raise DBInstanceAlreadyExists
        if db_kwargs.get("apply_immediately"):
            db_kwargs["new_db_instance_identifier"] = name
        else:
            instance.pending_modified_values = {"DBInstanceIdentifier": name}
    return _modify(self, instance.db_instance_identifier, db_kwargs)


def mend() -> None:
    """Put it onto moto's class."""
    setattr(RDSBackend, "modify_db_instance", _modified)  # noqa: B010  (a mend)
