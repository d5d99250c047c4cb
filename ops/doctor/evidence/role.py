"""The function's role: what its policies allow, by IAM's own simulation of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.reading import Reading

ALLOWED: Final = "allowed"


class Denied(StrEnum):
    """Why a role may not do something."""

    NOTHING = "no policy allows it"
    STATEMENT = "a statement with Deny forbids it"
    BOUNDARY = "its permissions boundary does not allow it"
    ORGANIZATION = "the organization's policies do not allow it"


class Role:
    """A role; `may` raises `AccessError`."""

    def __init__(self, reading: Reading, arn: str) -> None:
        self._reading, self.arn = reading, arn

    @property
    def name(self) -> str:
        """The last part of its ARN."""
        return self.arn.rpartition("/")[2]

    def may(self, action: str, resource: str = "*") -> bool:
        """Whether the role's policies allow an action, such as `logs:PutLogEvents`, on a resource.

        A resource's own policy is not part of it.
        https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
        """
        return bool(self._simulated(action, resource)["EvalDecision"] == ALLOWED)

    def denied_by(self, action: str, resource: str = "*") -> Denied:
        """What keeps an action from the role that it may not do."""
        found = self._simulated(action, resource)
        if (found.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations") is False:
            return Denied.ORGANIZATION
        if found["EvalDecision"] == "explicitDeny":
            return Denied.STATEMENT
        boundary = found.get("PermissionsBoundaryDecisionDetail") or {}
        return Denied.BOUNDARY if boundary.get("AllowedByPermissionsBoundary") is False else Denied.NOTHING

    def _simulated(self, action: str, resource: str) -> Mapping[str, Any]:
        found = self._reading.call(
            "iam:SimulatePrincipalPolicy",
            f"role {self.name}",
            PolicySourceArn=self.arn,
            ActionNames=[action],
            ResourceArns=[resource],
        )
        decision: Mapping[str, Any] = found["EvaluationResults"][0]
        return decision
