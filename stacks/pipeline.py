"""The pipeline's template: who may deploy an environment from GitHub Actions, and what they may do then.

It is no stack of the environment: an administrator deploys it once, and nothing that a pipeline deploys can
change it. A workflow gets short-lived credentials by OpenID Connect; no key is kept anywhere. Its role may
ask CloudFormation for changes of the environment's stacks, and hands a second role over to it for them. So
the first may do little by itself, and a change goes on when the credentials of its workflow have expired.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import awacs.iam
import awacs.sts
from awacs.aws import (
    Action,
    Allow,
    Condition,
    Principal,
    Statement,
    StringEquals,
    StringEqualsIfExists,
)
from troposphere import Equals, If, Sub, iam

from stacks.naming import secret_name, stack_name
from stacks.pipeline_foundation import DATA, FOUNDATION
from stacks.pipeline_rights import OWN, Right, everywhere
from stacks.pipeline_serving import SERVING, WATCHING
from stacks.policies import document, inline, trust
from stacks.secrets import ENTERED
from stacks.stack import Stack, given
from stacks.values import SERVICE_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacks.settings import Environment

    Templates = Mapping[str, Mapping[str, Any]]

ISSUER: Final = "token.actions.githubusercontent.com"
"""Who signs the tokens of workflows; "OpenID Connect reference", GitHub Docs."""
AUDIENCE: Final = "sts.amazonaws.com"
PATH: Final = "/miyabi/pipeline/"
"""Path of the pipeline's roles: the roles that it may change lie elsewhere, so it can't change its own."""
HOUR: Final = 3600
MADE_UP: Final = 24
"""Characters of a stack's name that are certainly in the names that CloudFormation makes up from it."""
NAMES: Final = {
    "AWS::Backup::BackupVault": "BackupVaultName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::WAFv2::WebACL": "Name",
}
"""Properties by which templates give names that rights speak of."""


POLICIES: Final = {"Foundation": FOUNDATION, "Data": DATA, "Serving": SERVING, "Watching": WATCHING}
"""Four, since a role's own policies may have 10,240 characters, and a managed one 6,144 ("IAM quotas")."""


def build_pipeline(environment: Environment, templates: Templates) -> Stack:
    """Provider, deploy role and CloudFormation's role for the templates of an environment."""
    stack = Stack("pipeline", environment, "who may deploy it from GitHub Actions")
    provider = _provider(stack)
    rights = _Rights(environment, templates)
    service = stack.add(
        iam.Role(
            "ServiceRole",
            Description=f"CloudFormation changes the stacks of {environment.name} with it",
            Path=PATH,
            AssumeRolePolicyDocument=trust("cloudformation.amazonaws.com"),
            ManagedPolicyArns=[policy.ref() for policy in _change_policies(stack, rights)],
            Policies=[inline("HandOn", rights.hand_on())],
        )
    )
    deploy = stack.add(
        iam.Role(
            "DeployRole",
            Description=f"GitHub Actions deploys {environment.name} with it",
            Path=PATH,
            MaxSessionDuration=HOUR,
            AssumeRolePolicyDocument=document(_workflow(stack, provider)),
            Policies=[inline("Deploy", *rights.statements(OWN), _hand_over(service))],
        )
    )
    stack.publish(SERVICE_ROLE, service.get_att("Arn"))
    stack.output("DeployRoleArn", deploy.get_att("Arn"), "Variable DEPLOY_ROLE_ARN of the GitHub environment")
    return stack


def _provider(stack: Stack) -> Any:
    """ARN of the account's provider of GitHub's identities; an account can have but one of them.

    The stack keeps it when it goes, since other roles may trust it by then. Thumbprints are left out: IAM
    trusts the certificate of this issuer by its own list of authorities.
    """
    exists = stack.parameter(
        "ProviderExists",
        "String",
        "Whether the account has the OIDC provider of GitHub Actions already",
        AllowedValues=["yes", "no"],
        Default="no",
    )
    stack.template.add_condition("MakeProvider", Equals(exists, "no"))
    made = stack.add(
        iam.OIDCProvider(
            "Provider",
            Url=f"https://{ISSUER}",
            ClientIdList=[AUDIENCE],
            Condition="MakeProvider",
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
        )
    )
    return If("MakeProvider", made.get_att("Arn"), Sub(everywhere("iam", f"oidc-provider/{ISSUER}")))


def _workflow(stack: Stack, provider: Any) -> Statement:
    """Trust jobs of one repository that run in the GitHub environment of this name, and no others."""
    repository = stack.parameter(
        "Repository",
        "String",
        "OWNER/REPO, or OWNER@ID/REPO@ID where GitHub's tokens carry ids",
        AllowedPattern=r"[A-Za-z0-9_.-]+(@[0-9]+)?/[A-Za-z0-9_.-]+(@[0-9]+)?",
        ConstraintDescription="write it as OWNER/REPO, or as OWNER@ID/REPO@ID",
    )
    subject = Sub(f"repo:${{{repository.data['Ref']}}}:environment:{stack.environment.name}")
    return Statement(
        Sid="AssumedByWorkflow",
        Effect=Allow,
        Principal=Principal("Federated", provider),
        Action=[awacs.sts.AssumeRoleWithWebIdentity],
        Condition=Condition(StringEquals({f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject})),
    )


def _change_policies(stack: Stack, rights: _Rights) -> Iterator[iam.ManagedPolicy]:
    """What CloudFormation may do, as far as something in the templates needs it."""
    for name, table in POLICIES.items():
        if statements := list(rights.statements(table)):
            yield stack.add(
                iam.ManagedPolicy(
                    f"{name}Policy",
                    Description=f"CloudFormation's rights on {stack.environment.name}: {name.lower()}",
                    Path=PATH,
                    PolicyDocument=document(*statements),
                )
            )


def _hand_over(role: iam.Role) -> Statement:
    return Statement(
        Sid="HandOverServiceRole",
        Effect=Allow,
        Action=[awacs.iam.PassRole],
        Resource=[role.get_att("Arn")],
        Condition=Condition(StringEquals({"iam:PassedToService": "cloudformation.amazonaws.com"})),
    )


def _through(services: tuple[str, ...]) -> Condition:
    """Only in requests that a service makes to KMS ("kms:ViaService", KMS Developer Guide)."""
    names = [Sub(f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}") for service in services]
    return Condition(StringEquals({"kms:ViaService": names}))


class _Rights:
    """Rows of the tables as statements about the templates of an environment."""

    def __init__(self, environment: Environment, templates: Templates) -> None:
        self._environment, self._templates = environment, templates
        self._resources = [
            (name, resource)
            for body in templates.values()
            for name, resource in sorted(body["Resources"].items())
        ]
        self._types = {resource["Type"] for _, resource in self._resources}
        self._secrets = self._entered_secrets()

    def statements(self, rights: tuple[Right, ...]) -> Iterator[Statement]:
        """A statement for each row that something in the templates needs."""
        for right in rights:
            types = self._types.intersection(right.types)
            resources = [arn for resource in right.resources for arn in self.arns(resource, types)]
            if (types or not right.types) and resources:
                yield Statement(
                    Sid=right.sid,
                    Effect=Allow,
                    Action=[Action(*action.split(":")) for action in right.actions],
                    Resource=resources,
                    **given(right.via, Condition=_through(right.via)),
                )

    def hand_on(self) -> Statement:
        """Hand the roles of the stacks to the services that they are for; not each says who it is."""
        documents = [
            resource["Properties"]["AssumeRolePolicyDocument"]
            for _, resource in self._resources
            if resource["Type"] == "AWS::IAM::Role"
        ]
        services = {one["Principal"]["Service"] for body in documents for one in body["Statement"]}
        return Statement(
            Sid="HandOnRoles",
            Effect=Allow,
            Action=[awacs.iam.PassRole],
            Resource=self.arns(everywhere("iam", "role/<name>"), {"AWS::IAM::Role"}),
            Condition=Condition(StringEqualsIfExists({"iam:PassedToService": sorted(services)})),
        )

    def arns(self, pattern: str, types: set[str] | frozenset[str] = frozenset()) -> list[Any]:
        """What a resource of the tables stands for, each as a reference to the account that it is in."""
        pattern = pattern.replace("<system>", self._environment.system)
        for word, values in (
            ("<stack>", list(self._templates)),
            ("<secret>", self._secrets),
            ("<generated>", self._ids("AWS::SecretsManager::Secret")),
            ("<name>", self._names(types)),
        ):
            if word in pattern:
                found = [pattern.replace(word, value) for value in values]
                return [Sub(arn.replace("**", "*")) for arn in found]
        return [Sub(pattern)] if "$" in pattern else [pattern]

    def _names(self, types: set[str] | frozenset[str]) -> list[str]:
        """What made-up names begin with, and those that templates give to resources of the types."""
        prefix = stack_name(self._environment.system, "")[:MADE_UP]
        own = {
            resource["Properties"].get(NAMES[resource["Type"]])
            for _, resource in self._resources
            if resource["Type"] in types & NAMES.keys()
        }
        apart = sorted(name for name in own if isinstance(name, str) and not name.startswith(prefix))
        return [f"{prefix}*", *apart]

    def _entered_secrets(self) -> list[str]:
        """Secrets that a person enters and a template refers to."""
        text = json.dumps(self._templates)
        names = [secret_name(self._environment.system, name) for name in ENTERED]
        return [name for name in names if f"{{{{resolve:secretsmanager:{name}:" in text]

    def _ids(self, kind: str) -> list[str]:
        return [name for name, resource in self._resources if resource["Type"] == kind]
