"""A check: a function of the evidence that answers for one fault of the table.

@check("API-001", Effect.FAILS, signs={Sign.GATEWAY_ERROR}, ran=False)
def permission_missing(evidence: Evidence) -> Answer: ...
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import Answer, unknown, unseen
from ops.doctor.errors import NotThere
from ops.doctor.fault import Layer, find_fault
from ops.doctor.operations import OperationUndeclared
from ops.errors import NotDeployed
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ops.doctor.evidence.whole import Evidence
    from ops.doctor.fault import Fault
    from ops.doctor.sign import Sign

    Judge = Callable[[Evidence], Answer]

MET_BY_CODE: Final = frozenset({Layer.DATABASE, Layer.TLS, Layer.CREDENTIALS, Layer.SCHEMA})
"""Layers whose faults no request meets but by a function that runs."""


class Effect(StrEnum):
    """What a fault does to those who use the system."""

    FAILS = "every request that comes so far fails"
    SOME = "some requests fail, or are slow"
    SHOWS = "it is how another fault shows, unless nothing else explains it"
    BLIND = "nothing fails, and what would be needed to see it is missing"
    RISK = "nothing fails yet"


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        signs: What the live request comes to where the fault is its cause; for FAILS, SOME and SHOWS.
        ran: Whether the function runs then; None where it may or may not. It does for `MET_BY_CODE`.
    """

    fault: Fault
    effect: Effect
    signs: frozenset[Sign]
    ran: bool | None
    judge: Judge

    @property
    def id(self) -> str:
        """The fault's, such as `API-001`."""
        return self.fault.id

    def answer(self, evidence: Evidence) -> Answer:
        """Judge; what can't be looked at is unknown, and so is what breaks the check itself."""
        try:
            return self.judge(evidence)
        except NotThere as missing:
            return unknown(str(missing))
        except NotDeployed as missing:
            return unknown(f"there is no {missing.thing}")
        except AccessError as refused:
            return unseen(str(refused))
        except OperationUndeclared:
            raise
        except Exception as error:  # noqa: BLE001  (one check that breaks must not end the diagnosis)
            return unseen(
                f"the check itself broke ({type(error).__name__}), which is a bug: please report it"
            )


_CHECKS: dict[str, Check] = {}


def check(
    fault: str, effect: Effect, *, signs: Iterable[Sign] = (), ran: bool | None = None
) -> Callable[[Judge], Judge]:
    """Make a function the check of a fault; raises ValueError where the fault has one already."""

    def register(judge: Judge) -> Judge:
        if fault in _CHECKS:
            raise ValueError(f"{fault} has two checks")
        found = find_fault(fault)
        runs = True if ran is None and found.layer in MET_BY_CODE else ran
        _CHECKS[fault] = Check(found, effect, frozenset(signs), runs, judge)
        return judge

    return register


def checks() -> tuple[Check, ...]:
    """All checks, in the order in which a request meets their faults."""
    import ops.doctor.checks as modules

    for module in pkgutil.iter_modules(modules.__path__):
        importlib.import_module(f"{modules.__name__}.{module.name}")
    return tuple(sorted(_CHECKS.values(), key=lambda each: each.fault.place))
