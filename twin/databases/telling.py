"""What an instance tells CloudWatch: the lines of its log, if they are exported, and figures that are true.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from twin.cluster import SUPERUSER
from twin.databases.instance import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.databases.hosted import Hosted
    from twin.deployed import Deployed
    from twin.recording import Recorder

EXPORTED: Final = "postgresql"
GIB: Final = 2**30
FIGURES: Final = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename <> %s),
       (SELECT sum(pg_database_size(oid)) FROM pg_database) + (SELECT sum(size) FROM pg_ls_waldir()),
       (SELECT max(age(datfrozenxid)) FROM pg_database)
"""
NOT_TOLD: Final = ("CPUCreditBalance", "CPUUtilization", "DiskQueueDepth", "FreeableMemory", "SwapUsage")
"""Metrics that alarms are about and that nothing here could say truly: they are of a machine of RDS."""


class Logs:
    """Reads on in the log of one server, and says what is new."""

    def __init__(self, deployed: Deployed, recorder: Recorder, hosted: Hosted) -> None:
        self._deployed, self._recorder, self._hosted = deployed, recorder, hosted
        self._read = hosted.server.log.stat().st_size
        self._groups: set[str] = set()

    def tell(self) -> None:
        """Say all whole entries that were written since; a line that goes on an entry has a tab in front."""
        path = self._hosted.server.log
        size = path.stat().st_size
        if size <= self._read:
            return
        with path.open("rb") as log:
            log.seek(self._read)
            said = log.read(size - self._read)
        whole = said[: said.rfind(b"\n") + 1]
        self._read += len(whole)
        instance = self._hosted.instance
        if EXPORTED in instance.exports and (entries := list(_entries(whole.decode(errors="replace")))):
            group = f"/aws/rds/instance/{instance.identifier}/{EXPORTED}"
            self._make(group)
            self._recorder.say(group, f"{instance.identifier}.0", entries)

    def _make(self, group: str) -> None:
        """RDS makes the group where it is not there."""
        if group in self._groups:
            return
        logs: Any = self._deployed.aws.client("logs")
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        self._groups.add(group)


def measure(recorder: Recorder, hosted: Hosted) -> None:
    """Count what is true of the server now."""
    if hosted.verdict is not Verdict.PASSES:
        return
    with hosted.connection() as connection:
        row = connection.execute(FIGURES, [SUPERUSER]).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    sessions, used, age = (int(value) for value in row)
    dimensions = {"DBInstanceIdentifier": hosted.instance.identifier}
    free = 0 if hosted.is_full else max(hosted.instance.storage_gib * GIB - used, 0)
    for name, value, unit in (
        ("DatabaseConnections", sessions, "Count"),
        ("FreeStorageSpace", free, "Bytes"),
        ("MaximumUsedTransactionIDs", age, "Count"),
    ):
        recorder.count("AWS/RDS", name, dimensions, value, unit)


def _entries(text: str) -> Iterator[str]:
    """Entries of a log, without those about the twin's own sessions."""
    entry: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("\t"):
            entry.append(line)
            continue
        if entry and f":{SUPERUSER}@" not in entry[0]:
            yield "\n".join(entry)
        entry = [line] if line else []
