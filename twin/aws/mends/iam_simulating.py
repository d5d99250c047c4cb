"""Identity and Access Management: what its simulation answers, decided by the twin's own evaluator.

Seen in moto 5.2.5: it lacks SimulatePrincipalPolicy and SimulateCustomPolicy. There is one result for each
action on each resource, all on one page; where in its policy a statement begins and ends is left out.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult
from moto.iam.exceptions import InvalidInput, NotFoundException
from moto.iam.responses import IamResponse

from ops.policies.documents import read
from ops.policies.errors import PolicyRefused
from ops.policies.evaluating import decide
from ops.policies.request import Caller, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.policies.documents import Policy

_NOT_SIMULATED: Final = (
    "OrderedOrganizationPolicyInputList",
    "PolicyExclusionList",
    "ResourceHandlingOption",
)
_USER: Final = ":user/"
_AWS: Final = ":iam::aws:policy/"


def simulate_principal_policy(self: Any) -> ActionResult:
    """Simulate the policies of a role, a user with its groups, or a group, and those given besides."""
    arn = self._get_param("PolicySourceArn")
    entity, groups = _entity(self.backend, arn)
    identity = [
        policy
        for one, kind in ((entity, _kind(arn)), *((group, "group") for group in groups))
        for policy in _policies(one, kind)
    ]
    boundary = getattr(entity, "permissions_boundary_arn", None)
    attached = _document(self.backend.get_policy(boundary)) if boundary else None
    given = self._get_param("CallerArn") or (arn if _USER in arn else None)
    return _simulated(self, arn, [*identity, *_given(self)], given, attached)


def simulate_custom_policy(self: Any) -> ActionResult:
    """Simulate policies that are given."""
    return _simulated(self, "the policies given", list(_given(self)), self._get_param("CallerArn"), None)


def _kind(arn: str) -> str:
    return arn.rpartition(":")[2].partition("/")[0]


def _entity(backend: Any, arn: str) -> tuple[Any, list[Any]]:
    """A role, a user or a group, and the groups of a user."""
    kind, name = _kind(arn), arn.rpartition("/")[2]
    if ":iam::" not in arn or kind not in ("role", "user", "group"):
        raise InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    entity = getattr(backend, f"get_{kind}")(name)
    if entity.arn != arn:
        raise NotFoundException(f"The {kind} with name {name} cannot be found.")
    return entity, backend.get_groups_for_user(name) if kind == "user" else []


def _policies(entity: Any, kind: str) -> Iterator[Policy]:
    """Inline and attached policies, with the kind that a result names as their source."""
    for name, document in entity.policies.items():
        yield _read(document, name, kind)
    for arn, policy in entity.managed_policies.items():
        yield _read(_document(policy), policy.name, "aws-managed" if _AWS in arn else "user-managed")


def _document(policy: Any) -> str:
    """That of the version that counts."""
    [document] = [version.document for version in policy.versions if version.is_default]
    return str(document)


def _given(self: Any) -> Iterator[Policy]:
    for number, document in enumerate(self._get_param("PolicyInputList", []), 1):
        yield _read(document, f"PolicyInputList.{number}", "none")


def _read(document: Any, name: str, source: str) -> Policy:
    try:
        return read(document, name, source)
    except PolicyRefused as error:
        raise InvalidInput(str(error)) from None


def _simulated(
    self: Any, who: str, identity: list[Policy], caller: str | None, boundary: str | None
) -> ActionResult:
    for name in _NOT_SIMULATED:
        if self._get_param(name):
            raise InvalidInput(f"the local AWS simulates nothing with {name}; leave it out")
    given = self._get_param("PermissionsBoundaryPolicyInputList", [])
    limit = _read(given[0] if given else boundary, "boundary", "none") if given or boundary else None
    document = self._get_param("ResourcePolicy")
    resource_policy = _read(document, "ResourcePolicy", "resource") if document else None
    if resource_policy and not caller:
        raise InvalidInput("You must specify a CallerArn if you include a ResourcePolicy.")
    context = {
        entry["ContextKeyName"]: entry.get("ContextKeyValues", [])
        for entry in self._get_param("ContextEntries", [])
    }
    results = []
    for action in self._get_param("ActionNames", []):
        for resource in self._get_param("ResourceArns", None) or ["*"]:
            asked = Request.of(action, resource, context, Caller.principal(caller) if caller else None)
            results.append(_result(asked, who, identity, limit, resource_policy))
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _result(
    request: Request, who: str, identity: list[Policy], limit: Policy | None, resource: Policy | None
) -> dict[str, Any]:
    decision = decide(request, who, identity, limit, resource)
    everything = [*identity, *([limit] if limit else []), *([resource] if resource else [])]
    about = [one for policy in everything for one in policy.statements if one.speaks_of(request)]
    missing = {key for one in about for key in one.keys if key.lower() not in request.context}
    result: dict[str, Any] = {
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": decision.verdict.value,
        "MatchedStatements": [
            {"SourcePolicyId": policy.name, "SourcePolicyType": policy.source}
            for policy, _ in decision.matched
        ],
        "MissingContextValues": sorted(missing),
    }
    if limit:
        within = decide(request, who, [limit]).allowed
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    return result


_MENDED = (simulate_principal_policy, simulate_custom_policy)


def mend() -> None:
    """Put the operations onto moto's class."""
    for operation in _MENDED:
        setattr(IamResponse, operation.__name__, operation)
