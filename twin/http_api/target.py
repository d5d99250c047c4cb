"""Which function an integration's address means.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html has stage variables in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twin.http_api.errors import NotServed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.http_api.configuration import Integration

_VARIABLE: Final = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_FUNCTION: Final = re.compile(
    r"(?:arn:[^:]+:apigateway:[^:]+:lambda:path/[^/]+/functions/)?"
    r"(?P<arn>arn:[^:]+:lambda:[^:]+:\d{12}:function:[A-Za-z0-9_-]+)(?::(?P<qualifier>[A-Za-z0-9$_-]+))?"
    r"(?:/invocations)?"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A function: its ARN without qualifier, and the alias or version that is invoked."""

    arn: str
    qualifier: str | None = None

    @property
    def qualified_arn(self) -> str:
        """What permission is needed for."""
        return f"{self.arn}:{self.qualifier}" if self.qualifier else self.arn

    @property
    def named(self) -> dict[str, str]:
        """The parameters that name it to Lambda's operations."""
        qualifier = {"Qualifier": self.qualifier} if self.qualifier else {}
        return {"FunctionName": self.arn.rpartition(":")[2], **qualifier}


def target_of(integration: Integration, variables: Mapping[str, str]) -> Target | None:
    """The function that an integration invokes; None where its address names none.

    Raises:
        NotServed: The integration is of a kind that the twin has not.
    """
    if integration.kind != "AWS_PROXY" or integration.subtype:
        raise NotServed(f"an integration of type {integration.subtype or integration.kind}")
    if integration.payload_format != "2.0":
        raise NotServed(f"payload format {integration.payload_format}")
    if integration.parameters:
        raise NotServed(f"the parameter mapping {integration.parameters[0]}")
    found = _FUNCTION.fullmatch(filled(integration.uri, variables))
    return Target(found["arn"], found["qualifier"]) if found else None


def filled(text: str, variables: Mapping[str, str]) -> str:
    """A text with the values of stage variables in place of their names."""
    return _VARIABLE.sub(lambda found: variables.get(found[1], ""), text)
