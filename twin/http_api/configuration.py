"""What a deployed HTTP API serves, as API Gateway's own operations tell it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from twin.cors import Cors
from twin.routing import RouteTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twin.deployed import Deployed

    Document = Mapping[str, Any]

INTEGRATION_TIMEOUT_MS: Final = 30_000
"""What an integration waits if it says nothing, and the most it may say.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""
DEFAULT_STAGE: Final = "$default"
_TARGET: Final = "integrations/"


@dataclass(frozen=True, slots=True)
class Limit:
    """A throttle: how many requests at once, and how many a second after that."""

    burst: int
    rate: float


ACCOUNT_LIMIT: Final = Limit(burst=5000, rate=10_000.0)
"""Of all APIs of an account in a region, until one asks for more.

https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""


@dataclass(frozen=True, slots=True)
class Integration:
    """Where a route leads."""

    kind: str
    uri: str
    subtype: str | None = None
    credentials: str | None = None
    payload_format: str = "1.0"
    timeout_ms: int = INTEGRATION_TIMEOUT_MS
    parameters: tuple[str, ...] = ()
    """Names of what it changes in requests and answers."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route with its integration; None if it has none."""

    key: str
    integration: Integration | None
    authorization: str = "NONE"
    authorizer_id: str | None = None

    @property
    def resource(self) -> str:
        """Its path, or `$default`."""
        return self.key.partition(" ")[2] or self.key


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, with the API as it was deployed to it.

    Attributes:
        limits: For each route that has its own; `default_limit` is for each of the others.
        cors: Answers browsers, if it is configured.
        closed: Whether the API's own address is switched off.
        variables: Of the stage.
        default_limit: The throttle of each route that is not in `limits`.
        limits: Throttles by route key.
        detailed: Whether routes have metrics of their own, if `detailed_routes` does not say otherwise.
        detailed_routes: The same by route key.
        log_destination: ARN of what takes the access log, one line of `log_format` a request.
        log_format: With `$context` variables.
    """

    name: str
    routes: Mapping[str, Route]
    table: RouteTable
    cors: Cors | None
    closed: bool
    variables: Mapping[str, str] = field(default_factory=dict)
    default_limit: Limit | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)
    detailed: bool = False
    detailed_routes: Mapping[str, bool] = field(default_factory=dict)
    log_destination: str | None = None
    log_format: str | None = None

    def limit(self, route_key: str) -> Limit | None:
        """The throttle of a route."""
        return self.limits.get(route_key, self.default_limit)

    def counts_in_detail(self, route_key: str) -> bool:
        """Whether a route has metrics of its own."""
        return self.detailed_routes.get(route_key, self.detailed)


@dataclass(frozen=True, slots=True)
class ServedApi:
    """An HTTP API; `mappings` has the stage for each path of each domain of its own."""

    api_id: str
    domain_name: str
    stages: Mapping[str, Stage]
    mappings: Mapping[str, Mapping[str, str]]


def read_api(deployed: Deployed, api_id: str) -> ServedApi | None:
    """An API as it is deployed; None if there is none of that id."""
    apis = deployed.call("apigatewayv2", "get_apis")["Items"]
    api = next((each for each in apis if each["ApiId"] == api_id), None)
    if api is None or api["ProtocolType"] != "HTTP":
        return None
    return ServedApi(
        api_id=api_id,
        domain_name=urlsplit(api["ApiEndpoint"]).hostname or "",
        stages={
            stage["StageName"]: _stage(_deployed_to(deployed, api, stage), stage)
            for stage in deployed.call("apigatewayv2", "get_stages", ApiId=api_id)["Items"]
        },
        mappings=dict(_mappings(deployed, api_id)),
    )


def _deployed_to(deployed: Deployed, api: Document, stage: Document) -> Document:
    """What a stage serves: the API as it is, or as it was when it was deployed."""
    if stage.get("AutoDeploy"):
        named = {"ApiId": api["ApiId"]}
        return {
            "api": api,
            "routes": deployed.call("apigatewayv2", "get_routes", **named)["Items"],
            "integrations": deployed.call("apigatewayv2", "get_integrations", **named)["Items"],
        }
    from twin.aws.mends.apigatewayv2_deployments import deployed_configuration

    found = deployed_configuration(
        deployed.aws.account, deployed.aws.region, api["ApiId"], stage["StageName"]
    )
    return {
        "api": _capitalised(found.get("api", {})),
        "routes": [_capitalised(each) for each in found.get("routes", ())],
        "integrations": [_capitalised(each) for each in found.get("integrations", ())],
    }


def _stage(configuration: Document, stage: Document) -> Stage:
    integrations = {each["IntegrationId"]: _integration(each) for each in configuration["integrations"]}
    routes = {each["RouteKey"]: _route(each, integrations) for each in configuration["routes"]}
    settings = stage.get("DefaultRouteSettings") or {}
    by_route = stage.get("RouteSettings") or {}
    log = stage.get("AccessLogSettings") or {}
    limits = {key: _limit(each) for key, each in by_route.items()}
    return Stage(
        name=stage["StageName"],
        routes=routes,
        table=_table(frozenset(routes)),
        cors=_cors(configuration["api"].get("CorsConfiguration")),
        closed=bool(configuration["api"].get("DisableExecuteApiEndpoint")),
        variables=stage.get("StageVariables") or {},
        default_limit=_limit(settings),
        limits={key: limit for key, limit in limits.items() if limit},
        detailed=bool(settings.get("DetailedMetricsEnabled")),
        detailed_routes={
            key: bool(each["DetailedMetricsEnabled"])
            for key, each in by_route.items()
            if "DetailedMetricsEnabled" in each
        },
        log_destination=log.get("DestinationArn"),
        log_format=log.get("Format"),
    )


@lru_cache(maxsize=64)
def _table(keys: frozenset[str]) -> RouteTable:
    return RouteTable(keys)


def _route(route: Document, integrations: Mapping[str, Integration]) -> Route:
    target = str(route.get("Target") or "")
    return Route(
        key=route["RouteKey"],
        integration=integrations.get(target.removeprefix(_TARGET)),
        authorization=route.get("AuthorizationType") or "NONE",
        authorizer_id=route.get("AuthorizerId"),
    )


def _integration(integration: Document) -> Integration:
    return Integration(
        kind=integration["IntegrationType"],
        uri=integration.get("IntegrationUri") or "",
        subtype=integration.get("IntegrationSubtype"),
        credentials=integration.get("CredentialsArn") or None,
        payload_format=integration.get("PayloadFormatVersion") or "1.0",
        timeout_ms=integration.get("TimeoutInMillis") or INTEGRATION_TIMEOUT_MS,
        parameters=(
            *(integration.get("RequestParameters") or ()),
            *(integration.get("ResponseParameters") or ()),
        ),
    )


def _limit(settings: Document) -> Limit | None:
    """A throttle, if any of its figures is set; the other is the account's."""
    burst, rate = settings.get("ThrottlingBurstLimit"), settings.get("ThrottlingRateLimit")
    if burst is None and rate is None:
        return None
    return Limit(
        ACCOUNT_LIMIT.burst if burst is None else int(burst),
        ACCOUNT_LIMIT.rate if rate is None else float(rate),
    )


def _cors(configuration: Document | None) -> Cors | None:
    if not configuration:
        return None
    return Cors(
        allow_origins=tuple(configuration.get("AllowOrigins") or ()),
        allow_methods=tuple(configuration.get("AllowMethods") or ()),
        allow_headers=tuple(configuration.get("AllowHeaders") or ()),
        expose_headers=tuple(configuration.get("ExposeHeaders") or ()),
        max_age_seconds=configuration.get("MaxAge"),
        allow_credentials=bool(configuration.get("AllowCredentials")),
    )


def _mappings(deployed: Deployed, api_id: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Domains of the API's own: the stage for each first part of a path, or for all paths."""
    for domain in deployed.call("apigatewayv2", "get_domain_names")["Items"]:
        name = domain["DomainName"]
        found = deployed.call("apigatewayv2", "get_api_mappings", DomainName=name)["Items"]
        if led := {
            each.get("ApiMappingKey") or "": each["Stage"] for each in found if each["ApiId"] == api_id
        }:
            yield name, led


def _capitalised(document: Document) -> dict[str, Any]:
    """A document of API Gateway's JSON in boto3's names; CORS is the one that has another within."""
    named = {name[:1].upper() + name[1:]: value for name, value in document.items()}
    cors = named.get("CorsConfiguration")
    return named | {"CorsConfiguration": _capitalised(cors)} if cors else named
