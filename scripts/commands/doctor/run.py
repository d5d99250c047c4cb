"""Diagnoses an environment from the command line, or tells what the doctor knows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ops.doctor.diagnosing import State, diagnose
from ops.doctor.fault import Layer, faults
from scripts.commands.doctor.page import draw
from scripts.commands.doctor.telling import document, explanation
from scripts.ending import ended
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.doctor.diagnosing import Diagnosis

CODES: Final = {
    State.HEALTHY: Exit.DONE,
    State.FAULTY: Exit.FAULT_PROVED,
    State.UNDECIDED: Exit.UNDECIDED,
}


class NotKnown(ProgramError):
    """The doctor knows no layer, or no fault, of that name."""

    def __init__(self, what: str, asked: str, known: Iterable[str]) -> None:
        self.asked = asked
        names = list(known)
        near = get_close_matches(asked.lower(), names, n=3) or get_close_matches(asked.upper(), names, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {names[0]} to {names[-1]}"
        super().__init__(f"there is no {what} {asked}; {hint}")


class EnvironmentMissing(ProgramError):
    """No environment is named."""

    def __init__(self) -> None:
        super().__init__("which environment is to be looked at? name one, such as production")


class AddressWrong(ProgramError):
    """The address to ask is none of HTTP."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"{address!r} is no address of HTTP; give one such as https://api.example.org")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    env: str | None = None
    address: str | None = None
    only: tuple[str, ...] = ()
    probe: bool = False
    every: bool = False
    explain: str | None = None
    offline: bool = False
    policy: bool = False


def run(wish: Wish, *, as_json: bool = False) -> int:
    """Do it; returns the exit code."""
    return ended(lambda: _run(wish, as_json=as_json), as_json=as_json)


def _run(wish: Wish, *, as_json: bool) -> int:
    if wish.policy:
        from ops.doctor.operations import policy

        show(json.dumps(policy(probe=wish.probe), indent=2))
        return Exit.DONE
    if wish.explain:
        return _explain(wish.explain, as_json=as_json)
    if wish.offline:
        from scripts.commands.doctor.offline import show_offline

        return show_offline(as_json=as_json, every=wish.every)
    if wish.env is None:
        raise EnvironmentMissing
    diagnosis = _diagnosed(wish.env, wish)
    if as_json:
        show(json.dumps(document(wish.env, diagnosis), indent=2, ensure_ascii=False))
    else:
        draw(wish.env, diagnosis, every=wish.every)
    return CODES[diagnosis.state]


def _explain(asked: str, *, as_json: bool) -> int:
    fault = faults().get(asked.upper())
    if fault is None:
        raise NotKnown("fault", asked, faults())
    found = explanation(fault)
    show(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _told(found))
    return Exit.DONE


def _told(found: dict[str, object]) -> str:
    lines = [f"{found['id']} ({found['layer']})", f"{found['title']}", "", f"{found['mend']}"]
    if found["shows"]:
        lines += ["", f"It shows as: {', '.join(map(str, found['shows']))}"]  # type: ignore[call-overload]
    return "\n".join([*lines, "", *map(str, found["sources"])])  # type: ignore[call-overload]


def _diagnosed(name: str, wish: Wish) -> Diagnosis:
    from ops.doctor.evidence.whole import Evidence
    from ops.doctor.reading import Reading
    from stacks.loading import load_environment

    layers = [_layer(each) for each in wish.only]
    if wish.address is not None and not wish.address.startswith(("http://", "https://")):
        raise AddressWrong(wish.address)
    environment = load_environment(name)
    talk(f"asking {name} in {environment.region}, and reading its account")
    evidence = Evidence(Reading(environment), address=wish.address, probe=wish.probe)
    return diagnose(evidence, layers)


def _layer(asked: str) -> Layer:
    try:
        return Layer(asked.lower())
    except ValueError:
        raise NotKnown("layer", asked, list(Layer)) from None
