"""A REST API in place of an HTTP API, or the reverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.variants.variant import Base, Variant

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.variants.draft import Draft

HTTP, REST = "AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"


def _http_apis(base: Base) -> list[Resource]:
    apis = base.context.resources(HTTP)
    return [each for each in apis if base.context.get(each, "ProtocolType", "HTTP") == "HTTP"]


def _rest_apis(base: Base) -> list[Resource]:
    return base.context.resources(REST)


def _to_rest(draft: Draft, base: Base) -> None:
    for api in _http_apis(base):
        draft.replace(api, REST, Name=api.logical_id)


def _to_http(draft: Draft, base: Base) -> None:
    for api in _rest_apis(base):
        draft.replace(api, HTTP, Name=api.logical_id, ProtocolType="HTTP")


VARIANTS = (
    Variant(
        name="REST API",
        instead_of="HTTP API",
        sentence="REST APIs take the requests, without a cache",
        applies=_http_apis,
        edit=_to_rest,
    ),
    Variant(
        name="HTTP API",
        instead_of="REST API",
        sentence="HTTP APIs take the requests; each 512 KB of one count, and there is no cache",
        applies=_rest_apis,
        edit=_to_http,
    ),
)
