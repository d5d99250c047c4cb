"""The pipeline's template: who is trusted, and that nobody may do more or less than the work needs."""

from __future__ import annotations

import ast
import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cfn import Deployment, Template, arn_like
from cfn.registry import cfn_lint_data
from ops.artifact_bucket import SETTINGS
from ops.change_sets import execute, propose
from ops.live import Live
from ops.wanted import Wanted
from stacks.build import files
from stacks.invariants.catalogue import check
from stacks.invariants.rule import System
from stacks.lint import lint
from stacks.loading import environment_names
from stacks.naming import stack_name
from stacks.pipeline import ISSUER, POLICIES, build_pipeline
from stacks.pipeline_rights import ANY, OWN
from stacks.synthesis import PLAIN_DEPLOY_BYTES
from stacks.writing import dumps
from tests.stacks.systems import AS_OF, synthesis
from tests.twin.aws.conftest import aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

    Document = dict[str, Any]

__all__ = ["aws"]

ROOT = Path(__file__).parents[2]
ACCOUNT = "211234825975"
SERVED = [right for table in POLICIES.values() for right in table]


@cache
def pipeline(name: str) -> Document:
    """The template of an environment's pipeline; leave it unchanged."""
    found = synthesis(name)
    body: Document = build_pipeline(found.environment, found.templates).template.to_dict()
    return body


def resolved(value: Any) -> Any:
    """A part of a template in an account, without intrinsic functions."""
    text = re.sub(r'\{"Fn::Sub": ("[^"]*")\}', r"\1", json.dumps(value))
    for name, given in (("Partition", "aws"), ("Region", "us-east-1"), ("AccountId", ACCOUNT)):
        text = text.replace(f"${{AWS::{name}}}", given)
    return json.loads(text)


def documents(name: str, role: str) -> Iterator[Document]:
    """What a role of the template may do."""
    for title, resource in pipeline(name)["Resources"].items():
        properties = resolved(resource["Properties"])
        if title == role:
            yield from (policy["PolicyDocument"] for policy in properties["Policies"])
        elif role == "ServiceRole" and resource["Type"] == "AWS::IAM::ManagedPolicy":
            yield properties["PolicyDocument"]


def allowed(name: str, role: str, action: str) -> list[str]:
    """The resources that a role may do something with."""
    found = [
        statement["Resource"]
        for document in documents(name, role)
        for statement in document["Statement"]
        if action in statement["Action"]
    ]
    return [resource for resources in found for resource in resources if isinstance(resource, str)]


def may(name: str, role: str, action: str, resource: str) -> bool:
    """Whether a role may do something with a resource."""
    return any(pattern == "*" or arn_like(pattern, resource) for pattern in allowed(name, role, action))


# Who is trusted.


@pytest.mark.parametrize("name", environment_names())
def test_one_repositorys_jobs_in_one_github_environment_are_trusted(name: str) -> None:
    trust = resolved(pipeline(name)["Resources"]["DeployRole"]["Properties"])["AssumeRolePolicyDocument"]
    [statement] = trust["Statement"]
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"

    assert statement["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:${{Repository}}:environment:{name}",
        }
    }
    assert statement["Principal"] == {
        "Federated": {"Fn::If": ["MakeProvider", {"Fn::GetAtt": ["Provider", "Arn"]}, provider]}
    }
    assert "*" not in json.dumps(trust)


@pytest.mark.parametrize(
    ("repository", "is_one"),
    [
        ("miyabi/backend", True),
        ("miyabi-society/backend.api_2", True),
        ("miyabi@123456/backend@456789", True),
        ("*/*", False),
        ("miyabi/*", False),
        ("miyabi/backend:ref", False),
        ("miyabi/back?nd", False),
        ("miyabi", False),
        ("", False),
    ],
)
def test_a_repository_is_named_exactly(repository: str, *, is_one: bool) -> None:
    pattern = pipeline("staging")["Parameters"]["Repository"]["AllowedPattern"]

    assert is_one == bool(re.fullmatch(pattern, repository))


def test_cloudformation_alone_changes_the_stacks() -> None:
    role = resolved(pipeline("staging")["Resources"]["ServiceRole"]["Properties"])
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole"]


def test_a_session_lasts_an_hour_at_most() -> None:
    assert pipeline("production")["Resources"]["DeployRole"]["Properties"]["MaxSessionDuration"] == 3600


# What nobody may do.


@pytest.mark.parametrize("name", environment_names())
def test_a_pipeline_can_not_change_its_own_rights(name: str) -> None:
    system = synthesis(name).environment.system
    own_stack = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{stack_name(system, 'pipeline')}/1"
    path = pipeline(name)["Resources"]["DeployRole"]["Properties"]["Path"]
    own_role = f"arn:aws:iam::{ACCOUNT}:role{path}{stack_name(system, 'pipeline')}-DeployRole-1"
    parameter = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/miyabi/{system}/pipeline/service-role-arn"

    assert not may(name, "DeployRole", "cloudformation:CreateChangeSet", own_stack)
    for action in ("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PassRole"):
        assert not may(name, "ServiceRole", action, own_role)
    assert not may(name, "ServiceRole", "ssm:PutParameter", parameter)
    assert not may(name, "DeployRole", "ssm:PutParameter", parameter)
    assert allowed(name, "ServiceRole", "iam:CreatePolicyVersion") == []


def test_the_workflow_reads_no_secret_and_changes_nothing_by_itself() -> None:
    actions = {action for right in OWN for action in right.actions}

    assert "secretsmanager:GetSecretValue" not in actions
    assert {
        action.split(":")[0] for action in actions if re.search(r":(Put|Create|Delete|Update)", action)
    } == {
        "cloudformation",
        "lambda",
        "rds",
        "s3",
        "ssm",
    }


def test_the_workflow_hands_one_role_over_to_cloudformation_alone() -> None:
    [document] = documents("production", "DeployRole")
    [statement] = [one for one in document["Statement"] if one["Action"] == ["iam:PassRole"]]

    assert statement["Resource"] == [{"Fn::GetAtt": ["ServiceRole", "Arn"]}]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}


def test_roles_are_handed_to_the_services_that_they_trust() -> None:
    statements = [one for document in documents("staging", "ServiceRole") for one in document["Statement"]]
    [statement] = [one for one in statements if one["Action"] == ["iam:PassRole"]]

    assert statement["Condition"]["StringEqualsIfExists"]["iam:PassedToService"] == [
        "backup.amazonaws.com",
        "lambda.amazonaws.com",
        "monitoring.rds.amazonaws.com",
        "vpc-flow-logs.amazonaws.com",
    ]


def test_keys_are_used_through_the_services_that_need_them_alone() -> None:
    statements = [one for document in documents("staging", "ServiceRole") for one in document["Statement"]]
    using = [one for one in statements if {"kms:Decrypt", "kms:Encrypt"} & set(one["Action"])]

    assert [one["Condition"] for one in using] == [
        {
            "StringEquals": {
                "kms:ViaService": [
                    f"{service}.us-east-1.${{AWS::URLSuffix}}"
                    for service in ("backup", "lambda", "rds", "secretsmanager")
                ]
            }
        }
    ]


def test_another_system_of_the_account_is_out_of_reach() -> None:
    for action, resource in (
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:miyabi-api-production"),
        ("rds:DeleteDBInstance", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:miyabi-postgres-prod"),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/miyabi-lambda-execution-role"),
        ("s3:DeleteBucket", "arn:aws:s3:::miyabi-production-edge-frontendbucket-1"),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:miyabi/production/jwt-1",
        ),
    ):
        assert may("production", "ServiceRole", action, resource)
        assert not may("staging", "ServiceRole", action, resource)


# Nothing less, and nothing more.

NEVER_ASKED_FOR = re.compile(
    r"""
    ^(autoscaling|billing|codedeploy|elasticfilesystem|firehose|payments|s3files|s3tables):  # other services
    | Accelerate|Abac$|Analytics|CORS|Cors|IntelligentTiering|Inventory|Metadata|MetricsConf|Notification
    | ObjectLock|Replicat|Website|ObjectAcl$|s3:REST|s3:(getObject|DeleteObject)$|DeleteBucket(Enc|Life)
    | CapacityProvider|CodeSigningConfig$|(Put|Delete)Provisioned|Put(FunctionRec|FunctionSca|Runtime)
    | AssociateRuntime|GetLayerVersion                                                      # of functions
    | BearerToken|(Put|Delete)(IndexPolicy|DataProtectionPolicy)|DeletionProtection|DeleteResourcePolicy
    | CidrBlock|EncryptionControl|Tenancy                                                   # of networks
    | RestoreDB|ReadReplica|RoleToDB|RoleFromDB|DBCluster                                   # of databases
    | Connection|VpcOrigin|StagingConfig|WithTags$                                          # of CloudFront
    | (Put|Delete)BackupVault|backup-storage:Mount$                                         # of backups
    | PermissionsBoundary|iam:ListRoles$|DescribeOrganization|apigateway:(Unt|T)agResource$
    """,
    re.VERBOSE,
)
"""Actions of handlers for what our templates never ask for, or that IAM does not know."""
BESIDES = {
    "logs:GetLogDelivery": "Configure logging for HTTP APIs in API Gateway",
    "logs:ListLogDeliveries": "the same",
    "logs:UpdateLogDelivery": "the same",
}
"""Actions that no handler names, with the page that does."""


def named_by_handlers(types: set[str]) -> set[str]:
    """Actions that AWS lists for making, reading, changing and deleting resources of some types."""
    folder = cfn_lint_data() / "schemas"
    files = json.loads((folder / "providers/us-east-1.json").read_text(encoding="utf-8"))
    found: set[str] = set()
    for kind in sorted(types, key="AWS::RDS::DBInstance".__ne__):
        schema = json.loads((folder / f"resources/{files[kind]}.json").read_text(encoding="utf-8"))
        for handler in ("create", "read", "update", "delete"):
            found.update(schema["handlers"].get(handler, {}).get("permissions", ()))
        if kind == "AWS::RDS::DBInstance":  # which makes secrets where RDS itself keeps the password
            found = {action for action in found if not action.startswith("secretsmanager:")}
    return found


def types_of(name: str) -> set[str]:
    """Types in the templates of an environment."""
    return {one["Type"] for body in synthesis(name).templates.values() for one in body["Resources"].values()}


@pytest.mark.parametrize("name", environment_names())
def test_cloudformation_may_do_what_the_handlers_of_the_templates_types_need(name: str) -> None:
    may_do = {
        action
        for document in documents(name, "ServiceRole")
        for statement in document["Statement"]
        for action in statement["Action"]
    }
    needed = {action for action in named_by_handlers(types_of(name)) if not NEVER_ASKED_FOR.search(action)}

    assert needed - may_do == set()


def test_every_right_of_cloudformation_is_one_of_a_handler() -> None:
    every_type = set().union(*map(types_of, environment_names()))
    actions = {action for right in SERVED for action in right.actions}

    assert actions - named_by_handlers(every_type) == set(BESIDES)


def test_each_row_is_for_types_that_are_there() -> None:
    every_type = set().union(*map(types_of, environment_names()))

    assert {kind for right in SERVED for kind in right.types} <= every_type
    assert every_type <= {kind for right in SERVED for kind in right.types}


LISTS = re.compile(r"^rds:Describe")
"""Actions that ask for lists, which hold more than one's own."""


def test_what_can_be_named_is_named() -> None:
    """As the service authorization reference has it, which cfn-lint ships."""
    known = json.loads((cfn_lint_data() / "AdditionalSpecs/Policies.json").read_text(encoding="utf-8"))
    wrong = []
    for right in (*OWN, *SERVED):
        for action in right.actions:
            service, _, name = action.partition(":")
            if service == "servicequotas":  # the one service whose actions cfn-lint does not know
                continue
            takes = bool(known[service]["Actions"][name.lower()].get("Resources"))
            if takes == (right.resources == ANY) and not LISTS.search(action):
                wrong.append((right.sid, action))

    assert wrong == []


# What the program itself calls.

ENTRY = "scripts/commands/deploy"
RENAMED = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:BucketEncryption": "s3:EncryptionConfiguration",
    "s3:BucketLifecycleConfiguration": "s3:LifecycleConfiguration",
    "s3:PublicAccessBlock": "s3:BucketPublicAccessBlock",
    "service-quotas:GetServiceQuota": "servicequotas:GetServiceQuota",
}
"""Operations, and what the right to them is called where that is another name."""
ONLY_JUDGES = ROOT / "ops/secrets.py"
"""Imported for what it says of values; it is other commands that enter secrets by it."""
NOT_GIVEN = {
    "secretsmanager:GetSecretValue": "preflight says that it could look at the presence of secrets only",
    "sts:GetCallerIdentity": "takes no right",
    **dict.fromkeys(
        (
            "lambda:ListVersionsByFunction",
            "secretsmanager:GetRandomPassword",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ),
        "of `rotate` alone, in modules that deploy looks at half-done renewals by",
    ),
}


def modules() -> Iterator[Path]:
    """The modules of ops that `miyabi deploy` imports, directly or not."""
    waiting, seen = list((ROOT / ENTRY).glob("*.py")), set[Path]()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        if path.is_relative_to(ROOT / "ops"):
            yield path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ops":
                base = ROOT.joinpath(*node.module.split("."))
                waiting += [base.with_suffix(".py"), base / "__init__.py"]
                waiting += [base / f"{alias.name}.py" for alias in node.names]


@cache
def called() -> set[str]:
    """Rights to the operations that those modules call."""
    found = {f"s3:{verb}{setting.name}" for setting in SETTINGS for verb in ("Get", "Put")}
    for path in set(modules()) - {ONLY_JUDGES}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Attribute(attr="call" | "pages"), [ast.Constant(str(action)), *_]):
                    found.add(action)
    return {renamed(action) for action in found}


def renamed(action: str) -> str:
    """The right to an operation."""
    for name, right in RENAMED.items():
        service, _, operation = name.partition(":")
        if action == name:
            return right
        for verb in ("Get", "Put"):
            if action == f"{service}:{verb}{operation}":
                return f"{service}:{verb}{right.partition(':')[2]}"
    return action


def test_the_workflow_may_call_what_deploy_calls() -> None:
    assert called() - {action for right in OWN for action in right.actions} == set(NOT_GIVEN)


BY_THE_WAY = {
    "lambda:InvokeFunction": "by the client itself, in ops/migrating.py",
    "rds:AddTagsToResource": "the snapshot's tags",
}


def test_the_workflow_may_call_nothing_else() -> None:
    assert {action for right in OWN for action in right.actions} - called() == set(BY_THE_WAY)


# Fit to be deployed.


@pytest.mark.parametrize("name", environment_names())
def test_the_template_and_its_policies_are_small_enough(name: str) -> None:
    """`aws cloudformation deploy` without a bucket, and IAM's quotas, which count no white space."""
    assert len(dumps(pipeline(name)).encode()) < PLAIN_DEPLOY_BYTES
    for resource in pipeline(name)["Resources"].values():
        properties = resolved(resource["Properties"])
        policies = [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
        size = sum(len(json.dumps(body, separators=(",", ":"))) for body in policies)
        assert size < 10_240
        assert len(json.dumps(properties.get("PolicyDocument"), separators=(",", ":"))) < 6_144


def test_the_template_passes_cfn_lint() -> None:
    """Kept by the template's hash, as `make synth` keeps what cfn-lint found in the others."""
    text, folder = dumps(pipeline("production")), ROOT / ".cache/cfn-lint"
    found = lint("production", "pipeline", text, "us-east-1", cache=folder, today=AS_OF)

    assert [str(one) for one in found] == []


STANDING = {
    "MIYABI.IAM.3": "what has no name yet, or has none at all, can be named by its kind alone",
    "KMS.2": "a key has no name, but it is used through four services alone",
    "MIYABI.IAM.4": "CloudFormation makes up the names of the roles that it hands on",
    "MIYABI.IAM.5": "the deploy role is GitHub's, not a service's",
    "MIYABI.TEMPLATE.1": "the types of this template are none of an environment's",
    "MIYABI.WATCH.4": "a pipeline has no budget",
}
"""Rules for the stacks of an environment that this template does not keep, and why."""


def test_the_template_keeps_the_rules_of_the_house_but_for_these() -> None:
    settings = synthesis("staging").environment
    body = Template("pipeline", pipeline("staging"))
    system = System(settings, Deployment("staging", [body], settings.region, None), AS_OF)

    assert {finding.rule for finding in check(system)} == set(STANDING)


# As it is documented.

DOCUMENT = (ROOT / "docs/pipeline.md").read_text(encoding="utf-8")


def test_every_right_of_the_workflow_is_documented_with_its_reason() -> None:
    rows = {
        f"| `{right.sid}` | {right.why} | {' '.join(f'`{action}`' for action in right.actions)} |"
        for right in OWN
    }

    assert rows <= set(DOCUMENT.splitlines())


def test_the_documented_command_gives_what_the_template_asks_for() -> None:
    [line] = re.findall(r"^\$ (aws cloudformation deploy .*)$", DOCUMENT, re.MULTILINE)
    words = shlex.split(line)
    given = {word.partition("=")[0] for word in words[words.index("--parameter-overrides") + 1 :]}

    assert given == pipeline("staging")["Parameters"].keys()
    assert words[words.index("--capabilities") + 1] == "CAPABILITY_IAM"
    assert words[words.index("--template-file") + 1] == "build/$ENVIRONMENT/pipeline.json"
    assert not any("RoleName" in one["Properties"] for one in pipeline("staging")["Resources"].values())


def deploy(aws: Aws, name: str, **given: str) -> Document:
    """Deploy the template to the local AWS; gives the outputs."""
    stack = stack_name(synthesis(name).environment.system, "pipeline")
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=dumps(pipeline(name)),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    assert found["StackStatus"] == "CREATE_COMPLETE"
    return {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}


def test_two_environments_of_an_account_share_its_provider(aws: Aws) -> None:
    names = ("staging", "production")
    outputs = [
        deploy(aws, name, Repository="miyabi@12/backend@34", ProviderExists=exists)
        for name, exists in zip(names, ("no", "yes"), strict=True)
    ]

    iam, ssm = aws.client("iam"), aws.client("ssm")
    [provider] = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    roles = [iam.get_role(RoleName=one["DeployRoleArn"].rpartition("/")[2])["Role"] for one in outputs]
    trusts = [role["AssumeRolePolicyDocument"]["Statement"][0] for role in roles]
    subjects = [one["Condition"]["StringEquals"][f"{ISSUER}:sub"] for one in trusts]
    paths = [f"/miyabi/{name}/pipeline/service-role-arn" for name in names]
    told = [ssm.get_parameter(Name=path)["Parameter"]["Value"] for path in paths]
    assert [provider["Arn"]] * 2 == [one["Principal"]["Federated"] for one in trusts]
    assert subjects == [f"repo:miyabi@12/backend@34:environment:{name}" for name in names]
    assert told == [one["PipelineServiceRoleArn"] for one in outputs]
    assert all(":role/miyabi/pipeline/" in arn for arn in told)


def test_the_provider_stays_when_the_stack_that_made_it_goes(aws: Aws) -> None:
    deploy(aws, "staging", Repository="miyabi/backend")
    aws.client("cloudformation").delete_stack(StackName="miyabi-staging-pipeline")

    assert len(aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 1


def test_the_stacks_are_changed_with_cloudformations_role(aws: Aws) -> None:
    outputs = deploy(aws, "staging", Repository="miyabi/backend")
    live = Live(synthesis("staging").environment, aws.client)
    network = Wanted.of(files(synthesis("staging"))).stack("network")
    made = propose(live, network, None, pause=lambda _: None)
    assert made is not None
    execute(live, made, pause=lambda _: None)

    [stack] = aws.client("cloudformation").describe_stacks(StackName=network.name)["Stacks"]
    assert stack["RoleARN"] == outputs["PipelineServiceRoleArn"]
