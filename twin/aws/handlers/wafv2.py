"""WAF: web ACLs and where their logs go."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws

_FIXED = ("Name", "Scope", "Tags")
_RENAMED = {"Arn": "ARN"}
"""Names in the statements of a template and in those of the API."""
_REF = "Name|Id|Scope"


def _create_acl(request: Request) -> Identifier:
    name, scope = request.desired.get("Name") or request.name(128), request.desired["Scope"]
    tags = {"Tags": as_pairs(request.desired["Tags"])} if request.desired.get("Tags") else {}
    made = request.client("wafv2").create_web_acl(Name=name, Scope=scope, **_acl(request), **tags)
    return {"Name": name, "Id": made["Summary"]["Id"], "Scope": scope}


def _read_acl(aws: Aws, identifier: Identifier) -> Properties:
    client = aws.client("wafv2")
    told = _found(client.get_web_acl, identifier)["WebACL"]
    arn = told.pop("ARN")
    tags = client.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"]["TagList"]
    return {
        **_from_api(told),
        "Arn": arn,
        "Scope": identifier["Scope"],
        "Tags": without(tags),
        _REF: "|".join(identifier[part] for part in _REF.split("|")),
    }


def _update_acl(request: Request, identifier: Identifier) -> None:
    client = request.client("wafv2")
    found = _found(client.get_web_acl, identifier)
    client.update_web_acl(**identifier, LockToken=found["LockToken"], **_acl(request))
    arn = found["WebACL"]["ARN"]
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: client.tag_resource(ResourceARN=arn, Tags=as_pairs(tags)),
        lambda names: client.untag_resource(ResourceARN=arn, TagKeys=names),
    )


def _delete_acl(aws: Aws, identifier: Identifier) -> None:
    client = aws.client("wafv2")
    version = _found(client.get_web_acl, identifier)["LockToken"]
    client.delete_web_acl(**identifier, LockToken=version)


def _acl(request: Request) -> dict[str, Any]:
    wanted = {name: value for name, value in request.desired.items() if name not in _FIXED}
    told: dict[str, Any] = _to_api(wanted)
    return told


def _to_api(value: Any) -> Any:
    if isinstance(value, list):
        return [_to_api(item) for item in value]
    if not isinstance(value, dict):
        return value
    told = {_RENAMED.get(name, name): _to_api(item) for name, item in value.items()}
    if "SearchStringBase64" in told:
        told["SearchString"] = base64.b64decode(told.pop("SearchStringBase64"))
    return told


def _from_api(value: Any) -> Any:
    """What the API tells as a template says it; a text to search for in both ways that a template has."""
    if isinstance(value, list):
        return [_from_api(item) for item in value]
    if not isinstance(value, dict):
        return value
    names = {api: name for name, api in _RENAMED.items()}
    told = {names.get(name, name): _from_api(item) for name, item in value.items()}
    if isinstance(told.get("SearchString"), bytes):
        told["SearchStringBase64"] = base64.b64encode(told["SearchString"]).decode()
        told["SearchString"] = told["SearchString"].decode(errors="replace")
    return told


def _put_logging(request: Request) -> Identifier:
    request.client("wafv2").put_logging_configuration(LoggingConfiguration=request.desired)
    return {"ResourceArn": request.desired["ResourceArn"]}


def _read_logging(aws: Aws, identifier: Identifier) -> Properties:
    return dict(_found(aws.client("wafv2").get_logging_configuration, identifier)["LoggingConfiguration"])


def _update_logging(request: Request, identifier: Identifier) -> None:
    _read_logging(request.aws, identifier)
    _put_logging(request)


def _delete_logging(aws: Aws, identifier: Identifier) -> None:
    _found(aws.client("wafv2").delete_logging_configuration, identifier)


def _found(ask: Callable[..., dict[str, Any]], identifier: Identifier) -> dict[str, Any]:
    """What an operation answers; raises Absent where WAF knows of no such thing."""
    try:
        return ask(**identifier)
    except ClientError as error:
        if error.response["Error"]["Code"] == "WAFNonexistentItemException":
            raise Absent(f"WAF has no {'/'.join(identifier.values())}") from error
        raise


HANDLERS = (
    Handler(
        type="AWS::WAFv2::WebACL",
        create=_create_acl,
        read=_read_acl,
        update=_update_acl,
        delete=_delete_acl,
        ref=_REF,
    ),
    Handler(
        type="AWS::WAFv2::LoggingConfiguration",
        create=_put_logging,
        read=_read_logging,
        update=_update_logging,
        delete=_delete_logging,
    ),
)
