"""What the doctor looks for, and which faults may stand behind what a caller sees."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from ops.doctor.check import Effect, checks
from ops.doctor.sign import BEFORE_THE_FUNCTION, Sign
from scripts.docs.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.doctor.check import Check

OF_THE_FUNCTION: Final = (Sign.APPLICATION_REFUSED, Sign.APPLICATION_ERROR, Sign.APPLICATION_UNAVAILABLE)
"""What only a function answers."""
EFFECTS: Final = {
    Effect.FAILS: "fails",
    Effect.SOME: "some fail",
    Effect.SHOWS: "shows",
    Effect.BLIND: "blind",
    Effect.RISK: "risk",
}
RAN: Final = {True: "it ran", False: "it did not run"}


def checks_table() -> str:
    """Every check, in the order in which a request meets the faults."""
    rows = (
        (
            f"`{each.id}`",
            each.fault.layer.value,
            each.fault.title,
            EFFECTS[each.effect],
            _told(each.judge.__doc__),
        )
        for each in checks()
    )
    return table("fault | layer | what it is | effect | how it is told", rows)


def symptoms_table() -> str:
    """For what a caller sees, the faults that would fail every request so; those first that are met first."""
    rows = []
    for sign in Sign:
        for ran in (each for each in (False, True) if _can_be(sign, ran=each)):
            found = [
                each
                for each in checks()
                if sign in each.signs and each.ran in (None, ran) and each.effect is Effect.FAILS
            ]
            rows += [(sign.value, RAN[ran], layer, ids) for layer, ids in _by_layer(found)]
    return table("what came of the request | the function | layer | may be", _without_repetition(rows))


def _can_be(sign: Sign, *, ran: bool) -> bool:
    """Whether a request that failed may come to that where the function ran, or did not."""
    if sign is Sign.WELL:
        return False
    return sign not in (BEFORE_THE_FUNCTION if ran else OF_THE_FUNCTION)


def _by_layer(found: Iterable[Check]) -> Iterator[tuple[str, str]]:
    for layer, of_layer in groupby(found, key=lambda each: each.fault.layer):
        yield layer.value, ", ".join(f"`{each.id}`" for each in of_layer)


def _without_repetition(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """What is the same as in the row above is left out."""
    above: tuple[str, ...] = ()
    for row in rows:
        same = row[:2] == above[:2]
        yield ("", "", *row[2:]) if same else row
        above = row


def _told(docstring: str | None) -> str:
    return " ".join((docstring or "").split("\n\n")[0].split())
