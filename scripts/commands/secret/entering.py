"""Takes the values of a secret from standard input, and never from anywhere else."""

from __future__ import annotations

import json
import sys
from getpass import getpass
from typing import TYPE_CHECKING

from scripts.ending import ended
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.live import Live
    from scripts.consent import Consent


class NotGenerated(ProgramError):
    """A secret that is not ours to draw."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"--generate draws the secret jwt alone; {name} is known by somebody else already")


def run(env: str, name: str, consent: Consent, *, generate: bool, as_json: bool) -> int:
    """Enter a secret; returns the exit code."""
    return ended(
        lambda: _run(env, name, consent, generate=generate, as_json=as_json),
        as_json=as_json,
    )


def _run(env: str, name: str, consent: Consent, *, generate: bool, as_json: bool) -> int:
    from ops.live import Live
    from ops.secrets import SecretRefused, enter, entered_of, keys_of, problems_of, what_is_next
    from stacks.loading import load_environment

    live = Live(load_environment(env))
    keys = keys_of(live.environment, name)
    consent.require_somebody("secret set", as_json=as_json)
    live.require_account()
    values = _values(live, name, keys, generate=generate)
    problems = problems_of(name, values)
    if problems:
        raise SecretRefused(name, problems)
    where = entered_of(live.environment)[name]
    talk(f"{where} in {live.region}: {', '.join(keys)}, encrypted by AWS's own key, since ours comes later")
    if not consent.given(f"Enter {name} of {live.environment.name}?"):
        talk("nothing was entered")
        _tell(name, where, "not entered", as_json=as_json)
        return Exit.DONE
    entered = enter(live, name, values)
    _tell(name, where, entered.outcome, what_is_next(live, entered), as_json=as_json)
    return Exit.DONE


def _tell(name: str, where: str, outcome: str, next_step: str | None = None, *, as_json: bool) -> None:
    if as_json:
        show(json.dumps({"secret": name, "where": where, "outcome": outcome, "next": next_step}, indent=2))
        return
    show(f"{where}: {outcome}")
    if next_step:
        talk(next_step)


def _values(live: Live, name: str, keys: Sequence[str], *, generate: bool) -> dict[str, str]:
    from ops.secrets import generate as drawn
    from ops.secrets import read_value
    from stacks.secrets import JWT

    if generate:
        if name != JWT:
            raise NotGenerated(name)
        return drawn(live)
    if sys.stdin.isatty():
        return {key: getpass(f"{name} {key} (it is not shown): ") for key in keys}
    return read_value(name, sys.stdin.read())
