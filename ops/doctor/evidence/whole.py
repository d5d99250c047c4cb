"""All that is known of a living system, each part read when somebody wants to know of it."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ops.deploying.smoke import address_of
from ops.doctor.asking import ask as ask_over_http
from ops.doctor.errors import NotThere
from ops.doctor.evidence.database import Database
from ops.doctor.evidence.edge import Edge
from ops.doctor.evidence.fetching import fetch as fetch_over_http
from ops.doctor.evidence.function import Invoked
from ops.doctor.evidence.gateway import Gateway
from ops.doctor.evidence.lately import OF_HEALTH, Lately
from ops.doctor.evidence.logs import Logs
from ops.doctor.evidence.metrics import Metrics
from ops.doctor.evidence.network import Network
from ops.doctor.evidence.package import Package
from ops.doctor.evidence.permits import Permits
from ops.doctor.evidence.probe import Inside
from ops.doctor.evidence.role import Role
from ops.doctor.evidence.secrets import Secrets
from ops.doctor.evidence.templates import Templates
from ops.doctor.evidence.trace import Trace
from ops.doctor.operations import OperationUndeclared
from ops.doctor.sign import Sign, sign_of
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from ops.doctor.asking import Ask, Reply
    from ops.doctor.evidence.fetching import Fetch
    from ops.doctor.reading import Reading
    from stacks.settings import Environment

PATIENCE: Final = 6.0
"""Seconds to wait for the log lines of a request that failed."""
SOME: Final = 4
"""Requests for health, of which one may fail where others are well."""
MANY: Final = 20
"""The same where some requests have failed lately."""
LONGEST_ASKING: Final = 4.0
"""Seconds from the first request on, after which no other is made, but one."""
LONGEST_FIRST: Final = 10.0
"""Seconds of the first request, after which none is made at all: a second may take as long."""


class Evidence:
    """One deployment of one environment, and one request to it.

    Raises, wherever something is asked for: `AccessError` for what can't be read, `NotThere` for what is not
    there.

    Args:
        reading: Reads the account.
        address: Where to ask, in place of the public address.
        ask: Makes the live request.
        patience: Seconds to wait for lines of the log.
        probe: Whether the migrator may be invoked, to look from inside the network.
        fetch: Downloads the function's package.
    """

    def __init__(
        self,
        reading: Reading,
        *,
        address: str | None = None,
        ask: Ask = ask_over_http,
        patience: float = PATIENCE,
        probe: bool = False,
        fetch: Fetch = fetch_over_http,
    ) -> None:
        self.reading, self.patience, self.probe = reading, patience, probe
        self._address, self._ask, self._fetch = address, ask, fetch

    @property
    def environment(self) -> Environment:
        """What the settings say."""
        return self.reading.environment

    @cached_property
    def address(self) -> str:
        """Where clients ask: CloudFront, or the API."""
        found = self._address or address_of(self.reading) or self.gateway.endpoint
        if not found:
            raise NotThere("address to ask")
        return found

    @cached_property
    def reply(self) -> Reply:
        """What came of the live request: the one that was not well, of several, else the first."""
        return self.asked[-1] if sign_of(self.asked[-1]) is not Sign.WELL else self.asked[0]

    @cached_property
    def asked(self) -> tuple[Reply, ...]:
        """What came of all requests for health: one, and some more for as long as all are well."""
        return tuple(self._replies())

    def _replies(self) -> Iterator[Reply]:
        began, times = time.monotonic(), SOME
        live: list[datetime] = []
        while True:
            reply = self._ask(self.address)
            yield reply
            live.append(reply.since)
            took = time.monotonic() - began
            if sign_of(reply) is not Sign.WELL or took > (LONGEST_ASKING if live[1:] else LONGEST_FIRST):
                return
            if len(live) == SOME and self._failed_lately(live):
                times = MANY
            if len(live) >= times:
                return

    def _failed_lately(self, live: list[datetime]) -> bool:
        """Whether health, or all alike, has failed lately, so that asking again may show it."""
        try:
            return any(each.route in OF_HEALTH for each in self.lately.failing(live))
        except OperationUndeclared:
            raise
        except Exception:  # noqa: BLE001  (a line of a shape that nobody knows must not end the diagnosis)
            return False

    @cached_property
    def sign(self) -> Sign:
        """What that means."""
        return sign_of(self.reply)

    @cached_property
    def direct(self) -> Reply:
        """What the API's own address answers; the live request's answer where that is the same.

        Asked after the log was read, since it leaves lines of its own there.
        """
        if urlsplit(self.address).hostname == urlsplit(self.gateway.endpoint).hostname:
            return self.reply
        with suppress(AccessError, NotThere):
            _ = self.trace.ran
        endpoint = self.gateway.endpoint
        return self.reading.once(f"what {endpoint} answers", lambda: self._ask(endpoint))

    @cached_property
    def edge(self) -> Edge:
        """CloudFront before the API, its firewall, its certificate and its name."""
        return Edge(self)

    @cached_property
    def permits(self) -> Permits:
        """Whether functions' policies let the API in."""
        return Permits(self)

    @cached_property
    def gateway(self) -> Gateway:
        """The HTTP API, its stage, and the way that health takes through it."""
        return Gateway(self.reading)

    @cached_property
    def function(self) -> Invoked:
        """The function behind the API, as it is invoked."""
        return Invoked(self.reading, self.gateway)

    @cached_property
    def package(self) -> Package:
        """What the invoked version of it was made from."""
        return self.package_of(self.function.configuration)

    def package_of(self, configuration: Mapping[str, Any]) -> Package:
        """The package of any version, by its configuration; nothing is downloaded yet."""
        return Package(self.reading, configuration, self._fetch)

    @cached_property
    def role(self) -> Role:
        """The function's role, and what it may do."""
        return Role(self.reading, self.function.configuration["Role"])

    @cached_property
    def logs(self) -> Logs:
        """The log groups of the path."""
        return Logs(self.reading, self.gateway, self.function)

    @cached_property
    def network(self) -> Network:
        """What is between the function and its database."""
        return Network(self)

    @cached_property
    def database(self) -> Database:
        """The database that the function's URL leads to, and what its lines say of it."""
        return Database(self)

    @cached_property
    def secrets(self) -> Secrets:
        """When the passwords were renewed."""
        return Secrets(self)

    @cached_property
    def inside(self) -> Inside:
        """What the migrator sees from inside of the network, where it may be invoked."""
        return Inside(self.reading, allowed=self.probe)

    @cached_property
    def metrics(self) -> Metrics:
        """What was counted lately."""
        return Metrics(self.reading)

    @cached_property
    def templates(self) -> Templates:
        """What the deployed templates ask for."""
        return Templates(self.reading)

    @cached_property
    def lately(self) -> Lately:
        """What became of everybody's requests since the last change."""
        return Lately(self)

    @cached_property
    def trace(self) -> Trace:
        """What the live request has left in the logs."""
        return Trace(self)
