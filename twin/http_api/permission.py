"""Whether an HTTP API may invoke the function that a route leads to.

By the policy of exactly what it invokes, function, version or alias, or, where the integration names
credentials, by that role.
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ops.policies.resources import service_may
from twin.aws.changes import changes_of
from twin.http_api.errors import NotServed
from twin.http_api.target import filled
from twin.roles import role_may
from twin.routing import DEFAULT

if TYPE_CHECKING:
    from ops.policies.decision import Decision
    from twin.deployed import Deployed
    from twin.http_api.configuration import Route, Stage
    from twin.http_api.target import Target

GATEWAY: Final = "apigateway.amazonaws.com"
INVOKE: Final = "lambda:InvokeFunction"


class Permissions:
    """Decides, and keeps decisions while nothing in the account changes."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        self._seen = -1
        self._decisions: dict[tuple[str, ...], Decision] = {}

    def decide(self, api_id: str, stage: Stage, route: Route, method: str, target: Target) -> Decision:
        """Decide for one route of a stage.

        Raises:
            NotServed: The caller's own credentials would be needed.
        """
        changes = changes_of(self._deployed.aws.account)
        if changes != self._seen:
            self._decisions = {}
            self._seen = changes
        key = api_id, stage.name, route.key, method, target.qualified_arn
        decided = self._decisions
        if key not in decided:
            decided[key] = self._decide(self.source_arn(api_id, stage, route, method), stage, route, target)
        return decided[key]

    def source_arn(self, api_id: str, stage: Stage, route: Route, method: str) -> str:
        """How the route is named to the function's policy: by its path, not by the request's."""
        resource = DEFAULT if route.key == DEFAULT else f"{method}{route.resource}"
        return self._deployed.aws.arn("execute-api", f"{api_id}/{stage.name}/{resource}")

    def _decide(self, source_arn: str, stage: Stage, route: Route, target: Target) -> Decision:
        assert route.integration is not None  # noqa: S101  (the target came from it)
        context = {"aws:SourceArn": source_arn, "aws:SourceAccount": self._deployed.aws.account}
        credentials = route.integration.credentials
        if credentials:
            return self._by_role(filled(credentials, stage.variables), target, context)
        policy = self._policy(target)
        return service_may(policy, GATEWAY, INVOKE, target.qualified_arn, context)

    def _by_role(self, role_arn: str, target: Target, context: dict[str, Any]) -> Decision:
        from botocore.exceptions import ClientError

        if "*" in role_arn:
            raise NotServed("integrations with the caller's own credentials")
        try:
            role = self._deployed.call("iam", "get_role", RoleName=role_arn.rpartition("/")[2])["Role"]
        except ClientError:
            trusted = None
        else:
            trusted = role["AssumeRolePolicyDocument"]
        assumed = service_may(trusted, GATEWAY, "sts:AssumeRole", role_arn, context)
        if not assumed.allowed:
            return assumed
        return role_may(self._deployed, role_arn, INVOKE, target.qualified_arn)

    def _policy(self, target: Target) -> Any:
        """The policy of a function, version or alias; None if it has none, or is not there."""
        from botocore.exceptions import ClientError

        try:
            return json.loads(self._deployed.call("lambda", "get_policy", **target.named)["Policy"])
        except ClientError:
            return None
