"""RDS: database instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.registry import schema_of
from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws

_TYPE = "AWS::RDS::DBInstance"
_CHANGING_ONLY = {
    "AllowMajorVersionUpgrade",
    "ApplyImmediately",
    "CertificateRotationRestart",
    "UseDefaultProcessorFeatures",
}
"""Properties that say how an instance is changed: creating one has no parameter for them."""
_DELETING_ONLY = {"DeleteAutomatedBackups"}
_OF_INSIGHTS = {"PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod"}
"""Properties that an instance loses while Performance Insights is off."""

_PARAMETERS: dict[str, Callable[[Any], Properties]] = {
    "AllocatedStorage": lambda gib: {"AllocatedStorage": int(gib)},
    "CustomIAMInstanceProfile": lambda profile: {"CustomIamInstanceProfile": profile},
    "DBInstanceIdentifier": lambda name: {"DBInstanceIdentifier": name.lower()},
    "MasterUserSecret": lambda secret: {"MasterUserSecretKmsKeyId": secret["KmsKeyId"]},
    "Port": lambda port: {"Port": int(port)},
    "Tags": lambda tags: {"Tags": as_pairs(tags)},
    "VPCSecurityGroups": lambda groups: {"VpcSecurityGroupIds": groups},
}
"""Properties that the service takes in another shape."""

_TOLD: dict[str, Callable[[Any], Properties]] = {
    "AllocatedStorage": lambda gib: {"AllocatedStorage": str(gib)},
    "CustomIamInstanceProfile": lambda profile: {"CustomIAMInstanceProfile": profile},
    "DBParameterGroups": lambda groups: {"DBParameterGroupName": groups[0]["DBParameterGroupName"]},
    "DBSecurityGroups": lambda groups: {
        "DBSecurityGroups": [group["DBSecurityGroupName"] for group in groups]
    },
    "DBSubnetGroup": lambda group: {"DBSubnetGroupName": group["DBSubnetGroupName"]},
    "EnabledCloudwatchLogsExports": lambda logs: {"EnableCloudwatchLogsExports": logs},
    "Endpoint": lambda endpoint: {
        "Endpoint": endpoint | {"Port": str(endpoint["Port"])},
        "Port": str(endpoint["Port"]),
    },
    "IAMDatabaseAuthenticationEnabled": lambda enabled: {"EnableIAMDatabaseAuthentication": enabled},
    "InstanceCreateTime": lambda time: {"InstanceCreateTime": time.isoformat()},
    "LatestRestorableTime": lambda time: {"LatestRestorableTime": time.isoformat()},
    "MasterUserSecret": lambda secret: {"MasterUserSecret": secret, "ManageMasterUserPassword": True},
    "OptionGroupMemberships": lambda groups: {"OptionGroupName": groups[0]["OptionGroupName"]},
    "PerformanceInsightsEnabled": lambda enabled: {"EnablePerformanceInsights": enabled},
    "TagList": lambda tags: {"Tags": without(tags)},
    "VpcSecurityGroups": lambda groups: {
        "VPCSecurityGroups": [group["VpcSecurityGroupId"] for group in groups]
    },
}
"""What the service tells in another shape than the schema's."""

_DEFAULTS: Properties = {
    "AutoMinorVersionUpgrade": True,
    "BackupRetentionPeriod": 1,
    "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    "CopyTagsToSnapshot": False,
    "DatabaseInsightsMode": "standard",
    "DedicatedLogVolume": False,
    "DeletionProtection": False,
    "EnableCloudwatchLogsExports": [],
    "EnableIAMDatabaseAuthentication": False,
    "EnablePerformanceInsights": False,
    "EngineLifecycleSupport": "open-source-rds-extended-support",
    "ManageMasterUserPassword": False,
    "MonitoringInterval": 0,
    "MonitoringRoleArn": "",
    "MultiAZ": False,
}
"""What a property is set to that was taken away; one that is not here stays as it was.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
"""


def _create_instance(request: Request) -> Identifier:
    wanted = {"DBInstanceIdentifier": request.name(63, lower=True), **request.desired}
    parameters = _parameters(wanted, leaving_out=_CHANGING_ONLY | _DELETING_ONLY)
    request.client("rds").create_db_instance(**parameters)
    return {"DBInstanceIdentifier": parameters["DBInstanceIdentifier"]}


def _read_instance(aws: Aws, identifier: Identifier) -> Properties:
    told = _describe(aws, identifier)
    properties: Properties = {}
    for name, value in told.items():
        properties |= _TOLD[name](value) if name in _TOLD else {name: value}
    schema = schema_of(_TYPE, aws.region)
    known = schema.properties if schema else {}
    return {name: value for name, value in properties.items() if name in known}


def _update_instance(request: Request, identifier: Identifier) -> None:
    rds = request.client("rds")
    changes = _changes(request)
    if changes:
        name = identifier["DBInstanceIdentifier"]
        rds.modify_db_instance(**{"ApplyImmediately": True, **changes, "DBInstanceIdentifier": name})
    arn = _describe(request.aws, identifier)["DBInstanceArn"]
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: rds.add_tags_to_resource(ResourceName=arn, Tags=as_pairs(tags)),
        lambda names: rds.remove_tags_from_resource(ResourceName=arn, TagKeys=names),
    )


def _delete_instance(aws: Aws, identifier: Identifier) -> None:
    _delete_instance_as(aws, identifier, {})


def _delete_instance_as(aws: Aws, identifier: Identifier, properties: Properties) -> None:
    kept = {name: properties[name] for name in ("DeleteAutomatedBackups",) if name in properties}
    aws.client("rds").delete_db_instance(**identifier, SkipFinalSnapshot=True, **kept)


def _snapshot_instance(aws: Aws, identifier: Identifier, name: str) -> None:
    aws.client("rds").create_db_snapshot(**identifier, DBSnapshotIdentifier=name.lower())


def _describe(aws: Aws, identifier: Identifier) -> dict[str, Any]:
    rds = aws.client("rds")
    try:
        found: dict[str, Any] = rds.describe_db_instances(**identifier)["DBInstances"][0]
    except rds.exceptions.DBInstanceNotFoundFault:
        raise Absent(f"database instance {identifier['DBInstanceIdentifier']} does not exist") from None
    return found


def _parameters(properties: Properties, *, leaving_out: set[str]) -> dict[str, Any]:
    """Properties as the service takes them; it refuses by name those that it has no parameter for."""
    parameters: dict[str, Any] = {}
    for name, value in properties.items():
        if name not in leaving_out:
            parameters |= _PARAMETERS[name](value) if name in _PARAMETERS else {name: value}
    return parameters


def _changes(request: Request) -> dict[str, Any]:
    """What the service is to change, as it takes it."""
    before, after = request.previous, request.desired
    taken_away = before.keys() - after.keys()
    changed = {name: default for name, default in _DEFAULTS.items() if name in taken_away}
    changed |= {name: value for name, value in after.items() if before.get(name) != value}
    if "MaxAllocatedStorage" in taken_away and "AllocatedStorage" in after:
        # Storage grows no more when it may grow to what it is.
        changed["MaxAllocatedStorage"] = int(after["AllocatedStorage"])
    if changed.get("EnablePerformanceInsights"):
        changed |= {name: after[name] for name in _OF_INSIGHTS & after.keys()}
    if changed:
        changed |= {name: after[name] for name in _CHANGING_ONLY & after.keys()}
    parameters = _parameters(changed, leaving_out={"Tags"} | _DELETING_ONLY)
    if "Port" in parameters:
        parameters["DBPortNumber"] = parameters.pop("Port")
    if "EnableCloudwatchLogsExports" in parameters:
        wanted = set(parameters.pop("EnableCloudwatchLogsExports"))
        held = set(before.get("EnableCloudwatchLogsExports", ()))
        parameters["CloudwatchLogsExportConfiguration"] = {
            "EnableLogTypes": sorted(wanted - held),
            "DisableLogTypes": sorted(held - wanted),
        }
    if "EngineVersion" in parameters and "AllowMajorVersionUpgrade" in after:
        parameters["AllowMajorVersionUpgrade"] = after["AllowMajorVersionUpgrade"]
    return parameters


INSTANCE = Handler(
    type=_TYPE,
    create=_create_instance,
    read=_read_instance,
    update=_update_instance,
    delete=_delete_instance,
    delete_as=_delete_instance_as,
    not_held={
        "AllowMajorVersionUpgrade": "it allows a change of the version, and is said with that",
        "ApplyImmediately": "it says when a change is to be made, and is said with that",
        "DeleteAutomatedBackups": "it says how the instance is to be deleted, and is said then",
        "MasterUserPassword": "no API tells a password",
    },
    snapshot=_snapshot_instance,
)
