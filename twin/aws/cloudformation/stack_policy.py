"""Stack policies: which updates of which resources a stack lets happen.

"Prevent updates to stack resources", CloudFormation User Guide: once a stack has a policy, what no statement
allows is denied, and a Deny goes before any Allow.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfn.values import many
from twin.aws.cloudformation.errors import Failed, InvalidRequest
from twin.aws.cloudformation.fetching import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twin.aws.clients import Aws
    from twin.aws.cloudformation.state import Held

MODIFY, REPLACE, DELETE = "Update:Modify", "Update:Replace", "Update:Delete"
ACTIONS = frozenset({MODIFY, REPLACE, DELETE, "Update:*"})
_OPERATORS = frozenset({"StringEquals", "StringLike"})
_ELEMENTS = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Principal", "Resource", "NotResource", "Condition"}
)


def read_policy(body: str) -> dict[str, Any]:
    """The policy that a text holds, an empty one to have none; raises InvalidRequest."""
    try:
        policy = json.loads(body)
    except ValueError:
        policy = None
    if not isinstance(policy, dict) or (policy and not _is_valid(policy)):
        raise InvalidRequest("Error validating stack policy: Invalid stack policy")
    return policy


def asked_policy(aws: Aws, call: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The policy that a call gives under a name, such as StackPolicy, as body or address in S3.

    None when it gives none; raises InvalidRequest.
    """
    body, url = call.get(f"{name}Body"), call.get(f"{name}URL")
    if body is not None and url is not None:
        raise InvalidRequest(f"You cannot specify both {name}URL and {name}Body")
    if url is not None:
        body = text_at(aws, url)
    return None if body is None else read_policy(body)


@dataclass(frozen=True, slots=True)
class Guard:
    """Holds what an update is about to do against a policy; without one everything may happen."""

    policy: Mapping[str, Any] | None = None

    def refuse(self, action: str, held: Held) -> None:
        """Raise Failed for what the policy does not let happen to a resource."""
        reason = denial(self.policy, action, held.logical_id, held.type) if self.policy else None
        if reason:
            raise Failed(held.logical_id, reason)


def denial(policy: Mapping[str, Any], action: str, logical_id: str, resource_type: str) -> str | None:
    """Why a policy does not let an action happen, in AWS's words; None where it does."""
    resource = f"LogicalResourceId/{logical_id}"
    matching = [
        (position, statement)
        for position, statement in enumerate(many(policy["Statement"]))
        if _matches(statement, action, resource, resource_type)
    ]
    denying = [_told(position, one) for position, one in matching if one["Effect"] == "Deny"]
    if denying:
        return f"Action denied by stack policy: {' '.join(denying)}"
    return None if matching else "Action not allowed by stack policy"


def _told(position: int, statement: Mapping[str, Any]) -> str:
    actions = ", ".join(many(statement.get("Action", statement.get("NotAction"))))
    resources = ", ".join(many(statement.get("Resource", statement.get("NotResource"))))
    return f"Statement [#{position}] does not allow [{actions}] for resource [{resources}];"


def _matches(statement: Mapping[str, Any], action: str, resource: str, resource_type: str) -> bool:
    conditions = statement.get("Condition", {})
    return (
        _named(statement, "Action", action)
        and _named(statement, "Resource", resource)
        and all(
            any(_fits(operator, value, resource_type) for value in many(keys["ResourceType"]))
            for operator, keys in conditions.items()
        )
    )


def _named(statement: Mapping[str, Any], element: str, name: str) -> bool:
    if element in statement:
        return any(_like(pattern, name) for pattern in many(statement[element]))
    return not any(_like(pattern, name) for pattern in many(statement[f"Not{element}"]))


def _fits(operator: str, value: str, found: str) -> bool:
    return value == found if operator == "StringEquals" else _like(value, found)


def _like(pattern: str, text: str) -> bool:
    """Whether a text is of a pattern's form, in which `*` stands for any characters and `?` for one."""
    form = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(form, text) is not None


def _is_valid(policy: Mapping[str, Any]) -> bool:
    statements = many(policy.get("Statement"))
    return bool(statements) and all(
        isinstance(statement, dict) and not any(_faults(statement)) for statement in statements
    )


def _faults(statement: Mapping[str, Any]) -> Iterator[bool]:
    """One answer for each rule that a statement may break."""
    yield not statement.keys() <= _ELEMENTS
    yield statement.get("Effect") not in ("Allow", "Deny")
    yield statement.get("Principal") != "*"
    yield ("Action" in statement) == ("NotAction" in statement)
    yield ("Resource" in statement) == ("NotResource" in statement)
    for action in many(statement.get("Action", statement.get("NotAction"))):
        yield action not in ACTIONS
    for resource in many(statement.get("Resource", statement.get("NotResource"))):
        yield not isinstance(resource, str) or not (
            resource == "*" or resource.startswith("LogicalResourceId/")
        )
    yield not _is_condition(statement.get("Condition", {}))


def _is_condition(condition: Any) -> bool:
    return isinstance(condition, dict) and all(
        operator in _OPERATORS and isinstance(keys, dict) and keys.keys() == {"ResourceType"}
        for operator, keys in condition.items()
    )
