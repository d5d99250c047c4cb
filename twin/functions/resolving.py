"""Which version of which function a name and a qualifier mean, and whether it can be invoked."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from twin.functions.errors import NotInvocable
from twin.functions.memo import Memo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.deployed import Deployed

LATEST: Final = "$LATEST"
_VOLATILE: Final = frozenset({"LastModified", "RevisionId", "ResponseMetadata", "Description", "FunctionArn"})
"""What may change without an execution environment being replaced."""
_NOT_FOUND: Final = "ResourceNotFoundException"
_NAMED: Final = re.compile(
    r"(?:arn:[^:]+:lambda:(?P<region>[^:]+):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)
"""A function in any of the ways of https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""
_STATES: Final = {
    "Pending": "it is being made",
    "Inactive": "it was not invoked for long and is made ready again",
    "Failed": "it could not be made",
    "Deactivating": "it is being put to rest",
}
"""https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html."""


@dataclass(frozen=True, slots=True)
class Found:
    """A version of a function, and how it was asked for.

    Attributes:
        configuration: As GetFunctionConfiguration tells it.
        arn: What it was invoked by: with the qualifier, where there was one.
        resource: Name, and qualifier where there was one, as CloudWatch's dimension Resource.
        is_alias: Whether the qualifier is an alias.
        digest: Of all that an execution environment is made from.
    """

    configuration: Mapping[str, Any]
    arn: str
    resource: str
    is_alias: bool
    digest: str

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self.configuration["FunctionName"])

    @property
    def version(self) -> str:
        """A number, or `$LATEST`."""
        return str(self.configuration["Version"])


@dataclass(frozen=True, slots=True)
class _Alias:
    """The versions that an alias leads to, with how much of the traffic the others get."""

    version: str
    others: tuple[tuple[str, float], ...]

    def draw(self) -> str:
        """One of them, by chance.

        https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
        """
        drawn = random.random()  # noqa: S311 - nothing is secret about it
        for version, weight in self.others:
            if drawn < weight:
                return version
            drawn -= weight
        return self.version


class Resolver:
    """Finds versions; what was found is kept until a function changes."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        self._found: Memo[Found] = Memo(deployed.aws.account, "lambda")
        self._aliases: Memo[_Alias] = Memo(deployed.aws.account, "lambda")

    def find(self, name_or_arn: str, qualifier: str | None = None) -> Found:
        """Find what a name, a partial ARN or an ARN means, each with or without a qualifier.

        Raises NotInvocable where there is no such thing here, or it is not active.
        """
        name, within = self._parts(name_or_arn)
        qualifier = qualifier or within
        version = qualifier or LATEST
        is_alias = version != LATEST and not version.isdigit()
        if is_alias:
            version = self._aliases.get((name, qualifier), lambda: self._alias(name, version)).draw()
        key = (name, qualifier, version)
        return self._found.get(key, lambda: self._read(name, qualifier, version, is_alias=is_alias))

    def _parts(self, name_or_arn: str) -> tuple[str, str | None]:
        """Name and qualifier of a function of this account and region."""
        found = _NAMED.fullmatch(name_or_arn)
        if found is None:
            raise NotInvocable(name_or_arn, "no function has such a name", "ValidationException", 400)
        aws = self._deployed.aws
        here = {"account": aws.account, "region": aws.region}
        for part, own in here.items():
            if found[part] not in {None, own}:
                elsewhere = f"it is of {part} {found[part]}, and only {own} is here"
                raise NotInvocable(name_or_arn, elsewhere, _NOT_FOUND, 404)
        return found["name"], found["qualifier"]

    def _alias(self, name: str, alias: str) -> _Alias:
        told = self._call("get_alias", name, f"it has no alias {alias}", FunctionName=name, Name=alias)
        weights = (told.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        return _Alias(str(told["FunctionVersion"]), tuple((str(key), float(weights[key])) for key in weights))

    def _read(self, name: str, qualifier: str | None, version: str, *, is_alias: bool) -> Found:
        qualified = {} if version == LATEST else {"Qualifier": version}
        missing = f"there is no version {version} of it" if qualified else "it is not deployed"
        configuration = self._call(
            "get_function_configuration", name, missing, FunctionName=name, **qualified
        )
        _require_active(name, configuration)
        aws = self._deployed.aws
        made_of = {key: value for key, value in configuration.items() if key not in _VOLATILE}
        content = json.dumps(made_of, sort_keys=True, default=str).encode()
        resource = f"{name}:{qualifier}" if qualifier else name
        return Found(
            configuration=configuration,
            arn=aws.arn("lambda", f"function:{resource}"),
            resource=resource,
            is_alias=is_alias,
            digest=sha256(content).hexdigest(),
        )

    def _call(self, operation: str, name: str, missing: str, **parameters: Any) -> Mapping[str, Any]:
        from botocore.exceptions import ClientError

        try:
            return self._deployed.call("lambda", operation, **parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] != _NOT_FOUND:
                raise
            raise NotInvocable(name, missing, _NOT_FOUND, 404) from None


def _require_active(name: str, configuration: Mapping[str, Any]) -> None:
    state = configuration.get("State", "Active")
    if state != "Active":
        reason = configuration.get("StateReason") or configuration.get("StateReasonCode") or ""
        why = _STATES.get(state, "nobody knows that state")
        found = f"its state is {state}, {why}" + (f" ({reason})" if reason else "")
        raise NotInvocable(name, found, "ResourceConflictException", 409)
