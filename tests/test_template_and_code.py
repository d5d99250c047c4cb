"""Template and code agree: variables, routes, and what each function's role allows.

The reported system failed by all three: two variables were not set, a route was spelt as the router did
not take it, and a permission was missing.
"""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import botocore.session
import pytest
from botocore import xform_name

from runtime.api.settings import Settings as ApiSettings
from runtime.contract import HANDLERS, ROUTES, Function, required_variables, variables_of
from runtime.login.settings import Settings as LoginSettings
from runtime.migrator.settings import Settings as MigratorSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_settings import BaseSettings

ROOT: Final = Path(__file__).parent.parent
SETTINGS: Final[dict[Function, type[BaseSettings]]] = {
    Function.API: ApiSettings,
    Function.LOGIN: LoginSettings,
    Function.MIGRATOR: MigratorSettings,
}
ONE_OF: Final = {"PUBLIC_ADDRESS", "PUBLIC_ADDRESS_PARAMETER"}
"""Variables of which a function needs one."""
READ_BY_NOBODY: Final = {"SECRETS_REVISION", "RUST_LOG"}
"""The first is there to be changed; the second is read by a binary that is none of ours."""
NEEDED_BY_LAMBDA: Final = {
    "LoggingConfig": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "TracingConfig": {"xray:PutTelemetryRecords", "xray:PutTraceSegments"},
    "KmsKeyArn": {"kms:Decrypt"},
    "VpcConfig": {
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    },
}
"""What Lambda does with the function's own role, by the property that asks for it.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""
SERVICES: Final = {"lambda", "ssm", "secretsmanager", "sts", "s3", "rds", "sns", "sqs", "kms"}
"""Clients that code may name."""
NOT_NAMED_AFTER_THE_OPERATION: Final = {"lambda:Invoke": "lambda:InvokeFunction"}


@cache
def template(environment: str, stack: str) -> dict[str, Any]:
    """Read an accepted template."""
    path = ROOT / "tests" / "golden" / environment / f"{stack}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["Resources"])


def deployed() -> Iterator[Any]:
    """Yield each function of ours in each environment whose template has it."""
    for environment in ("reported", "staging", "production"):
        for function, stack in (
            (Function.API, "service"),
            (Function.LOGIN, "service"),
            (Function.MIGRATOR, "database"),
        ):
            if f"{function.value.title()}Function" in template(environment, stack):
                yield pytest.param(environment, stack, function, id=f"{environment}-{function.value}")


FUNCTIONS: Final = list(deployed())


def properties(environment: str, stack: str, function: Function) -> dict[str, Any]:
    """Read the properties of a function."""
    return dict(template(environment, stack)[f"{function.value.title()}Function"]["Properties"])


@pytest.mark.parametrize(("environment", "stack", "function"), FUNCTIONS)
def test_a_template_sets_what_the_code_reads(environment: str, stack: str, function: Function) -> None:
    given = set(properties(environment, stack, function)["Environment"]["Variables"])
    fields = SETTINGS[function].model_fields
    read = {name.upper() for name in fields}
    needed = {name.upper() for name, field in fields.items() if field.is_required()}

    assert given <= read | READ_BY_NOBODY
    assert needed <= given
    assert not (ONE_OF & read) or len(ONE_OF & given) == 1


@pytest.mark.parametrize("function", Function)
def test_the_contract_names_what_the_code_reads(function: Function) -> None:
    fields = SETTINGS[function].model_fields

    assert set(variables_of(function)) - READ_BY_NOBODY == {name.upper() for name in fields} - READ_BY_NOBODY
    assert required_variables(function) == {n.upper() for n, field in fields.items() if field.is_required()}


@pytest.mark.parametrize(("environment", "stack", "function"), FUNCTIONS)
def test_a_template_names_a_handler_that_is_there(environment: str, stack: str, function: Function) -> None:
    given = properties(environment, stack, function)
    module, _, name = HANDLERS[function].rpartition(".")
    tree = ast.parse((ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8"))

    assert given["Runtime"].startswith("provided") or HANDLERS[function] == given["Handler"]
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def actions_of(environment: str, stack: str, function: Function) -> set[str]:
    """Read what a function's role allows."""
    role = template(environment, stack)[f"{function.value.title()}Role"]["Properties"]
    return {
        action
        for policy in role.get("Policies", ())
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }


def modules_of(function: Function) -> set[Path]:
    """Find what a handler imports of `runtime`, directly or not, at its start or later."""
    found: set[Path] = set()
    waiting = [HANDLERS[function].rpartition(".")[0]]
    while waiting:
        path = (ROOT / waiting.pop().replace(".", "/")).with_suffix(".py")
        path = path if path.is_file() else path.with_suffix("") / "__init__.py"
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.startswith("runtime")]
            elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("runtime"):
                waiting += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def calls_of(function: Function) -> set[str]:
    """Find the actions of AWS that a function's code calls: methods of the clients that it names."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules_of(function)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    methods = {
        node.func.attr
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    session = botocore.session.get_session()
    actions = set()
    for service in texts & SERVICES:
        operations = session.get_service_model(service).operation_names
        actions |= {f"{service}:{name}" for name in operations if xform_name(name) in methods}
    return {NOT_NAMED_AFTER_THE_OPERATION.get(action, action) for action in actions}


@pytest.mark.parametrize(
    ("environment", "stack", "function"), [param for param in FUNCTIONS if "reported" not in str(param.id)]
)
def test_a_role_allows_what_the_code_calls_and_what_lambda_needs(
    environment: str, stack: str, function: Function
) -> None:
    given = properties(environment, stack, function)
    called = calls_of(function)
    if "PUBLIC_ADDRESS" in given["Environment"]["Variables"]:
        called -= {"ssm:GetParameter"}
    needed = set().union(*(actions for name, actions in NEEDED_BY_LAMBDA.items() if name in given))

    assert called | needed == actions_of(environment, stack, function)


def test_the_login_is_the_only_one_that_calls_aws() -> None:
    """The scan above finds something, so it can fail."""
    called = {function: calls_of(function) for function in Function}

    assert {
        Function.API: set(),
        Function.LOGIN: {"lambda:InvokeFunction", "ssm:GetParameter"},
        Function.MIGRATOR: set(),
    } == called


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_template_contract_and_document_have_the_same_routes(environment: str) -> None:
    resources = template(environment, "service").values()
    in_template = {r["Properties"]["RouteKey"] for r in resources if r["Type"] == "AWS::ApiGatewayV2::Route"}
    document = json.loads((ROOT / "runtime" / "api" / "openapi.json").read_text(encoding="utf-8"))
    in_document = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if re.fullmatch("get|post|put|patch|delete", method)
    }

    assert {route.key for route in ROUTES} == in_template == in_document


def test_every_route_of_the_contract_has_code_that_answers() -> None:
    from runtime.api.resolver import make_resolver

    resolver = make_resolver()
    answered = {f"{route.method} {route.openapi_path}" for route in resolver._static_routes} | {
        f"{route.method} {route.openapi_path}" for route in resolver._dynamic_routes
    }

    assert {route.key for route in ROUTES if route.function is Function.API} == answered
