"""Whether a resource's own policy lets a service of AWS do something with it.

An HTTP API may invoke a function only by the function's policy, a service may assume a role only by the
role's trust policy.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.policies.decision import NOT_ALLOWED, Decision
from ops.policies.documents import read
from ops.policies.evaluating import decide
from ops.policies.request import Caller, Request

if TYPE_CHECKING:
    from ops.policies.documents import Document
    from ops.policies.request import Context

_SOURCE_ARN: Final = "aws:SourceArn"
_SOURCE_ACCOUNT: Final = "aws:SourceAccount"
_ACCOUNT: Final = 4
"""Place of the account in an ARN."""


def service_may(
    policy: Document | None, service: str, action: str, resource: str, context: Context | None = None
) -> Decision:
    """Decide by a resource's policy alone: a service has none of its own.

    Args:
        policy: As the resource's service tells it; None if it has none.
        service: Such as `apigateway.amazonaws.com`.
        action: Such as `lambda:InvokeFunction`.
        resource: The ARN of what is acted on: with its qualifier, if it is a function's alias or version.
        context: Such as `aws:SourceArn`, from which `aws:SourceAccount` follows unless it is given.

    Raises PolicyRefused for a policy that is not understood.
    """
    if policy is None:
        return Decision(NOT_ALLOWED, f"{resource} has no policy that could let {service} call {action}")
    given: dict[str, object] = {
        "aws:PrincipalIsAWSService": True,
        "aws:PrincipalServiceName": service,
        "aws:SecureTransport": True,
        **_source_account(context or {}),
        **(context or {}),
    }
    request = Request.of(action, resource, given, Caller.service(service))  # type: ignore[arg-type]  # all are values of a context
    name = f"the policy of {resource}"
    return decide(request, name, resource=read(policy, name))


def _source_account(context: Context) -> dict[str, str]:
    parts = str(context.get(_SOURCE_ARN, "")).split(":")
    return {_SOURCE_ACCOUNT: parts[_ACCOUNT]} if len(parts) > _ACCOUNT and parts[_ACCOUNT] else {}
