"""The whole of an adoption: what is found, what would be done, and doing it; any part again does no harm."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ops.adopting import comparing, copying, discovery, importing
from ops.errors import Failed, Unready

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ops.adopting.comparing import Differing
    from ops.adopting.copying import Copies
    from ops.adopting.discovery import Discovered, Hints, Place
    from ops.adopting.importing import Importing
    from ops.deploying.reporter import Reporter
    from ops.live import Live
    from ops.wanted import Wanted

    Document = dict[str, Any]


class NotByHand(Unready):
    """The environment is none of a system that was made by hand."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"environment {environment} has no function name and role name of a system made by hand; "
            "`reported` is the one to adopt, and `miyabi deploy` makes new ones"
        )


class Disturbed(Failed):
    """Something that was adopted is not as it was before."""

    def __init__(self, changed: list[str]) -> None:
        self.changed = tuple(changed)
        super().__init__(
            f"adopted, but meanwhile these have changed, by us or by somebody else: {', '.join(changed)}; "
            "compare them with what the plan said"
        )


@dataclass(frozen=True, slots=True)
class Adoption:
    """What an adoption would do: `there` has each resource's properties before it, secrets among them."""

    discovered: Discovered
    there: Mapping[Place, Document] = field(repr=False)
    differing: tuple[Differing, ...]
    copies: Copies
    imports: tuple[Importing, ...]

    @property
    def is_done(self) -> bool:
        """Whether the stacks have everything already."""
        return all(one.is_done for one in self.imports)


def look(live: Live, wanted: Wanted, hints: Hints | None = None) -> Adoption:
    """Find and compare everything; reads only. Raises `NotFound`, `SecretUnusable`, `StackUnusable`."""
    environment = live.environment
    if not (environment.api.function_name and environment.api.role_name and environment.http_api.name):
        raise NotByHand(environment.name)
    live.require_account()
    discovered = discovery.discover(live, hints)
    there = comparing.read(live, discovered)
    differing = tuple(comparing.compare(live, wanted, discovered, there))
    imports = importing.foresee(live, wanted, discovered, there, differing)
    return Adoption(discovered, there, differing, copying.foresee(live), tuple(imports))


def carry_out(
    live: Live,
    adoption: Adoption,
    bucket: str,
    reporter: Reporter,
    *,
    fetch: Callable[[str], bytes] = copying.fetch_by_https,
    require: Callable[[], None] = lambda: None,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Copy secrets and code, import, bring the stacks to their templates, and look that nothing has changed.

    `require` raises when the system's lock was lost. Raises `StackFailed`, `Disturbed` and others; the next
    run goes on.
    """
    require()
    copying.copy_secrets(live, adoption.copies, reporter.say)
    copying.copy_code(live, bucket, adoption.copies, fetch, reporter.say)
    for one in adoption.imports:
        require()
        given = adoption.discovered.parameters.get(one.stack.stack, {})
        importing.adopt(live, one, given, reporter, pause=pause)
    after = comparing.read(live, adoption.discovered)
    meant = {
        f"{one.place.stack}.{one.place.logical_id} /{one.path.split('/')[1]}" for one in adoption.differing
    }
    found = comparing.changed(adoption.there, after, live.region)
    if changed := [path for path in found if not path.startswith(tuple(meant))]:
        raise Disturbed(changed)
