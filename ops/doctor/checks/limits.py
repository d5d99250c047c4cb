"""How much the stage takes, and whom it lets call from a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.sign import Sign
from runtime.contract import ALLOWED_HEADERS, ROUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

TOO_MANY: Final = frozenset({Sign.GATEWAY_TOO_MANY})
RATE, BURST = "ThrottlingRateLimit", "ThrottlingBurstLimit"
ANYBODY: Final = ("*", "https://*", "http://*")
"""Origins that stand for many.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""
CHANGE: Final = "set http_api.throttle_rate and http_api.throttle_burst, and deploy the service stack"


@check("API-033", Effect.FAILS, signs=TOO_MANY, ran=False)
def limits_of_nothing(evidence: Evidence) -> Answer:
    """A limit of 0 is no limit that is left out: it lets nobody in."""
    gateway = evidence.gateway
    for key in dict.fromkeys([gateway.route["RouteKey"], *(way.key for way in gateway.ways)]):
        settings = gateway.settings_of(key)
        zero = [name for name in (RATE, BURST) if settings.get(name) == 0]
        if zero:
            return proved(
                f"stage {gateway.stage['StageName']} has {' and '.join(zero)} 0 for route {key}",
                _raise(evidence, key),
                change=CHANGE,
                explains=key == gateway.route["RouteKey"],
            )
    return ruled_out(f"no route of stage {gateway.stage['StageName']} has a limit of 0")


@check("API-011", Effect.SOME, signs=TOO_MANY, ran=False)
def limits_too_low(evidence: Evidence) -> Answer:
    """The limits let pass what the settings expect at peak."""
    gateway, peak = evidence.gateway, evidence.environment.traffic.peak_requests_per_second
    key = gateway.route["RouteKey"]
    settings = gateway.settings_of(key)
    rate, burst = settings.get(RATE), settings.get(BURST)
    if 0 in (rate, burst):
        return ruled_out("a limit is 0, which lets nobody in")
    if peak and min(each for each in (rate, burst, peak) if each is not None) < peak:
        return proved(
            f"stage {gateway.stage['StageName']} takes {_figure(rate)} requests a second and "
            f"{_figure(burst)} at once, and {peak:g} a second are expected at peak",
            _raise(evidence, key),
            change=CHANGE,
        )
    told = f"the stage takes {_figure(rate)} requests a second and {_figure(burst)} at once"
    if evidence.sign is Sign.GATEWAY_TOO_MANY:
        return unknown(
            f"{told}, and yet one was too many",
            "CloudWatch's Count of the API against these limits, and the account's quota L-8A5B8E43",
        )
    return ruled_out(told)


@check("API-023", Effect.SOME, signs={Sign.WELL})
def cors(evidence: Evidence) -> Answer:
    """A page of each origin that is meant may call, and no other is let in by hand."""
    gateway, wanted = evidence.gateway, evidence.environment.http_api.cors_origins
    found = gateway.api.get("CorsConfiguration")
    away = f"aws apigatewayv2 delete-cors-configuration --api-id {gateway.api_id}"
    mend = (
        f"aws apigatewayv2 update-api --api-id {gateway.api_id} --cors-configuration "
        f"AllowOrigins={','.join(wanted)},AllowMethods='*',AllowHeaders='{','.join(ALLOWED_HEADERS)}'"
        if wanted
        else away
    )
    change = "list the origin in http_api.cors_origins, and deploy the service stack"
    if not found:
        if not wanted:
            return ruled_out("pages of no other origin are meant to call")
        told = f"API {gateway.api_id} has no CORS, and {', '.join(wanted)} is meant to call"
        return proved(told, mend, change=change)
    lacking = _cors_lacks(found, wanted)
    if lacking:
        return proved(f"the CORS of API {gateway.api_id} {lacking}", mend, change=change)
    if not wanted and not set(found.get("AllowOrigins") or ()) & {*ANYBODY, *_pages(evidence)}:
        allowed = ", ".join(found.get("AllowOrigins") or ()) or "nobody"
        return proved(
            f"API {gateway.api_id} answers browsers by its own CORS, which allows {allowed} alone, and the "
            "settings have no such origin; what the function says of CORS is dropped",
            away,
            change=change,
        )
    return ruled_out(f"the CORS of API {gateway.api_id} lists the pages that are meant to call")


def _raise(evidence: Evidence, key: str) -> str:
    gateway, settings = evidence.gateway, evidence.environment.http_api
    limits = f"{BURST}={settings.throttle_burst or 5000},{RATE}={settings.throttle_rate or 10_000}"
    stage = f"--api-id {gateway.api_id} --stage-name '{gateway.stage['StageName']}'"
    if key in (gateway.stage.get("RouteSettings") or {}):
        return f"aws apigatewayv2 delete-route-settings {stage} --route-key '{key}'"
    return f"aws apigatewayv2 update-stage {stage} --default-route-settings {limits}"


def _figure(limit: float | None) -> str:
    return "as many as the account may" if limit is None else f"{limit:g}"


def _pages(evidence: Evidence) -> tuple[str, ...]:
    """The origin of the frontend, where there is one."""
    if evidence.environment.edge is None:
        return ()
    parts = urlsplit(evidence.address)
    return (f"{parts.scheme}://{parts.netloc}",)


def _cors_lacks(found: Mapping[str, Any], wanted: Sequence[str]) -> str:
    """What the configuration lacks for pages of the wanted origins; empty where nothing."""
    origins = found.get("AllowOrigins") or ()
    if "*" in origins and found.get("AllowCredentials"):
        return "allows every origin with credentials, which browsers refuse"
    missing = [each for each in wanted if not _is_listed(each, origins)]
    if missing:
        return f"does not list {', '.join(missing)}; it lists {', '.join(origins) or 'nobody'}"
    if not wanted:
        return ""
    methods = {each.upper() for each in found.get("AllowMethods") or ()}
    if lacking := sorted({route.method for route in ROUTES} - methods if "*" not in methods else ()):
        return f"does not allow {', '.join(lacking)}"
    headers = {each.lower() for each in found.get("AllowHeaders") or ()}
    if lacking := sorted(set() if "*" in headers else {"authorization", "content-type"} - headers):
        return f"does not allow the header {', '.join(lacking)}"
    return ""


def _is_listed(origin: str, origins: Sequence[str]) -> bool:
    return any(
        origin == each or (each in ANYBODY and origin.startswith(each.removesuffix("*"))) for each in origins
    )
