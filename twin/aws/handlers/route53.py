"""Route 53: record sets of a hosted zone that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_KEYS = ("Name", "Type", "SetIdentifier")
"""What tells one record set of a zone from another."""

_OF_THE_TEMPLATE_ALONE = ("Comment", "HostedZoneId", "HostedZoneName")


def _create_record(request: Request) -> Identifier:
    zone = _zone(request)
    _change(request.aws, zone, "CREATE", _to_api(request.desired), request.desired.get("Comment", ""))
    return {"HostedZoneId": zone, **{key: request.desired.get(key, "") for key in _KEYS}}


def _read_record(aws: Aws, identifier: Identifier) -> Properties:
    """The name comes as the identifier has it: with its last dot or without, it is one name."""
    told = _record(aws, identifier) | {key: identifier[key] for key in ("Name", "HostedZoneId")}
    if "TTL" in told:
        told["TTL"] = str(told["TTL"])
    if "ResourceRecords" in told:
        told["ResourceRecords"] = [record["Value"] for record in told["ResourceRecords"]]
    return told


def _update_record(request: Request, identifier: Identifier) -> None:
    """AWS makes another record set where one of the keys changes."""
    if request.changed(*_KEYS):
        raise HandlerError("NotUpdatable", f"{', '.join(_KEYS)} of a record set can't be changed in place")
    _record(request.aws, identifier)
    zone, comment = identifier["HostedZoneId"], request.desired.get("Comment", "")
    _change(request.aws, zone, "UPSERT", _to_api(request.desired), comment)


def _delete_record(aws: Aws, identifier: Identifier) -> None:
    _change(aws, identifier["HostedZoneId"], "DELETE", _record(aws, identifier), "")


def _zone(request: Request) -> str:
    """The id of the zone, which a template may give by name."""
    desired = request.desired
    if "HostedZoneId" in desired:
        return str(desired["HostedZoneId"])
    name = desired["HostedZoneName"]
    zones = request.client("route53").list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    matching = [zone["Id"].rpartition("/")[2] for zone in zones if zone["Name"] == name]
    if len(matching) != 1:
        raise HandlerError("NotFound", f"{len(matching)} hosted zones are named {name}; give a HostedZoneId")
    return str(matching[0])


def _record(aws: Aws, identifier: Identifier) -> dict[str, Any]:
    """The record set as the API has it; raises Absent."""
    client = aws.client("route53")
    name, kind = _full(identifier["Name"]), identifier["Type"]
    try:
        found = client.list_resource_record_sets(
            HostedZoneId=identifier["HostedZoneId"], StartRecordName=name, StartRecordType=kind
        )["ResourceRecordSets"]
    except client.exceptions.NoSuchHostedZone as error:
        raise Absent(f"hosted zone {identifier['HostedZoneId']} does not exist") from error
    for record in found:
        keys = (record["Name"], record["Type"], record.get("SetIdentifier", ""))
        if keys == (name, kind, identifier["SetIdentifier"]):
            return {key: value for key, value in record.items() if value != []}
    raise Absent(f"record set {name} {kind} does not exist")


def _change(aws: Aws, zone: str, action: str, record: dict[str, Any], comment: str) -> None:
    batch = {"Comment": comment, "Changes": [{"Action": action, "ResourceRecordSet": record}]}
    aws.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def _to_api(desired: Properties) -> dict[str, Any]:
    record = {name: value for name, value in desired.items() if name not in _OF_THE_TEMPLATE_ALONE}
    record["Name"] = _full(record["Name"])
    if "TTL" in record:
        record["TTL"] = int(record["TTL"])
    if "ResourceRecords" in record:
        record["ResourceRecords"] = [{"Value": value} for value in record["ResourceRecords"]]
    if "AliasTarget" in record:
        record["AliasTarget"] = {"EvaluateTargetHealth": False, **record["AliasTarget"]}
    return record


def _full(name: str) -> str:
    """A domain name as Route 53 keeps it: in small letters, with its last dot."""
    return f"{name.rstrip('.')}.".lower()


HANDLERS = (
    Handler(
        type="AWS::Route53::RecordSet",
        create=_create_record,
        read=_read_record,
        update=_update_record,
        delete=_delete_record,
        ref="Name",
        not_held={
            "Comment": "it is a comment on the change, which is not kept",
            "HostedZoneName": "a record tells the id of its zone",
        },
    ),
)
