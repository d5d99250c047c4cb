"""Keeps a server for each instance of an account, and leads whoever may reach it there."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from threading import Event, Lock, RLock, Thread
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

from ops.network.place import OUTSIDE, Place
from ops.network.reaching import reach
from twin.account import find_account
from twin.aws.changes import changes_of
from twin.certificates import Authority
from twin.databases import addressing, failing, telling
from twin.databases.errors import InstanceUnknown
from twin.databases.fleet import Fleet
from twin.databases.judging import PlaceJudge
from twin.databases.relaying import Relaying
from twin.installation import find_binaries, find_room
from twin.keeping import Keep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ops.network.place import Reach
    from twin.databases.hosted import Hosted
    from twin.databases.relaying import Door
    from twin.deployed import Deployed
    from twin.recording import Recorder

    Reaching = Callable[[Deployed, Place, Place, int], Reach]

EVERY: Final = 0.05
"""Seconds between two looks at whether something has changed."""
SHARE: Final = 10
"""How many times as long as a look took, nothing is looked at: it leaves the machine to others."""
MEASURED_EVERY: Final = 5.0
"""Seconds between two measurements; RDS tells a figure each minute."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Where here somebody on the internet connects to, and whether the deployed network lets them."""

    address: str
    port: int
    reach: Reach


class Databases:
    """The database servers of one account; a context manager.

    Servers start, change and end with their instances, a moment after the request that did it, and before
    anybody connects.

    Args:
        deployed: What is deployed to the account.
        recorder: Takes log lines and figures.
        reaches: Says who reaches whom.
    """

    def __init__(self, deployed: Deployed, recorder: Recorder, *, reaches: Reaching = reach) -> None:
        self._deployed, self._recorder, self._reaches = deployed, recorder, reaches
        self._relaying, self._authority = Relaying(), Authority()
        self._doors: dict[tuple[Place, str, int], Door] = {}
        self._substitutions: dict[str, None] = {}
        self._settling, self._opening = RLock(), Lock()
        self._settled = self._reviewed = -1
        self._closing = Event()
        self._watch = Thread(target=self._look_now_and_then, name="databases-watch", daemon=True)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Look for instances from now on; raises TwinError where there is no PostgreSQL."""
        account = find_account()
        find_binaries()  # raises now, and not at the first instance
        folder = find_room(account, programs=False) / f"miyabi-databases-{token_hex(8)}"
        with ExitStack() as opened:
            keep = opened.enter_context(Keep(folder, account))
            self.authority_file = keep.folder / "authority.pem"
            self.authority_file.write_bytes(self._authority.certificate)
            self._fleet = Fleet(self._deployed, self._recorder, self._authority, keep.folder)
            opened.callback(self._fleet.close)
            opened.enter_context(self._relaying)
            self._watch.start()
            opened.callback(self._watch.join)
            opened.callback(self._closing.set)
            self._open = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        """Cut all connections, end all servers and remove their files."""
        self._open.close()

    @property
    def authority(self) -> str:
        """The certificate, in PEM, of the authority that stands in for RDS's own."""
        return self._authority.certificate.decode()

    @property
    def substitutions(self) -> tuple[str, ...]:
        """What here stands in for something else, a sentence each."""
        return (*self._substitutions, *self._fleet.substitutions())

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What is deployed and has no effect here, and what failed, a sentence each."""
        return tuple(self._fleet.unchecked())

    def settle(self) -> None:
        """Be as what is deployed now is; nothing happens if nothing has changed since.

        Raises:
            TwinError: A server does not start.
            ClientError: What is deployed can't be read.
        """
        account = self._deployed.aws.account
        if self._settled != changes_of(account):
            with self._settling:
                if self._settled != (changes := changes_of(account)):
                    self._fleet.follow()
                    self._settled = changes
        if self._reviewed != (settled := self._settled):
            self._relaying.review()
            self._reviewed = settled

    def variables(self, place: Place, variables: Mapping[str, str], package: Path) -> dict[str, str]:
        """A function's variables with what its process needs here, so that it finds its database.

        Args:
            place: Where the function is.
            variables: As they are deployed.
            package: The folder that its package is unpacked to.
        """
        self.settle()
        found = dict(variables)
        for hosted in self._named(variables):
            instance = hosted.instance
            ports = {instance.port} | addressing.ports_in(variables, instance.host)
            for port in sorted(ports, key=lambda port: port != instance.port):
                door = self._door(place, instance.host, port)
                found.setdefault("PGHOSTADDR", door.host)
                found = self._at(door, instance.host, port, found)
            replaced = addressing.with_authority(
                found, package, self.authority_file, instance, self._deployed.aws.region
            )
            found = replaced.variables
            if replaced.bundle:
                self._substitute("an authority of the twin vouches for databases in place of Amazon RDS's")
        return addressing.in_package(found, package)

    def outside(self, identifier: str) -> Outside:
        """Where somebody on the internet connects to an instance; raises InstanceUnknown."""
        hosted = self._hosted(identifier)
        instance = hosted.instance
        door = self._door(OUTSIDE, instance.host, instance.port)
        found = self._reaches(self._deployed, OUTSIDE, Place.of_database(instance.told), instance.port)
        return Outside(door.host, door.port, found)

    def outside_url(self, identifier: str | None = None) -> str:
        """The URL by which the master connects from the internet; by default to the one instance there is.

        The password is in it. Raises InstanceUnknown.
        """
        hosted = self._hosted(identifier)
        instance, where = hosted.instance, self.outside(hosted.instance.identifier)
        login = f"{quote(instance.master, safe='')}:{quote(hosted.password, safe='')}"
        query = f"hostaddr={where.address}&sslmode=verify-full&sslrootcert={self.authority_file}"
        return f"postgresql://{login}@{instance.host}:{where.port}/{instance.database or 'postgres'}?{query}"

    def measure(self) -> None:
        """Count what is true of each server now; one that can't be asked keeps nobody from the others."""
        self.settle()
        for hosted in self._fleet.servers():
            self._fleet.attempt(partial(telling.measure, self._recorder, hosted))

    def fill_storage(self, identifier: str) -> Callable[[], None]:
        """As `failing.fill_storage`."""
        self._substitute("a full disk is triggers that say what PostgreSQL says when it can't extend a file")
        return self._settling_after(failing.fill_storage(self._deployed, self._hosted(identifier)))

    def use_up_connections(self, identifier: str) -> Callable[[], None]:
        """As `failing.use_up_connections`."""
        return failing.use_up_connections(self._hosted(identifier))

    def delay(self, identifier: str, seconds: float) -> Callable[[], None]:
        """As `failing.delay`."""
        return failing.delay(self._hosted(identifier), seconds)

    def present_certificate(self, identifier: str, which: str) -> Callable[[], None]:
        """As `failing.present_certificate`."""
        return failing.present_certificate(self._hosted(identifier), which)

    def _settling_after(self, undo: Callable[[], None]) -> Callable[[], None]:
        self.settle()

        def undone() -> None:
            undo()
            self.settle()

        return undone

    def _hosted(self, identifier: str | None) -> Hosted:
        self.settle()
        servers = self._fleet.servers()
        found = [one for one in servers if identifier in (None, one.instance.identifier)]
        if len(found) != 1:
            raise InstanceUnknown(identifier or "", [one.instance.identifier for one in servers])
        return found[0]

    def _named(self, variables: Mapping[str, str]) -> list[Hosted]:
        by_host = {hosted.instance.host: hosted for hosted in self._fleet.servers()}
        named = addressing.named_in(variables, [hosted.instance for hosted in by_host.values()])
        return [by_host[instance.host] for instance in named]

    def _door(self, place: Place, host: str, port: int) -> Door:
        """Where a place finds a host's port; its ports are all at one address, where that can be."""
        with self._opening:
            key = (place, host, port)
            if key not in self._doors:
                judge = PlaceJudge(self._fleet, partial(self._reached, place), host, port, self.settle)
                near = next((d for (p, h, _), d in self._doors.items() if (p, h) == (place, host)), None)
                self._doors[key] = self._relaying.open(judge, port, near=near)
            return self._doors[key]

    def _reached(self, place: Place, instance: Any, port: int) -> Reach:
        return self._reaches(self._deployed, place, Place.of_database(instance.told), port)

    def _at(self, door: Door, host: str, port: int, variables: dict[str, str]) -> dict[str, str]:
        self._substitute("databases are reached at addresses of this machine, by PGHOSTADDR")
        if door.port == port:
            return variables
        self._substitute(f"a database at port {port} is reached at another port, since this machine lacks it")
        return addressing.with_port(variables, host, port, door.port)

    def _substitute(self, sentence: str) -> None:
        self._substitutions.setdefault(sentence)

    def _look_now_and_then(self) -> None:
        pause, measured = EVERY, time.monotonic()
        while not self._closing.wait(pause):
            began = time.monotonic()
            self._fleet.attempt(self.settle)
            self._fleet.tell()
            if began - measured > MEASURED_EVERY:
                measured = began
                self._fleet.attempt(self.measure)
            pause = max(EVERY, SHARE * (time.monotonic() - began))
