"""The way of a request through a distribution: firewall, behaviour, function, cache, origin, headers.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowCloudFrontWorks.html
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from ops.errors import OperationError
from twin.answer import Answer
from twin.aws.changes import changes_of
from twin.edge import metrics, response_headers
from twin.edge.bucket import Buckets
from twin.edge.cache import Cache, seconds_of, seconds_of_error
from twin.edge.configuration import read_distribution
from twin.edge.firewall import Firewall
from twin.edge.forwarding import forwarded
from twin.edge.functions import read_function
from twin.edge.pages import (
    BAD_REQUEST,
    BLOCKED,
    HIT,
    METHOD,
    MISS,
    UNREACHABLE,
    error_page,
    make_request_id,
    signed,
)
from twin.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.deployed import Deployed
    from twin.edge.configuration import Behaviour, Distribution
    from twin.event import Request
    from twin.recording import Recorder

CACHED: Final = frozenset({"GET", "HEAD"})
NOT_SERVED: Final = 501
"""No answer of AWS's here, so that nobody takes it for one."""
HERE: Final = frozenset({"", "127.0.0.1", "localhost"})
"""Hosts by which clients of this machine mean the distribution's own address."""
_LEAST_ERROR: Final = 400


class Apis(Protocol):
    """The HTTP APIs that are origins; `twin.http_api.HttpApis` is one."""

    def find(self, host: str) -> str | None:
        """The id of the API at a host."""

    def handle(self, api_id: str, request: Request) -> Answer:
        """Its answer."""


class Viewing:
    """Answers viewers of all distributions of an account."""

    def __init__(self, deployed: Deployed, recorder: Recorder, apis: Apis) -> None:
        self._deployed, self._recorder, self._apis = deployed, recorder, apis
        self._firewall = Firewall(deployed, recorder)
        self._buckets = Buckets(deployed)
        self._caches: dict[str, Cache] = defaultdict(Cache)
        self._read: dict[str, tuple[int, Distribution | None, dict[str, Callable[[str], str]]]] = {}
        self.not_served: dict[str, None] = {}
        """Sentences of what was asked for in vain, in order."""

    def distribution(self, distribution_id: str) -> Distribution | None:
        """A distribution as it is deployed now; what was invalidated is forgotten."""
        changes = changes_of(self._deployed.aws.account)
        seen, distribution, _ = self._read.get(distribution_id, (-1, None, {}))
        if seen != changes:
            distribution = read_distribution(self._deployed, distribution_id)
            if distribution:
                self._invalidate(distribution_id)
            self._read[distribution_id] = changes, distribution, {}
        return distribution

    def handle(self, distribution_id: str, request: Request) -> Answer:
        """Answer a viewer."""
        cf_id = make_request_id()
        distribution = self.distribution(distribution_id)
        if distribution is None or not distribution.enabled or not _is_own(distribution, request):
            page = error_page(403, BAD_REQUEST, cf_id)
            return signed(page, cf_id, MISS, f"{distribution_id.lower()}.cloudfront.net")
        answer, result = self._answer(distribution, request, cf_id)
        answer = signed(answer, cf_id, result, distribution.domain_name)
        metrics.put(self._recorder, distribution_id, request, answer)
        return answer

    def _answer(self, distribution: Distribution, request: Request, cf_id: str) -> tuple[Answer, str]:
        if distribution.web_acl and not self._firewall.lets_pass(distribution.web_acl, request):
            return error_page(403, BLOCKED, cf_id), MISS
        path = request.target.partition("?")[0]
        behaviour = distribution.behaviour(path)
        if request.method not in behaviour.methods:
            return error_page(403, METHOD, cf_id), MISS
        if request.method in CACHED and request.body:
            return error_page(403, BAD_REQUEST, cf_id), MISS
        try:
            answer, result = self._served(distribution, behaviour, request, path, cf_id)
        except (TwinError, OperationError) as error:
            self.not_served[f"distribution {distribution.distribution_id}: {error}"] = None
            return error_page(NOT_SERVED, str(error), cf_id), MISS
        if behaviour.headers_policy:
            answer = response_headers.amend(self._deployed, behaviour.headers_policy, answer)
        return answer, result

    def _served(
        self, distribution: Distribution, behaviour: Behaviour, request: Request, path: str, cf_id: str
    ) -> tuple[Answer, str]:
        if behaviour.viewer_request:
            path = self._function(distribution, behaviour.viewer_request)(path)
        if path == "/" and distribution.root_object:
            path = f"/{distribution.root_object}"
        answer, result = self._fetched(distribution, behaviour, request, path, cf_id)
        return self._in_place_of_error(distribution, request, answer, cf_id), result

    def _fetched(
        self, distribution: Distribution, behaviour: Behaviour, request: Request, path: str, cf_id: str
    ) -> tuple[Answer, str]:
        """From the cache, or from the origin."""
        cache = self._caches[distribution.distribution_id]
        if request.method in CACHED and (kept := cache.find(path)):
            return kept, HIT
        asked = cache.moment
        answer = self._from_origin(distribution, behaviour, request, path, cf_id)
        if request.method == "GET":
            cache.keep(path, answer, _seconds(distribution, behaviour, answer), asked)
        return answer, MISS

    def _from_origin(
        self, distribution: Distribution, behaviour: Behaviour, request: Request, path: str, cf_id: str
    ) -> Answer:
        origin = distribution.origins[behaviour.origin]
        sent = forwarded(request, path, distribution, behaviour, origin, cf_id)
        if origin.bucket:
            return self._buckets.answer(distribution, origin, sent)
        api_id = self._apis.find(origin.domain)
        if api_id is None:
            return error_page(502, UNREACHABLE, cf_id)
        return self._apis.handle(api_id, sent)

    def _in_place_of_error(
        self, distribution: Distribution, request: Request, answer: Answer, cf_id: str
    ) -> Answer:
        """The page that is configured for an error; the error of its own origin, if it can't be had.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
        """
        configured = distribution.errors.get(answer.status)
        if configured is None or configured.page is None:
            return answer
        behaviour = distribution.behaviour(configured.page)
        asked = replace(request, method="GET", body=b"") if request.method not in CACHED else request
        page, _ = self._fetched(distribution, behaviour, asked, configured.page, cf_id)
        if page.status >= _LEAST_ERROR:
            return page
        return Answer(configured.status or answer.status, page.headers, page.body)

    def _function(self, distribution: Distribution, arn: str) -> Callable[[str], str]:
        """What a viewer-request function does; read again once anything has changed."""
        *_, functions = self._read[distribution.distribution_id]
        if arn not in functions:
            functions[arn] = read_function(self._deployed, arn)
        return functions[arn]

    def _invalidate(self, distribution_id: str) -> None:
        listed = self._call("list_invalidations", DistributionId=distribution_id)["InvalidationList"]
        for each in listed.get("Items", ()):
            named = self._call("get_invalidation", DistributionId=distribution_id, Id=each["Id"])
            paths = named["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
            self._caches[distribution_id].invalidate(each["Id"], paths)

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self._deployed.call("cloudfront", operation, **parameters)


def _is_own(distribution: Distribution, request: Request) -> bool:
    """Whether the viewer asked a name that the distribution has."""
    host = (request.header("host") or "").partition(":")[0].lower()
    return host in HERE or host == distribution.domain_name or host in distribution.aliases


def _seconds(distribution: Distribution, behaviour: Behaviour, answer: Answer) -> float:
    """How long an answer is kept."""
    if answer.status < _LEAST_ERROR:
        return seconds_of(answer, behaviour.cache)
    configured = distribution.errors.get(answer.status)
    return seconds_of_error(answer, configured.seconds if configured else None)
