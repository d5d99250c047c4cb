"""Tells values of templates: what is known, what only the account knows, and never a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cfn.values import Reference, Text, Unknown, many
from ops.hiding import HIDDEN, LOGIN, PLAIN, REFERENCE
from report.system.facts import Fact, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn import Deployment, Resource

DYNAMIC: Final = re.compile(r"\{\{resolve:[^{}]*(?:\$\{[^{}]*\}[^{}]*)*\}\}")
"""A dynamic reference, with placeholders in it or without."""
QUERY: Final = re.compile(r"([?&](?!ssl)[^=&\s]*(?:pass|secret|token|key)[^=&\s]*=)[^&\s]*", re.IGNORECASE)
"""What may be a secret in an address's query."""
URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+")


@dataclass(frozen=True)
class Told:
    """One deployment, with what its account says besides.

    Attributes:
        deployment: The templates.
        ids: What AWS calls resources, by `stack.LogicalId`.
        attributes: What AWS says of their attributes, by `stack.LogicalId.Attribute`.
        environment: What commands are given, or empty for a template alone.
        is_live: Whether an account was asked.

    """

    deployment: Deployment
    ids: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""
    is_live: bool = False

    def command(self, command: str = "") -> str:
        """What tells a thing that is not known: a command of ours, or AWS itself for a template alone."""
        if not self.environment:
            return "the account that it is in"
        return (
            f"miyabi {command} {self.environment}" if command else f"miyabi report {self.environment} --live"
        )

    def unknown(self) -> Value:
        """A value that nobody has told."""
        return Value("", source=self.command("outputs" if self.is_live else ""))

    def get(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A resolved property."""
        return self.deployment.get(resource, path, default)

    def fact(
        self,
        resource: Resource,
        name: str,
        path: str,
        *,
        unit: str = "",
        otherwise: str = "",
        code: bool = False,
    ) -> Iterator[Fact]:
        """The fact of one property; nothing where it is left out and nothing is said of that."""
        found = self.get(resource, path)
        if found is not None:
            yield Fact(name, self.values(found, unit=unit, code=code))
        elif otherwise:
            yield Fact(name, (Value(otherwise),))

    def values(self, value: Any, *, unit: str = "", code: bool = False) -> tuple[Value, ...]:
        """A value or a list of them."""
        return tuple(self.value(each, unit=unit, code=code) for each in many(value)) or (Value("none"),)

    def value(self, value: Any, *, unit: str = "", code: bool = False) -> Value:
        """One value; what hangs on something that is not known is not known."""
        if isinstance(value, Reference):
            return self._referred(value)
        if isinstance(value, Unknown):
            return self.unknown()
        if isinstance(value, bool):
            return Value("Yes" if value else "No")
        text = hidden(self._filled(value) if isinstance(value, Text) else str(value))
        return Value(f"{text} {unit}".strip(), is_code=code)

    def id(self, resource: Resource, path: str = "") -> Value:
        """What AWS calls a resource: as the account says, or by the name that the template gives it."""
        found = self.ids.get(str(resource))
        named = self.get(resource, path) if path else None
        if found is None and isinstance(named, str) and not isinstance(named, Text):
            found = named
        return self.unknown() if found is None else Value(found, is_code=True)

    def name(self, resource: Resource, path: str = "") -> str:
        """What to call a resource in a heading."""
        found = self.id(resource, path)
        return found.text if found.is_known else resource.logical_id

    def text(self, value: Any) -> str:
        """A value within a sentence."""
        if value is None:
            return "not given"
        found = self.value(value)
        return found.text if found.is_known else str(value)

    def arn(self, service: str, resource: str, *, region: bool = True) -> Value:
        """An ARN where the account is known."""
        account = self.deployment.account
        if account is None:
            return self.unknown()
        place = self.deployment.region if region else ""
        whole = f"arn:{partition(self.deployment.region)}:{service}:{place}:{account}:{resource}"
        return Value(whole, is_code=True)

    def _referred(self, reference: Reference) -> Value:
        where = f"{reference.template_name}.{reference.logical_id}"
        if reference.attribute is None:
            found = self.ids.get(where)
        else:
            found = self.attributes.get(f"{where}.{reference.attribute}")
            if found is None and reference.attribute in ("GroupId", "VpcId"):
                found = self.ids.get(where)
        if found is not None:
            return Value(found, is_code=True)
        return self.unknown()

    def _filled(self, text: Text) -> str:
        """A text with what the account says in place of its placeholders."""
        parts = []
        for part in text.parts:
            found = self._referred(part) if isinstance(part, Reference) else None
            parts.append(found.text if found is not None and found.is_known else str(part))
        return "".join(parts)


def partition(region: str) -> str:
    """The partition of a region."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")


def cleared(told: Any) -> Any:
    """Plain data, such as what the doctor says of log lines, with every text in it `hidden`."""
    if isinstance(told, dict):
        return {name: cleared(one) for name, one in told.items()}
    if isinstance(told, list):
        return [cleared(one) for one in told]
    return hidden(told) if isinstance(told, str) else told


def hidden(text: str) -> str:
    """The text without a dynamic reference, and without a password in an address."""
    shown = LOGIN.sub(rf"\g<1>{HIDDEN}@", DYNAMIC.sub(HIDDEN, text))
    shown = QUERY.sub(rf"\g<1>{HIDDEN}", shown)
    return HIDDEN if REFERENCE in shown else shown


def variable(name: str, value: str) -> str:
    """What may be told of an environment variable: an address without its password, else names we know."""
    shown = hidden(value)
    if name in PLAIN:
        return shown
    return shown if URL.fullmatch(shown) and f":{HIDDEN}@" in shown else HIDDEN
