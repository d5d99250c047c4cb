"""Does the migrator reach the database? Deployments need it, and no request does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.network_mending import let_in, open_acls
from ops.doctor.checks.other_instance import RIGHT_ONE, told_of_other
from ops.network.place import Place
from ops.network.reaching import every_pair
from ops.network.stop import Kind
from stacks.values import MIGRATOR_NAME

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

RULES: Final = (Kind.EGRESS, Kind.INGRESS, Kind.ACL)


@check("NET-020", Effect.RISK)
def migrator_shut_out(evidence: Evidence) -> Answer:
    """The same look as at the function's way, from where the migrator is."""
    network, name = evidence.network, evidence.reading.value_or_none(MIGRATOR_NAME)
    if name is None:
        return ruled_out("no migrator is deployed")
    if other := told_of_other(evidence):
        return unknown(f"it is {evidence.database.name}{other} that was looked at", decide=RIGHT_ONE)
    told = evidence.reading.call("lambda:GetFunctionConfiguration", f"function {name}", FunctionName=name)
    if network.open_elsewhere is not None:
        return ruled_out(
            "the instance listens at another port than the rules are for, which is another fault"
        )
    place = Place.of_function(told)
    pairs = list(every_pair(network.account, place, network.target, network.port))
    stops = list(dict.fromkeys(stop for pair in pairs for stop in pair.stops))
    followed = [stop for stop in stops if stop.followed]
    if not stops:
        return ruled_out(f"the way from function {name} to {network.target.name} is open")
    if not followed:
        return unknown(stops[0].why, decide=f"`miyabi doctor {evidence.environment.name} --probe`")
    first = followed[0]
    commands = open_acls(evidence, [stop for stop in followed if stop.kind is Kind.ACL])
    if first.kind is Kind.INGRESS and place.group_ids:
        commands = [let_in(first.thing, network.port, place.group_ids[0]), *commands]
    return proved(
        f"function {name} does not reach {network.target.name}: {first.why}",
        *commands,
        change="`miyabi drift` tells what was changed behind the stacks' back"
        if first.kind in RULES
        else "deploy the database stack, whose migrator is in the database's VPC",
    )
