"""Rules for roles: each is one service's, may do what its work needs, and nothing beside it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cfn import Arn, ArnInvalid, Unknown
from cfn.values import many
from stacks.invariants.documents import (
    ROLE,
    all_documents,
    identity_documents,
    is_document,
    trust_document,
)
from stacks.invariants.principals import is_for_this_account
from stacks.invariants.reading import literal, said
from stacks.invariants.rights import MANAGE_INTERFACES, SEND_TRACES, service_policies
from stacks.invariants.rule import rule, system_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.iam import Statement
    from stacks.invariants.documents import Document
    from stacks.invariants.rule import Subject, System

    Found = Iterator[tuple[str, str, str]]

PEOPLE = ("AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::UserToGroupAddition", "AWS::IAM::AccessKey")
WITHOUT_NARROWER_RESOURCE = frozenset({*SEND_TRACES, *MANAGE_INTERFACES})
"""X-Ray's two take no resource ("Actions, resources, and condition keys for AWS X-Ray"). Lambda checks
EC2's when a function is created, before any of its interfaces has an ARN (see `stacks.invariants.rights`)."""
DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
SENDS_SOURCE_ACCOUNT = frozenset(
    {"backup.amazonaws.com", "monitoring.rds.amazonaws.com", "vpc-flow-logs.amazonaws.com"}
)
"""Services that say on whose behalf they assume a role ("Cross-service confused deputy prevention")."""


@system_rule(
    "MIYABI.IAM.1",
    also=("E3510", "E3512", "E3513", "W2511"),
    remedy='write Version "2012-10-17" and statements with Effect, Action and Resource or Principal',
)
def documents_can_be_read(system: System) -> Found:
    """Every policy document is of the current version and has the form of one, else no rule can judge it."""
    for document in all_documents(system):
        if not is_document(document.body):
            yield document.place("it is no policy document")
        elif document.body.get("Version") != "2012-10-17":
            yield document.place(said("Version", document.body.get("Version")))
        for element in document.lacking:
            yield document.place(f"a statement has no {element}")


@system_rule(
    "MIYABI.IAM.2", remedy="give each statement a Sid of letters and digits that says what it is for"
)
def statements_are_named(system: System) -> Found:
    """Every statement has a Sid, one of its own, by which a denial can be traced."""
    for document in all_documents(system):
        names = Counter(literal(statement.sid) for statement in document.statements)
        for name, times in names.items():
            if name is None or not name.isalnum() or times > 1:
                yield document.place(f"{said('Sid', name)}, {times} times")


@system_rule("IAM.1", also=("CKV_AWS_62", "CKV_AWS_63"), remedy="name the actions and the resources")
def nobody_may_do_everything(system: System) -> Found:
    """No policy allows every action on every resource."""
    for document, statement in _allowed(system):
        if "*" in statement.actions and "*" in map(str, statement.resources):
            yield document.place("every action on every resource is allowed")


@system_rule(
    "IAM.21",
    also=("AwsSolutions-IAM5", "StarPermissions", "WS1003"),
    remedy="name each action; what is not named must not be allowed",
)
def actions_are_named(system: System) -> Found:
    """No policy allows actions by a wildcard, or all but some."""
    for document, statement in _allowed(system):
        for action in statement.actions:
            if "*" in action or "?" in action:
                yield document.place(f"Action is {action}")
        if statement.not_actions or statement.not_resources:
            yield document.place("it allows all but what it names")


@system_rule(
    "MIYABI.IAM.3",
    also=("AwsSolutions-IAM5", "CKV_AWS_111"),
    remedy="name the resource; actions that take none stand in WITHOUT_NARROWER_RESOURCE, with the source",
)
def resources_are_named(system: System) -> Found:
    """Every action is allowed on named resources, unless it takes none that is narrower than all."""
    for document, statement in _allowed(system):
        wide = [str(resource) for resource in statement.resources if _is_wide(resource)]
        for action in statement.actions:
            if (wide or not statement.resources) and action not in WITHOUT_NARROWER_RESOURCE:
                yield document.place(
                    f"{action} is allowed on {' and '.join(wide) or 'what no Resource names'}"
                )


@system_rule("MIYABI.IAM.4", remedy="name the roles that may be handed on")
def roles_are_not_handed_on(system: System) -> Found:
    """No policy allows iam:PassRole on roles that it does not name."""
    for document, statement in _allowed(system):
        if _names(statement, "iam:PassRole") and not all(map(_is_exact, statement.resources)):
            yield document.place("iam:PassRole is allowed on more than named roles")


@system_rule("KMS.2", also=("KMS.1",), remedy="name the key")
def keys_are_named(system: System) -> Found:
    """No policy allows to decrypt with keys that it does not name."""
    for document, statement in _allowed(system):
        if _names(statement, *DECRYPT) and not all(map(_is_exact, statement.resources)):
            yield document.place("decryption is allowed with more than named keys")


def _allowed(system: System) -> Iterator[tuple[Document, Statement]]:
    for document in identity_documents(system):
        for statement in document.statements:
            if statement.effect == "Allow":
                yield document, statement


def _is_wide(resource: object) -> bool:
    """Whether a resource is not known, or is all that a service or an account has of a kind."""
    try:
        arn = Arn.parse(str(resource))
    except ArnInvalid:
        return isinstance(resource, Unknown) or str(resource).startswith("*")
    kind, _, name = arn.resource.replace("/", ":").partition(":")
    return "*" in arn.service + arn.account + kind or set(name or "*") <= {"*", ":"}


def _is_exact(resource: object) -> bool:
    return not isinstance(resource, Unknown) and not set("*?").intersection(str(resource))


def _names(statement: Statement, *actions: str) -> bool:
    """Whether a statement spells one of these actions out; IAM does not look at the case."""
    wanted = {action.lower() for action in actions}
    return any(action.lower() in wanted for action in statement.actions)


@rule(
    "MIYABI.IAM.5",
    ROLE,
    also=("CKV_AWS_60", "CKV_AWS_61"),
    remedy="allow sts:AssumeRole to one service, by its exact name, in one statement",
)
def one_service_assumes_the_role(role: Subject) -> Iterator[str]:
    """A role is trusted to exactly one AWS service, and to nobody else."""
    trusting = trust_document(role).statements
    if len(trusting) != 1:
        yield f"its trust policy has {len(trusting)} statements"
    for statement in trusting:
        named = [(who.kind, literal(who.name) or "*") for who in statement.principals]
        if len(named) != 1 or named[0][0] != "Service" or "*" in named[0][1]:
            yield f"it trusts {' and '.join(name for _, name in named) or 'whoever is not named'}"
        if statement.effect != "Allow" or statement.actions != ("sts:AssumeRole",):
            yield f"its trust policy says {statement.effect} {', '.join(statement.actions)}"


@rule(
    "MIYABI.IAM.6",
    ROLE,
    remedy='add Condition {StringEquals: {"aws:SourceAccount": this account}} to the trust policy',
)
def service_comes_for_this_account(role: Subject) -> Iterator[str]:
    """A service that says on whose behalf it assumes a role may do so for this account alone."""
    for statement in trust_document(role).statements:
        named = {str(who.name) for who in statement.principals}
        if named & SENDS_SOURCE_ACCOUNT and not is_for_this_account(role, statement):
            yield f"{', '.join(sorted(named))} may assume it on behalf of any account"


@rule(
    "IAM.2",
    *PEOPLE,
    also=("CKV_AWS_40",),
    remedy="let people sign in through IAM Identity Center and assume roles",
)
def templates_make_no_people(subject: Subject) -> Iterator[str]:
    """No template makes users, groups or access keys."""
    yield f"it is an {subject.resource.type}"


@rule(
    "MIYABI.IAM.7",
    ROLE,
    also=("AwsSolutions-IAM4",),
    remedy="write out in Policies what the role may do",
)
def managed_policies_are_few(role: Subject) -> Iterator[str]:
    """A role carries none of AWS's policies but the one by which its service works."""
    allowed = service_policies(role)
    for policy in many(role.get("ManagedPolicyArns")):
        if not (isinstance(policy, str) and policy in allowed) and not _is_ours(role, policy):
            yield f"it carries {policy}"


def _is_ours(role: Subject, policy: Any) -> bool:
    resource = role.deployment.resource(policy)
    return resource is not None and resource.type == "AWS::IAM::ManagedPolicy"


@rule(
    "MIYABI.IAM.8",
    ROLE,
    remedy="leave RoleName out: CloudFormation finds one that lets the role be replaced",
)
def role_has_no_name_of_its_own(role: Subject) -> Iterator[str]:
    """A role has a fixed name only where the environment adopts one."""
    name = role.get("RoleName")
    if name is not None and name != role.environment.api.role_name:
        yield said("RoleName", name)
