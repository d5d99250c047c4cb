"""Mistakes at the HTTP API: routes, stages, limits, CORS, where its integration leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twin.faults.change import Done, undoing

if TYPE_CHECKING:
    from twin.faults.targets import Targets, World

_ROUTE: Final = ("RouteKey", "Target", "AuthorizationType", "AuthorizerId", "AuthorizationScopes")
_STAGE: Final = ("AutoDeploy", "StageVariables", "DefaultRouteSettings", "RouteSettings", "AccessLogSettings")
_INTEGRATION: Final = ("IntegrationUri", "CredentialsArn", "TimeoutInMillis")
UNLIMITED: Final = {"ThrottlingBurstLimit": 5000, "ThrottlingRateLimit": 10000.0}
"""The account's own limits, where a stage had none.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""


def remove_route(world: World, targets: Targets) -> Done:
    """Delete the route that health takes."""
    gateway, api, route = world.aws.client("apigatewayv2"), targets.api_id, targets.route
    gateway.delete_route(ApiId=api, RouteId=route["RouteId"])
    return Done(
        f"route {route['RouteKey']} of API {api} is deleted",
        lambda: gateway.create_route(ApiId=api, **_kept(route, _ROUTE)),
    )


def rename_stage(world: World, targets: Targets, name: str) -> Done:
    """Delete the stage, and make one of another name in its place."""
    gateway, api, stage = world.aws.client("apigatewayv2"), targets.api_id, targets.stage
    settings = _kept(stage, _STAGE)

    def put(old: str, new: str) -> None:
        gateway.delete_stage(ApiId=api, StageName=old)
        gateway.create_stage(ApiId=api, StageName=new, **settings)
        if tags := stage.get("Tags"):
            arn = f"arn:aws:apigateway:{targets.region}::/apis/{api}/stages/{new}"
            gateway.tag_resource(ResourceArn=arn, Tags=tags)

    put(stage["StageName"], name)
    return Done(
        f"API {api} has a stage {name} in place of {stage['StageName']}",
        lambda: put(name, stage["StageName"]),
    )


def stop_deploying(world: World, targets: Targets) -> Done:
    """Switch automatic deployment off: what is changed from here on is not served."""
    gateway, named = world.aws.client("apigatewayv2"), _stage(targets)
    gateway.update_stage(**named, AutoDeploy=False)
    return Done(
        f"stage {named['StageName']} of API {named['ApiId']} deploys no more by itself",
        lambda: gateway.update_stage(**named, AutoDeploy=bool(targets.stage.get("AutoDeploy"))),
    )


def add_route(world: World, targets: Targets, key: str) -> Done:
    """Make one more route to the same function."""
    gateway, api = world.aws.client("apigatewayv2"), targets.api_id
    made = gateway.create_route(ApiId=api, RouteKey=key, Target=targets.route["Target"])
    return Done(
        f"route {key} is made for API {api}",
        lambda: gateway.delete_route(ApiId=api, RouteId=made["RouteId"]),
    )


def limit(world: World, targets: Targets, burst: int, rate: float) -> Done:
    """Set the stage's limits for all routes."""
    gateway, named = world.aws.client("apigatewayv2"), _stage(targets)
    before = targets.stage.get("DefaultRouteSettings") or {}
    limits = {"ThrottlingBurstLimit": burst, "ThrottlingRateLimit": float(rate)}
    gateway.update_stage(**named, DefaultRouteSettings={**before, **limits})
    return Done(
        f"stage {named['StageName']} takes {rate:g} requests a second, and {burst} at once",
        lambda: gateway.update_stage(**named, DefaultRouteSettings=before or UNLIMITED),
    )


def write_no_access_log(world: World, targets: Targets) -> Done:
    """Delete the stage's access log settings."""
    gateway, named, before = world.aws.client("apigatewayv2"), _stage(targets), targets.stage
    gateway.delete_access_log_settings(**named)
    return Done(
        f"stage {named['StageName']} of API {named['ApiId']} has no access log",
        lambda: gateway.update_stage(**named, AccessLogSettings=before["AccessLogSettings"]),
    )


def integrate(world: World, targets: Targets, **changes: Any) -> Done:
    """Change the integration; `{function}` in a text stands for the function's ARN."""
    gateway, api, integration = world.aws.client("apigatewayv2"), targets.api_id, targets.integration
    named = {"ApiId": api, "IntegrationId": integration["IntegrationId"]}
    asked = {name: _filled(value, targets) for name, value in changes.items()}
    gateway.update_integration(**named, **asked)
    before = {name: integration.get(name, "") for name in asked}
    told = ", ".join(f"{name} {value}" for name, value in asked.items())
    return Done(
        f"integration {integration['IntegrationId']} of API {api} has {told}",
        lambda: gateway.update_integration(**named, **before),
    )


def authorize(world: World, targets: Targets, kind: str) -> Done:
    """Have the route ask for an authorization, such as AWS_IAM."""
    gateway, route = world.aws.client("apigatewayv2"), targets.route
    named = {"ApiId": targets.api_id, "RouteId": route["RouteId"]}
    gateway.update_route(**named, AuthorizationType=kind)
    return Done(
        f"route {route['RouteKey']} asks for {kind}",
        lambda: gateway.update_route(**named, AuthorizationType=route.get("AuthorizationType", "NONE")),
    )


def authorize_by_jwt(world: World, targets: Targets, issuer: str) -> Done:
    """Have the route ask for a token of an issuer."""
    gateway, api, route = world.aws.client("apigatewayv2"), targets.api_id, targets.route
    made = gateway.create_authorizer(
        ApiId=api,
        Name="fault",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Audience": ["nobody"], "Issuer": issuer},
    )["AuthorizerId"]
    kept = _kept(route, _ROUTE)
    asking = kept | {"AuthorizationType": "JWT", "AuthorizerId": made}

    def put(old: str, settings: dict[str, Any]) -> str:
        # an updated route would remember an authorizer that it has no more
        gateway.delete_route(ApiId=api, RouteId=old)
        return str(gateway.create_route(ApiId=api, **settings)["RouteId"])

    put_anew = put(route["RouteId"], asking)
    return Done(
        f"route {route['RouteKey']} asks for a token of {issuer}",
        undoing(
            lambda: gateway.delete_authorizer(ApiId=api, AuthorizerId=made),
            lambda: put(put_anew, kept),
        ),
    )


def allow_origin(world: World, targets: Targets, origin: str) -> Done:
    """Let the API answer preflights, for one origin alone."""
    gateway, api = world.aws.client("apigatewayv2"), targets.api_id
    before = targets.api.get("CorsConfiguration")
    gateway.update_api(ApiId=api, CorsConfiguration={"AllowOrigins": [origin], "AllowMethods": ["GET"]})
    put_back = (
        (lambda: gateway.update_api(ApiId=api, CorsConfiguration=before))
        if before
        else (lambda: gateway.delete_cors_configuration(ApiId=api))
    )
    return Done(f"API {api} allows browsers of {origin} alone", put_back)


def close_endpoint(world: World, targets: Targets) -> Done:
    """Disable the API's own address, as one does for a domain of one's own."""
    gateway, api = world.aws.client("apigatewayv2"), targets.api_id
    gateway.update_api(ApiId=api, DisableExecuteApiEndpoint=True)
    return Done(
        f"API {api} answers at domains of its own alone, and has none",
        lambda: gateway.update_api(ApiId=api, DisableExecuteApiEndpoint=False),
    )


def integrate_as_powerless(world: World, targets: Targets, role: str) -> Done:
    """Have the API invoke the function as a role that may do nothing."""
    iam, trust = world.aws.client("iam"), _TRUST
    made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]
    done = integrate(world, targets, CredentialsArn=made["Arn"])
    return Done(
        f"{done.did}, which may do nothing", undoing(lambda: iam.delete_role(RoleName=role), done.undo)
    )


_TRUST: Final = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "apigateway.amazonaws.com"}}]}'
)


def _stage(targets: Targets) -> dict[str, str]:
    return {"ApiId": targets.api_id, "StageName": str(targets.stage["StageName"])}


def _kept(document: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """What of a description is an argument too, and says something."""
    return {name: document[name] for name in names if document.get(name)}


def _filled(value: Any, targets: Targets) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("{function}", targets.function_arn)


INJECTORS: Final = {
    "remove_route": remove_route,
    "rename_stage": rename_stage,
    "stop_deploying": stop_deploying,
    "add_route": add_route,
    "limit": limit,
    "write_no_access_log": write_no_access_log,
    "integrate": integrate,
    "integrate_as_powerless": integrate_as_powerless,
    "authorize": authorize,
    "authorize_by_jwt": authorize_by_jwt,
    "allow_origin": allow_origin,
    "close_endpoint": close_endpoint,
}
