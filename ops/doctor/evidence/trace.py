"""What the live request has left in the logs: the function's lines, and the gateway's for this request."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.errors import NotThere
from ops.doctor.evidence.endings import SUCCESS, ending_of, error_types
from ops.doctor.evidence.invocations import invocations
from ops.doctor.evidence.logs import lines_since
from ops.doctor.sign import BEFORE_THE_FUNCTION, Sign
from ops.errors import NotDeployed
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ops.doctor.evidence.endings import Ending
    from ops.doctor.evidence.invocations import Event, Invocation
    from ops.doctor.evidence.whole import Evidence

HIDDEN: Final = "an exception"
"""In place of a type whose name may be a secret."""
AT_START: Final = frozenset(
    {
        "Runtime.BadFunctionCode",
        "Runtime.ExitError",
        "Runtime.HandlerNotFound",
        "Runtime.ImportModuleError",
        "Runtime.InvalidEntrypoint",
        "Runtime.InvalidWorkingDir",
        "Runtime.MalformedHandlerName",
        "Runtime.UserCodeSyntaxError",
    }
)
"""Types of errors of which nobody knows that the code had started before."""
PAUSE: Final = 0.5
"""Seconds between two questions for lines: an account may ask five times a second and more."""
SOME_PAGES: Final = 3
MOST_PAGES: Final = 20
"""Pages of lines that are read of one group: a busy function writes more than anybody reads."""
LATELY: Final = timedelta(minutes=15)
ANSWERED: Final = (Sign.APPLICATION_REFUSED, Sign.APPLICATION_ERROR, Sign.APPLICATION_UNAVAILABLE)
"""What the application itself has answered."""
WRITTEN: Final = re.compile(r'"level"\s*:\s*"(?:ERROR|WARN)"')
"""The application's own line about what it could not do, after which nothing decides any more."""
REFUSED_FROM: Final = 400
OF_GATEWAY: Final = frozenset({"Internal Server Error", "Service Unavailable"})
"""What the gateway says of itself, of which nobody learns anything."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What was found: the function's lines in order, and the gateway's line for the request or None."""

    function: tuple[str, ...]
    access: Mapping[str, Any] | None
    is_ours: bool = False
    unread: AccessError | NotThere | None = None
    """Why the function's lines could not be read."""


class Trace:
    """The lines since the live request: of its own invocation where they can be told apart, else of all.

    A request that failed is waited for, `Evidence.patience` seconds at most: lines come some seconds late.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The function's; raises `AccessError`, or `NotThere`, where its log can't be read."""
        if self._found.unread is not None:
            raise self._found.unread.with_traceback(None)
        return self._found.function

    @property
    def is_ours(self) -> bool:
        """Whether these are known to be the lines of this request alone."""
        return self._found.is_ours

    @cached_property
    def access(self) -> Mapping[str, Any] | None:
        """The gateway's line for this request, None where there is none."""
        return self._found.access

    @cached_property
    def endings(self) -> tuple[Ending, ...]:
        """What Lambda reports in these lines, of starts and of invocations."""
        return tuple(found for line in self.lines if (found := ending_of(line)))

    @cached_property
    def lately(self) -> tuple[Invocation, ...]:
        """Everybody's invocations of the last quarter of an hour, by what is deployed now."""
        function = self._evidence.function
        since = max(self._evidence.reply.since - LATELY, function.changed)
        return tuple(invocations(self._events(function.log_group, since, SOME_PAGES)))

    @cached_property
    def error_types(self) -> tuple[str, ...]:
        """The types of errors in these lines, such as `Runtime.ExitError`, each once.

        A type may have any name, so one that stands in a variable's value is not told.
        """
        reported = (each.error_type for each in self.endings if each.error_type)
        found = dict.fromkeys([*error_types(self.lines), *reported])
        return tuple(HIDDEN if self._evidence.function.holds(each) else each for each in found)

    @cached_property
    def refused_by_lambda(self) -> str:
        """What Lambda told the gateway in place of an answer; empty where the access log does not say.

        Of a function that ran, it is what that has said itself.
        """
        access = {} if self._evidence.sign in BEFORE_THE_FUNCTION or self.ran else self.access or {}
        told = [_told(access, name) for name in access if "error" in name.lower()]
        return " ".join(each for each in told if each and each not in OF_GATEWAY)

    @property
    def is_refused(self) -> bool:
        """Whether the gateway's line says that Lambda did not run the function."""
        return _is_refused(self.access or {})

    @cached_property
    def ran(self) -> bool | None:
        """Whether the function ran for it; None where nothing tells.

        A log stays empty too where the role may not write it.
        """
        evidence = self._evidence
        if evidence.reply.is_kept or evidence.sign in BEFORE_THE_FUNCTION:
            return None if evidence.reply.is_kept else False
        access = self.access
        if evidence.sign in (Sign.WELL, Sign.APPLICATION_ERROR, Sign.APPLICATION_UNAVAILABLE):
            return True
        if access and _told(access, "integrationRequestId"):
            return not _is_refused(access)
        try:
            if self.lines:
                return True
            writes = evidence.role.may("logs:PutLogEvents", evidence.function.log_streams)
        except (AccessError, NotThere):
            return None
        return False if writes else None

    @cached_property
    def started(self) -> bool | None:
        """Whether the function's code began to take events; None where nothing tells."""
        sign, is_kept = self._evidence.sign, self._evidence.reply.is_kept
        if not is_kept and sign in (Sign.WELL, Sign.APPLICATION_ERROR, Sign.APPLICATION_UNAVAILABLE):
            return True
        if not self.ran:
            return None
        if sign is Sign.APPLICATION_REFUSED:
            return True
        try:
            starts = [each for each in self.endings if each.is_start and each.status != SUCCESS]
            if starts or AT_START & set(self.error_types):
                return False
            return True if any(not each.is_start for each in self.endings) else None
        except (AccessError, NotThere):
            return None

    def search(self, pattern: str) -> re.Match[str] | None:
        """The first line of the function that matches; never tell all of it, secrets may stand there."""
        return next((found for line in self.lines if (found := re.search(pattern, line))), None)

    def said(self, pattern: str) -> re.Match[str] | None:
        """The same, and None too where the log can't be read: for what can be proved otherwise as well."""
        try:
            return self.search(pattern)
        except (AccessError, NotThere):
            return None

    @cached_property
    def _found(self) -> Lines:
        evidence = self._evidence
        in_vain = evidence.sign is Sign.WELL or evidence.sign in BEFORE_THE_FUNCTION
        patience = 0.0 if in_vain else evidence.patience
        # of one that runs on, what it has written by now is all that is to be had
        until = time.monotonic() + (patience / 2 if patience and self._runs_on else patience)
        while True:
            found, is_whole = self._look()
            if is_whole or time.monotonic() >= until:
                return found
            time.sleep(PAUSE)

    def _look(self) -> tuple[Lines, bool]:
        """What is there by now, and whether nothing more is to be waited for."""
        access = self._access_line()
        try:
            events = self._events(self._evidence.function.log_group)
        except (AccessError, NotThere) as error:
            return Lines((), access, unread=error), True
        all_lines = tuple(event.text for event in events)
        if access is not None and self._never_came(access):
            return Lines((), access), True
        found = invocations(events)
        ours = self._ours(found, access)
        if ours is None:
            is_whole = access is None and any(each.ended for each in found)
            return Lines(all_lines, access), is_whole
        told = self._evidence.sign in ANSWERED and any(WRITTEN.search(line) for line in ours.lines)
        is_whole = told or ours.ended is not None or self._runs_on
        return Lines(ours.lines, access, is_ours=True), is_whole

    @property
    def _runs_on(self) -> bool:
        """Whether the function, given up by the gateway, may run for longer than is waited for its end."""
        evidence = self._evidence
        if evidence.sign is not Sign.GATEWAY_UNAVAILABLE:
            return False
        try:
            runs = float(evidence.function.configuration.get("Timeout") or 0)
        except (AccessError, NotThere):
            return False
        return runs > evidence.reply.seconds + evidence.patience

    def _never_came(self, access: Mapping[str, Any]) -> bool:
        """Whether the request has come to no invocation; one that the gateway gave up has no id either."""
        if _is_refused(access):
            return True
        given_up = self._evidence.sign is Sign.GATEWAY_UNAVAILABLE
        return access.get("integrationRequestId") == "-" and not given_up

    def _ours(self, found: list[Invocation], access: Mapping[str, Any] | None) -> Invocation | None:
        """The invocation for this request: by the id in the gateway's log, or by its own lines."""
        lambdas, gateways = _told(access or {}, "integrationRequestId"), self._evidence.reply.request_id
        for each in found:
            if lambdas in each.ids or (gateways and any(gateways in line for line in each.lines)):
                return each
        return None

    def _access_line(self) -> Mapping[str, Any] | None:
        try:
            group, wanted = self._evidence.gateway.access_log_group, self._evidence.reply.request_id
            if group is None or wanted is None:
                return None
            found = [event.text for event in self._events(group) if wanted in event.text]
            document = json.loads(found[0]) if found else None
        except (AccessError, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def _events(self, group: str, since: datetime | None = None, pages: int = MOST_PAGES) -> list[Event]:
        """The lines of a group since the request, or since then; none where the group is not there."""
        begin = since or self._evidence.reply.since
        try:
            return lines_since(self._evidence.reading, group, begin, pages)[0]
        except NotDeployed:
            return []


def _told(access: Mapping[str, Any], name: str) -> str:
    """What the gateway's line says under a name; empty where it says nothing, which it writes as a dash."""
    found = str(access.get(name, ""))
    return "" if found == "-" else found


def _is_refused(access: Mapping[str, Any]) -> bool:
    """Whether Lambda did not invoke the function: an error of the function itself is a 200 of Lambda."""
    status = _told(access, "integrationStatus")
    return status.isdecimal() and int(status) >= REFUSED_FROM
