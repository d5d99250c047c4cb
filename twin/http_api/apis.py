"""Serves every HTTP API that is deployed to a local AWS, each on a port of its own.

    with HttpApis(deployed, recorder, functions) as apis:
        urlopen(apis.address(api_id))

An API is found when it is asked for, and served as it is deployed at the moment of each request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from twin.addresses import Addresses
from twin.answer import TOO_LARGE
from twin.front import MAX_PAYLOAD
from twin.http_api.errors import ApiUnknown
from twin.http_api.gateway import Gateway

if TYPE_CHECKING:
    from twin.answer import Answer
    from twin.deployed import Deployed
    from twin.event import Request
    from twin.http_api.calling import Functions
    from twin.recording import Recorder


class HttpApis:
    """The HTTP APIs of an account, while the context lasts.

    Args:
        deployed: The local AWS, which tells what is deployed.
        recorder: Takes access logs and metrics.
        functions: Runs what routes lead to.
    """

    def __init__(self, deployed: Deployed, recorder: Recorder, functions: Functions) -> None:
        self._deployed = deployed
        self._gateway = Gateway(deployed, recorder, functions)
        self._addresses = Addresses(self.handle, self._require, MAX_PAYLOAD, TOO_LARGE)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What requests needed and the twin has not, a sentence each."""
        return self._gateway.unchecked

    def address(self, api_id: str) -> str:
        """Where an API answers on this machine, such as `http://127.0.0.1:41231`.

        Raises:
            ApiUnknown: There is no such API.
        """
        return self._addresses.find(api_id)

    def _require(self, api_id: str) -> None:
        if self._gateway.api(api_id) is None:
            raise ApiUnknown(api_id)

    def find(self, host: str) -> str | None:
        """The id of the API that answers at a host name of AWS, or at a domain of its own."""
        for listed in self._deployed.call("apigatewayv2", "get_apis")["Items"]:
            api = self._gateway.api(listed["ApiId"])
            if api and (host == api.domain_name or host in api.mappings):
                return api.api_id
        return None

    def handle(self, api_id: str, request: Request) -> Answer:
        """Answer a request, as the API's address does."""
        return self._gateway.handle(api_id, request)

    def __enter__(self) -> Self:
        """Each begins to listen when its address is asked for."""
        return self

    def __exit__(self, *error: object) -> None:
        """Answer what is under way, and end."""
        self._addresses.__exit__()
        self._gateway.close()
