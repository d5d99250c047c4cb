"""The twin of one account: a local AWS, and all that runs in it.

    with Twin("123456789012", "us-east-1", native=native) as twin:
        twin.aws.client("cloudformation").create_stack(...)
        print(twin.local_address("https://abc.execute-api.us-east-1.amazonaws.com"))

Whatever is deployed to it runs: a function when it is invoked, a database when its instance is there, an HTTP
API and a distribution at addresses of their own on this machine.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from ops.deploying.smoke import HEALTH, Health, ask_once
from ops.network.place import Place
from twin.aws.invoking import run_functions
from twin.aws.local import LocalAws
from twin.databases import Databases
from twin.deployed import Deployed
from twin.edge import Edge
from twin.errors import TwinError
from twin.functions import Functions
from twin.http_api import HttpApis
from twin.recording import Recorder
from twin.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from twin.aws.clients import Aws
    from twin.aws.serving import Served
    from twin.functions import Native


class AddressUnknown(TwinError):
    """Nothing that is deployed to the twin answers at an address."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"nothing in the twin answers at {address}; name the address of an API or of a distribution "
            "that is deployed to it"
        )


class Twin:
    """One account's AWS on this machine, with all that runs in it, while the context lasts.

    Args:
        account: Twelve digits.
        region: Such as `us-east-1`.
        native: Our package for this machine, which takes the place of one that can't run here.
        port: Where the local AWS listens; 0 is any free port.
        state: As of `LocalAws`.
        on_served: Told of each request to the local AWS.

    Raises:
        TwinError: There is no PostgreSQL here, or the port is taken.
    """

    def __init__(
        self,
        account: str,
        region: str,
        *,
        native: Native | None = None,
        port: int = 0,
        state: Path | None = None,
        on_served: Callable[[Served], None] = lambda _: None,
    ) -> None:
        self.local = LocalAws(account, region, port=port, state=state, on_served=on_served)
        self.aws: Aws = self.local.aws
        self.deployed = Deployed(self.aws)
        self.recorder = Recorder(self.aws)
        self.databases = Databases(self.deployed, self.recorder)
        self.services = Services(self.deployed, lambda: self.local.endpoint)
        self.functions = Functions(self.deployed, self.recorder, native=native, variables=self._variables)
        self.apis = HttpApis(self.deployed, self.recorder, self.functions)
        self.edge = Edge(self.deployed, self.recorder, self.apis)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Begin to answer."""
        with ExitStack() as opened:
            opened.enter_context(self.local)
            for part in (
                self.recorder,
                self.databases,
                self.services,
                self.functions,
                self.apis,
                self.edge,
            ):
                opened.enter_context(part)
            run_functions(self.aws.account, self.functions)
            opened.callback(run_functions, self.aws.account, None)
            self._open = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        """End what runs, the last first, and forget the account."""
        self._open.close()

    @property
    def substitutions(self) -> tuple[str, ...]:
        """What here stands in for something else, a sentence each."""
        return (*self.functions.substitutions, *self.databases.substitutions)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What is deployed and has no effect here, a sentence each."""
        parts = (self.functions, self.databases, self.services, self.apis, self.edge)
        return tuple(sentence for part in parts for sentence in part.unchecked)

    def local_address(self, address: str) -> str:
        """Where on this machine the API or distribution answers that has an address at AWS.

        Raises:
            AddressUnknown: There is none.
        """
        host = urlsplit(address).hostname or ""
        if (api_id := self.apis.find(host)) is not None:
            return self.apis.address(api_id) + _stage_path(address)
        listed = self.deployed.call("cloudfront", "list_distributions")["DistributionList"].get("Items", [])
        for one in listed:
            if host in (one["DomainName"], *one["Aliases"].get("Items", ())):
                return self.edge.address(one["Id"])
        raise AddressUnknown(address)

    def ask(self, address: str) -> Health:
        """Ask an address of AWS for health, on this machine; the answer names the address of AWS."""
        try:
            health = ask_once(self.local_address(address))
        except AddressUnknown as unknown:
            return Health(address.rstrip("/") + HEALTH, None, str(unknown))
        return replace(health, address=address.rstrip("/") + HEALTH)

    def _variables(
        self, configuration: Mapping[str, Any], variables: Mapping[str, str], package: Path
    ) -> Mapping[str, str]:
        """What a function's process gets: its own, the way to its database, and the local AWS for AWS's."""
        place = Place.of_function(configuration)
        return {
            **self.databases.variables(place, variables, package),
            **self.local.variables,
            "AWS_ENDPOINT_URL": self.services.endpoint(place),
        }


def _stage_path(address: str) -> str:
    """The path of an address, which names a stage that is not `$default`."""
    return urlsplit(address).path.rstrip("/")
