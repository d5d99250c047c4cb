"""CloudFront: distributions, and the functions, access controls and headers policies that they use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.handlers.cloudfront_shapes import from_api, to_api
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws


def _create_distribution(request: Request) -> Identifier:
    client = request.client("cloudfront")
    config = _config(client, "DistributionConfig", request) | {"CallerReference": str(uuid4())}
    tagged = {"DistributionConfig": config, "Tags": {"Items": as_pairs(request.desired.get("Tags"))}}
    made = client.create_distribution_with_tags(DistributionConfigWithTags=tagged)
    return {"Id": made["Distribution"]["Id"]}


def _read_distribution(aws: Aws, identifier: Identifier) -> Properties:
    client = aws.client("cloudfront")
    found = _found(lambda: client.get_distribution(**identifier))["Distribution"]
    config = from_api(client.meta.service_model.shape_for("DistributionConfig"), found["DistributionConfig"])
    if not config.get("Logging", {}).pop("Enabled", False):
        config.pop("Logging", None)
    tags = _tags(client, found["ARN"])
    return {"Id": found["Id"], "DomainName": found["DomainName"], "DistributionConfig": config, "Tags": tags}


def _update_distribution(request: Request, identifier: Identifier) -> None:
    client = request.client("cloudfront")
    found = client.get_distribution(**identifier)
    reference = found["Distribution"]["DistributionConfig"]["CallerReference"]
    config = _config(client, "DistributionConfig", request) | {"CallerReference": reference}
    client.update_distribution(**identifier, IfMatch=found["ETag"], DistributionConfig=config)
    _retag(request, found["Distribution"]["ARN"])


def _delete_distribution(aws: Aws, identifier: Identifier) -> None:
    """CloudFront deletes only what was disabled before."""
    client = aws.client("cloudfront")
    found = client.get_distribution_config(**identifier)
    version, config = found["ETag"], found["DistributionConfig"]
    if config["Enabled"]:
        disabled = {**config, "Enabled": False}
        version = client.update_distribution(**identifier, IfMatch=version, DistributionConfig=disabled)[
            "ETag"
        ]
    client.delete_distribution(**identifier, IfMatch=version)


def _create_function(request: Request) -> Identifier:
    client, name = request.client("cloudfront"), request.desired["Name"]
    made = client.create_function(
        Name=name, **_function(client, request), Tags={"Items": as_pairs(request.desired.get("Tags"))}
    )
    identifier = request.begin(FunctionARN=made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"])
    if request.desired.get("AutoPublish"):
        client.publish_function(Name=name, IfMatch=made["ETag"])
    return identifier


def _read_function(aws: Aws, identifier: Identifier) -> Properties:
    client, arn, name = aws.client("cloudfront"), identifier["FunctionARN"], _name(identifier)
    found = _found(lambda: client.describe_function(Name=name))["FunctionSummary"]
    code = client.get_function(Name=name)["FunctionCode"].read()
    return {
        "Name": found["Name"],
        "FunctionARN": arn,
        "FunctionMetadata": {"FunctionARN": found["FunctionMetadata"]["FunctionARN"]},
        "FunctionCode": code.decode(),
        "FunctionConfig": from_api(
            client.meta.service_model.shape_for("FunctionConfig"), found["FunctionConfig"]
        ),
        "Stage": _stage(client, name),
        "Tags": _tags(client, arn),
    }


def _update_function(request: Request, identifier: Identifier) -> None:
    client, name = request.client("cloudfront"), _name(identifier)
    version = client.describe_function(Name=name)["ETag"]
    if request.changed("FunctionCode", "FunctionConfig"):
        version = client.update_function(Name=name, IfMatch=version, **_function(client, request))["ETag"]
    if request.desired.get("AutoPublish"):
        client.publish_function(Name=name, IfMatch=version)
    _retag(request, identifier["FunctionARN"])


def _delete_function(aws: Aws, identifier: Identifier) -> None:
    client, name = aws.client("cloudfront"), _name(identifier)
    client.delete_function(Name=name, IfMatch=client.describe_function(Name=name)["ETag"])


def _function(client: Any, request: Request) -> dict[str, Any]:
    code = request.desired["FunctionCode"].encode()
    return {"FunctionConfig": _config(client, "FunctionConfig", request), "FunctionCode": code}


def _name(identifier: Identifier) -> str:
    return identifier["FunctionARN"].rpartition("/")[2]


def _stage(client: Any, name: str) -> str:
    """The last stage that the function has reached."""
    try:
        published = client.describe_function(Name=name, Stage="LIVE")
    except client.exceptions.NoSuchFunctionExists:
        published = client.describe_function(Name=name)
    stage: str = published["FunctionSummary"]["FunctionMetadata"]["Stage"]
    return stage


def _create_access_control(request: Request) -> Identifier:
    made = request.client("cloudfront").create_origin_access_control(
        OriginAccessControlConfig=_access_control(request)
    )
    return {"Id": made["OriginAccessControl"]["Id"]}


def _read_access_control(aws: Aws, identifier: Identifier) -> Properties:
    client = aws.client("cloudfront")
    return dict(_found(lambda: client.get_origin_access_control(**identifier))["OriginAccessControl"])


def _update_access_control(request: Request, identifier: Identifier) -> None:
    client = request.client("cloudfront")
    version = client.get_origin_access_control(**identifier)["ETag"]
    client.update_origin_access_control(
        **identifier, IfMatch=version, OriginAccessControlConfig=_access_control(request)
    )


def _delete_access_control(aws: Aws, identifier: Identifier) -> None:
    client = aws.client("cloudfront")
    version = client.get_origin_access_control(**identifier)["ETag"]
    client.delete_origin_access_control(**identifier, IfMatch=version)


def _access_control(request: Request) -> dict[str, Any]:
    return {"Description": "", **request.desired["OriginAccessControlConfig"]}


def _create_headers_policy(request: Request) -> Identifier:
    client = request.client("cloudfront")
    config = _config(client, "ResponseHeadersPolicyConfig", request)
    made = client.create_response_headers_policy(ResponseHeadersPolicyConfig=config)
    return {"Id": made["ResponseHeadersPolicy"]["Id"]}


def _read_headers_policy(aws: Aws, identifier: Identifier) -> Properties:
    client = aws.client("cloudfront")
    found = _found(lambda: client.get_response_headers_policy(**identifier))["ResponseHeadersPolicy"]
    shape = client.meta.service_model.shape_for("ResponseHeadersPolicyConfig")
    return {
        "Id": found["Id"],
        "LastModifiedTime": found["LastModifiedTime"].isoformat(),
        "ResponseHeadersPolicyConfig": from_api(shape, found["ResponseHeadersPolicyConfig"]),
    }


def _update_headers_policy(request: Request, identifier: Identifier) -> None:
    client = request.client("cloudfront")
    version = client.get_response_headers_policy(**identifier)["ETag"]
    config = _config(client, "ResponseHeadersPolicyConfig", request)
    client.update_response_headers_policy(**identifier, IfMatch=version, ResponseHeadersPolicyConfig=config)


def _delete_headers_policy(aws: Aws, identifier: Identifier) -> None:
    client = aws.client("cloudfront")
    version = client.get_response_headers_policy(**identifier)["ETag"]
    client.delete_response_headers_policy(**identifier, IfMatch=version)


def _config(client: Any, name: str, request: Request) -> dict[str, Any]:
    """A property, named as its shape is, as the API has it."""
    config: dict[str, Any] = to_api(client.meta.service_model.shape_for(name), request.desired[name])
    return config


def _found(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the API answers; raises Absent where it knows of no such thing."""
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("NoSuch"):
            raise Absent(error.response["Error"]["Message"]) from error
        raise


def _tags(client: Any, arn: str) -> list[dict[str, str]]:
    return without(client.list_tags_for_resource(Resource=arn)["Tags"].get("Items", []))


def _retag(request: Request, arn: str) -> None:
    client = request.client("cloudfront")
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: client.tag_resource(Resource=arn, Tags={"Items": as_pairs(tags)}),
        lambda names: client.untag_resource(Resource=arn, TagKeys={"Items": names}),
    )


HANDLERS = (
    Handler(
        type="AWS::CloudFront::Distribution",
        create=_create_distribution,
        read=_read_distribution,
        update=_update_distribution,
        delete=_delete_distribution,
    ),
    Handler(
        type="AWS::CloudFront::Function",
        create=_create_function,
        read=_read_function,
        update=_update_function,
        delete=_delete_function,
        not_held={
            "AutoPublish": "it says what to do with the code: attribute Stage tells whether it was done"
        },
    ),
    Handler(
        type="AWS::CloudFront::OriginAccessControl",
        create=_create_access_control,
        read=_read_access_control,
        update=_update_access_control,
        delete=_delete_access_control,
    ),
    Handler(
        type="AWS::CloudFront::ResponseHeadersPolicy",
        create=_create_headers_policy,
        read=_read_headers_policy,
        update=_update_headers_policy,
        delete=_delete_headers_policy,
    ),
)
