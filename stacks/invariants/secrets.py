"""Rules for what nobody may read: database URLs, secrets in environments and parameters, and their key."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from cfn import Text, Unknown
from runtime.contract import API_LOGINS, CA_BUNDLE, VARIABLES, Function
from stacks.invariants.expectations import between, expect, is_not_true, is_true, made_here
from stacks.invariants.functions import contract_function, variables
from stacks.invariants.principals import foreigners, policy
from stacks.invariants.reading import is_dynamic_reference, said
from stacks.invariants.rule import Subject, System, rule, system_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Template

KEY = "AWS::KMS::Key"
LAMBDA = "AWS::Lambda::Function"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  (a resource type)
PARAMETER = "AWS::SSM::Parameter"

DATABASE_URL = "DATABASE_URL"
SECRET_VARIABLES = frozenset(variable.name for variable in VARIABLES if variable.secret)
SCHEMES = ("postgres://", "postgresql://")
LEAST_CHARACTERS = 32

_ASSIGNED = "|".join(f"(?<=(?i:{name})=)" for name in ("password", "passwd", "pwd", "secret", "token"))
_GIVEN_AWAY = (
    re.compile(r"A[KS]IA[0-9A-Z]{16}"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    re.compile(rf"=(?:{_ASSIGNED})[^\s\"&${{}},;]{{6,}}"),
    re.compile(r"://[^/\s:@\"]+:[^@/\s\"${}]+@"),
)
"""Access keys, private keys, assignments and URLs with a password: secrets wherever they stand.

Each begins with characters that are rare in a template, so that a search takes no time.
"""
_COLON = re.compile(r":(?![^{}]*\})")
"""A colon that stands in no placeholder and no dynamic reference."""
_ONE_TOKEN = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9+/=_-]{24,}|[0-9a-fA-F]{32,}")
"""Text without a word in it, as long as a random secret is."""


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """The parts of a PostgreSQL URL that rules look at, placeholders and all."""

    user: str
    password: str
    options: dict[str, list[str]]

    @classmethod
    def read(cls, text: str) -> DatabaseUrl:
        """Take a URL apart without undoing its escapes: a dynamic reference holds colons and slashes."""
        credentials, _, place = text.partition("://")[2].rpartition("@")
        user, *password = _COLON.split(credentials, maxsplit=1)
        return cls(user, "".join(password), parse_qs(place.partition("?")[2]))


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and value.lower().startswith(SCHEMES)


def _urls(function: Subject) -> Iterator[tuple[str, DatabaseUrl]]:
    """Every variable that holds a database URL, and the one that must."""
    for name, value in variables(function).items():
        if _is_url(value):
            yield name, DatabaseUrl.read(value)
        elif name == DATABASE_URL:
            yield name, DatabaseUrl("", "", {})


@rule(
    "MIYABI.SECRET.1",
    LAMBDA,
    remedy=f"end the URL with ?sslmode=verify-full&sslrootcert={CA_BUNDLE}; less trusts whoever answers",
)
def database_urls_demand_proof(function: Subject) -> Iterator[str]:
    """Who connects to PostgreSQL has the server prove, by its certificate, that it is the one."""
    for name, url in _urls(function):
        for option, wanted in (("sslmode", "verify-full"), ("sslrootcert", CA_BUNDLE)):
            found = url.options.get(option, [])
            if found != [wanted]:
                yield f"in {name} {said(option, ' and '.join(found) or None)}"


@rule(
    "MIYABI.SECRET.2",
    LAMBDA,
    remedy="write the password of the URL as a dynamic reference to a secret of Secrets Manager",
)
def database_urls_hold_no_password(function: Subject) -> Iterator[str]:
    """The password in a database URL is filled in from Secrets Manager."""
    for name, url in _urls(function):
        if not is_dynamic_reference(url.password):
            yield f"the password in {name} is no dynamic reference"


@rule(
    "MIYABI.SECRET.3",
    LAMBDA,
    remedy=f"let the api connect as {' or '.join(API_LOGINS.values())}, who can change no schema",
)
def api_is_not_the_master(function: Subject) -> Iterator[str]:
    """The api function connects as one of its own two database roles, not as the owner of the schema."""
    if contract_function(function.resource) is not Function.API:
        return
    for name, url in _urls(function):
        if url.user not in API_LOGINS.values():
            yield f"in {name} {said('the user', url.user or None)}"


@rule(
    "MIYABI.SECRET.4",
    LAMBDA,
    remedy="write the variable as a dynamic reference to a secret of Secrets Manager",
)
def secret_variables_are_references(function: Subject) -> Iterator[str]:
    """Every variable that the contract calls secret is filled in from Secrets Manager."""
    for name in sorted(SECRET_VARIABLES.intersection(variables(function)) - {DATABASE_URL}):
        if not is_dynamic_reference(variables(function)[name]):
            yield f"{name} is no dynamic reference"


@rule(
    "MIYABI.SECRET.5",
    LAMBDA,
    also=("CKV_AWS_45",),
    remedy="keep it in Secrets Manager, and mark the variable as secret in runtime/contract.py",
)
def plain_variables_hold_no_secret(function: Subject) -> Iterator[str]:
    """No other variable holds what looks like a secret, or is filled in by a parameter that may be one."""
    stated = function.get("Environment.Variables")
    if stated is not None and not isinstance(stated, dict):
        yield said("Environment.Variables", stated)
    for name, value in variables(function).items():
        if name in SECRET_VARIABLES or _is_url(value):
            continue
        if isinstance(value, Unknown):
            yield said(name, value)
        elif _looks_secret(value):
            yield f"{name} looks like a secret"


@rule(
    "MIYABI.SECRET.6",
    PARAMETER,
    also=("CKV_AWS_384",),
    remedy="publish the secret's ARN instead; whoever may read parameters reads this one",
)
def parameters_hold_no_secret(parameter: Subject) -> Iterator[str]:
    """No SSM parameter holds what looks like a secret, or has one filled in."""
    value = parameter.get("Value")
    if _looks_secret(value) or (isinstance(value, str) and "{{resolve:" in value):
        yield "Value looks like a secret"


@system_rule(
    "MIYABI.SECRET.7",
    also=("CKV_SECRET_2", "CKV_SECRET_4", "CKV_SECRET_13"),
    remedy="renew the secret, for it may have been read by now, and keep it in Secrets Manager",
)
def templates_hold_no_secret(system: System) -> Iterator[tuple[str, str, str]]:
    """Nowhere in a template is there an access key, a private key or an assigned password."""
    for template in system.deployment.templates:
        for name in _betrayers(template):
            yield template.name, name, "it holds what looks like a secret"


@lru_cache(maxsize=32)
def _betrayers(template: Template) -> tuple[str, ...]:
    """Logical ids, or else sections, in whose text a secret stands."""
    if not _gives_away(_text(template.body)):
        return ()
    return tuple(
        name
        for section, content in template.body.items()
        for name, part in (content if isinstance(content, dict) else {section: content}).items()
        if _gives_away(_text(part))
    )


def _gives_away(text: str) -> bool:
    return any(pattern.search(text) for pattern in _GIVEN_AWAY)


def _text(part: Any) -> str:
    return json.dumps(part, ensure_ascii=False, default=str)


def _looks_secret(value: Any) -> bool:
    """Whether a value gives a secret away, by its form or by its randomness."""
    if not isinstance(value, str) or is_dynamic_reference(value):
        return False
    literals = [part for part in value.parts if isinstance(part, str)] if isinstance(value, Text) else [value]
    return _gives_away(value) or any(map(_ONE_TOKEN.fullmatch, literals))


expect(
    "MIYABI.SECRET.8",
    SECRET,
    {"KmsKeyId": made_here(KEY)},
    sentence="Secrets are encrypted with our key, whose use can be seen and taken away.",
    remedy="set own_key = true",
    also=("CKV_AWS_149",),
)
expect(
    "MIYABI.SECRET.9",
    SECRET,
    {
        "GenerateSecretString.ExcludePunctuation": is_true,
        "GenerateSecretString.IncludeSpace": is_not_true,
        "GenerateSecretString.PasswordLength": between(LEAST_CHARACTERS),
    },
    sentence="Secrets are made by Secrets Manager, long, and of characters that a URL need not escape.",
    remedy="write GenerateSecretString with ExcludePunctuation: true and PasswordLength: "
    f"{LEAST_CHARACTERS} or more",
)


@rule(
    "MIYABI.SECRET.10", SECRET, remedy="leave SecretString out: generate the value, or have a person enter it"
)
def secrets_are_not_written_down(secret: Subject) -> Iterator[str]:
    """No template holds the value of a secret."""
    if secret.get("SecretString") is not None:
        yield "SecretString stands in the template"


expect(
    "KMS.4",
    KEY,
    {"EnableKeyRotation": is_true},
    sentence="The key's material is renewed every year.",
    remedy="write EnableKeyRotation: true",
    also=("CKV_AWS_7", "AwsSolutions-KMS5"),
)


@rule(
    "KMS.5",
    KEY,
    also=("CKV_AWS_33",),
    remedy="name this account or the AWS services that use the key, and no other principal",
)
def key_is_for_nobody_else(key: Subject) -> Iterator[str]:
    """The key's policy lets nobody in but this account and AWS's own services."""
    for foreigner in foreigners(key, "KeyPolicy"):
        yield f"KeyPolicy lets {foreigner} in"


@rule(
    "MIYABI.SECRET.11",
    KEY,
    also=("CKV2_AWS_64",),
    remedy="write a KeyPolicy; without one that the templates show, nobody can tell who may decrypt",
)
def key_has_a_policy(key: Subject) -> Iterator[str]:
    """The key says itself who may use it."""
    if not policy(key, "KeyPolicy"):
        yield said("KeyPolicy", key.get("KeyPolicy"))


@rule(
    "MIYABI.SECRET.12",
    KEY,
    remedy="write DeletionPolicy: RetainExceptOnCreate and UpdateReplacePolicy: Retain beside Properties",
)
def key_is_kept(key: Subject) -> Iterator[str]:
    """The key outlives its stack: what it encrypted would be lost with it."""
    for name, kept in (
        ("DeletionPolicy", ("Retain", "RetainExceptOnCreate")),
        ("UpdateReplacePolicy", ("Retain",)),
    ):
        stated = key.resource.body.get(name)
        if stated not in kept:
            yield said(name, stated)
