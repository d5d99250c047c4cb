"""Adopts a system that was made by hand from the command line: looks, shows, asks, imports, tells."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.adopting import importing
from ops.adopting.adoption import carry_out, look
from ops.adopting.copying import fetch_by_https
from ops.artifact_bucket import ensure_bucket
from ops.deploying.causes import explained
from ops.deploying.errors import StackFailed
from ops.live import Live
from ops.locking import lock
from ops.wanted import Wanted
from scripts.commands.deploy.progress import progress
from scripts.commands.deploy.run import checked
from scripts.commands.deploy.telling import rule_broken
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks.build import files
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.adopting.adoption import Adoption
    from ops.adopting.discovery import Hints
    from ops.aws import Connect
    from scripts.consent import Consent


@dataclass(frozen=True, slots=True)
class Outside:
    """What an adoption reaches out to; tests give others."""

    connect: Connect | None = None
    fetch: Callable[[str], bytes] = fetch_by_https
    pause: Callable[[float], None] = time.sleep


def run(
    env: str,
    hints: Hints,
    consent: Consent,
    *,
    releasing: bool = False,
    as_json: bool = False,
    outside: Outside | None = None,
) -> int:
    """Adopt a system, or let go of it; returns the exit code."""

    def work() -> int:
        return _run(env, hints, consent, outside or Outside(), releasing=releasing, as_json=as_json)

    return ended(work, as_json=as_json)


def _run(
    env: str, hints: Hints, consent: Consent, outside: Outside, *, releasing: bool, as_json: bool
) -> int:
    consent.require_somebody("adopt", as_json=as_json)
    synthesis = checked(load_environment(env))
    if synthesis is None:
        return rule_broken(as_json=as_json)
    live, wanted = Live(synthesis.environment, outside.connect), Wanted.of(files(synthesis))
    found = look(live, wanted, hints)
    if releasing:
        importing.refuse_grown(live, wanted)
    question = "let go of them" if releasing else "adopt them"
    lines = _released(found) if releasing else _planned(found)
    for line in lines:
        talk(line)
    if not consent.given(f"{question}, in account {live.require_account()}, {live.region}?"):
        talk("nothing was changed")
        return Exit.DONE
    with lock(live, ensure_bucket(live, talk), f"adopt {env}", say=talk) as held, progress() as reporter:
        try:
            if releasing:
                for stack in reversed(wanted.stacks):
                    held.require()
                    importing.release(live, stack, found.discovered, reporter, pause=outside.pause)
            else:
                bucket = ensure_bucket(live)
                carry_out(
                    live,
                    found,
                    bucket,
                    reporter,
                    fetch=outside.fetch,
                    require=held.require,
                    pause=outside.pause,
                )
        except StackFailed as failed:
            for sentence in explained(failed.executed, env):
                reporter.say(sentence)
            raise
    show(json.dumps(document(found), indent=2) if as_json else _done(found, releasing=releasing))
    return Exit.DONE


def document(found: Adoption) -> dict[str, Any]:
    """What was found, as data; no secret stands in it."""
    return {
        "resources": [
            {
                "stack": place.stack,
                "logical_id": place.logical_id,
                "type": place.type,
                "identifier": "|".join(place.identifier),
            }
            for place in found.discovered.places
        ],
        "parameters": {stack: dict(values) for stack, values in found.discovered.parameters.items()},
        "function_subnets": list(found.discovered.function_subnets),
        "differing": [
            {
                "stack": one.place.stack,
                "logical_id": one.place.logical_id,
                "path": one.path,
                "expected": one.expected,
                "actual": one.actual,
            }
            for one in found.differing
        ],
        "notes": list(found.discovered.notes),
    }


def _planned(found: Adoption) -> Iterator[str]:
    """What would be done, line by line."""
    lacking = {place for one in found.imports for place in one.places}
    yield "found, to be imported as it is:" if lacking else "found, and in its stacks already:"
    for place in found.discovered.places:
        mark = "+" if place in lacking else " "
        yield f"  {mark} {place.stack:<10}{place.logical_id:<24}{'|'.join(place.identifier)}"
    if found.differing:
        yield "then brought to what the templates say:"
        yield from (f"  ~ {one}" for one in found.differing)
    for secret in found.copies.secrets:
        yield f"secret {secret.name} is entered, with the value of {secret.variable}"
    yield from (f"note: {note}" for note in found.discovered.notes)


def _released(found: Adoption) -> Iterator[str]:
    yield "the stacks are deleted, and what was adopted stays as it is:"
    for place in found.discovered.places:
        yield f"  {place.stack:<10}{place.logical_id:<24}{'|'.join(place.identifier)}"
    yield "what the stacks have written to SSM goes; secrets, bucket and packages stay"


def _done(found: Adoption, *, releasing: bool) -> str:
    count = len(found.discovered.places)
    if releasing:
        return f"{count} resources are in no stack any more, and all of them are there"
    subnets = ",".join(found.discovered.function_subnets)
    return (
        f"{count} resources are in stacks now, the very ones that were there; next: docs/adopting.md\n"
        f"for production: --parameter network.AdoptedFunctionSubnetIds={subnets}"
    )
