"""Shows what would be published, asks, publishes it, and tells what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  (a field's type)
from typing import TYPE_CHECKING, Any

from ops.log_lines import escaped
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.frontend.files import File
    from ops.frontend.publishing import Plan
    from ops.live import Live
    from scripts.consent import Consent

SHOWN = 20
"""Files of a plan that are named; the others are counted."""
KIB = 1024


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, as it was given."""

    folder: Path
    prune: bool
    immutable: tuple[str, ...]
    everything: bool
    wait: bool
    as_json: bool


def run(env: str, options: Options, consent: Consent) -> int:
    """Publish; returns the exit code."""
    return ended(lambda: _run(env, options, consent), as_json=options.as_json)


def _run(env: str, options: Options, consent: Consent) -> int:
    from ops.frontend.files import read_folder
    from ops.frontend.publishing import plan
    from ops.live import Live
    from stacks.loading import load_environment

    live = Live(load_environment(env))
    consent.require_somebody("frontend", as_json=options.as_json)
    folder = read_folder(options.folder, options.immutable)
    wanted = plan(live, folder, prune=options.prune, everything=options.everything)
    if not options.as_json:
        show("\n".join(_plan(wanted)))
    if not wanted.is_change:
        return _end(options, wanted, "unchanged", None)
    if not consent.given(f"Publish this to {wanted.address}?"):
        talk("nothing was published")
        return _end(options, wanted, "not published", None)
    invalidation = _publish(live, wanted, options)
    if not options.as_json:
        show(f"{wanted.address} serves it")
    return _end(options, wanted, "published", invalidation)


def _publish(live: Live, wanted: Plan, options: Options) -> str | None:
    from ops.frontend.publishing import publish, wait

    def tell(file: File) -> None:
        talk(f"uploaded {escaped(file.key)}")

    invalidation = publish(live, wanted, tell)
    if invalidation and options.wait:
        talk(f"waiting for CloudFront to forget {', '.join(wanted.paths)} (invalidation {invalidation})")
        wait(live, wanted.distribution, invalidation)
    return invalidation


def _end(options: Options, wanted: Plan, outcome: str, invalidation: str | None) -> int:
    if options.as_json:
        document: dict[str, Any] = {"outcome": outcome, "invalidation": invalidation, **wanted.document()}
        show(json.dumps(document, indent=2))
    return Exit.DONE


def _plan(wanted: Plan) -> Iterator[str]:
    """What would be done, for people."""
    for name in wanted.left_out:
        yield f"left out: {escaped(name)}, a hidden name"
    for file in wanted.uploads[:SHOWN]:
        what = "replace" if file.key in wanted.replaced else "new"
        yield f"{what:<8}{escaped(file.key)}  {_size(file.size)}  {file.cache_control}"
    if len(wanted.uploads) > SHOWN:
        yield f"and {len(wanted.uploads) - SHOWN} more"
    for key in wanted.old if wanted.prune else ():
        yield f"delete  {escaped(key)}"
    size = _size(sum(file.size for file in wanted.uploads))
    yield f"{len(wanted.uploads)} to upload ({size}), {wanted.unchanged} unchanged, to {wanted.bucket}"
    if wanted.old and not wanted.prune:
        yield f"{len(wanted.old)} old ones stay; --prune deletes them"


def _size(size: int) -> str:
    return f"{size:,} B" if size < KIB else f"{size / KIB:,.1f} KiB"
