"""The functions' aliases: where each points, and where its stack says that it points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ops.stack import held

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.live import Live


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias of a function: the version that it points to, and the one that its stack has made last."""

    function: str
    name: str
    version: str
    stack_version: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether somebody has moved it away from what the stack says."""
        return self.version != self.stack_version


def aliases(live: Live, stack: str, body: Mapping[str, Any]) -> list[Alias]:
    """The aliases of a stack with that template, in the order of its resources."""
    there = held(live, stack)
    return [
        _alias(live, there[name].physical_id, _version(there[_version_of(resource)].physical_id))
        for name, resource in body["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Alias" and name in there
    ]


def move(live: Live, alias: Alias) -> None:
    """Point an alias to its `version`."""
    live.call(
        "lambda:UpdateAlias",
        f"alias {alias.name} of function {alias.function}",
        FunctionName=alias.function,
        Name=alias.name,
        FunctionVersion=alias.version,
    )


def put_right(live: Live, alias: Alias) -> None:
    """Point an alias to where its stack says that it points."""
    move(live, replace(alias, version=alias.stack_version))


def _alias(live: Live, arn: str, stack_version: str) -> Alias:
    """Of an alias's ARN, `arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS`."""
    function, name = arn.split(":")[-2:]
    found = live.call(
        "lambda:GetAlias", f"alias {name} of function {function}", FunctionName=function, Name=name
    )
    return Alias(function, name, found["FunctionVersion"], stack_version)


def _version_of(alias: Mapping[str, Any]) -> str:
    """Logical id of the version that an alias of our templates points to."""
    logical_id: str = alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
    return logical_id


def _version(arn: str) -> str:
    return arn.rpartition(":")[2]
