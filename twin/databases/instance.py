"""An instance of PostgreSQL, as RDS tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ENGINE: Final = "postgres"


class Verdict(Enum):
    """What becomes of a connection."""

    PASSES = "passes"
    DROPPED = "dropped"
    """Nobody answers, as behind a security group: whoever connects waits until it gives up."""
    REFUSED = "refused"
    """The machine is there and nothing listens."""


DROPPING: Final = frozenset(
    {
        "creating",
        "deleting",
        "failed",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "incompatible-network",
        "incompatible-restore",
        "insufficient-capacity",
        "restore-error",
        "stopped",
        "stopping",
    }
)
"""Statuses of an instance that has no machine at its address, so that nobody answers.

AWS says in which statuses an instance is not reached, and not what a client then sees: by what its users
report, a stopped instance keeps its name, and whoever connects waits in vain.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
"""
REFUSING: Final = frozenset({"incompatible-parameters", "rebooting", "starting", "upgrading"})
"""Statuses of an instance whose machine runs without PostgreSQL on it, or with one that takes nobody yet."""


@dataclass(frozen=True, slots=True)
class Instance:
    """What the twin needs to know of one; `told` is all that RDS tells."""

    identifier: str
    resource_id: str
    host: str
    port: int
    status: str
    version: str
    instance_class: str
    storage_gib: int
    master: str
    database: str | None
    parameter_group: str
    exports: frozenset[str]
    ca: str
    created: datetime
    told: Mapping[str, Any] = field(compare=False, repr=False)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self | None:
        """By what DescribeDBInstances tells; None for another engine, and for one without an address yet."""
        endpoint = told.get("Endpoint") or {}
        if told["Engine"] != ENGINE or "Address" not in endpoint:
            return None
        return cls(
            identifier=told["DBInstanceIdentifier"],
            resource_id=told["DbiResourceId"],
            host=endpoint["Address"],
            port=int(endpoint["Port"]),
            status=told["DBInstanceStatus"],
            version=told["EngineVersion"],
            instance_class=told["DBInstanceClass"],
            storage_gib=int(told["AllocatedStorage"]),
            master=told["MasterUsername"],
            database=told.get("DBName"),
            parameter_group=told["DBParameterGroups"][0]["DBParameterGroupName"],
            exports=frozenset(told.get("EnabledCloudwatchLogsExports", ())),
            ca=told.get("CACertificateIdentifier", ""),
            created=told["InstanceCreateTime"],
            told=told,
        )

    @property
    def verdict(self) -> Verdict:
        """What its status makes of a connection that gets as far as to it."""
        if self.status in DROPPING:
            return Verdict.DROPPED
        return Verdict.REFUSED if self.status in REFUSING else Verdict.PASSES

    @property
    def major(self) -> int:
        """Of its version."""
        return int(self.version.partition(".")[0])
