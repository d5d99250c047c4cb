"""Secrets of a living system: what is there and what is missing, and how a person enters one.

A value is checked, sent to AWS and forgotten; none stands in an error or a result.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from ops.errors import NotDeployed, Refused, Unready
from ops.stack import describe, held
from stacks.naming import secret_name
from stacks.secrets import ENTERED, GITHUB, JWT, LENGTH, MASTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ops.live import Live
    from stacks.settings import Environment

TYPE: Final = "AWS::SecretsManager::Secret"
WITH_SECRETS: Final = ("database", "service")
"""Stacks that generate secrets."""
JWT_BYTES: Final = 32
"""As long as the hash of HS256, which RFC 7518 (3.2) asks for."""
PASSWORD: Final = re.compile(r"[!#$&-.0-?A-~]{8,128}")
"""What RDS takes of a PostgreSQL master password, without % which a connection string would decode.

CreateDBInstance, Amazon RDS API Reference: 8 to 128 printable characters of ASCII but / " and @.
"""


class SecretUnknown(Unready):
    """A secret is named that nobody enters."""

    def __init__(self, environment: str, name: str, entered: Sequence[str]) -> None:
        self.environment, self.name, self.entered = environment, name, tuple(entered)
        if name in ENTERED:
            hint = "CloudFormation generates it, and `miyabi rotate` renews it"
        else:
            hint = "`miyabi secret list` has all that there are"
        super().__init__(
            f"nobody enters {name!r} in {environment}, but {', '.join(entered) or 'nothing'}; {hint}"
        )


class SecretRefused(Unready):
    """A value that would not work; the sentence does not tell it."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.name, self.problems = name, tuple(problems)
        super().__init__(f"secret {name} is not entered: {'; '.join(problems)}")


class MasterPasswordInUse(Unready):
    """The password of the master user would be another than the database's."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"the master password of {environment} is in use and stays: the database would keep the old one "
            "when this is changed, and the migrator be locked out; nothing that is exposed uses it"
        )


class SecretBeingDeleted(Unready):
    """A secret is on its way out, and takes no value."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"secret {name} is being deleted and takes no value; "
            f"bring it back by `aws secretsmanager restore-secret --secret-id {name}`"
        )


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is in Secrets Manager.

    `wanted` are the keys that its JSON must have, `keys` those that it has, None where the value may not be
    read; `problems` says what is wrong with it, nothing where all is well.
    """

    name: str
    where: str
    is_entered: bool
    wanted: tuple[str, ...]
    is_there: bool = False
    keys: tuple[str, ...] | None = None
    changed: datetime | None = None
    versions: int = 0
    problems: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of entering a secret: `created`, `changed` or `unchanged`."""

    name: str
    where: str
    outcome: str


def list_secrets(live: Live) -> list[Secret]:
    """All secrets of an environment: first those that a person enters, then the generated ones."""
    live.require_account()
    entered = [
        _seen(live, Secret(name, where, is_entered=True, wanted=ENTERED[name]))
        for name, where in entered_of(live.environment).items()
    ]
    return entered + [_seen(live, each) for each in _generated(live)]


def entered_of(environment: Environment) -> dict[str, str]:
    """The secrets that a person enters before the first deployment, by name, and where each is."""
    wanted = {
        MASTER: environment.database.master_password == "entered",  # noqa: S105  (a choice, not a password)
        JWT: environment.api.jwt_secret == "entered",  # noqa: S105  (the same)
        GITHUB: environment.login is not None,
    }
    return {name: secret_name(environment.system, name) for name, is_wanted in wanted.items() if is_wanted}


def keys_of(environment: Environment, name: str) -> tuple[str, ...]:
    """The keys that a person gives values for; raises `SecretUnknown`."""
    if name not in entered_of(environment):
        raise SecretUnknown(environment.name, name, list(entered_of(environment)))
    return ENTERED[name]


def read_value(name: str, text: str) -> dict[str, str]:
    """The values in what was piped in: a JSON object, or the value itself where there is but one key.

    Raises `SecretRefused`.
    """
    keys = ENTERED[name]
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return {str(key): value for key, value in found.items()}
    if len(keys) == 1:
        return {keys[0]: text.removesuffix("\n").removesuffix("\r")}
    wanted = json.dumps(dict.fromkeys(keys, "..."))
    raise SecretRefused(name, [f"what was given is no JSON object such as {wanted}"])


def problems_of(name: str, values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the values of an entered secret, each in words that don't tell it."""
    keys = ENTERED[name]
    found = [f"{key} is missing" for key in keys if key not in values]
    found += [f"{key} is no key of it" for key in values if key not in keys]
    for key, value in values.items():
        if key not in keys:
            continue
        if not isinstance(value, str) or not value:
            found.append(f"{key} is no text, or empty")
        elif not value.isprintable() or value != value.strip():
            found.append(f"{key} has a line break or another blank at an end, or a character without a shape")
        else:
            found += _of_form(name, key, value)
    return found


def enter(live: Live, name: str, values: Mapping[str, str]) -> Entered:
    """Put the values where the stacks look for them; raises `SecretRefused` and `MasterPasswordInUse`."""
    keys_of(live.environment, name)
    live.require_account()
    problems = problems_of(name, values)
    if problems:
        raise SecretRefused(name, problems)
    where, text = entered_of(live.environment)[name], json.dumps(dict(values), sort_keys=True)
    thing, token = f"secret {where}", str(uuid4())
    described = _described(live, where)
    if described is None:
        live.call(
            "secretsmanager:CreateSecret",
            thing,
            Name=where,
            Description=f"Entered by a person: {', '.join(ENTERED[name])}",
            SecretString=text,
            ClientRequestToken=token,
        )
        return Entered(name, where, "created")
    if described.get("DeletedDate"):
        raise SecretBeingDeleted(where)
    if _is_same(live, where, values):
        return Entered(name, where, "unchanged")
    if name == MASTER and describe(live, live.stack_name("database")):
        raise MasterPasswordInUse(live.environment.name)
    live.call(
        "secretsmanager:PutSecretValue", thing, SecretId=where, SecretString=text, ClientRequestToken=token
    )
    return Entered(name, where, "changed")


def generate(live: Live) -> dict[str, str]:
    """A new value for the secret that signs tokens, which Secrets Manager draws."""
    found = live.call(
        "secretsmanager:GetRandomPassword", "a password", PasswordLength=LENGTH, ExcludePunctuation=True
    )
    return {ENTERED[JWT][0]: found["RandomPassword"]}


def what_is_next(live: Live, entered: Entered) -> str:
    """What must be done for a new value to count."""
    name = live.environment.name
    stack = "database" if entered.name == MASTER else "service"
    now = describe(live, live.stack_name(stack))
    if entered.outcome == "unchanged":
        return "nothing is to be done: it is the value that is there"
    if now is None:
        return f"`miyabi deploy {name}` takes it from there"
    revision = int(now.parameters.get("SecretsRevision", "0")) + 1
    command = f"miyabi deploy {name} --only {stack} --parameter {stack}.SecretsRevision={revision}"
    if entered.name == JWT:
        return (
            f"the functions keep the old one until `{command}`, which ends every session; "
            f"`miyabi rotate {name} jwt` renews it without that"
        )
    return f"the functions keep the old one until `{command}`"


def _of_form(name: str, key: str, value: str) -> Iterator[str]:
    if name == JWT and len(value.encode()) < JWT_BYTES:
        yield f"{key} has {len(value.encode())} bytes and needs {JWT_BYTES} or more"
    if name == MASTER and not PASSWORD.fullmatch(value):
        yield (
            f'{key} is not of 8 to 128 letters, digits and signs of ASCII, or has a blank or one of / " @ %, '
            "which RDS or a connection string does not take"
        )


def _generated(live: Live) -> Iterator[Secret]:
    for stack in WITH_SECRETS:
        try:
            there = held(live, live.stack_name(stack))
        except NotDeployed:
            continue
        for one in there.values():
            if one.type == TYPE:
                yield Secret(f"{stack}.{one.logical_id}", one.physical_id, is_entered=False, wanted=())


def _seen(live: Live, secret: Secret) -> Secret:
    """The secret as it is found, its keys alone kept of its value."""
    described = _described(live, secret.where)
    if described is None:
        return replace(secret, problems=("it is not there",))
    if described.get("DeletedDate"):
        return replace(secret, problems=("it is being deleted",))
    problems, keys = _judged(secret, _values(live, secret.where))
    return replace(
        secret,
        is_there=True,
        keys=keys,
        changed=described.get("LastChangedDate") or described.get("CreatedDate"),
        versions=len(described.get("VersionIdsToStages", {})),
        problems=problems,
    )


def _judged(
    secret: Secret, values: dict[str, Any] | str | None
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """What is wrong with a secret's value, and its keys."""
    if values is None:
        return (), None
    if not isinstance(values, dict):
        return ("its value is no JSON object",), None
    return tuple(problems_of(secret.name, values)) if secret.is_entered else (), tuple(sorted(values))


def _described(live: Live, where: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = live.call("secretsmanager:DescribeSecret", f"secret {where}", SecretId=where)
    except NotDeployed:
        return None
    return found


def _values(live: Live, where: str) -> dict[str, Any] | str | None:
    """The JSON object that a secret holds; "" where it holds none, None where it may not be read."""
    try:
        text = live.call("secretsmanager:GetSecretValue", f"secret {where}", SecretId=where).get(
            "SecretString"
        )
    except Refused:
        return None
    except NotDeployed:
        return ""
    try:
        found = json.loads(text or "")
    except ValueError:
        return ""
    return found if isinstance(found, dict) else ""


def _is_same(live: Live, where: str, values: Mapping[str, str]) -> bool:
    return _values(live, where) == dict(values)
