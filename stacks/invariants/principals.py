"""Whom a resource's policy lets in: this account and AWS's own services, or somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn import Text, Unknown
from stacks.invariants.documents import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.iam import Statement
    from stacks.invariants.rule import Subject

SERVICES = ".amazonaws.com"


def policy(subject: Subject, path: str) -> tuple[Statement, ...]:
    """Statements of a policy document; none when it is left out, malformed or not known."""
    return read(subject.get(path))


def foreigners(subject: Subject, path: str) -> Iterator[str]:
    """Whom a policy allows something who is neither of this account nor a service of AWS."""
    for statement in policy(subject, path):
        if statement.effect == "Deny":
            continue
        if statement.not_principals:
            yield "whoever NotPrincipal leaves"
        for kind, name in statement.principals:
            if not (_is_service(kind, name) or _is_ours(subject, name)):
                yield str(name)


def is_for_this_account(subject: Subject, statement: Statement) -> bool:
    """Whether a statement asks that whoever comes does so on behalf of this account."""
    account = own_account(subject)
    return any(
        condition.values
        and condition.operator == "StringEquals"
        and condition.key.lower() == "aws:sourceaccount"
        and all(value == account for value in condition.values)
        for condition in statement.conditions
    )


def own_account(subject: Subject) -> Any:
    """The account, as far as it is known before deployment."""
    return subject.deployment.resolver(subject.resource.template.name).resolve({"Ref": "AWS::AccountId"})


def _is_service(kind: str, name: object) -> bool:
    return kind == "Service" and isinstance(name, str) and name.endswith(SERVICES)


def _is_ours(subject: Subject, name: object) -> bool:
    """A role of the templates, or whatever is spelt with this very account."""
    if subject.deployment.resource(name) is not None or name == own_account(subject):
        return True
    spelt = f"arn:aws:iam::{own_account(subject)}:"
    is_known = isinstance(name, Text) or not isinstance(own_account(subject), Unknown)
    return is_known and isinstance(name, str) and name.startswith(spelt)
