"""Has the API all routes of the contract, do they lead somewhere, and does its stage serve them so?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ops.deploying.smoke import HEALTH
from ops.doctor.answer import proved, ruled_out, unseen
from ops.doctor.check import Effect, check
from ops.doctor.evidence.gateway import METHOD
from ops.doctor.evidence.routing import example_path, route_for
from ops.doctor.sign import Sign
from runtime.contract import ROUTES, Function
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.gateway import Gateway
    from ops.doctor.evidence.whole import Evidence
    from runtime.contract import Route

NOT_FOUND: Final = frozenset({Sign.GATEWAY_NOT_FOUND})
BEHIND: Final = NOT_FOUND | {
    Sign.GATEWAY_ERROR,
    Sign.GATEWAY_UNAVAILABLE,
    Sign.APPLICATION_REFUSED,
    Sign.APPLICATION_ERROR,
    Sign.UNLIKE,
}
"""What comes of a route that was configured otherwise once."""
FAILED: Final = "FAILED"
LISTED: Final = 3
"""Routes that are told by their keys, of many."""
SERVICE: Final = "deploy the service stack"
AUTOMATIC: Final = f"{SERVICE}: its stage has AutoDeploy"


@check("API-009", Effect.SOME, signs=BEHIND)
def stage_behind(evidence: Evidence) -> Answer:
    """What the stage serves is what the API has, by the stage's export where that can be had."""
    gateway = evidence.gateway
    stage, name = gateway.stage, gateway.stage["StageName"]
    mend = f"aws apigatewayv2 update-stage --api-id {gateway.api_id} --stage-name '{name}' --auto-deploy"
    try:
        failed = _failed_deployment(gateway)
    except AccessError as refused:
        # a stage that deploys by itself tells of a failure too: it is hardly why the request failed
        return replace(unseen(str(refused)), explains=not stage.get("AutoDeploy"))
    if failed:
        return proved(f"stage {name} could not be deployed: {failed}", mend, change=AUTOMATIC)
    if stage.get("AutoDeploy"):
        return ruled_out(f"stage {name} deploys each change by itself")
    if not stage.get("DeploymentId"):
        return proved(
            f"nothing was ever deployed to stage {name}, which does not do so by itself",
            mend,
            change=AUTOMATIC,
        )
    return _compared(gateway, mend)


def _compared(gateway: Gateway, mend: str) -> Answer:
    """What a stage serves that does not deploy by itself, beside what the API has."""
    name = gateway.stage["StageName"]
    configured, served = frozenset(route["RouteKey"] for route in gateway.routes), gateway.served
    health = route_for(served, METHOD, HEALTH)
    if configured != served:
        difference = _difference(name, configured, served)
        return proved(difference, mend, change=AUTOMATIC, explains=health is None)
    if elsewhere := _led_elsewhere(gateway):
        key = health if health in elsewhere else next(iter(elsewhere))
        more = f" and {len(elsewhere) - 1} more" if len(elsewhere) > 1 else ""
        return proved(
            f"stage {name} does not deploy by itself, and serves route {key}{more} as it was before: by "
            f"{elsewhere[key]}",
            mend,
            change=AUTOMATIC,
            explains=key == health,
        )
    return ruled_out(f"stage {name} does not deploy by itself, and serves every route that the API has")


@check("API-007", Effect.FAILS, signs=NOT_FOUND, ran=False)
def route_missing(evidence: Evidence) -> Answer:
    """Some route takes a request for health, and leads somewhere."""
    gateway = evidence.gateway
    keys = [route["RouteKey"] for route in gateway.routes]
    key = route_for(keys, METHOD, HEALTH)
    if key is None:
        listed = f"none of its {len(keys)} routes does" if keys else "it has no route"
        return proved(
            f"API {gateway.api_id} takes no {METHOD} {HEALTH}: {listed}",
            *gateway.take_health(),
            change=f"{SERVICE}: its routes are those of the contract",
        )
    ways = [way for way in gateway.ways if way.key == key]
    if not ways:
        lost = gateway.route.get("Target")
        return proved(
            f"route {key} of API {gateway.api_id} leads to {lost or 'nowhere'}, no integration of its",
            *gateway.lead(*(each["RouteId"] for each in gateway.routes if each.get("Target") == lost)),
            change=SERVICE,
        )
    return ruled_out(f"route {key} takes {METHOD} {HEALTH}")


@check("API-060", Effect.SOME, signs=NOT_FOUND, ran=False)
def contract_incomplete(evidence: Evidence) -> Answer:
    """Every route of the contract is taken by one of the API's."""
    gateway = evidence.gateway
    keys = [route["RouteKey"] for route in gateway.routes]
    wanted = [route for route in ROUTES if route.function is Function.API or evidence.environment.login]
    missing = [each.key for each in wanted if _taken(keys, each.key) is None]
    if not gateway.ways:
        return ruled_out("that no route leads anywhere is another fault")
    if not missing and (lost := _lost(gateway, wanted)):
        key, target = lost[0]["RouteKey"], lost[0].get("Target") or "nowhere"
        return proved(
            f"route {key} of API {gateway.api_id} leads to {target}, no integration of its"
            + (f", and so do {len(lost) - 1} more" if len(lost) > 1 else ""),
            *(
                line
                for each in lost
                for line in gateway.lead(each["RouteId"], code=gateway.meant_for(each["RouteKey"]))
            ),
            change=f"{SERVICE}: its routes are those of the contract",
            explains=False,
        )
    if not missing:
        return ruled_out(f"API {gateway.api_id} takes all {len(wanted)} routes of the contract")
    if f"{METHOD} {HEALTH}" in missing and len(missing) == 1:
        return ruled_out("health's route alone is missing")
    return proved(
        f"API {gateway.api_id} takes no {_some(missing)}",
        f"aws apigatewayv2 get-routes --api-id {gateway.api_id} --query 'Items[].RouteKey'",
        change=f"{SERVICE}: its routes are those of the contract",
        explains=f"{METHOD} {HEALTH}" in missing,
    )


def _led_elsewhere(gateway: Gateway) -> dict[str, str]:
    """Where the stage leads routes that are configured otherwise by now, as far as its export says."""
    found = {}
    for key, served in gateway.exported.items():
        configured = gateway.led(key)
        if served is not None and configured is not None and served.differs(configured):
            found[key] = f"{served.address} with events of format {served.payload_format}"
    return found


def _taken(keys: list[str], wanted: str) -> str | None:
    """The API's route that takes what a route of the contract does; None where there is none."""
    method, _, path = wanted.partition(" ")
    return route_for(keys, method, example_path(path))


def _lost(gateway: Gateway, wanted: list[Route]) -> list[Mapping[str, Any]]:
    """The API's routes, other than health's, that take one of the contract and lead to no integration."""
    keys = [route["RouteKey"] for route in gateway.routes]
    taken = {_taken(keys, each.key) for each in wanted} - {gateway.route["RouteKey"]}
    led = {way.key for way in gateway.ways}
    return [each for each in gateway.routes if each["RouteKey"] in taken - led]


def _failed_deployment(gateway: Gateway) -> str:
    """Why the last deployment of the stage failed; empty where it did not."""
    stage = gateway.stage
    newest = max(gateway.deployments, key=lambda each: each["CreatedDate"], default=None)
    told = str(stage.get("LastDeploymentStatusMessage") or "")
    if newest is not None and newest.get("DeploymentStatus") == FAILED:
        return str(
            newest.get("DeploymentStatusMessage") or told or f"deployment {newest['DeploymentId']} failed"
        )
    return told if "fail" in told.lower() else ""


def _difference(stage: str, configured: frozenset[str], served: frozenset[str]) -> str:
    parts = []
    if lacking := sorted(configured - served):
        parts.append(f"does not serve {_some(lacking)} yet")
    if left := sorted(served - configured):
        parts.append(f"still serves {_some(left)}")
    return f"stage {stage} does not deploy by itself, and {' and '.join(parts)}"


def _some(keys: list[str]) -> str:
    """The first of many."""
    more = len(keys) - LISTED
    return ", ".join(keys[:LISTED]) + (f" and {more} more" if more > 0 else "")
