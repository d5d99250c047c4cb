"""The function behind the API, as it is invoked: its configuration, its policy, its limits."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.errors import NotThere
from ops.errors import Refused
from ops.hiding import PLAIN
from runtime.contract import HANDLERS
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.evidence.gateway import Gateway
    from ops.doctor.reading import Reading
    from runtime.contract import Function

    Document = Mapping[str, Any]

NAMED: Final = re.compile(
    r"arn:[\w-]+:lambda:(?P<region>[\w-]+):(?P<account>\d{12}):function:"
    r"(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
)
"""A function's ARN, also within an integration's address."""
SHORTEST: Final = 6
"""Letters and digits of a word that could be a part of a secret."""
LATEST: Final = "$LATEST"
"""What the code and configuration are called that is not published."""


class Invoked:
    """What the API invokes; each attribute raises `NotThere` or `AccessError`."""

    def __init__(self, reading: Reading, gateway: Gateway) -> None:
        self._reading, self._gateway = reading, gateway

    @cached_property
    def named(self) -> re.Match[str]:
        """Account, region, name and qualifier in the integration's address."""
        uri = self._gateway.integration.get("IntegrationUri", "")
        found = NAMED.search(uri)
        if found is None:
            raise NotThere(f"function in the integration's address {uri!r}")
        return found

    @property
    def name(self) -> str:
        """Without account and qualifier."""
        return self.named["name"]

    @property
    def qualifier(self) -> str | None:
        """The alias or version that is invoked."""
        return self.named["qualifier"]

    @property
    def short(self) -> str:
        """Name and qualifier, for sentences."""
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name

    @property
    def arn(self) -> str:
        """With its qualifier, as it is invoked."""
        return self.named[0]

    @cached_property
    def configuration(self) -> Document:
        """Of the version that the alias names."""
        found: Document = self._reading.call(
            "lambda:GetFunctionConfiguration",
            f"function {self.arn}",
            FunctionName=self.name,
            Qualifier=self.qualifier,
        )
        return found

    @cached_property
    def latest(self) -> Document:
        """Of what is not published: `$LATEST`, which is what is changed by hand."""
        found: Document = self._reading.call(
            "lambda:GetFunctionConfiguration", f"function {self.name}", FunctionName=self.name
        )
        return found

    def version(self, number: str) -> Document:
        """The configuration of a version."""
        found: Document = self._reading.call(
            "lambda:GetFunctionConfiguration",
            f"version {number} of function {self.name}",
            FunctionName=self.name,
            Qualifier=number,
        )
        return found

    @property
    def is_alias(self) -> bool:
        """Whether it is invoked by an alias."""
        qualifier = self.qualifier or LATEST
        return qualifier != LATEST and not qualifier.isdecimal()

    @cached_property
    def alias(self) -> Document:
        """The alias by which it is invoked; raises `NotThere` where it is by none."""
        if not self.is_alias:
            raise NotThere(f"alias by which function {self.name} is invoked")
        found: Document = self._reading.call(
            "lambda:GetAlias", f"alias {self.arn}", FunctionName=self.name, Name=self.qualifier
        )
        return found

    @property
    def weights(self) -> Mapping[str, float]:
        """Versions that get a part of the requests beside the alias's own, with that part."""
        if not self.is_alias:
            return {}
        routing = self.alias.get("RoutingConfig") or {}
        found = routing.get("AdditionalVersionWeights") or {}
        return {str(version): float(part) for version, part in found.items() if float(part) > 0}

    @property
    def changed(self) -> datetime:
        """When the version was made, or changed last where none is published."""
        found = datetime.fromisoformat(self.configuration["LastModified"])
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    @cached_property
    def reserved(self) -> int | None:
        """How many executions are reserved for it, and are all that it may have; None where none are."""
        found = self._reading.call(
            "lambda:GetFunctionConcurrency", f"function {self.name}", FunctionName=self.name
        )
        reserved = found.get("ReservedConcurrentExecutions")
        return None if reserved is None else int(reserved)

    @property
    def code(self) -> Function | None:
        """Which of our functions its handler is; None for other code, such as another language's."""
        return code_of(self.configuration)

    @property
    def variables(self) -> Mapping[str, str]:
        """Its environment: secrets stand in it, so nothing of it is to be told but names.

        Raises `AccessError` where AWS tells none, since whoever asks may not use their key.
        """
        return self.variables_of(self.configuration)

    def variables_of(self, configuration: Document) -> Mapping[str, str]:
        """The same of any version."""
        environment = configuration.get("Environment") or {}
        if error := environment.get("Error"):
            code = str(error.get("ErrorCode", "unknown"))
            raise Refused("kms:Decrypt", f"the variables of function {self.name}", code)
        found: Mapping[str, str] = environment.get("Variables") or {}
        return found

    def holds(self, word: str) -> bool:
        """Whether a word stands in the value of one of its variables, so that it is not to be told.

        Case and all but letters and digits are passed over: a name is made of a value in many ways.
        """
        said = _letters(word)
        try:
            values = [_letters(value) for name, value in self.variables.items() if name not in PLAIN]
        except AccessError:
            return False
        return len(said) >= SHORTEST and any(said in value or value in said for value in values if value)

    def configure(self, arguments: str) -> tuple[str, ...]:
        """What changes its configuration, and has the alias that is invoked lead to that."""
        change = f"aws lambda update-function-configuration --function-name {self.name} {arguments}"
        if not self.is_alias:
            return (change,)
        published = f"aws lambda publish-version --function-name {self.name} --query Version --output text"
        version = f'--function-version "$({published})"'
        return (
            change,
            f"aws lambda wait function-updated-v2 --function-name {self.name}",
            f"aws lambda update-alias --function-name {self.name} --name {self.qualifier} {version}",
        )

    @property
    def is_custom(self) -> bool:
        """Whether it brings its own bootstrap."""
        return _is_custom(self.configuration)

    @property
    def log_group(self) -> str:
        """Where its lines go."""
        logging = self.configuration.get("LoggingConfig") or {}
        return str(logging.get("LogGroup") or f"/aws/lambda/{self.name}")

    @property
    def log_streams(self) -> str:
        """The ARN of all streams of that group: what a role must be allowed to write to."""
        return f"arn:aws:logs:{self.named['region']}:{self.named['account']}:log-group:{self.log_group}:*"

    @cached_property
    def policy(self) -> list[Document]:
        """The statements about who may invoke it under that qualifier."""
        return self.policy_of(self.qualifier)

    def policy_of(self, qualifier: str | None) -> list[Document]:
        """The statements of a qualifier's policy; none where it has no policy."""
        found = self._reading.find(
            "lambda:GetPolicy",
            f"the policy of function {self.name}",
            FunctionName=self.name,
            Qualifier=qualifier,
        )
        return list(json.loads(found["Policy"])["Statement"]) if found else []


def code_of(configuration: Document) -> Function | None:
    """Which of our functions a configuration is of, by its handler; None for other code."""
    if _is_custom(configuration):
        return None
    found = (function for function, name in HANDLERS.items() if name == configuration.get("Handler"))
    return next(found, None)


def _is_custom(configuration: Document) -> bool:
    return str(configuration.get("Runtime", "")).startswith("provided")


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
