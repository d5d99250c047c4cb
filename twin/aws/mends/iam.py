"""Identity and Access Management, where moto knows AWS's own policies only if told to load them all.

Mended: each is there from the first time that somebody names it, so accounts that name none lose no time.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

if TYPE_CHECKING:
    from collections.abc import Callable

_TAKING_A_POLICY = ("attach_role_policy", "attach_group_policy", "attach_user_policy", "get_policy")
"""Operations of moto's class whose first argument is the ARN of a policy."""


def _knowing(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The operation, before which a policy of AWS's own is put among those that the account can use."""

    def known(self: Any, policy_arn: str, *rest: Any, **named: Any) -> Any:
        if policy_arn.startswith(f"arn:{self.partition}:iam::aws:policy/"):
            _add(self, policy_arn)
        return operation(self, policy_arn, *rest, **named)

    return known


def _add(backend: Any, policy_arn: str) -> None:
    name = policy_arn.rpartition("/")[2]
    if policy_arn in backend.managed_policies or name not in _policies():
        return
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, _policies()[name])
    if policy.arn == policy_arn:
        backend.managed_policies[policy_arn] = policy
        backend.aws_managed_policies.append(policy)


@cache
def _policies() -> dict[str, Any]:
    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies


_MENDED = {name: _knowing(getattr(IAMBackend, name)) for name in _TAKING_A_POLICY}


def mend() -> None:
    """Put the operations onto moto's class."""
    for name, operation in _MENDED.items():
        setattr(IAMBackend, name, operation)
