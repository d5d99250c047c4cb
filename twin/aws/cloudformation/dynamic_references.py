"""Dynamic references such as `{{resolve:ssm:/a/b}}`: what stands in SSM or Secrets Manager, at deployment.

"Get values stored in other services using dynamic references", CloudFormation User Guide.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.masking import masked
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]*)\}\}")
_ARN_PARTS = 7


@dataclass(slots=True)
class DynamicReferences:
    """Looks up what dynamic references stand for, each once; remembers what must never be shown."""

    aws: Aws
    _found: dict[str, str] = field(default_factory=dict, repr=False)
    _secrets: set[str] = field(default_factory=set, repr=False)

    def resolved(self, value: Any) -> Any:
        """The value with each reference in it replaced; raises HandlerError for one that leads nowhere."""
        if isinstance(value, str):
            return _REFERENCE.sub(self._looked_up, value) if "{{resolve:" in value else value
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if isinstance(value, dict):
            return {key: self.resolved(item) for key, item in value.items()}
        return value

    def masked(self, text: str) -> str:
        """The text without any secret that was looked up."""
        shown: str = masked(text, self._secrets)
        return shown

    def _looked_up(self, found: re.Match[str]) -> str:
        reference = found[0]
        if reference not in self._found:
            kind, path = found[1], found[2]
            value = self._secret(path) if kind == "secretsmanager" else self._parameter(kind, path)
            self._found[reference] = value
            if kind != "ssm" and value:
                self._secrets.add(value)
        return self._found[reference]

    def _parameter(self, kind: str, path: str) -> str:
        from botocore.exceptions import ClientError

        try:
            found = self.aws.client("ssm").get_parameter(Name=path, WithDecryption=kind == "ssm-secure")
        except ClientError as error:
            name = path.partition(":")[0]
            raise HandlerError(
                "NotFound", f"Unable to fetch parameters [{name}] from parameter store for this account."
            ) from error
        value: str = found["Parameter"]["Value"]
        return value

    def _secret(self, path: str) -> str:
        from botocore.exceptions import ClientError

        name, kind, key, stage, version = _secret_path(path)
        if kind not in ("", "SecretString"):
            raise HandlerError(
                "InvalidRequest", f"Incorrect secretsmanager reference: {kind} is no SecretString"
            )
        wanted = {"SecretId": name, "VersionStage": stage, "VersionId": version}
        try:
            found = self.aws.client("secretsmanager").get_secret_value(
                **{option: value for option, value in wanted.items() if value}
            )
        except ClientError as error:
            raise HandlerError("NotFound", str(error.response["Error"]["Message"])) from error
        text: str = found.get("SecretString", "")
        return _member(text, key) if key else text


def _secret_path(path: str) -> tuple[str, str, str, str, str]:
    """Secret, `SecretString`, key, stage and version; a secret's ARN has colons itself."""
    parts = path.split(":")
    if path.startswith("arn:"):
        parts = [":".join(parts[:_ARN_PARTS]), *parts[_ARN_PARTS:]]
    name, kind, key, stage, version = (*parts, "", "", "", "")[:5]
    return name, kind, key, stage, version


def _member(text: str, key: str) -> str:
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError):
        raise HandlerError(
            "InvalidRequest", f"Could not find a value associated with JSONKey {key} in SecretString"
        ) from None
    return value if isinstance(value, str) else json.dumps(value)
