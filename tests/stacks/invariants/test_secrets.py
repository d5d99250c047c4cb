"""Every rule about secrets and the key notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract import CA_BUNDLE
from stacks.invariants.catalogue import check
from stacks.invariants.rule import RULES
from stacks.invariants.secrets import DatabaseUrl
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found
from tests.stacks.systems import system, templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
PASSWORD = "{{resolve:secretsmanager:miyabi/staging/a:SecretString:password}}"
PROOF = f"sslmode=verify-full&sslrootcert={CA_BUNDLE}"
RANDOM = "q7Zr2LmW9xTbV4nKc8HsJd5PfYg3Ea6U"


def _variable(stack: str, name: str, wrong: Sequence[Any], *rules: str) -> None:
    function = {"database": "MigratorFunction", "service": "ApiFunction"}[stack]
    spoils(MUTATIONS, stack, f"{function}/Environment/Variables/{name}", wrong, *rules)


def _api_url(options: str = PROOF, credentials: str = "${User}:${Password}") -> str:
    return f"postgresql://{credentials}@${{Host}}:${{Port}}/miyabi?{options}"


_variable(
    "service",
    "DATABASE_URL/Fn::Sub/0",
    [
        _api_url(""),
        _api_url("sslmode=require"),
        _api_url("sslmode=verify-full"),
        _api_url(f"sslrootcert={CA_BUNDLE}"),
        _api_url(f"{PROOF}&sslmode=disable"),
        _api_url("sslmode=verify-full&sslrootcert=/tmp/mine.pem"),
    ],
    "MIYABI.SECRET.1",
)
_variable(
    "service",
    "DATABASE_URL/Fn::Sub/0",
    [_api_url(credentials="${User}"), _api_url(credentials="${User}:x${Password}")],
    "MIYABI.SECRET.2",
)
_variable(
    "service",
    "DATABASE_URL/Fn::Sub/0",
    [_api_url(credentials="${User}:swordfish")],
    "MIYABI.SECRET.2",
    "MIYABI.SECRET.7",
)
_variable("service", "DATABASE_URL/Fn::Sub/1/User", [UNKNOWN, "miyabi_admin", ""], "MIYABI.SECRET.3")
_variable(
    "service",
    "DATABASE_URL/Fn::Sub/0",
    ["${User}:${Password}@${Host}:${Port}", "mysql://${User}:${Password}@${Host}:${Port}/miyabi"],
    "MIYABI.SECRET.1",
    "MIYABI.SECRET.2",
    "MIYABI.SECRET.3",
)
_variable("database", "DATABASE_URL/Fn::Sub/0", [_api_url("sslmode=prefer")], "MIYABI.SECRET.1")
_variable("service", "LOG_LEVEL", [f"postgres://miyabi_api_a:{PASSWORD}@host/miyabi"], "MIYABI.SECRET.1")
_variable("service", "LOG_LEVEL", [f"POSTGRES://miyabi_api_b@host/miyabi?{PROOF}"], "MIYABI.SECRET.2")

_variable("service", "JWT_SECRET", [RANDOM, "{{resolve:ssm:/miyabi/jwt}}", f"{PASSWORD}!"], "MIYABI.SECRET.4")
_variable("service", "JWT_SECRET", [UNKNOWN, ""], "MIYABI.SECRET.4", "MIYABI.LAMBDA.11")
_variable("service", "ORIGIN_SECRET", [UNKNOWN, "", RANDOM], "MIYABI.SECRET.4", "MIYABI.EDGE.4")
_variable("database", "API_LOGIN_A_PASSWORD", ["swordfish"], "MIYABI.SECRET.4")

_variable("service", "LOG_LEVEL", [RANDOM, "0123456789abcdef" * 2], "MIYABI.SECRET.5")
_variable("service", "LOG_LEVEL", [UNKNOWN], "MIYABI.SECRET.5", "MIYABI.LAMBDA.11")
_variable("service", "LOG_LEVEL", [{"Fn::Sub": f"{RANDOM}${{AWS::StackName}}"}], "MIYABI.SECRET.5")
_variable(
    "service",
    "LOG_LEVEL",
    ["AKIAIOSFODNN7EXAMPLE", "Password=swordfish", "https://me:swordfish@example.com/"],
    "MIYABI.SECRET.5",
    "MIYABI.SECRET.7",
)
_variable("service", "LOG_LEVEL", ["DEBUG", "a sentence of several words, none of them secret"])

spoils(MUTATIONS, "edge", "EdgePublicAddressParameter/Value", [PASSWORD, RANDOM], "MIYABI.SECRET.6")
spoils(
    MUTATIONS,
    "edge",
    "EdgePublicAddressParameter/Value",
    ["https://me:swordfish@example.com"],
    "MIYABI.SECRET.6",
    "MIYABI.SECRET.7",
)
spoils(
    MUTATIONS,
    "service",
    "HttpApi/Description",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "token=0123456789",
        "ASIAIOSFODNN7EXAMPLE",
        "ssh://me:swordfish@host",
    ],
    "MIYABI.SECRET.7",
)
spoils(
    MUTATIONS,
    "database",
    "DatabaseMasterSecret/KmsKeyId",
    [REMOVED, UNKNOWN, "alias/aws/secretsmanager"],
    "MIYABI.SECRET.8",
)
spoils(
    MUTATIONS,
    "database",
    "DatabaseMasterSecret/GenerateSecretString/ExcludePunctuation",
    [REMOVED, UNKNOWN, False],
    "MIYABI.SECRET.9",
)
spoils(
    MUTATIONS,
    "database",
    "DatabaseMasterSecret/GenerateSecretString/PasswordLength",
    [REMOVED, UNKNOWN, 31],
    "MIYABI.SECRET.9",
)
spoils(
    MUTATIONS,
    "database",
    "DatabaseMasterSecret/GenerateSecretString/IncludeSpace",
    [UNKNOWN, True],
    "MIYABI.SECRET.9",
)
spoils(MUTATIONS, "database", "DatabaseMasterSecret/GenerateSecretString", [REMOVED], "MIYABI.SECRET.9")
spoils(MUTATIONS, "database", "DatabaseMasterSecret/SecretString", ["swordfish", UNKNOWN], "MIYABI.SECRET.10")
spoils(MUTATIONS, "network", "Key/EnableKeyRotation", [REMOVED, UNKNOWN, False], "KMS.4")
spoils(
    MUTATIONS,
    "network",
    "Key/KeyPolicy/Statement/0/Principal",
    ["*", {"AWS": "*"}, {"AWS": UNKNOWN}, {"Federated": "cognito-identity.amazonaws.com"}, {"Service": "*"}],
    "KMS.5",
)
spoils(
    MUTATIONS,
    "network",
    "Key/KeyPolicy/Statement/0/Principal",
    [{"AWS": "111111111111"}, {"AWS": {"Fn::Sub": "arn:aws:iam::1${AWS::AccountId}:root"}}],
    "KMS.5",
    "MIYABI.TEMPLATE.4",
)
spoils(
    MUTATIONS,
    "network",
    "Key/KeyPolicy/Statement/0/Principal",
    [{"AWS": {"Ref": "AWS::AccountId"}}, {"AWS": {"Fn::GetAtt": ["FlowLogRole", "Arn"]}}],
)
spoils(
    MUTATIONS,
    "network",
    "Key/KeyPolicy",
    [REMOVED, UNKNOWN, {"Version": "2012-10-17", "Statement": []}],
    "MIYABI.SECRET.11",
    "MIYABI.IAM.1",
)
for _policy in ("DeletionPolicy", "UpdateReplacePolicy"):
    spoils(
        MUTATIONS, "network", f"!Key/{_policy}", [REMOVED, "Delete"], "MIYABI.SECRET.12", "MIYABI.TEMPLATE.8"
    )


@breaks(MUTATIONS, "KMS.5")
def let_everybody_but_one_use_the_key(templates: Templates) -> None:
    statement = templates["network"]["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"][0]
    statement["NotPrincipal"] = statement.pop("Principal")


@breaks(
    MUTATIONS,
    "MIYABI.SECRET.5",
    "MIYABI.LAMBDA.7",
    "MIYABI.LAMBDA.11",
    "MIYABI.TEMPLATE.6",
    environment="reported",
)
def hide_the_variables_behind_an_import(templates: Templates) -> None:
    function = templates["service"]["Resources"]["ApiFunction"]["Properties"]
    function["Environment"]["Variables"] = {"Fn::ImportValue": "variables"}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_secrets_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}

    assert {rule for rule in RULES if rule.startswith("MIYABI.SECRET.")} | {"KMS.4", "KMS.5"} <= tested


def test_no_finding_tells_the_secret() -> None:
    leaky = templates("staging")
    service, database = leaky["service"]["Resources"], leaky["database"]["Resources"]
    service["ApiFunction"]["Properties"]["Environment"]["Variables"] |= {
        "DATABASE_URL": "postgresql://miyabi_admin:swordfish@host/miyabi",
        "JWT_SECRET": "swordfish",
        "LOG_LEVEL": "password=swordfish",
    }
    database["Database"]["Properties"]["MasterUserPassword"] = "swordfish"
    database["DatabaseMasterSecret"]["Properties"]["SecretString"] = "swordfish"

    assert not [finding for finding in check(system("staging", leaky)) if "swordfish" in str(finding)]


def test_a_database_url_is_taken_apart_around_its_dynamic_reference() -> None:
    found = DatabaseUrl.read(f"postgresql://me:{PASSWORD}@host:5432/miyabi?{PROOF}")

    assert DatabaseUrl("me", PASSWORD, {"sslmode": ["verify-full"], "sslrootcert": [CA_BUNDLE]}) == found
