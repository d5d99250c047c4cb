"""Every rule about who may invoke a function notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
NOT_LET_IN = ("MIYABI.API.5", "MIYABI.API.6")


def _service(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "service", path, wrong, *rules)


def _source(pattern: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:{pattern}"}


_service("ApiIntegration/TimeoutInMillis", [REMOVED, UNKNOWN, 60_000, 29_000, "long"], "MIYABI.API.3")
_service(
    "ApiIntegration/IntegrationUri", [{"Fn::GetAtt": ["ApiFunction", "Arn"]}], "MIYABI.API.4", *NOT_LET_IN
)
_service("ApiIntegration/IntegrationUri", [{"Ref": "ApiVersion"}], "MIYABI.API.4", *NOT_LET_IN)
_service("ApiIntegration/IntegrationUri", [REMOVED, UNKNOWN], "MIYABI.API.4", "MIYABI.API.8", *NOT_LET_IN)
_service("ApiIntegration/IntegrationUri", [{"Ref": "LoginAlias"}], "MIYABI.API.8", "MIYABI.API.6")
_service("ApiIntegration/ApiId", [REMOVED, UNKNOWN, "abcdefghij"], "MIYABI.API.6", "MIYABI.API.7")
_service("ApiPermission/Action", [REMOVED, UNKNOWN, "*", "lambda:*", "lambda:InvokeFunctionUrl"], *NOT_LET_IN)
_service("ApiPermission/Principal", ["s3.amazonaws.com"], *NOT_LET_IN)
_service("ApiPermission/Principal", ["123456789012"], "MIYABI.TEMPLATE.4", *NOT_LET_IN)
_service("ApiPermission/Principal", [REMOVED, UNKNOWN], "Lambda.1", *NOT_LET_IN)
_service("ApiPermission/FunctionName", [REMOVED, UNKNOWN, {"Ref": "ApiFunction"}], *NOT_LET_IN)
_service("ApiPermission/FunctionName", [{"Ref": "LoginAlias"}], "MIYABI.API.5")
_service(
    "ApiPermission/SourceArn",
    [
        REMOVED,
        UNKNOWN,
        "*",
        _source("${AWS::Region}:${AWS::AccountId}:*/*"),
        _source("${AWS::Region}:*:${HttpApi}/*"),
        _source("*:${AWS::AccountId}:${HttpApi}/*"),
        _source("${AWS::Region}:${AWS::AccountId}:${HttpApi}*"),
        _source("${AWS::Region}:${AWS::AccountId}:${ApiRole}/*"),
        _source("eu-west-1:${AWS::AccountId}:${HttpApi}/*"),
    ],
    *NOT_LET_IN,
)
_service(
    "ApiPermission/SourceArn",
    [
        _source("${AWS::Region}:${AWS::AccountId}:${HttpApi}/*/*/*"),
        _source("${AWS::Region}:${AWS::AccountId}:${HttpApi}/*/*/$default"),
        _source("${AWS::Region}:${AWS::AccountId}:${HttpApi}/$default/GET/*"),
        _source("${AWS::Region}:${AWS::AccountId}:${HttpApi}/live/*"),
    ],
    "MIYABI.API.5",
)
_service("ApiPermission/SourceArn", [_source("${AWS::Region}:${AWS::AccountId}:${HttpApi}/$default/*")])


@breaks(MUTATIONS, "MIYABI.API.5")
def forget_the_permission_as_was_reported(templates: Templates) -> None:
    del templates["service"]["Resources"]["ApiPermission"]


@breaks(MUTATIONS, "MIYABI.API.5")
def split_the_permission_and_forget_the_default_route(templates: Templates) -> None:
    resources = templates["service"]["Resources"]
    properties = resources.pop("ApiPermission")["Properties"]
    for method in ("GET", "POST", "PATCH", "DELETE"):
        source = _source(f"${{AWS::Region}}:${{AWS::AccountId}}:${{HttpApi}}/*/{method}/*")
        resources[f"{method.title()}Permission"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": properties | {"SourceArn": source},
        }


@breaks(MUTATIONS, "MIYABI.API.6")
def let_a_topic_invoke_the_function_as_well(templates: Templates) -> None:
    templates["service"]["Resources"]["TopicPermission"] = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "ApiAlias"},
            "Principal": "sns.amazonaws.com",
        },
    }


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)
