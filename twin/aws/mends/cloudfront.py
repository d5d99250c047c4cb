"""CloudFront: what moto forgets of a distribution, and the operations that it lacks.

Seen in moto 5.2.5: origins lose their access control and the type of their addresses, behaviours lose their
functions, and the default certificate stands beside one of one's own; what is enabled can be deleted, tags
come back with a function's name, and there is neither a stage LIVE of functions, nor an update of them, nor
any policy of response headers.
"""

from __future__ import annotations

from copy import copy, deepcopy
from typing import Any
from uuid import uuid4

from botocore import xform_name
from moto.cloudfront import models, responses, urls
from moto.cloudfront.exceptions import CloudFrontException, NoSuchFunctionExists
from moto.core.common_models import BaseModel
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

_delete_distribution = models.CloudFrontBackend.delete_distribution
_delete_function = models.CloudFrontBackend.delete_function


class DistributionNotDisabled(CloudFrontException):
    """A distribution that serves can't be deleted."""

    code = "DistributionNotDisabled"
    message = "The distribution you are trying to delete has not been disabled."


class NoSuchResponseHeadersPolicy(CloudFrontException):
    """There is no policy with this id."""

    code = "NoSuchResponseHeadersPolicy"
    message = "The specified response headers policy does not exist."


class PreconditionFailed(CloudFrontException):
    """Someone else changed the resource after it was read."""

    code = "PreconditionFailed"
    message = "The precondition in one or more of the request fields evaluated to false."


class ResponseHeadersPolicyAlreadyExists(CloudFrontException):
    """Names of policies are unique in an account."""

    code = "ResponseHeadersPolicyAlreadyExists"
    message = "A response headers policy with this name already exists."


class _Keeping:
    """Part of a distribution that keeps all it was given; moto's defaults stay for the rest."""

    def __init__(self, config: dict[str, Any]) -> None:
        given = deepcopy(config)
        super().__init__(config)  # type: ignore[call-arg]  # the class of moto that stands after this one
        for name, value in given.items():
            if not hasattr(getattr(self, xform_name(name), None), "__dict__"):
                setattr(self, name, value)


class Origin(_Keeping, models.Origin):
    """With its access control."""


class CustomOriginConfig(_Keeping, models.CustomOriginConfig):
    """With the type of its addresses."""


class DefaultCacheBehaviour(_Keeping, models.DefaultCacheBehaviour):
    """With the functions that run for it."""


class CacheBehaviour(_Keeping, models.CacheBehaviour):
    """With the functions that run for it."""


class ViewerCertificate(_Keeping, models.ViewerCertificate):
    """With no default certificate beside one of one's own."""

    def __init__(self, config: dict[str, Any]) -> None:
        own = {"ACMCertificateArn", "IAMCertificateId"} & config.keys()
        super().__init__({"CloudFrontDefaultCertificate": not own, **config})


class ResponseHeadersPolicy(BaseModel):
    """Headers that are put on or taken off what viewers get."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.id = str(uuid4())
        self.update(config)

    def update(self, config: dict[str, Any]) -> None:
        """Become another configuration, as a new version."""
        self.response_headers_policy_config = config
        self.last_modified_time = utcnow()
        self.etag = models.random_id()


def delete_distribution(backend: Any, distribution_id: str, if_match: Any) -> None:
    """A distribution that is enabled stays."""
    distribution = backend.distributions.get(distribution_id)
    if distribution is not None and distribution.distribution_config.Enabled:
        raise DistributionNotDisabled
    _delete_distribution(backend, distribution_id, if_match)
    backend.tagger.delete_all_tags_for_resource(distribution.arn)


def update_function(backend: Any, name: str, if_match: str, config: dict[str, Any], code: bytes) -> Any:
    """Changes the stage DEVELOPMENT."""
    function = _version(backend.describe_function(name), if_match)
    function.config, function.code, function.status = config, code, "UNPUBLISHED"
    function.last_modified_time, function.etag = utcnow(), models.random_id()
    return function


def publish_function(backend: Any, name: str, if_match: str) -> Any:
    """Copies the stage DEVELOPMENT to LIVE."""
    function = _version(backend.describe_function(name), if_match)
    function.status, function.live = "UNASSOCIATED", None
    live = copy(function)
    live.stage, live.etag = "LIVE", models.random_id()
    function.live = live
    return live


def delete_function(backend: Any, name: str, if_match: Any) -> None:
    """The tags go as well, for the next function of the name would inherit them."""
    arn = backend.describe_function(name).arn
    _delete_function(backend, name, if_match)
    backend.tagger.delete_all_tags_for_resource(arn)


def create_response_headers_policy(backend: Any, config: dict[str, Any]) -> ResponseHeadersPolicy:
    """Makes a policy; its name must be a new one."""
    policies = _policies(backend)
    if any(held.response_headers_policy_config["Name"] == config["Name"] for held in policies.values()):
        raise ResponseHeadersPolicyAlreadyExists
    policy = ResponseHeadersPolicy(config)
    policies[policy.id] = policy
    return policy


def get_response_headers_policy(backend: Any, policy_id: str) -> ResponseHeadersPolicy:
    """The policy with an id."""
    policies = _policies(backend)
    if policy_id not in policies:
        raise NoSuchResponseHeadersPolicy
    return policies[policy_id]


def update_response_headers_policy(
    backend: Any, policy_id: str, if_match: str, config: dict[str, Any]
) -> ResponseHeadersPolicy:
    """Replaces all that the policy has."""
    policy: ResponseHeadersPolicy = _version(get_response_headers_policy(backend, policy_id), if_match)
    policy.update(config)
    return policy


def delete_response_headers_policy(backend: Any, policy_id: str, if_match: str) -> None:
    """Takes the policy away."""
    _version(get_response_headers_policy(backend, policy_id), if_match)
    del _policies(backend)[policy_id]


def _policies(backend: Any) -> dict[str, ResponseHeadersPolicy]:
    policies: dict[str, ResponseHeadersPolicy] = vars(backend).setdefault("response_headers_policies", {})
    return policies


def _version(held: Any, if_match: str | None) -> Any:
    """What is held, if it is the version that was asked for."""
    if held.etag != if_match:
        raise PreconditionFailed
    return held


class _Answers:
    """Operations as moto's response class has them."""

    _get_param: Any
    backend: Any

    def describe_function(self) -> ActionResult:
        function = self._function()
        return ActionResult({"FunctionSummary": function.function_summary, "ETag": function.etag})

    def get_function(self) -> ActionResult:
        function = self._function()
        content = {"FunctionCode": function.code, "ContentType": "application/octet-stream"}
        return ActionResult({**content, "ETag": function.etag})

    def update_function(self) -> ActionResult:
        config, code = self._get_param("FunctionConfig"), self._get_param("FunctionCode")
        function = self.backend.update_function(
            self._get_param("Name"), self._get_param("IfMatch"), config, code
        )
        return ActionResult({"FunctionSummary": function.function_summary, "ETag": function.etag})

    def publish_function(self) -> ActionResult:
        function = self.backend.publish_function(self._get_param("Name"), self._get_param("IfMatch"))
        return ActionResult({"FunctionSummary": function.function_summary})

    def create_response_headers_policy(self) -> ActionResult:
        policy = self.backend.create_response_headers_policy(self._get_param("ResponseHeadersPolicyConfig"))
        return ActionResult({"ResponseHeadersPolicy": policy, "ETag": policy.etag})

    def get_response_headers_policy(self) -> ActionResult:
        policy = self.backend.get_response_headers_policy(self._get_param("Id"))
        return ActionResult({"ResponseHeadersPolicy": policy, "ETag": policy.etag})

    def update_response_headers_policy(self) -> ActionResult:
        config = self._get_param("ResponseHeadersPolicyConfig")
        policy = self.backend.update_response_headers_policy(
            self._get_param("Id"), self._get_param("IfMatch"), config
        )
        return ActionResult({"ResponseHeadersPolicy": policy, "ETag": policy.etag})

    def delete_response_headers_policy(self) -> ActionResult:
        self.backend.delete_response_headers_policy(self._get_param("Id"), self._get_param("IfMatch"))
        return EmptyResult()

    def _function(self) -> Any:
        """The function at the stage that is asked for, DEVELOPMENT if none is."""
        name = self._get_param("Name")
        function = self.backend.describe_function(name=name)
        if self._get_param("Stage") != "LIVE":
            return function
        live = vars(function).get("live")
        if live is None:
            raise NoSuchFunctionExists(name)
        return live


_MODELS = (Origin, CustomOriginConfig, DefaultCacheBehaviour, CacheBehaviour, ViewerCertificate)
_OPERATIONS = (
    delete_distribution,
    update_function,
    publish_function,
    delete_function,
    create_response_headers_policy,
    get_response_headers_policy,
    update_response_headers_policy,
    delete_response_headers_policy,
)
_PATHS = (
    "{0}/2020-05-31/function/(?P<function_name>[^/]+)/publish$",
    "{0}/2020-05-31/response-headers-policy$",
    "{0}/2020-05-31/response-headers-policy/(?P<policy_id>[^/]+)$",
)


def mend() -> None:
    """Put all of it onto moto's classes."""
    for model in _MODELS:
        setattr(models, model.__name__, model)
    for operation in _OPERATIONS:
        setattr(models.CloudFrontBackend, operation.__name__, operation)
    for name, answer in vars(_Answers).items():
        if callable(answer):
            setattr(responses.CloudFrontResponse, name, answer)
    urls.url_paths.update(dict.fromkeys(_PATHS, responses.CloudFrontResponse.dispatch))
