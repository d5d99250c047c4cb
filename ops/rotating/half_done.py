"""Keeps other updates of the functions from giving out a secret whose renewal is half done.

CloudFormation resolves references to secrets anew whenever it updates what holds them. So a JWT secret that
is current, and that the API was not given yet, would come with any update, and the one before would be
refused. An origin secret would come to CloudFront alone, and the API would refuse every request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.errors import Refused, Unready
from ops.preflight.found import Found
from ops.rotating.seen import ACCEPTED, PREVIOUS_JWT, PREVIOUS_ORIGIN, Kind, Stage, unfinished
from ops.stack import describe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ops.live import Live
    from ops.stack import Stack

GIVEN_BY: Final[Mapping[Kind, tuple[str, frozenset[str]]]] = {
    Kind.JWT: (PREVIOUS_JWT, frozenset({"service"})),
    Kind.ORIGIN: (PREVIOUS_ORIGIN, frozenset({"edge", "service"})),
}
"""The parameter that says whether the value before is accepted too, and the stacks that give out the new one.

The roles of the database are two, and an update gives out neither before the API is to use it.
"""


class HalfDone(Unready):
    """The renewal of a secret was begun, and an update would give out the new value too early."""

    def __init__(self, environment: str, kind: str, parameter: str) -> None:
        self.environment, self.kind, self.parameter = environment, kind, parameter
        super().__init__(
            f"renewing the {kind} secret of {environment} was begun, and this would give out the new value "
            f"too early; go on with `miyabi rotate {environment} {kind}` first, or where that can't be, "
            f"deploy with --parameter service.{parameter}={ACCEPTED}"
        )


def refuse_half_done(live: Live, service: Stack) -> None:
    """Raise `HalfDone` where an update of the service stack would give out a secret too early."""
    for kind in too_early(unfinished(live, service), service, {"service"}, {}):
        raise HalfDone(live.environment.name, kind, GIVEN_BY[kind][0])


def renewals(live: Live, stacks: Collection[str], given: Mapping[str, Mapping[str, str]]) -> Iterator[Found]:
    """What renewals that were begun mean for a deployment of some stacks; for no renewal nothing."""
    service, environment = describe(live, live.stack_name("service")), live.environment.name
    if service is None or not {"edge", "service"} & set(stacks):
        return
    try:
        begun = unfinished(live, service)
    except Refused as error:
        yield Found(f"whether a secret is being renewed could not be asked: {error}", is_problem=False)
        return
    early = too_early(begun, service, stacks, given.get("service", {}))
    for kind in begun:
        if kind in early:
            yield Found(str(HalfDone(environment, kind, GIVEN_BY[kind][0])))
        else:
            yield Found(
                f"renewing the {kind} secret was begun and not finished: "
                f"`miyabi rotate {environment} {kind}` goes on with it",
                is_problem=False,
            )


def too_early(
    begun: Mapping[Kind, Stage], service: Stack, stacks: Collection[str], given: Mapping[str, str]
) -> list[Kind]:
    """The secrets that an update of some stacks would give out before the API accepts both values.

    Where `given` says what is to become of the value before, that is meant.
    """
    return [
        kind
        for kind, (parameter, givers) in GIVEN_BY.items()
        if begun.get(kind) is Stage.CURRENT
        and givers & set(stacks)
        and parameter not in given
        and service.parameters.get(parameter, ACCEPTED) != ACCEPTED
    ]
