"""Do the other routes lead to functions of their own, and could these answer? Health asks one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.doctor.answer import proved, ruled_out
from ops.doctor.check import Effect, check
from ops.doctor.checks.integration import ANY, ERROR, SERVICE
from ops.doctor.checks.integration_mending import is_here, is_there, led_to_wanted
from ops.doctor.evidence.function import code_of
from runtime.contract import required_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.gateway import Way
    from ops.doctor.evidence.whole import Evidence


@check("API-061", Effect.SOME, signs=ANY | ERROR)
def other_function(evidence: Evidence) -> Answer:
    """Each route leads to the function that the service stack has made for it."""
    gateway = evidence.gateway
    health = gateway.health
    if health is None or health.function is None:
        return ruled_out("the route names no function at all")
    wrong = [(way, told) for way in gateway.ways if (told := _led_wrong(evidence, way))]
    if not wrong:
        return ruled_out(f"route {health.key} invokes {health.function[0]}, and all others what is theirs")
    way, told = wrong[0]
    more = f" ({len(wrong) - 1} more routes lead elsewhere too)" if len(wrong) > 1 else ""
    ways = [each for each, _ in wrong]
    changes = [line for each in ways for line in _led_anew(evidence, each, ways)]
    return proved(f"{told}{more}", *dict.fromkeys(changes), change=SERVICE, explains=way is health)


def _led_wrong(evidence: Evidence, way: Way) -> str:
    """Which function a route invokes that is not its own; empty where it is, or nobody knows."""
    gateway, reading, function = evidence.gateway, evidence.reading, way.function
    if function is None:
        return ""
    if not is_here(evidence, way):
        return (
            f"route {way.key} invokes {function[0]}, which is in another account or region than "
            f"{reading.require_account()} and {reading.region}"
        )
    wanted = gateway.name_of(gateway.meant_for(way.key))
    if wanted is None or function["name"] == wanted:
        return ""
    if not is_there(evidence, function["name"], function["qualifier"]):
        return ""
    return f"route {way.key} invokes {function[0]}, and ours is {wanted}"


def _led_anew(evidence: Evidence, way: Way, wrong: list[Way]) -> list[str]:
    """What leads a route to its function: by its integration, if all of that one's routes are wrong."""
    gateway = evidence.gateway
    alike = [each for each in gateway.ways if each.integration is way.integration]
    own = {gateway.meant_for(each.key) for each in alike}
    if len(own) == 1 and all(each in wrong for each in alike):
        return led_to_wanted(gateway, way)
    return gateway.lead(way.route["RouteId"], code=gateway.meant_for(way.key))


@check("LAM-034", Effect.SOME)
def other_function_broken(evidence: Evidence) -> Answer:
    """The functions of the other routes may run, are there to be invoked, and have what they require."""
    others = list(_others(evidence))
    for way in others:
        if found := next(_broken(evidence, way), None):
            told, *commands = found
            return proved(
                f"{told}, and route {way.key} leads to it",
                *commands,
                change="deploy the service stack, which makes the function as it should be",
            )
    if not others:
        return ruled_out("no route leads to another function than health's")
    named = ", ".join(sorted({way.function["name"] for way in others if way.function}))
    return ruled_out(f"nothing keeps {named} from being invoked")


def _others(evidence: Evidence) -> Iterator[Way]:
    """A way to each function that health does not ask, of those that are there."""
    seen = {evidence.function.name}
    for way in evidence.gateway.ways:
        function = way.function
        if function is None or function["name"] in seen or not is_here(evidence, way):
            continue
        seen.add(function["name"])
        if is_there(evidence, function["name"], function["qualifier"]):
            yield way


def _broken(evidence: Evidence, way: Way) -> Iterator[tuple[str, ...]]:
    """Why a function can't answer, with what mends it."""
    function, reading = way.function, evidence.reading
    assert function is not None  # noqa: S101  (the caller looked)
    name, qualifier = function["name"], function["qualifier"]
    concurrency = reading.find(
        "lambda:GetFunctionConcurrency", f"the concurrency of function {name}", FunctionName=name
    )
    if (concurrency or {}).get("ReservedConcurrentExecutions") == 0:
        yield (
            f"the reserved concurrency of function {name} is 0",
            f"aws lambda delete-function-concurrency --function-name {name}",
        )
    configuration: Mapping[str, Any] = reading.call(
        "lambda:GetFunctionConfiguration", f"function {name}", FunctionName=name, Qualifier=qualifier
    )
    if (state := configuration.get("State", "Active")) not in ("Active", "Inactive"):
        code = configuration.get("StateReasonCode", "no reason told")
        yield (f"the state of function {name} is {state} ({code})",)
    code = code_of(configuration)
    has = (configuration.get("Environment") or {}).get("Variables")
    if code is None or has is None:
        return
    if missing := sorted(required_variables(code) - set(has)):
        yield (f"function {name} has no variable {' and no '.join(missing)}",)
