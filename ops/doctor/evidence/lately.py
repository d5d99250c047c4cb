"""What became of everybody's requests lately, in the order in time: of those that the live ones do not show.

Only what is since the last change of the function, the stage or the stacks counts: what failed before that
has failed by something else. The gateway's log tells of all requests; without one the function's log tells
of those that came to it, and CloudWatch how many failed.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from ops.deploying.smoke import HEALTH
from ops.doctor.evidence.endings import SUCCESS, error_types
from ops.doctor.evidence.invocations import invocations
from ops.doctor.evidence.logs import lines_since
from ops.doctor.evidence.troubles import STAGES, Trouble, trouble_in
from ops.errors import NotDeployed
from ops.inventory import stacks_of
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ops.doctor.evidence.invocations import Event, Invocation
    from ops.doctor.evidence.whole import Evidence

    Document = Mapping[str, Any]

LATELY: Final = timedelta(hours=1)
BUSY: Final = timedelta(minutes=5)
"""What is looked back over where an hour has more lines than are read."""
PAGES: Final = 5
MINUTE: Final = timedelta(minutes=1)
FAILED_FROM: Final = 500
UNAVAILABLE: Final = 503
BUSY_FROM: Final = 429
"""Of Lambda's own answer to the gateway: too many at a time, or trouble of Lambda's.

An error of the function is a 200 of Lambda; 403 is a permission that is missing, maybe of one route alone.
"""
RARE: Final = 100
"""Of how many requests one may fail before the alarm of the API's errors rings (1 %)."""
ENOUGH: Final = 4
"""Requests in a row that are well, after which what failed in one go before them is over."""
MIXED: Final = 3
"""Minutes in which some requests failed and others did not, from which on that is no outage."""
WITHIN: Final = STAGES[-1] | {Trouble.MEMORY, Trouble.WRAPAROUND}
"""Troubles of a session that health, which only asks whether somebody answers, need not meet."""
OF_ALL: Final = ""
"""In place of a route: what fails all of them alike."""
OF_HEALTH: Final = (OF_ALL, f"GET {HEALTH}", "$default")
KEY: Final = re.compile(r"[A-Z]+ /[\w/{}.+-]*|\$default|login")
"""A route's key, or what our code says in its place where the login function asks."""
OWN: Final = "answered"
"""What our code says of each request, in a line that has its route and its status."""
HIDDEN: Final = "an exception"
"""In place of a type whose name may be a secret."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered lately.

    Attributes:
        route: Its key; empty where nothing tells.
        failed: Whether the system has failed it; what it refuses its caller, it has answered.
        told: Of one that failed, what is known of why.
        is_general: Whether it has failed as one of every other route would have.
        id: Lambda's id of its invocation, where the gateway tells it.
    """

    at: datetime
    route: str
    failed: bool
    told: str = ""
    is_general: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Failing:
    """Requests that failed of a route, or of all routes alike.

    Attributes:
        times: How often it began to fail, with requests that were well between.
        since: How many were well after the last that failed.
        last: When the last failed, and what is known of why.
    """

    route: str
    failed: int
    of: int
    times: int
    since: int
    last: datetime
    told: str

    @property
    def is_over(self) -> bool:
        """Whether it failed in one go, as what is mended does, and was well from then on."""
        return self.times == 1 and self.since >= ENOUGH

    @property
    def is_rare(self) -> bool:
        """Whether so few failed as in any busy system, and others were well since."""
        return self.failed * RARE <= self.of and self.since >= ENOUGH

    @property
    def worries(self) -> bool:
        """Whether it may be more than what is over, and than what always happens."""
        return not (self.is_over or self.is_rare)


class Lately:
    """The last hour; attributes raise `NotThere` or `AccessError`."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    @cached_property
    def begin(self) -> datetime:
        """An hour ago, or when something was changed last, of what can be read."""
        return max(datetime.now(UTC) - LATELY, *self._changes())

    @cached_property
    def answered(self) -> tuple[Answered, ...]:
        """Requests before the live one, in their order."""
        group = self._evidence.gateway.access_log_group
        found = list(self._by_gateway(self._events(group))) if group else []
        if found:
            with suppress(AccessError):
                by_id = {name: each for each in self._invocations() for name in each.ids}
                kept = [each for each in found if each.id not in by_id or self._serves(by_id[each.id])]
                found = [self._explained(each, by_id.get(each.id)) for each in kept]
        else:
            ran = filter(self._serves, self._invocations())
            found = [each for once in ran if (each := self._of_invocation(once)) is not None]
        return tuple(sorted(found, key=lambda each: each.at))

    def failing(self, live: Sequence[datetime] = ()) -> tuple[Failing, ...]:
        """What has failed since the last change, what still may first.

        Args:
            live: When health was asked for and well; it counts as well where its own lines are late.
        """
        begun = min(live, default=datetime.now(UTC))
        found = [each for each in self.answered if each.at < begun]
        found += [Answered(at, OF_HEALTH[1], failed=False) for at in live]
        return tuple(sorted(_failing(found), key=lambda each: (not each.worries, -each.last.timestamp())))

    @cached_property
    def counted(self) -> Failing | None:
        """What CloudWatch has counted of failed requests in whole minutes; None where it has none.

        Minutes tell no order within them: once is what had only whole minutes of failures, in one go.
        """
        begin = self.begin.replace(second=0, microsecond=0) + MINUTE
        names = {"ApiId": self._evidence.gateway.api_id}
        metrics = self._evidence.metrics
        had = metrics.by_minute("AWS/ApiGateway", "Count", names, since=begin)
        failed = metrics.by_minute("AWS/ApiGateway", "5xx", names, since=begin)
        bad = [minute for minute in sorted(failed) if failed[minute]]
        if not bad:
            return None
        asked = sorted(minute for minute in {*had, *failed} if had.get(minute) or failed.get(minute))
        runs = [key for key, _ in groupby(asked, key=lambda minute: bool(failed.get(minute))) if key]
        mixed = [minute for minute in bad if failed[minute] < had.get(minute, 0)]
        times = len(runs) if len(mixed) < MIXED else max(2, len(runs))
        after = sum(count for minute, count in had.items() if minute > bad[-1])
        return Failing(
            OF_ALL, round(sum(failed.values())), round(sum(had.values())), times, round(after), bad[-1], ""
        )

    def _by_gateway(self, events: Iterable[Event]) -> Iterator[Answered]:
        """The lines of an access log that is written as JSON, and has the status."""
        gateway = self._evidence.gateway
        function = gateway.health.function if gateway.health else None
        # what Lambda refuses for a function, it refuses on all of that function's routes
        alike = {
            way.key for way in gateway.ways if function and way.function and way.function[0] == function[0]
        }
        for event in events:
            document = _document(event.text)
            status, lambdas = str(document.get("status", "")), str(document.get("integrationStatus", ""))
            if not status.isdecimal():
                continue
            route = str(document.get("routeKey", ""))
            yield Answered(
                event.at,
                route,
                int(status) >= FAILED_FROM,
                f"answered {status}",
                lambdas.isdecimal() and int(lambdas) >= BUSY_FROM and route in alike,
                str(document.get("integrationRequestId", "")),
            )

    def _invocations(self) -> list[Invocation]:
        return invocations(self._events(self._evidence.function.log_group))

    def _serves(self, invocation: Invocation) -> bool:
        """Whether it was of a version that still serves: an alias that was led back has no time of that."""
        function = self._evidence.function
        serving = {str(function.configuration.get("Version", "")), *function.weights}
        return invocation.version in {"", *serving}

    def _explained(self, answered: Answered, invocation: Invocation | None) -> Answered:
        """The same with what the function's lines say of it."""
        found = self._of_invocation(invocation) if invocation and answered.failed else None
        if found is None:
            return answered
        told = f"{answered.told} ({found.told})" if found.told else answered.told
        return replace(answered, told=told, is_general=answered.is_general or found.is_general)

    def _of_invocation(self, invocation: Invocation) -> Answered | None:
        """What it has answered, by its own line or Lambda's report; None of one that has not ended."""
        documents = [_document(line) for line in invocation.lines]
        own = next((each for each in reversed(documents) if each.get("message") == OWN), {})
        ended = invocation.ended
        if ended is None and not own:
            return None
        status, types = int(own.get("status", 0)), list(error_types(invocation.lines))
        failed = status >= FAILED_FROM or bool(types) or (ended is not None and ended.status != SUCCESS)
        kinds = [str(each["kind"]) for each in documents if each.get("kind") and each.get("level") == "ERROR"]
        named = [HIDDEN if self._evidence.function.holds(each) else each for each in [*types, *kinds][-1:]]
        trouble = trouble_in(invocation.lines)
        told = ", ".join([*named, *([trouble.value] if trouble else [])]) if failed else ""
        route = str(own.get("route", OF_ALL))
        route = route if KEY.fullmatch(route) and not self._evidence.function.holds(route) else OF_ALL
        unmet = status == UNAVAILABLE and trouble is not None and trouble not in WITHIN
        return Answered(invocation.at, route, failed, told, unmet or not route)

    def _events(self, group: str) -> list[Event]:
        """All lines since then; of a group with more than is read, those of the last minutes as well."""
        reading = self._evidence.reading
        try:
            events, is_whole = lines_since(reading, group, self.begin, PAGES)
            recent = datetime.now(UTC) - BUSY
            if is_whole or recent <= self.begin:
                return events
            newest, _ = lines_since(reading, group, recent, PAGES)
        except NotDeployed:
            return []
        return [each for each in events if each.at < recent] + newest

    def _changes(self) -> Iterator[datetime]:
        """When the function, the stage and the stacks were changed last."""
        evidence = self._evidence
        yield evidence.function.changed
        if changed := evidence.gateway.stage.get("LastUpdatedDate"):
            yield changed
        for stack in stacks_of(evidence.environment):
            name = evidence.reading.stack_name(stack)
            with suppress(AccessError):
                found = evidence.reading.call(
                    "cloudformation:DescribeStackEvents", f"stack {name}", StackName=name
                )
                yield from (each["Timestamp"] for each in found.get("StackEvents", ())[:1])


def _failing(found: list[Answered]) -> Iterator[Failing]:
    """What failed all routes alike; then each route that failed by itself, with all that it failed by."""
    by_route = {OF_ALL: [each for each in found if each.is_general or not each.failed]}
    for route in dict.fromkeys(each.route for each in found if each.failed and not each.is_general):
        by_route[route] = [each for each in found if each.route == route]
    for route, answered in by_route.items():
        if (failing := _counted(route, answered)) is not None:
            yield failing


def _counted(route: str, found: list[Answered]) -> Failing | None:
    bad = [each for each in found if each.failed]
    if not bad:
        return None
    times = sum(failed for failed, _ in groupby(found, key=lambda each: each.failed))
    since = sum(each.at > bad[-1].at for each in found)
    return Failing(route, len(bad), len(found), times, since, bad[-1].at, bad[-1].told)


def _document(line: str) -> Document:
    """The object that a line is in JSON; an empty one for every other line."""
    if not line.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
