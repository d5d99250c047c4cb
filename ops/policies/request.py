"""What is asked of a policy: an action on a resource, by somebody, under circumstances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

Value: TypeAlias = "str | bool | int | float | datetime | Iterable[str | bool | int | float | datetime]"
Context: TypeAlias = Mapping[str, Value]
"""Values by the name of their key, such as `aws:SourceArn`; letter case of names is of no account."""

ANYBODY = "*"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by all names that a Principal element may have for it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    names: frozenset[tuple[str, str]]
    """Pairs of kind (AWS, Service) and name."""
    accounts: frozenset[tuple[str, str]] = frozenset()
    """Names of the account: a resource's policy that names it leaves the matter to the account's own."""
    title: str = ""
    """What sentences call it, where the policies are not its own."""

    @classmethod
    def service(cls, name: str) -> Caller:
        """A service of AWS, such as `apigateway.amazonaws.com`."""
        return cls(frozenset({("Service", name)}), title=name)

    @classmethod
    def principal(cls, arn: str) -> Caller:
        """A role or a user, by its ARN."""
        partition, account = arn.split(":")[1], arn.split(":")[4]
        root = f"arn:{partition}:iam::{account}:root"
        return cls(frozenset({("AWS", arn)}), frozenset({("AWS", account), ("AWS", root)}))


@dataclass(frozen=True, slots=True)
class Request:
    """An action on a resource; make it by `of`, which brings the context into its form."""

    action: str
    resource: str
    """An ARN; `*` for an action that is on nothing in particular."""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values by keys in lower case."""
    caller: Caller | None = None

    @classmethod
    def of(cls, action: str, resource: str, context: Context, caller: Caller | None = None) -> Request:
        """Make one; a key whose value is an empty list counts as absent."""
        values = {key.lower(): _texts(value) for key, value in context.items()}
        return cls(action, resource, {key: found for key, found in values.items() if found}, caller)

    def single(self, key: str) -> str | None:
        """The value of a key in lower case, or None: also if it has several, which no variable can hold."""
        values = self.context.get(key, ())
        return values[0] if len(values) == 1 else None


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(map(_text, value))
    return (_text(value),)


def _text(value: object) -> str:
    """A value as it would stand in a policy."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
