"""Whoever deploys may do what a deployment does, as far as IAM can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.preflight.rights import rights
from tests.ops.preflight.told import Told, refusal, scope, sentences

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def simulated(arn: str, **denied: str) -> dict[str, Any]:
    """How IAM answers for somebody of that ARN; `denied` has actions, with _ for the colon."""

    def simulate(arguments: dict[str, Any]) -> Any:
        return {
            "EvaluationResults": [
                {"EvalActionName": action, "EvalDecision": denied.get(action.replace(":", "_"), "allowed")}
                for action in arguments["ActionNames"]
            ]
        }

    return {
        "sts:get_caller_identity": {"Arn": arn, "Account": arn.split(":")[4]},
        "iam:simulate_principal_policy": simulate,
    }


def test_rights_that_a_simulation_denies_are_noted_with_what_they_are_for(aws: Aws) -> None:
    user = f"arn:aws:iam::{aws.account}:user/operator"
    answers = simulated(user, s3_PutObject="implicitDeny", s3_GetObject="explicitDeny")

    found = sentences(rights(scope(Told(aws.client, answers))))

    objects = f"arn:aws:s3:::miyabi-staging-artifacts-{aws.account}-us-east-1/*"
    expected = (
        f"(IAM's simulation denies {user} s3:GetObject, s3:PutObject on {objects}; "
        "let a policy allow it, unless one that the simulation does not know does)"
    )
    assert [expected] == found


def test_the_session_of_a_role_is_simulated_as_the_role_with_its_path(aws: Aws) -> None:
    asked = []
    arn = f"arn:aws:sts::{aws.account}:assumed-role/Deployer/session"
    role = f"arn:aws:iam::{aws.account}:role/pipeline/Deployer"

    def simulate(arguments: dict[str, Any]) -> Any:
        asked.append((arguments["PolicySourceArn"], *arguments["ResourceArns"]))
        return {"EvaluationResults": []}

    answers = simulated(arn) | {
        "iam:simulate_principal_policy": simulate,
        "iam:get_role": {"Role": {"Arn": role}},
    }
    aws.client("ssm").put_parameter(
        Name="/miyabi/staging/database/migrator-function-name", Value="migrator-1", Type="String"
    )

    assert [] == sentences(rights(scope(Told(aws.client, answers))))
    assert {role} == {who for who, _ in asked}
    region = f"us-east-1:{aws.account}"
    assert [
        f"arn:aws:cloudformation:{region}:stack/miyabi-staging-service/*",
        f"arn:aws:s3:::miyabi-staging-artifacts-{aws.account}-us-east-1",
        f"arn:aws:s3:::miyabi-staging-artifacts-{aws.account}-us-east-1/*",
        f"arn:aws:ssm:{region}:parameter/miyabi/staging/artifact/key",
        f"arn:aws:lambda:{region}:function:migrator-1:live",
        f"arn:aws:rds:{region}:db:miyabi-staging-1",
    ] == [resource for _, resource in asked]


def test_rights_that_may_not_be_simulated_are_noted(aws: Aws) -> None:
    user = f"arn:aws:iam::{aws.account}:user/operator"
    answers = simulated(user) | {"iam:simulate_principal_policy": refusal("SimulatePrincipalPolicy")}

    [sentence] = sentences(rights(scope(Told(aws.client, answers))))

    assert sentence.startswith(
        f"(whether {user} may deploy staging was not looked at: AWS refuses iam:Simulate"
    )
