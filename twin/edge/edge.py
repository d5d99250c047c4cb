"""Serves every CloudFront distribution that is deployed to a local AWS, each on a port of its own.

    with Edge(deployed, recorder, apis) as edge:
        urlopen(edge.address(distribution_id))

A distribution is found when it is asked for, and served as it is deployed at the moment of each request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from twin.addresses import Addresses
from twin.edge import firewall, response_headers
from twin.edge.errors import DistributionUnknown, NotServed
from twin.edge.functions import read_function
from twin.edge.pages import error_page
from twin.edge.viewing import Viewing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.answer import Answer
    from twin.deployed import Deployed
    from twin.edge.configuration import Distribution
    from twin.edge.viewing import Apis
    from twin.event import Request
    from twin.recording import Recorder

MOST_BODY: Final = 64 << 20
"""Bytes of a request's body. CloudFront takes 50 GB; here it is held in memory."""
_TOO_LARGE: Final = error_page(413, "The twin takes no longer body.", "-")


class Edge:
    """The distributions of an account, while the context lasts.

    Args:
        deployed: The local AWS, which tells what is deployed.
        recorder: Takes metrics.
        apis: The HTTP APIs that are origins.
    """

    def __init__(self, deployed: Deployed, recorder: Recorder, apis: Apis) -> None:
        self._deployed = deployed
        self._viewing = Viewing(deployed, recorder, apis)
        self._addresses = Addresses(self.handle, self._require, MOST_BODY, _TOO_LARGE)

    @property
    def unchecked(self) -> list[str]:
        """What is deployed, or was asked for, and has no effect here, a sentence each."""
        listed = self._deployed.call("cloudfront", "list_distributions")["DistributionList"]
        found = [
            sentence
            for each in listed.get("Items", ())
            if (distribution := self._viewing.distribution(each["Id"]))
            for sentence in self._unchecked_of(distribution)
        ]
        return list(dict.fromkeys([*found, *self._viewing.not_served]))

    def address(self, distribution_id: str) -> str:
        """Where a distribution answers on this machine, such as `http://127.0.0.1:41231`.

        Raises:
            DistributionUnknown: There is no such distribution.
        """
        return self._addresses.find(distribution_id)

    def _require(self, distribution_id: str) -> None:
        if self._viewing.distribution(distribution_id) is None:
            raise DistributionUnknown(distribution_id)

    def handle(self, distribution_id: str, request: Request) -> Answer:
        """Answer a viewer, as the distribution's address does."""
        return self._viewing.handle(distribution_id, request)

    def _unchecked_of(self, distribution: Distribution) -> Iterator[str]:
        yield from distribution.unchecked
        if distribution.web_acl:
            yield from firewall.unchecked(self._deployed, distribution.web_acl)
        for behaviour in distribution.behaviours:
            if behaviour.headers_policy:
                yield from response_headers.unchecked(self._deployed, behaviour.headers_policy)
            if behaviour.viewer_request:
                try:
                    read_function(self._deployed, behaviour.viewer_request)
                except NotServed as error:
                    yield f"distribution {distribution.distribution_id}: {error}"

    def __enter__(self) -> Self:
        """Each begins to listen when its address is asked for."""
        return self

    def __exit__(self, *error: object) -> None:
        """Answer what is under way, and end."""
        self._addresses.__exit__()
