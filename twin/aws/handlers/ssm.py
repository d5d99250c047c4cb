"""Systems Manager: parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import as_map, as_pairs, retag

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_TOLD = ("Name", "Type", "Value", "Description", "Tier", "DataType", "AllowedPattern", "Policies")


def _create_parameter(request: Request) -> Identifier:
    wanted = {"Name": request.name(1011), **request.desired}
    tags = as_pairs(wanted.pop("Tags", None))
    request.client("ssm").put_parameter(**wanted, Tags=tags)
    return {"Name": wanted["Name"]}


def _read_parameter(aws: Aws, identifier: Identifier) -> Properties:
    ssm, name = aws.client("ssm"), identifier["Name"]
    only = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    found = ssm.describe_parameters(ParameterFilters=only)["Parameters"]
    if not found:
        raise Absent(f"parameter {name} does not exist")
    value = ssm.get_parameter(Name=name)["Parameter"]
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    told = found[0] | value
    return {key: told[key] for key in _TOLD if told.get(key)} | {"Tags": as_map(tags), "Arn": value["ARN"]}


def _update_parameter(request: Request, identifier: Identifier) -> None:
    ssm, name = request.client("ssm"), identifier["Name"]
    wanted = {key: value for key, value in request.desired.items() if key != "Tags"}
    ssm.put_parameter(**{"Name": name, **wanted}, Overwrite=True)
    about = {"ResourceType": "Parameter", "ResourceId": name}
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: ssm.add_tags_to_resource(**about, Tags=as_pairs(tags)),
        lambda names: ssm.remove_tags_from_resource(**about, TagKeys=names),
    )


def _delete_parameter(aws: Aws, identifier: Identifier) -> None:
    aws.client("ssm").delete_parameter(Name=identifier["Name"])


HANDLERS = (
    Handler(
        type="AWS::SSM::Parameter",
        create=_create_parameter,
        read=_read_parameter,
        update=_update_parameter,
        delete=_delete_parameter,
    ),
)
