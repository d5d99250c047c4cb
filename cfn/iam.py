"""What policies say: statements of one shape, the policies of a role, and whether they grant an action."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cfn.arn import arn_like, arn_parts, matches
from cfn.errors import ValueUnknown
from cfn.managed_policies import MANAGED_POLICIES
from cfn.values import Part, Reference, Unknown, many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cfn.deployment import Deployment
    from cfn.template import Resource


class Principal(NamedTuple):
    """Somebody a statement speaks of: kind AWS, Service, Federated or CanonicalUser; anybody is AWS `*`."""

    kind: str
    name: Part


class Condition(NamedTuple):
    """One comparison that a statement asks for, such as ArnLike, aws:SourceArn, (pattern,)."""

    operator: str
    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; what may be single or a list in the document is a tuple here."""

    effect: str
    sid: str | None = None
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[Part, ...] = ()
    not_resources: tuple[Part, ...] = ()
    principals: tuple[Principal, ...] = ()
    not_principals: tuple[Principal, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def speaks_of(self, action: str, resource: str | Reference) -> bool:
        """Whether the statement is about this action on this resource, be it to allow or to deny."""
        return self._names_action(action.lower()) and self._names_resource(str(resource))

    def _names_action(self, action: str) -> bool:
        if self.not_actions:
            return not any(matches(pattern.lower(), action) for pattern in self.not_actions)
        return any(matches(pattern.lower(), action) for pattern in self.actions)

    def _names_resource(self, resource: str) -> bool:
        """A policy that is attached to a resource may leave Resource out: it speaks of that one."""
        if self.not_resources:
            return not any(_resource_matches(pattern, resource) for pattern in self.not_resources)
        return not self.resources or any(_resource_matches(pattern, resource) for pattern in self.resources)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that a role carries: inline, attached by a resource of its own, or managed."""

    name: str
    document: Any
    """The document, resolved; None for a managed policy that neither a template nor our table has."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Statements of the document; raises ValueUnknown when it is not known."""
        if self.document is None:
            raise ValueUnknown(self.name, "it is AWS's policy and not in cfn/managed_policies.py")
        return statements(self.document, self.name)


def statements(document: Any, name: str = "a policy document") -> tuple[Statement, ...]:
    """Statements of a resolved policy document, which may be JSON text as well.

    Raises ValueUnknown, with the name in its sentence, where the document hangs on something unknown.
    """
    if isinstance(document, str):
        document = _parsed(document, name)
    found = [document, *many(document.get("Statement"))] if isinstance(document, dict) else [document]
    for value in found:
        if not isinstance(value, dict):
            raise ValueUnknown(name, value.reason if isinstance(value, Unknown) else f"it is {value}")
    return tuple(_statement(body) for body in found[1:])


def _parsed(document: str, name: str) -> Any:
    try:
        return json.loads(document)
    except ValueError as error:
        raise ValueUnknown(name, f"it is text and not JSON: {error}") from None


def grants(given: Iterable[Statement], action: str, resource: str | Reference) -> bool:
    """Whether some statement allows the action on the resource and none denies it outright.

    Conditions are not evaluated: an allowance under a condition counts, a denial under one does not.
    So the answer is the most that can be granted. Placeholders in text are compared as text.
    """
    about = [statement for statement in given if statement.speaks_of(action, resource)]
    denied = any(statement.effect == "Deny" and not statement.conditions for statement in about)
    return not denied and any(statement.effect == "Allow" for statement in about)


def policies_of_role(deployment: Deployment, role: Resource) -> list[Policy]:
    """All policies of a role: inline ones, those that name the role, then its managed ones."""
    return [*_inline(deployment, role), *_attached(deployment, role), *_managed(deployment, role)]


def statements_of_role(deployment: Deployment, role: Resource) -> tuple[Statement, ...]:
    """Statements of all policies of a role; raises ValueUnknown when one of them is not known."""
    return tuple(
        statement for policy in policies_of_role(deployment, role) for statement in policy.statements
    )


def trusted_services(deployment: Deployment, role: Resource) -> tuple[str, ...]:
    """Services that may assume a role, such as `lambda.amazonaws.com`, sorted."""
    trust = statements(deployment.get(role, "AssumeRolePolicyDocument", {}), f"trust policy of {role}")
    trusting = [s for s in trust if s.effect == "Allow" and s.speaks_of("sts:AssumeRole", "")]
    return tuple(sorted({str(who.name) for s in trusting for who in s.principals if who.kind == "Service"}))


def _statement(body: Mapping[str, Any]) -> Statement:
    return Statement(
        effect=body.get("Effect", ""),
        sid=body.get("Sid"),
        actions=many(body.get("Action")),
        not_actions=many(body.get("NotAction")),
        resources=many(body.get("Resource")),
        not_resources=many(body.get("NotResource")),
        principals=tuple(_principals(body.get("Principal"))),
        not_principals=tuple(_principals(body.get("NotPrincipal"))),
        conditions=tuple(_conditions(body.get("Condition", {}))),
    )


def _principals(named: Any) -> Iterator[Principal]:
    """Names of principals; the bare `*` is short for AWS `*`."""
    by_kind = named if isinstance(named, dict) else {"AWS": named}
    for kind, names in sorted(by_kind.items()):
        for name in many(names):
            yield Principal(kind, name)


def _conditions(operators: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
    for operator, comparisons in sorted(operators.items()):
        if not isinstance(comparisons, dict):
            raise ValueUnknown(f"condition {operator}", "it compares nothing")
        for key, values in sorted(comparisons.items()):
            yield Condition(operator, key, many(values))


def _resource_matches(pattern: Part, resource: str) -> bool:
    """IAM fills the missing parts of an incomplete ARN with `*`."""
    text = str(pattern)
    missing = 6 - len(arn_parts(text)) if text.startswith("arn:") else 0
    return arn_like(text + ":*" * missing, resource)


def _inline(deployment: Deployment, role: Resource) -> Iterator[Policy]:
    for policy in many(deployment.get(role, "Policies")):
        if isinstance(policy, dict):
            yield Policy(str(policy.get("PolicyName", role)), policy.get("PolicyDocument", {}))
        else:
            yield Policy(str(policy), policy)


def _attached(deployment: Deployment, role: Resource) -> Iterator[Policy]:
    for resource in deployment.resources(
        "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"
    ):
        named = many(deployment.get(resource, "Roles")) + many(deployment.get(resource, "RoleName"))
        if any(_is_role(deployment, role, name) for name in named):
            yield _policy_of(deployment, resource)


def _managed(deployment: Deployment, role: Resource) -> Iterator[Policy]:
    for arn in many(deployment.get(role, "ManagedPolicyArns")):
        resource = deployment.resource(arn)
        if resource:
            yield _policy_of(deployment, resource)
        else:
            yield Policy(str(arn), arn if isinstance(arn, Unknown) else MANAGED_POLICIES.get(str(arn)))


def _policy_of(deployment: Deployment, resource: Resource) -> Policy:
    return Policy(str(resource), deployment.get(resource, "PolicyDocument"))


def _is_role(deployment: Deployment, role: Resource, name: Any) -> bool:
    """By reference, or by the name that the role was given."""
    return deployment.resource(name) is role or (
        isinstance(name, str) and deployment.get(role, "RoleName") == name
    )
