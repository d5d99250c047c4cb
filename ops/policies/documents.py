"""Policies, read from their documents once, and whether a statement applies to a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ops.policies import patterns
from ops.policies.conditions import Condition
from ops.policies.errors import PolicyRefused
from ops.policies.patterns import WITH_VARIABLES, Unresolved
from ops.policies.request import ANYBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.policies.patterns import Pattern
    from ops.policies.request import Caller, Request

Document: TypeAlias = "str | Mapping[str, Any]"
"""A policy as a service tells it: JSON, or what was read from it."""

_VERSIONS: Final = ("2008-10-17", WITH_VARIABLES)
"""The first is meant where none is named; it knows no variables."""
_POLICY: Final = frozenset({"Version", "Id", "Statement"})
_STATEMENT: Final = frozenset(
    {"Sid", "Effect", "Condition"}
    | {f"{form}{element}" for form in ("", "Not") for element in ("Principal", "Action", "Resource")}
)
_EFFECTS: Final = ("Allow", "Deny")
_KINDS: Final = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What one element names, or, by its `Not...` form, all but that."""

    patterns: tuple[Pattern, ...]
    negated: bool

    def has(self, value: str, request: Request) -> bool:
        """Whether the value is meant; raises Unresolved where that hangs on a variable without a value."""
        unresolved: Unresolved | None = None
        for pattern in self.patterns:
            try:
                if pattern.matches(value, request):
                    return not self.negated
            except Unresolved as error:
                unresolved = error
        if unresolved:
            raise unresolved
        return self.negated


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement of a resource's policy speaks of: pairs of kind and name, or all but them."""

    names: frozenset[tuple[str, str]]
    negated: bool

    def has(self, caller: Caller | None) -> bool:
        """Whether somebody is meant, be it by name, by account or as anybody."""
        if caller is None:
            return False
        named = ("AWS", ANYBODY) in self.names or bool(self.names & (caller.names | caller.accounts))
        return named != self.negated

    def only_by_account(self, caller: Caller) -> bool:
        """Whether it is the account alone that is named: then its own policies must allow as well."""
        return not self.negated and not ({("AWS", ANYBODY), *caller.names} & self.names)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, ready to be compared."""

    name: str
    """Its Sid, or its place such as `number 2`."""
    allows: bool
    actions: Choice
    resources: Choice | None
    """None where it is left out: then the statement is about what the policy is attached to."""
    principals: Principals | None
    conditions: tuple[Condition, ...]

    def speaks_of(self, request: Request) -> bool:
        """Whether it is about this action on this resource by this caller, whatever the conditions."""
        if self.principals is not None and not self.principals.has(request.caller):
            return False
        try:
            return self.actions.has(request.action, request) and (
                self.resources is None or self.resources.has(request.resource, request)
            )
        except Unresolved:
            return False

    def failing(self, request: Request) -> Condition | None:
        """The first condition that the request does not pass, or in which a variable has no value."""
        for condition in self.conditions:
            try:
                if not condition.holds(request):
                    return condition
            except Unresolved:
                return condition
        return None

    def applies(self, request: Request) -> bool:
        """Whether it allows, or denies, the request."""
        return self.speaks_of(request) and self.failing(request) is None

    @property
    def keys(self) -> frozenset[str]:
        """Keys of a request on which it hangs, as they are written."""
        chosen: tuple[Pattern | Condition, ...] = self.resources.patterns if self.resources else ()
        return frozenset(key for one in (*chosen, *self.conditions) for key in one.keys)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy by the name that sentences have for it, such as `policy WriteLogs of role miyabi-api`."""

    name: str
    statements: tuple[Statement, ...]
    source: str = ""
    """What IAM's simulation calls it, where that is asked for."""


def read(document: Document, name: str, source: str = "") -> Policy:
    """Read a policy, or find the one that was read from the same text; raises PolicyRefused."""
    text = document if isinstance(document, str) else json.dumps(document)
    return _read(text, name, source)


@lru_cache(maxsize=1024)
def _read(text: str, name: str, source: str) -> Policy:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PolicyRefused(name, f"it is no JSON ({error})") from None
    _only(document, _POLICY, name, "the policy")
    version = document.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise PolicyRefused(name, f"version {version!r} is not known")
    found = _many(document.get("Statement", []))
    return Policy(
        name,
        tuple(_statement(name, number, body, version) for number, body in enumerate(found, 1)),
        source,
    )


def _only(body: Any, known: frozenset[str], policy: str, what: str) -> None:
    """Refuse whatever is no object, or has an element that is not known."""
    if not isinstance(body, Mapping):
        raise PolicyRefused(policy, f"{what} is no JSON object")
    for element in body:
        if element not in known:
            raise PolicyRefused(policy, f"element {element} of {what} is not known")


def _statement(policy: str, number: int, body: Any, version: str) -> Statement:
    what = f"statement number {number}"
    _only(body, _STATEMENT, policy, what)
    name = str(body.get("Sid") or f"number {number}")
    effect = body.get("Effect")
    if effect not in _EFFECTS:
        raise PolicyRefused(policy, f"effect {effect!r} of {what} is neither Allow nor Deny")
    actions = _element(policy, what, body, "Action")
    if actions is None:
        raise PolicyRefused(policy, f"{what} has neither Action nor NotAction")
    resources = _element(policy, what, body, "Resource")
    return Statement(
        name=name,
        allows=effect == "Allow",
        actions=Choice(tuple(patterns.plain(text, case=False) for text in actions[0]), actions[1]),
        resources=None
        if resources is None
        else Choice(tuple(patterns.resource(text, version=version) for text in resources[0]), resources[1]),
        principals=_principals(policy, what, body),
        conditions=tuple(_conditions(policy, body.get("Condition", {}), version)),
    )


def _element(policy: str, what: str, body: Mapping[str, Any], name: str) -> tuple[list[str], bool] | None:
    """The texts of an element, and whether they stand in its `Not...` form; None if there is neither."""
    forms = [form for form in (name, f"Not{name}") if form in body]
    if len(forms) > 1:
        raise PolicyRefused(policy, f"{what} has both {name} and Not{name}")
    if not forms:
        return None
    return _texts(policy, forms[0], body[forms[0]]), forms[0] != name


def _principals(policy: str, what: str, body: Mapping[str, Any]) -> Principals | None:
    forms = [form for form in ("Principal", "NotPrincipal") if form in body]
    if len(forms) > 1:
        raise PolicyRefused(policy, f"{what} has both Principal and NotPrincipal")
    if not forms:
        return None
    named = body[forms[0]]
    by_kind = named if isinstance(named, Mapping) else {"AWS": named}
    _only(by_kind, _KINDS, policy, forms[0])
    pairs = {(kind, name) for kind, names in by_kind.items() for name in _texts(policy, forms[0], names)}
    return Principals(frozenset(pairs), forms[0] == "NotPrincipal")


def _conditions(policy: str, operators: Any, version: str) -> Iterator[Condition]:
    if not isinstance(operators, Mapping):
        raise PolicyRefused(policy, "a Condition is no JSON object")
    for operator, comparisons in operators.items():
        if not isinstance(comparisons, Mapping):
            raise PolicyRefused(policy, f"condition {operator} compares nothing")
        for key, values in comparisons.items():
            texts = tuple(_texts(policy, operator, values))
            yield Condition.read(policy, operator, key, texts, version=version)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(policy: str, where: str, value: Any) -> list[str]:
    """One value or a list of them; truth and numbers may be written without quotes."""
    found = _many(value)
    for one in found:
        if not isinstance(one, str | bool | int | float):
            raise PolicyRefused(policy, f"{where} has {json.dumps(one)}, which is no text")
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in found]
