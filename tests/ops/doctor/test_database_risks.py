"""Does the doctor see what threatens a database that serves, and nothing of one that is well?"""

from __future__ import annotations

from typing import Any

import pytest

from ops.doctor.answer import Verdict
from tests.ops.doctor.databases import NOW, WELL, answer, evidence, instance, parameters

WORLD = {
    "SecurityGroups": [
        {
            "GroupId": "sg-1",
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": []}],
        },
        {"GroupId": "sg-2", "IpPermissions": [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]},
    ]
}
RISKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("DB-040", {}, {"lambda:GetFunctionConcurrency": {"ReservedConcurrentExecutions": 90}}),
    ("DB-040", {}, {"lambda:GetFunctionConcurrency": {}}),
    (
        "DB-041",
        {"DBParameterGroups": [{"DBParameterGroupName": "g", "ParameterApplyStatus": "pending-reboot"}]},
        {},
    ),
    ("DB-042", {"PendingModifiedValues": {"DBInstanceClass": "db.m7g.large"}}, {}),
    (
        "DB-042",
        {"PreferredMaintenanceWindow": "mon:04:30-mon:05:30"},
        {
            "rds:DescribePendingMaintenanceActions": {
                "PendingMaintenanceActions": [
                    {"PendingMaintenanceActionDetails": [{"Action": "system-update"}]}
                ]
            }
        },
    ),
    (
        "DB-043",
        {"PubliclyAccessible": True, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-2"}]},
        {"ec2:DescribeSecurityGroups": WORLD},
    ),
    ("DB-044", {"BackupRetentionPeriod": 0}, {}),
    ("DB-045", {"DeletionProtection": False}, {}),
    ("DB-046", {"EngineVersion": "12.22"}, {}),
    ("DB-046", {"EngineVersion": "14.20"}, {}),
    (
        "DB-047",
        {"StorageEncrypted": True, "KmsKeyId": "k"},
        {
            "kms:DescribeKey": {
                "KeyMetadata": {"KeyId": "k", "KeyState": "PendingDeletion", "DeletionDate": NOW}
            }
        },
    ),
    ("DB-048", {"DBInstanceIdentifier": "miyabi-restored"}, {}),
    ("DB-049", {}, {"rds:DescribeDBParameters": parameters(log_statement="all")}),
]


@pytest.mark.parametrize(("fault", "told", "known"), RISKS)
def test_a_risk_is_told_and_not_of_an_instance_that_is_well(
    fault: str, told: dict[str, Any], known: dict[str, Any]
) -> None:
    assert answer(fault, evidence(database=instance(**told), answers=known)).verdict is Verdict.PROVED
    assert answer(fault, evidence(found=WELL)).verdict is Verdict.RULED_OUT
