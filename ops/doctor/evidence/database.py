"""The database: where the function's URL leads, the instance there, its parameters, events and figures."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.errors import NotThere
from ops.doctor.evidence.trace import PAUSE
from ops.doctor.evidence.troubles import Trouble, is_past, trouble_in
from ops.doctor.evidence.variables import URL, Form, form_of
from ops.doctor.sign import Sign
from ops.errors import NotDeployed
from runtime.contract import Function
from runtime.migrator.errors import AccessError
from stacks.postgresql import MEMORY_GIB

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.evidence.whole import Evidence

    Document = Mapping[str, Any]

OF_RDS: Final = re.compile(r"\.rds\.amazonaws\.com(?:\.cn)?$")
OF_PROXY: Final = re.compile(r"\.proxy-[a-z0-9]+\.")
OF_CLUSTER: Final = re.compile(r"\.cluster-(?:ro-|custom-)?[a-z0-9]+\.")
DEFAULTS: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}
"""Variables from which libpq takes what a URL leaves out."""
UNCERTAIN: Final = frozenset(
    {
        Sign.APPLICATION_ERROR,
        Sign.APPLICATION_UNAVAILABLE,
        Sign.APPLICATION_REFUSED,
        Sign.GATEWAY_ERROR,
        Sign.GATEWAY_UNAVAILABLE,
    }
)
"""Signs of a request whose function may have failed for its database."""
EVENTS_MINUTES: Final = 30
EXPORTED: Final = "postgresql"
"""The server's log among those that RDS exports; each entry begins by `%t:%r:%u@%d:[%p]:`."""
SERVER_PATIENCE: Final = 3.0
"""Seconds to wait for the server's own lines, where the function's don't tell."""
MOST_CONNECTIONS: Final = 5_000
FORMULA: Final = re.compile(r"DBInstanceClassMemory/(\d+)")
DEFAULT_FORMULA: Final = "LEAST({DBInstanceClassMemory/9531392},5000)"
FORCED_FROM: Final = 15
"""Major version from which on rds.force_ssl is 1 where nobody says something else."""


class Database:
    """What the function's database is; each attribute raises `NotThere` or `AccessError`."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence, self._reading = evidence, evidence.reading

    @cached_property
    def url(self) -> Mapping[str, str]:
        """The parts of the function's URL by libpq's names, with what libpq takes from variables; secret."""
        from psycopg import conninfo

        function = self._evidence.function
        variables = function.variables
        url = variables.get(URL)
        if url is None or form_of(url) is not Form.READABLE:
            raise NotThere(f"{URL} of function {function.name} that can be read")
        found = {name: str(value) for name, value in conninfo.conninfo_to_dict(url).items()}
        taken = {name: variables[other] for name, other in DEFAULTS.items() if variables.get(other)}
        return taken | found

    @property
    def host(self) -> str:
        """Of the URL; the first where it names several."""
        return self.url.get("host", "").split(",")[0].lower().rstrip(".")

    @property
    def port(self) -> int:
        """Of the URL."""
        found = self.url.get("port", "").split(",")[0]
        return int(found) if found.isdecimal() else 5432

    @property
    def user(self) -> str:
        """Of the URL."""
        return self.url.get("user", "")

    @property
    def mode(self) -> str:
        """How the URL asks for TLS; `prefer` where it says nothing."""
        return self.url.get("sslmode") or "prefer"

    @cached_property
    def instances(self) -> list[Document]:
        """All of the account in this region."""
        return list(self._reading.pages("rds:DescribeDBInstances", "the database instances", "DBInstances"))

    @cached_property
    def reached(self) -> Document | None:
        """The instance whose endpoint the URL names, or one of the cluster's; None for any other host."""
        host = self.host
        for each in self.instances:
            if str((each.get("Endpoint") or {}).get("Address", "")).lower() == host:
                return each
        if OF_CLUSTER.search(host):
            label = host.partition(".")[0]
            members = [each for each in self.instances if each.get("DBClusterIdentifier") == label]
            return next(iter(members), None)
        return None

    @cached_property
    def instance(self) -> Document:
        """The one that the URL leads to, else the one that the settings name; raises `NotThere`."""
        with suppress(AccessError, NotThere):
            if self.reached is not None:
                return self.reached
        name = self._evidence.environment.database.identifier
        try:
            found = self._reading.call(
                "rds:DescribeDBInstances", f"database instance {name}", DBInstanceIdentifier=name
            )
        except NotDeployed:
            raise NotThere(f"database instance {name}") from None
        document: Document = found["DBInstances"][0]
        return document

    @property
    def name(self) -> str:
        """The instance's identifier."""
        return str(self.instance["DBInstanceIdentifier"])

    @property
    def status(self) -> str:
        """The instance's status, such as `available`."""
        return str(self.instance.get("DBInstanceStatus", ""))

    @property
    def group(self) -> str:
        """The instance's parameter group; raises `NotThere` for an instance without one."""
        groups = self.instance.get("DBParameterGroups") or ()
        if not groups:
            raise NotThere(f"parameter group of {self.name}")
        return str(groups[0]["DBParameterGroupName"])

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The values of the group's parameters, of those that have one."""
        listed = self._reading.pages(
            "rds:DescribeDBParameters",
            f"parameter group {self.group}",
            "Parameters",
            DBParameterGroupName=self.group,
        )
        return {
            str(each["ParameterName"]): str(each["ParameterValue"])
            for each in listed
            if each.get("ParameterValue") is not None
        }

    @property
    def major(self) -> int:
        """The engine's major version."""
        return int(str(self.instance.get("EngineVersion", "0")).partition(".")[0] or 0)

    @property
    def forces_tls(self) -> bool:
        """Whether the server takes no connection without TLS."""
        given = self.parameters.get("rds.force_ssl")
        return self.major >= FORCED_FROM if given is None else given in ("1", "on", "true")

    @property
    def most_connections(self) -> int | None:
        """What max_connections is at most, by its number or formula; None for a class not known here."""
        given = self.parameters.get("max_connections") or DEFAULT_FORMULA
        if given.isdecimal():
            return int(given)
        divisor, memory = FORMULA.search(given), MEMORY_GIB.get(str(self.instance.get("DBInstanceClass")))
        if divisor is None or memory is None:
            return None
        return min(memory * 2**30 // int(divisor[1]), MOST_CONNECTIONS)

    @cached_property
    def events(self) -> list[Document]:
        """What RDS tells of the instance since half an hour."""
        return list(
            self._reading.pages(
                "rds:DescribeEvents",
                f"events of database instance {self.name}",
                "Events",
                SourceIdentifier=self.name,
                SourceType="db-instance",
                Duration=EVENTS_MINUTES,
            )
        )

    def figures(self, metric: str, statistic: str = "Average") -> list[float]:
        """What was measured of the instance in the last quarter of an hour."""
        names = {"DBInstanceIdentifier": self.name}
        return self._evidence.metrics.figures("AWS/RDS", metric, names, statistic)

    @cached_property
    def proxy(self) -> Document | None:
        """The proxy whose endpoint the URL names; None where it names none."""
        host = self.host
        if not OF_PROXY.search(host):
            return None
        listed = self._reading.pages("rds:DescribeDBProxies", "the database proxies", "DBProxies")
        return next((each for each in listed if str(each.get("Endpoint", "")).lower() == host), None)

    @cached_property
    def trouble(self) -> Trouble | None:
        """What the live request's lines say of the database; None where they say nothing, or it was well."""
        evidence = self._evidence
        if evidence.sign not in UNCERTAIN:
            return None
        host = ""
        with suppress(AccessError, NotThere):
            host = self.host
        try:
            lines = evidence.trace.lines
        except AccessError:
            if (told := self._server_trouble()) is None:
                raise
            return told
        found = trouble_in(lines, host)
        silent = not lines and evidence.sign is Sign.APPLICATION_UNAVAILABLE
        return (self._server_trouble() or found) if found is Trouble.UNNAMED or silent else found

    def _server_trouble(self) -> Trouble | None:
        """What the server itself has written of the function's user, where RDS exports its log."""
        try:
            name, user = self.name, self.user
            exported = EXPORTED in (self.instance.get("EnabledCloudwatchLogsExports") or ())
        except (AccessError, NotThere):
            return None
        until = time.monotonic() + min(self._evidence.patience, SERVER_PATIENCE)
        while exported and user:
            found = trouble_in(self._server_lines(name, user))
            if found or time.monotonic() >= until:
                return found
            time.sleep(PAUSE)
        return None

    def _server_lines(self, name: str, user: str) -> list[str]:
        group = f"/aws/rds/instance/{name}/{EXPORTED}"
        try:
            page = self._reading.fresh(
                "logs:FilterLogEvents",
                f"log group {group}",
                logGroupName=group,
                startTime=int(self._evidence.reply.since.timestamp() * 1000),
                filterPattern="FATAL",
            )
        except AccessError:
            return []
        ours = re.compile(rf":{re.escape(user)}@[^:]*:\[\d+\]:FATAL:")
        return [each["message"] for each in page["events"] if ours.search(each["message"])]

    def came_past(self, trouble: Trouble) -> bool:
        """Whether the live request is known to have come past where a trouble would have ended it."""
        evidence = self._evidence
        if evidence.sign is Sign.WELL:
            return evidence.function.code is Function.API
        return self.trouble is not None and is_past(trouble, self.trouble)

    @property
    def is_asked(self) -> bool:
        """Whether the function asks this instance, as far as its URL is known and leads to no other host."""
        try:
            return self.reached is not None or self.proxy is not None
        except (AccessError, NotThere):
            return True

    def explains(self, *troubles: Trouble) -> bool:
        """Whether a fault of the instance that shows so may be why the live request failed."""
        return self.is_asked and self.fits(*troubles)

    def fits(self, *troubles: Trouble) -> bool:
        """Whether the lines say one of these, or nothing that would speak against a fault that shows so."""
        try:
            return self.trouble is None or self.trouble in troubles
        except (AccessError, NotThere):
            return True
