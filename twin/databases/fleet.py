"""The servers of all instances of an account, made, changed and ended as the instances are."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from twin.databases.history import History, history_of
from twin.databases.hosted import Hosted, host
from twin.databases.instance import ENGINE, Instance, Verdict
from twin.databases.parameters import parameters_of
from twin.databases.passwords import master_password
from twin.databases.snapshots import Snapshots
from twin.databases.telling import NOT_TOLD, Logs
from twin.errors import PostgresFailed, TwinError
from twin.installation import find_binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from twin.certificates import Authority
    from twin.databases.parameters import Parameters
    from twin.deployed import Deployed
    from twin.recording import Recorder

ALWAYS_UNCHECKED: Final = (
    f"databases tell CloudWatch no {', '.join(NOT_TOLD[:-1])} and {NOT_TOLD[-1]}: they are of RDS's machines",
    "a standby, replicas, IAM database authentication and RDS Proxy have no meaning at the databases here",
)


class Fleet:
    """All servers, by the resource ids of their instances, which outlast a new name.

    Args:
        deployed: What is deployed.
        recorder: Takes log lines.
        authority: Vouches for all servers.
        folder: Where data of snapshots goes.
    """

    def __init__(self, deployed: Deployed, recorder: Recorder, authority: Authority, folder: Path) -> None:
        self._deployed, self._recorder, self._authority = deployed, recorder, authority
        self._snapshots = Snapshots(deployed, folder / "snapshots")
        self._hosted: dict[str, Hosted] = {}
        self._logs: dict[str, Logs] = {}
        self._failed: dict[str, tuple[Instance, Parameters]] = {}
        self._others: dict[str, str] = {}
        self._copies: dict[str, None] = {}
        self._troubles: dict[str, None] = {}
        self._opened = datetime.now(UTC)

    def servers(self) -> list[Hosted]:
        """Each that there is."""
        return list(self._hosted.values())

    def follow(self) -> None:
        """Have a server for each instance that has a machine, as it is now; one at a time may ask for it."""
        told = self._deployed.pages("rds", "describe_db_instances", "DBInstances")
        self._others = {one["DBInstanceIdentifier"]: one["Engine"] for one in told if one["Engine"] != ENGINE}
        instances = {found.resource_id: found for one in told if (found := Instance.of(one))}
        self._snapshots.keep(self._hosted)
        for gone in self._hosted.keys() - instances.keys():
            self._end(gone)
        for instance in instances.values():
            try:
                self._follow(instance)
            except (TwinError, ClientError) as error:
                # what is wrong with one is no reason to leave the others
                self.trouble(f"database {instance.identifier} is not as it is deployed: {error}")

    def close(self) -> None:
        """End all servers."""
        for name in list(self._hosted):
            self._end(name)

    def tell(self) -> None:
        """Say what the servers have logged."""
        for logs in list(self._logs.values()):
            self.attempt(logs.tell)

    def attempt(self, work: Callable[[], None]) -> bool:
        """Do something for which nobody waits; what stops it is told among what is unchecked."""
        from psycopg import Error

        try:
            work()
        except (TwinError, ClientError, Error, OSError) as error:
            self.trouble(f"the databases could not be looked after: {error}".strip())
            return False
        return True

    def trouble(self, sentence: str) -> None:
        """Have it told that something went wrong."""
        self._troubles.setdefault(sentence)

    def substitutions(self) -> Iterator[str]:
        """What stands in for something else."""
        for hosted in self.servers():
            version, asked = hosted.server.version, hosted.instance.version
            if version != asked:
                yield f"PostgreSQL {version} runs database {hosted.instance.identifier} in place of {asked}"
        yield from tuple(self._copies)

    def unchecked(self) -> Iterator[str]:
        """What is deployed to no effect, and what failed."""
        for hosted in self.servers():
            for name, why in hosted.parameters.left_out.items():
                yield f"parameter {name} of group {hosted.parameters.group} is not set here: {why}"
        for name, engine in dict(self._others).items():
            yield f"database {name} does not run: its engine is {engine}, and the twin has PostgreSQL alone"
        yield from tuple(self._troubles)
        if self._hosted:
            yield from ALWAYS_UNCHECKED

    def _follow(self, instance: Instance) -> None:
        hosted = self._hosted.get(instance.resource_id)
        if hosted is None and instance.verdict is Verdict.DROPPED:
            return
        binaries = find_binaries(str(instance.major)) if hosted is None else hosted.server.binaries
        parameters = parameters_of(self._deployed, instance, binaries)
        history = history_of(self._deployed, instance.identifier)
        password = master_password(self._deployed, instance) or ""
        if hosted is not None:
            try:
                hosted.follow(instance, parameters, password, history.restarts)
            except PostgresFailed as error:
                self.trouble(f"database {instance.identifier} does not run any more: {error}")
        elif self._failed.get(instance.resource_id) != (instance, parameters):
            self._begin(instance, parameters, password, history, binaries)

    def _begin(
        self, instance: Instance, parameters: Parameters, password: str, history: History, binaries: Path
    ) -> None:
        origin, passing = self._origin(instance, history)
        try:
            hosted = host(
                instance,
                parameters,
                password,
                authority=self._authority,
                binaries=binaries,
                origin=origin,
            )
        except TwinError as error:
            self._failed[instance.resource_id] = (instance, parameters)
            self.trouble(f"database {instance.identifier} does not run: {error}")
            return
        finally:
            if passing and origin is not None:
                shutil.rmtree(origin)
        hosted.restarts = history.restarts
        self._logs[instance.resource_id] = Logs(self._deployed, self._recorder, hosted)
        self._hosted[instance.resource_id] = hosted

    def _origin(self, instance: Instance, history: History) -> tuple[Path | None, bool]:
        """The data that a new instance begins with, and whether it is a copy for this one alone."""
        name = instance.identifier
        if history.snapshot is not None:
            data = self._snapshots.data(history.snapshot)
            if data is None:
                self._copies.setdefault(
                    f"database {name} begins empty: snapshot {history.snapshot} holds no data here"
                )
            return data, False
        if history.source is None:
            if instance.created < self._opened:
                self._copies.setdefault(f"database {name} begins empty: what it had before is not kept")
            return None, False
        source = next((one for one in self.servers() if one.instance.identifier == history.source), None)
        if source is None:
            self._copies.setdefault(f"database {name} begins empty: {history.source} has no data here")
            return None, False
        self._copies.setdefault(
            f"database {name} has what {history.source} had when it was made, not at {history.moment}"
        )
        return self._snapshots.copy(source), True

    def _end(self, resource_id: str) -> None:
        self._logs.pop(resource_id, None)
        self._hosted.pop(resource_id).close()
