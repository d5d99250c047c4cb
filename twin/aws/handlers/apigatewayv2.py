"""API Gateway's HTTP and WebSocket APIs: APIs and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.properties import refuse, taken_away, told
from twin.aws.tagging import as_map, as_pairs, retag, without

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twin.aws.clients import Aws

API = "AWS::ApiGatewayV2::Api"
STAGE = "AWS::ApiGatewayV2::Stage"
_NO_API_FOR = ("BasePath", "Body", "BodyS3Location", "CredentialsArn", "FailOnWarnings", "RouteKey", "Target")
"""Imports of OpenAPI and quick creation, of which moto makes nothing."""
_API_NONE = {
    "ApiKeySelectionExpression": "$request.header.x-api-key",
    "RouteSelectionExpression": "$request.method $request.path",
}


def _as_they_are(properties: Properties) -> Properties:
    return properties


@dataclass(frozen=True, slots=True)
class _Part:
    """A kind of thing within an API, whose operations are named after it, such as `create_route`."""

    noun: str
    none: Mapping[str, Any] = field(default_factory=dict)
    """What the API takes for a property taken away, where that is not an empty value."""
    emptied: frozenset[str] = frozenset()
    """Maps that the API merges, and takes a key out of when its text is empty."""
    shaped: Callable[[Properties], Properties] = _as_they_are
    """Properties as the API takes them."""
    unshaped: Callable[[Properties], Properties] = _as_they_are
    """Properties as the schema has them."""

    @property
    def type(self) -> str:
        return f"AWS::ApiGatewayV2::{self.noun}"

    @property
    def identity(self) -> str:
        return f"{self.noun}Id"

    def call(self, aws: Aws, verb: str, **parameters: Any) -> Any:
        return getattr(aws.client("apigatewayv2"), f"{verb}_{self.noun.lower()}")(**parameters)

    def create(self, request: Request) -> Identifier:
        made = self.call(request.aws, "create", **self.shaped(request.desired))
        return {"ApiId": request.desired["ApiId"], self.identity: made[self.identity]}

    def read(self, aws: Aws, identifier: Identifier) -> Properties:
        found = _found(aws, self.noun.lower(), identifier)
        return told(self.type, aws.region, {**self.unshaped(found), "ApiId": identifier["ApiId"]})

    def update(self, request: Request, identifier: Identifier) -> None:
        before, after = self.shaped(request.previous), self.shaped(request.desired)
        changes = taken_away(before, after, self.none) | after | dict(identifier)
        for name in before.keys() & self.emptied:
            changes[name] = dict.fromkeys(before[name], "") | after.get(name, {})
        self.call(request.aws, "update", **changes)

    def delete(self, aws: Aws, identifier: Identifier) -> None:
        self.call(aws, "delete", **identifier)

    def handler(self) -> Handler:
        return Handler(self.type, self.create, self.read, self.delete, self.update, ref=self.identity)


def _found(aws: Aws, noun: str, identifier: Identifier) -> Properties:
    """What the API tells of a thing that its identifier names."""
    gateway = aws.client("apigatewayv2")
    try:
        found: Properties = getattr(gateway, f"get_{noun}")(**identifier)
    except gateway.exceptions.NotFoundException:
        raise Absent(f"{noun} {'/'.join(identifier.values())} does not exist") from None
    return found


def _integration_shaped(properties: Properties) -> Properties:
    """Response parameters as a map by status and destination."""
    if "ResponseParameters" not in properties:
        return properties
    by_status = {
        status: {each["Destination"]: each["Source"] for each in inside.get("ResponseParameters", ())}
        for status, inside in properties["ResponseParameters"].items()
    }
    return {**properties, "ResponseParameters": by_status}


def _integration_unshaped(properties: Properties) -> Properties:
    by_status = {
        status: {
            "ResponseParameters": [{"Destination": to, "Source": source} for to, source in inside.items()]
        }
        for status, inside in properties.get("ResponseParameters", {}).items()
    }
    return {**properties, "ResponseParameters": by_status}


def _create_api(request: Request) -> Identifier:
    refuse(API, request.desired, _NO_API_FOR)
    made = request.client("apigatewayv2").create_api(**request.desired)
    return {"ApiId": made["ApiId"]}


def _read_api(aws: Aws, identifier: Identifier) -> Properties:
    found = _found(aws, "api", identifier)
    arn = aws.arn("execute-api", identifier["ApiId"])
    return told(API, aws.region, {**found, "ExecuteApiArn": arn, "Tags": _own_tags(found)})


def _update_api(request: Request, identifier: Identifier) -> None:
    refuse(API, request.desired, _NO_API_FOR)
    gateway, changes = request.client("apigatewayv2"), _changes(request, _API_NONE, "ProtocolType")
    if "CorsConfiguration" in changes and not changes["CorsConfiguration"]:
        gateway.delete_cors_configuration(**identifier)
        del changes["CorsConfiguration"]
    gateway.update_api(**{**changes, **identifier})
    _retag(request, f"/apis/{identifier['ApiId']}")


def _delete_api(aws: Aws, identifier: Identifier) -> None:
    aws.client("apigatewayv2").delete_api(**identifier)


def _create_stage(request: Request) -> Identifier:
    request.client("apigatewayv2").create_stage(**request.desired)
    return {name: request.desired[name] for name in ("ApiId", "StageName")}


def _read_stage(aws: Aws, identifier: Identifier) -> Properties:
    found = _found(aws, "stage", identifier)
    return told(STAGE, aws.region, {**found, "ApiId": identifier["ApiId"], "Tags": _own_tags(found)})


def _update_stage(request: Request, identifier: Identifier) -> None:
    """Change a stage; the API merges maps, so that each key taken away has to be named."""
    gateway, changes = request.client("apigatewayv2"), _changes(request)
    if "AccessLogSettings" in changes and not changes["AccessLogSettings"]:
        gateway.delete_access_log_settings(**identifier)
        del changes["AccessLogSettings"]
    for route_key in _gone(request, "RouteSettings"):
        gateway.delete_route_settings(**identifier, RouteKey=route_key)
    emptied = dict.fromkeys(_gone(request, "StageVariables"), "")
    changes["StageVariables"] = emptied | changes.get("StageVariables", {})
    gateway.update_stage(**{**changes, **identifier})
    _retag(request, f"/apis/{identifier['ApiId']}/stages/{identifier['StageName']}")


def _delete_stage(aws: Aws, identifier: Identifier) -> None:
    aws.client("apigatewayv2").delete_stage(**identifier)


def _changes(request: Request, none: Mapping[str, Any] | None = None, *fixed: str) -> Properties:
    """What an update has to say: everything desired, and a word for everything taken away."""
    before, after = (
        {name: value for name, value in properties.items() if name not in ("Tags", *fixed)}
        for properties in (request.previous, request.desired)
    )
    return taken_away(before, after, none or {}) | after


def _gone(request: Request, name: str) -> list[str]:
    """Keys of a map that are not desired any more."""
    before, after = (properties.get(name, {}) for properties in (request.previous, request.desired))
    return sorted(before.keys() - after.keys())


def _own_tags(found: Properties) -> dict[str, str]:
    return as_map(without(as_pairs(found.get("Tags"))))


def _retag(request: Request, path: str) -> None:
    gateway = request.client("apigatewayv2")
    # ARNs of API Gateway's own things name no account.
    about = {"ResourceArn": f"arn:{request.aws.partition}:apigateway:{request.aws.region}::{path}"}
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: gateway.tag_resource(**about, Tags=tags),
        lambda names: gateway.untag_resource(**about, TagKeys=names),
    )


_PARTS = (
    _Part(
        "Integration",
        none={"ConnectionType": "INTERNET", "PayloadFormatVersion": "1.0", "TimeoutInMillis": 30_000},
        emptied=frozenset({"RequestParameters"}),
        shaped=_integration_shaped,
        unshaped=_integration_unshaped,
    ),
    _Part("Route", none={"AuthorizationType": "NONE"}),
    _Part("Authorizer"),
)

HANDLERS = (
    Handler(API, _create_api, _read_api, _delete_api, _update_api),
    Handler(STAGE, _create_stage, _read_stage, _delete_stage, _update_stage),
    *(part.handler() for part in _PARTS),
)
