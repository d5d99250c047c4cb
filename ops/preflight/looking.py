"""Looks at everything at once, so that an operator mends it in one go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ops.errors import Declined, Refused
from ops.preflight.found import Found, Scope
from ops.preflight.packages import packages
from ops.preflight.quotas import concurrency, databases, vpcs
from ops.preflight.rights import rights
from ops.preflight.runtimes import runtimes
from ops.preflight.secrets import secrets
from ops.preflight.stacks import bucket, parameters, statuses, templates
from ops.preflight.zones import zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from ops.live import Live
    from ops.wanted import Wanted, WantedStack

PARTS: Final[Mapping[str, Callable[[Scope], Iterator[Found]]]] = {
    "the templates": templates,
    "the stacks": statuses,
    "the parameters": parameters,
    "the bucket of packages": bucket,
    "the packages": packages,
    "the secrets": secrets,
    "the availability zones": zones,
    "the functions' runtimes": runtimes,
    "what functions may run at a time": concurrency,
    "how many VPCs there may be": vpcs,
    "how many databases there may be": databases,
    "the rights of whoever deploys": rights,
}
"""What is looked at, in the order in which it is told."""


def look(
    live: Live,
    wanted: Wanted,
    stacks: Sequence[WantedStack],
    given: Mapping[str, Mapping[str, str]],
    *,
    package: Path | None = None,
    bootstrap: Path | None = None,
    as_of: date | None = None,
) -> list[Found]:
    """All that is found, problems first. Raises `AccessError` where AWS can't be asked at all.

    What AWS refuses to tell is a note, and no problem.

    Args:
        live: Where.
        wanted: What is to be deployed.
        stacks: The stacks of it that are meant.
        given: Values of parameters, by stack.
        package: The zip of our code that is to be uploaded; left out, what is there stays.
        bootstrap: The zip of a custom runtime that is to be uploaded, the same.
        as_of: The day as of which dates are judged; left out, today.

    """
    live.require_account()
    today = as_of or datetime.now(UTC).date()
    scope = Scope(live, wanted, tuple(stacks), given, package, bootstrap, today)
    with ThreadPoolExecutor(max_workers=len(PARTS)) as pool:
        found = [one for part in pool.map(lambda name: _looked(name, scope), PARTS) for one in part]
    return sorted(found, key=lambda one: not one.is_problem)


def _looked(name: str, scope: Scope) -> list[Found]:
    """What a part finds, up to where AWS refuses to answer it."""
    found: list[Found] = []
    try:
        found.extend(PARTS[name](scope))
    except (Refused, Declined) as error:
        found.append(Found(f"{name} could not be looked at: {error}", is_problem=False))
    return found
