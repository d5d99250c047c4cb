"""The verdict of several policies together: a denial wins, then something must allow, within the boundary.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Within one account, that is: the policies of organisations and of sessions are not known here.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ops.policies.decision import ALLOWED, DENIED, NOT_ALLOWED, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ops.policies.conditions import Condition
    from ops.policies.documents import Policy, Statement
    from ops.policies.request import Request

    Found = tuple[Policy, Statement]


def decide(
    request: Request,
    who: str,
    identity: Sequence[Policy] = (),
    boundary: Policy | None = None,
    resource: Policy | None = None,
) -> Decision:
    """Whether a request may be made.

    Args:
        request: What is asked.
        who: What sentences call the one whose policies these are, such as `role miyabi-api`.
        identity: Policies that are attached to whoever asks.
        boundary: The permissions boundary of whoever asks; it allows nothing, and limits everything else.
        resource: The resource's own policy. It alone can allow, unless it names no more than the account.
    """
    sought = [*identity, *([resource] if resource else [])]
    speaking = tuple(_applying(sought, request))
    limiting = tuple(_applying([boundary] if boundary else [], request))
    denying = tuple(found for found in (*speaking, *limiting) if not found[1].allows)
    if denying:
        return Decision(DENIED, f"{_named(denying[0])} denies {_asked(request)}", denying)
    granting = tuple(found for found in speaking if _grants(found[1], request))
    if not granting:
        return Decision(NOT_ALLOWED, _nothing_allows(request, who, sought))
    if boundary and not limiting:
        why = f"{boundary.name} does not allow {_asked(request)}{_near_miss(request, [boundary])}"
        return Decision(NOT_ALLOWED, why, granting)
    return Decision(ALLOWED, f"{_named(granting[0])} allows {_asked(request)}", granting)


def _applying(policies: Iterable[Policy], request: Request) -> Iterator[Found]:
    for policy in policies:
        for statement in policy.statements:
            if statement.applies(request):
                yield policy, statement


def _grants(statement: Statement, request: Request) -> bool:
    """Whether a statement that applies is enough by itself: not if it names the caller's account alone."""
    if statement.principals is None or request.caller is None:
        return True
    return not statement.principals.only_by_account(request.caller)


def _named(found: Found) -> str:
    policy, statement = found
    return f"statement {statement.name} of {policy.name}"


def _asked(request: Request) -> str:
    to = f" to {request.caller.title}" if request.caller and request.caller.title else ""
    return f"{request.action} on {request.resource}{to}"


def _nothing_allows(request: Request, who: str, policies: Sequence[Policy]) -> str:
    if not any(policy.statements for policy in policies):
        return f"{who} has no policy that could allow {_asked(request)}"
    return f"no statement of {who} allows {_asked(request)}{_near_miss(request, policies)}"


def _near_miss(request: Request, policies: Iterable[Policy]) -> str:
    """Of the first statement that a condition alone keeps from allowing: what it asks for, what was there."""
    for policy, statement in chain.from_iterable(_pairs(policy) for policy in policies):
        if statement.allows and statement.speaks_of(request):
            condition = statement.failing(request)
            if condition:
                return f"; {_named((policy, statement))} would if {_wanted(condition, request)}"
    return ""


def _pairs(policy: Policy) -> Iterator[Found]:
    return ((policy, statement) for statement in policy.statements)


def _wanted(condition: Condition, request: Request) -> str:
    found = request.context.get(condition.key.lower())
    told = f"is {', '.join(found)}" if found else "is absent"
    return f"{condition.key}, which {told}, passed {condition.operator} {', '.join(condition.values)}"
