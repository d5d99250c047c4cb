"""What stops the way to the database, as an answer: what all checks of the network say alike."""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import Verdict, proved, ruled_out, unknown
from ops.doctor.checks.network_mending import attach
from ops.doctor.checks.other_instance import RIGHT_ONE, told_of_other
from ops.doctor.errors import NotThere
from ops.doctor.evidence.endings import TIMED_OUT
from ops.doctor.evidence.troubles import Trouble
from ops.doctor.evidence.variables import URL
from ops.doctor.sign import Sign
from ops.network.stop import Kind
from runtime.contract import required_variables
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence
    from ops.network.stop import Stop

    Commands = Callable[[Evidence, Stop], Sequence[str]]
    Judge = Callable[[Evidence], Answer]

NO_MORE: Final = 3
"""Things that are told of one by one."""
RULES: Final = frozenset({Kind.EGRESS, Kind.INGRESS, Kind.ACL})
"""Kinds of stops that are about a port."""


def to_database(judge: Judge) -> Judge:
    """Rule a fault of the way to the database out for code of ours that has none, such as the login's."""

    @wraps(judge)
    def judged(evidence: Evidence) -> Answer:
        code = evidence.function.code
        if code is not None and URL not in required_variables(code):
            return ruled_out(f"function {evidence.function.short} is the {code}, which asks no database")
        answer = judge(evidence)
        if answer.verdict is Verdict.PROVED and (told := told_of_other(evidence)):
            because = f"{answer.because}; it is of {evidence.database.name}{told}"
            return unknown(because, decide=RIGHT_ONE, explains=False)
        return answer

    return judged


def stopped(
    evidence: Evidence,
    kinds: tuple[Kind, ...],
    commands: Commands,
    *,
    said: str = "",
    also: str = "",
    outside: bool = False,
) -> Answer:
    """What stops of these kinds, with words before and after; `outside`: only functions in no VPC have it."""
    network = evidence.network
    if outside and network.is_inside:
        return ruled_out(f"{network.function.name} is in {network.function.vpc_id}")
    stops = network.stops(*kinds)
    if stops and RULES & set(kinds) and (asked := network.open_elsewhere) is not None:
        return ruled_out(
            f"the way to {network.target.name} is open at {asked}, which the URL names; that the instance "
            f"listens at {network.port} is what is wrong"
        )
    if stops and network.is_ambiguous and not is_silent(evidence):
        return unknown(
            f"{stops[0].why}, and {network.target.name} may be elsewhere", decide=decided_by(evidence)
        )
    if stops:
        others = {stop.thing: stop for stop in reversed(stops) if stop.thing != stops[0].thing}
        more = "".join(f", and {stop.why}" for stop in list(others.values())[: NO_MORE - 1])
        part = "; from other subnets of the function's the way is open" if network.is_partly_open else ""
        if network.is_ambiguous:
            part = f"; RDS does not tell which of its subnets {network.target.name} is in"
        typed = dict.fromkeys(line for stop in stops[:NO_MORE] for line in commands(evidence, stop))
        return proved(
            f"{said}{stops[0].why}{also}{more}{part}",
            *typed,
            change=settings_for(evidence),
            explains=fits(evidence),
        )
    if unsure := network.unsure:
        return unknown(unsure.why, decide=decided_by(evidence))
    return ruled_out(f"no {kinds[0]} stops {network.function.name} on its way to {network.target.name}")


def decided_by(evidence: Evidence) -> str:
    """What shows whether anything comes through at all."""
    network = evidence.network
    probe = f"`miyabi doctor {evidence.environment.name} --probe`, which connects from inside of the network"
    if not network.is_inside or network.target.vpc_id is None:
        return probe
    return (
        f"{probe}; or VPC Reachability Analyzer from the function's interface to the database's at "
        f"tcp {network.port}"
    )


def settings_for(evidence: Evidence) -> str:
    """What is to be changed in the settings."""
    network = evidence.network
    if network.is_inside or evidence.environment.api.in_vpc:
        return "nothing in the settings: `miyabi drift` tells what was changed behind the stacks' back"
    return "set [api] in_vpc = true, which has the stacks make the function's group and the rule for it"


def attached(evidence: Evidence, stop: Stop) -> Sequence[str]:
    """Whatever it is that stops: put the function into the database's VPC."""
    del stop
    return attach(evidence)


def trouble(evidence: Evidence) -> Trouble | None:
    """What the request's lines say of the database; None where they can't be read."""
    with suppress(AccessError, NotThere):
        return evidence.database.trouble
    return None


def is_silent(evidence: Evidence) -> bool:
    """Whether the database, as far as the function tells, has not answered in time."""
    told = trouble(evidence)
    if told is None and evidence.sign in (Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE):
        with suppress(AccessError, NotThere):
            return TIMED_OUT in evidence.trace.error_types
    return told is Trouble.SILENCE


def fits(evidence: Evidence, *more: Trouble) -> bool:
    """Whether the request's lines say that no answer came in time, or nothing that would speak against it."""
    return evidence.database.fits(Trouble.SILENCE, Trouble.UNNAMED, *more)
