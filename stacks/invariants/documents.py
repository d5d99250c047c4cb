"""Policy documents wherever templates keep them, read only if they have the form of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfn import Reference, Unknown
from cfn.iam import policies_of_role, statements
from cfn.values import many
from stacks.invariants.reading import inside, literal, mappings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cfn.iam import Statement
    from stacks.invariants.rule import Subject, System

ROLE = "AWS::IAM::Role"
TRUST = "AssumeRolePolicyDocument"
IDENTITY_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
RESOURCE_POLICIES = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document, where it stands, and its statements: none when it has not the form of one."""

    subject: Subject
    name: str
    body: Any
    elements: tuple[str, ...]
    """What each statement must have beside its Effect, or the opposite of it: Action, Resource, Principal."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Its statements."""
        return read(self.body)

    @property
    def lacking(self) -> list[str]:
        """Elements that one of its statements must have and has not."""
        rows = mappings(self.body.get("Statement")) if isinstance(self.body, dict) else ()
        return [name for row in rows for name in self.elements if not {name, f"Not{name}"} & row.keys()]

    def place(self, found: str) -> tuple[str, str, str]:
        """A finding about it, as a rule about the whole system gives it."""
        resource = self.subject.resource
        return resource.template.name, resource.logical_id, f"{self.name}: {found}"


def identity_documents(system: System) -> Iterator[Document]:
    """Every document that says what a role may do and that a template holds."""
    for role in system.of_type(ROLE):
        for number, policy in enumerate(many(role.get("Policies"))):
            name = inside(policy, "PolicyName")
            body = inside(policy, "PolicyDocument")
            yield Document(role, literal(name) or f"Policies.{number}", body, ("Action", "Resource"))
    for policy in system.of_type(*IDENTITY_POLICIES):
        yield Document(policy, "PolicyDocument", policy.get("PolicyDocument"), ("Action", "Resource"))


def trust_document(role: Subject) -> Document:
    """The document that says who may assume a role."""
    return Document(role, TRUST, role.get(TRUST), ("Action", "Principal"))


def all_documents(system: System) -> Iterator[Document]:
    """Every policy document of every template."""
    yield from map(trust_document, system.of_type(ROLE))
    yield from identity_documents(system)
    for policy in system.of_type(*RESOURCE_POLICIES):
        path = RESOURCE_POLICIES[policy.resource.type]
        yield Document(policy, path, policy.get(path), ("Action", "Principal", "Resource"))


def rights_of(role: Subject) -> tuple[Statement, ...]:
    """Statements of all policies of a role, AWS's own included."""
    policies = policies_of_role(role.deployment, role.resource)
    return tuple(statement for policy in policies for statement in read(policy.document))


def own_rights_of(role: Subject) -> tuple[Statement, ...]:
    """Statements of those policies of a role that templates hold."""
    policies = policies_of_role(role.deployment, role.resource)
    ours = (policy for policy in policies if not policy.name.startswith("arn:"))
    return tuple(statement for policy in ours for statement in read(policy.document))


def read(document: Any) -> tuple[Statement, ...]:
    """Statements of a document that has the form of one, else none."""
    return statements(document) if is_document(document) else ()


def is_document(document: Any) -> bool:
    """Whether every statement of a document says in the right form what it allows or denies, and to whom."""
    found = many(document.get("Statement")) if isinstance(document, dict) else ()
    return bool(found) and all(map(_is_statement, found))


def _is_statement(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and body.get("Effect") in ("Allow", "Deny")
        and all(isinstance(action, str) for action in _either(body, "Action"))
        and all(map(_is_part, _either(body, "Resource")))
        and all(map(_are_principals, _either(body, "Principal")))
        and all(isinstance(row, dict) for row in _comparisons(body.get("Condition", {})))
    )


def _either(body: dict[str, Any], key: str) -> Iterable[Any]:
    """What stands under a key or under its opposite, such as Action and NotAction."""
    return (*many(body.get(key)), *many(body.get(f"Not{key}")))


def _is_part(value: Any) -> bool:
    return isinstance(value, str | Reference | Unknown)


def _are_principals(named: Any) -> bool:
    by_kind = named if isinstance(named, dict) else {"AWS": named}
    return all(_is_part(name) for names in by_kind.values() for name in many(names))


def _comparisons(conditions: Any) -> Iterable[Any]:
    """The mappings by operator; something else where the conditions are none."""
    return conditions.values() if isinstance(conditions, dict) else [conditions]
