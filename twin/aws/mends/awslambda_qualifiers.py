"""Lambda's policies and asynchronous invocation, which moto keeps for the function alone.

Mended: each function, version and alias has a resource policy and options of asynchronous invocation of its
own; a statement has the condition of every parameter of AddPermission.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import GenericResourcNotFound, LambdaClientError, UnknownEventConfig
from moto.awslambda.models import EventInvokeConfig, LambdaBackend
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.utils import make_function_arn
from moto.core.responses import ActionResult

_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""Which operator and key a parameter of AddPermission becomes in the statement's condition."""


class _Backend:
    """The operations, on the function, version or alias that a name or a qualifier says."""

    def add_permission(self: Any, function_name: str, qualifier: str | None, raw: str) -> Any:
        function, resource = _addressed(self, function_name, qualifier)
        asked = json.loads(raw)
        if any(found["Sid"] == asked["StatementId"] for found in _statements(function, resource)):
            raise LambdaClientError(
                "ResourceConflictException",
                f"The statement id ({asked['StatementId']}) provided already exists. Please provide a new "
                "statement id, or remove the existing statement.",
            )
        statement, _ = function.policy.add_statement(raw)
        statement.clear()
        statement.update(_statement(asked, resource))
        return statement

    def get_policy(self: Any, function_name: str, qualifier: str | None = None) -> str:
        function, resource = _addressed(self, function_name, qualifier)
        statements = _statements(function, resource)
        if not statements:
            raise GenericResourcNotFound
        policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return json.dumps({"Policy": json.dumps(policy), "RevisionId": function.policy.revision})

    def remove_permission(
        self: Any, function_name: str, sid: str, revision: str = "", qualifier: str | None = None
    ) -> None:
        function, resource = _addressed(self, function_name, qualifier)
        others = [found for found in function.policy.statements if found["Resource"] != resource]
        function.policy.statements = _statements(function, resource)
        try:
            function.policy.del_statement(sid, revision)
        finally:
            function.policy.statements += others

    def put_function_event_invoke_config(
        self: Any, function_name: str, config: dict[str, Any], qualifier: str | None = None
    ) -> Any:
        function, resource = _addressed(self, function_name, qualifier)
        held = EventInvokeConfig(resource, function.last_modified, config)
        function.invoke_configs[resource] = held
        return held.response()

    def update_function_event_invoke_config(
        self: Any, function_name: str, config: dict[str, Any], qualifier: str | None = None
    ) -> Any:
        held = _invoke_config(self, function_name, qualifier).config
        return self.put_function_event_invoke_config(function_name, held | config, qualifier)

    def get_function_event_invoke_config(self: Any, function_name: str, qualifier: str | None = None) -> Any:
        return _invoke_config(self, function_name, qualifier).response()

    def delete_function_event_invoke_config(
        self: Any, function_name: str, qualifier: str | None = None
    ) -> None:
        function, _ = _addressed(self, function_name, qualifier)
        del function.invoke_configs[_invoke_config(self, function_name, qualifier).arn]

    def list_function_event_invoke_configs(self: Any, function_name: str) -> Any:
        function, _ = _addressed(self, function_name, None)
        found = [held.response() for held in function.invoke_configs.values()]
        return {"FunctionEventInvokeConfigs": found}


def _invoke_config(backend: Any, name: str, qualifier: str | None) -> Any:
    function, resource = _addressed(backend, name, qualifier)
    if resource not in function.invoke_configs:
        raise UnknownEventConfig(resource)
    return function.invoke_configs[resource]


def _addressed(backend: Any, name: str, qualifier: str | None) -> tuple[Any, str]:
    """A function, named in any of Lambda's ways, and the ARN that its policy is kept under."""
    short, _, within = name.rpartition("function:")[2].partition(":")
    qualifier = within or qualifier
    function = backend.get_function(short, qualifier)
    arn = make_function_arn(backend.region_name, backend.account_id, function.function_name)
    return function, arn if qualifier in (None, "$LATEST") else f"{arn}:{qualifier}"


def _statements(function: Any, resource: str) -> list[dict[str, Any]]:
    return [found for found in function.policy.statements if found["Resource"] == resource]


def _statement(asked: dict[str, Any], resource: str) -> dict[str, Any]:
    """The statement that AddPermission makes of its parameters."""
    principal: Any = asked["Principal"]
    if principal.endswith(".amazonaws.com"):
        principal = {"Service": principal}
    elif principal != "*":
        partition = resource.split(":")[1]
        principal = {"AWS": f"arn:{partition}:iam::{principal}:root" if principal.isdigit() else principal}
    statement = {
        "Sid": asked["StatementId"],
        "Effect": "Allow",
        "Principal": principal,
        "Action": asked["Action"],
        "Resource": resource,
    }
    condition: dict[str, dict[str, str]] = {}
    for name, (operator, key) in _CONDITIONS.items():
        if name in asked:
            text = asked[name] if isinstance(asked[name], str) else json.dumps(asked[name])
            condition.setdefault(operator, {})[key] = text
    return statement | ({"Condition": condition} if condition else {})


class _Response:
    """The requests, with the qualifier that moto leaves out."""

    def remove_permission(self: Any) -> Any:
        *_, function, _, sid = self.path.split("/")
        revision = self.querystring.get("RevisionId", [""])[0]
        self.backend.remove_permission(unquote(function), sid, revision, _qualifier(self))
        return 204, {"status": 204}, "{}"

    def put_function_event_invoke_config(self: Any) -> Any:
        put = self.backend.put_function_event_invoke_config
        return ActionResult(put(_function(self), self.json_body, _qualifier(self)))

    def update_function_event_invoke_config(self: Any) -> Any:
        update = self.backend.update_function_event_invoke_config
        return ActionResult(update(_function(self), self.json_body, _qualifier(self)))

    def get_function_event_invoke_config(self: Any) -> Any:
        return ActionResult(self.backend.get_function_event_invoke_config(_function(self), _qualifier(self)))

    def delete_function_event_invoke_config(self: Any) -> Any:
        self.backend.delete_function_event_invoke_config(_function(self), _qualifier(self))
        return 204, {"status": 204}, "{}"


def _function(response: Any) -> str:
    """The function that a path such as `.../functions/api/event-invoke-config` names."""
    return unquote(response.path.rstrip("/").split("/")[-2])


def _qualifier(response: Any) -> str | None:
    qualifier: str | None = response.querystring.get("Qualifier", [None])[0]
    return qualifier


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, mended in ((LambdaBackend, _Backend), (LambdaResponse, _Response)):
        for name, operation in vars(mended).items():
            if not name.startswith("_"):
                setattr(owner, name, operation)
