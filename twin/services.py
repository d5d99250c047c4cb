"""Leads functions to the services of the local AWS, as far as the deployed network lets them.

    with Services(deployed, local.endpoint) as services:
        services.endpoint(Place.of_function(configuration))  # what to give as AWS_ENDPOINT_URL

Each place in a VPC has an address of its own, at which nobody answers whoever can't reach the service: as at
AWS, whoever connects waits. Outside of any VPC, everybody reaches all services.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from ops.errors import OperationError
from ops.network.services import reach_service, reaches_any_service
from twin.aws.changes import changes_of
from twin.aws.serving import SCOPE
from twin.databases.asking import Asked, Next
from twin.databases.ends import Client
from twin.databases.instance import Verdict
from twin.databases.relaying import Relaying
from twin.databases.ways import Way
from twin.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.network.place import Place
    from twin.databases.relaying import Door
    from twin.deployed import Deployed

EVERY: Final = 0.05
"""Seconds between two looks at whether the network has changed."""
_HEAD_ENDS: Final = b"\r\n\r\n"


class Caller(Client):
    """The end of a function that speaks HTTP: the signature of its first request names the service.

    What else is asked on the same connection goes the same way: a client of AWS keeps a connection to each
    service, since each has an address of its own there.
    """

    def read(self, said: bytes) -> Next | Asked:
        """The service, once all of the head is there; none is named where nothing is signed."""
        head, ended, _ = said.partition(_HEAD_ENDS)
        if not ended:
            return Next.READ
        scope = SCOPE.search(head.decode("latin-1"))
        return Asked(scope[2] if scope else None, tls=False)


@dataclass(frozen=True, slots=True)
class ServiceJudge:
    """Of connections from one place; what hangs on something that is not looked into is dropped.

    Attributes:
        port: Where the local AWS listens.
        trouble: Is told why something could not be decided.
    """

    deployed: Deployed
    place: Place
    port: int
    trouble: Callable[[str], None]

    def gate(self) -> Verdict:
        """Nobody answers where no service can be reached."""
        return self._verdict(lambda: reaches_any_service(self.deployed, self.place))

    def way(self, asked: Asked) -> Way:
        """To the local AWS, where the service that is asked for can be reached."""
        service = asked.host or ""
        return Way(
            self._verdict(lambda: reach_service(self.deployed, self.place, service).allowed), self.port
        )

    def _verdict(self, reached: Callable[[], bool]) -> Verdict:
        try:
            return Verdict.PASSES if reached() else Verdict.DROPPED
        except (TwinError, OperationError, ClientError) as error:
            self.trouble(f"{self.place.name} is let through to no service of AWS: {error}")
            return Verdict.DROPPED


class Services:
    """The ways to the local AWS from all places; a context manager.

    Args:
        deployed: What is deployed.
        endpoint: Tells where the local AWS answers, such as `http://127.0.0.1:4566`.
    """

    def __init__(self, deployed: Deployed, endpoint: Callable[[], str]) -> None:
        self._deployed, self._endpoint = deployed, endpoint
        self._relaying = Relaying(Caller)
        self._doors: dict[Place, Door] = {}
        self._troubles: dict[str, None] = {}
        self._opening, self._closing = Lock(), Event()
        self._watch = Thread(target=self._look_now_and_then, name="services-watch", daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._relaying.__enter__()
        self._watch.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Cut all connections."""
        self._closing.set()
        self._watch.join()
        self._relaying.__exit__(*error)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What could not be decided, a sentence each."""
        return tuple(self._troubles)

    def endpoint(self, place: Place) -> str:
        """Where somebody at a place finds the services of AWS."""
        endpoint = self._endpoint()
        if place.vpc_id is None:
            return endpoint
        with self._opening:
            if place not in self._doors:
                judge = ServiceJudge(
                    self._deployed, place, int(urlsplit(endpoint).port or 0), self._troubles.setdefault
                )
                self._doors[place] = self._relaying.open(judge, 0)
            door = self._doors[place]
        return f"http://{door.host}:{door.port}"

    def _look_now_and_then(self) -> None:
        reviewed = changes_of(self._deployed.aws.account, "ec2")
        while not self._closing.wait(EVERY):
            changes = changes_of(self._deployed.aws.account, "ec2")
            if changes == reviewed:
                continue
            try:
                self._relaying.review()
            except OSError as error:
                self._troubles.setdefault(f"the ways to AWS's services could not be looked after: {error}")
            else:
                reviewed = changes
