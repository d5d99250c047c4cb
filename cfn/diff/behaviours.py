"""What AWS's pages say of the change of a property, where the registry's schema leaves it open.

"Update requires" of each property: "AWS::RDS::DBInstance", CloudFormation Template Reference. Where that
page is wider than the change at hand, "Settings for DB instances" of the RDS User Guide narrows it. What has
no row here, and the registry calls conditionally create-only, is shown as what may replace the resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn.diff.model import Effect

if TYPE_CHECKING:
    from collections.abc import Callable

    When = Callable[[Any, Any], bool]

INSTANCE: Final = "AWS::RDS::DBInstance"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the change of a property does; of several rows of one property the first that fits counts."""

    type: str
    property: str
    effect: Effect
    note: str = ""
    when: When = lambda _before, _after: True
    """Whether the row is about a change from one value to another; None is a value that is not given."""


def _switched(before: Any, after: Any) -> bool:
    """Whether backups are switched on or off: no days are none; left out, RDS keeps them for one day."""
    return (str(before) == "0") != (str(after) == "0")


def _magnetic(before: Any, after: Any) -> bool:
    return "standard" in (before, after)


def _lowered(before: Any, after: Any) -> bool:
    return str(before).isdigit() and str(after).isdigit() and int(after) < int(before)


BEHAVIOURS: Final = (
    Behaviour(
        INSTANCE, "AllocatedStorage", Effect.IN_PLACE, "RDS refuses less storage than there is", _lowered
    ),
    Behaviour(
        INSTANCE,
        "AutoMinorVersionUpgrade",
        Effect.INTERRUPTS,
        "later upgrades happen in the maintenance window",
    ),
    Behaviour(
        INSTANCE,
        "BackupRetentionPeriod",
        Effect.INTERRUPTS,
        "switching automated backups on or off restarts the instance",
        _switched,
    ),
    Behaviour(INSTANCE, "BackupRetentionPeriod", Effect.IN_PLACE),
    Behaviour(
        INSTANCE,
        "CACertificateIdentifier",
        Effect.INTERRUPTS,
        "the instance restarts to present the new certificate",
    ),
    Behaviour(
        INSTANCE,
        "DBInstanceClass",
        Effect.INTERRUPTS,
        "the instance is down for minutes, with a standby for the time of a failover",
    ),
    Behaviour(
        INSTANCE,
        "DBParameterGroupName",
        Effect.INTERRUPTS,
        "the instance restarts; parameters that only a restart applies are in force then",
    ),
    Behaviour(
        INSTANCE,
        "EngineVersion",
        Effect.INTERRUPTS,
        "the instance is down while it is upgraded, and there is no way back but a snapshot",
    ),
    Behaviour(
        INSTANCE,
        "MultiAZ",
        Effect.INTERRUPTS,
        "no outage; the instance is slower while its standby is made",
        lambda _, after: str(after).lower() == "true",
    ),
    Behaviour(INSTANCE, "MultiAZ", Effect.INTERRUPTS, "no outage; the standby goes"),
    Behaviour(INSTANCE, "PerformanceInsightsKMSKeyId", Effect.INTERRUPTS),
    Behaviour(INSTANCE, "Port", Effect.MAY_REPLACE, "AWS's page says replacement, the registry does not"),
    Behaviour(
        INSTANCE,
        "PreferredMaintenanceWindow",
        Effect.INTERRUPTS,
        "maintenance that is pending begins at once if the new window is open",
    ),
    Behaviour(INSTANCE, "StorageType", Effect.INTERRUPTS, "the instance is down for a short time", _magnetic),
    Behaviour(INSTANCE, "StorageType", Effect.INTERRUPTS, "no outage; the instance is slower meanwhile"),
)
"""For the types of which our templates make something."""


def behaviour(resource_type: str, name: str, before: Any, after: Any) -> Behaviour | None:
    """The row for the change of a top-level property; None where there is none."""
    return next(
        (
            row
            for row in BEHAVIOURS
            if (row.type, row.property) == (resource_type, name) and row.when(before, after)
        ),
        None,
    )
