"""Copies the function's code and its secrets to where the templates expect them; neither is ever shown."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from ops import artifacts
from ops.errors import NotDeployed, Unreached, Unready
from stacks.naming import secret_name
from stacks.secrets import JWT, MASTER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ops.live import Live

FETCH_TIMEOUT: Final = 60


class CodeDiffers(Unready):
    """What was downloaded is not what the function runs."""

    def __init__(self, function: str) -> None:
        self.function = function
        super().__init__(f"the code of function {function} did not arrive whole; adopt again")


class SecretUnusable(Unready):
    """The live function has no secret that can be taken over, or another than what is entered."""

    def __init__(self, what: str, found: str, remedy: str) -> None:
        self.what = what
        super().__init__(f"{what} {found}; {remedy}")


@dataclass(frozen=True, slots=True)
class Secret:
    """A value of the live function's, and where it is to be: never in a representation."""

    name: str
    key: str
    variable: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Copies:
    """What is to be copied: secrets that are not entered yet, and code that is not in the bucket yet."""

    secrets: tuple[Secret, ...]
    entered: tuple[str, ...]
    """Names of secrets that are there already, with the live function's value."""
    code_sha256: str


def foresee(live: Live) -> Copies:
    """What there is to copy; raises `SecretUnusable`. Nothing is changed."""
    name = live.environment.api.function_name
    found = live.call("lambda:GetFunctionConfiguration", f"function {name}", FunctionName=name)
    variables = found.get("Environment", {}).get("Variables", {})
    wanted = [_master_password(live, variables), _jwt_secret(live, variables)]
    missing = [one for one in wanted if not _is_entered(live, one)]
    entered = [one.name for one in wanted if one not in missing]
    return Copies(tuple(missing), tuple(entered), found["CodeSha256"])


def copy_secrets(live: Live, copies: Copies, say: Callable[[str], None]) -> None:
    """Enter the secrets that are missing; one that is there is never written over."""
    for one in copies.secrets:
        live.call(
            "secretsmanager:CreateSecret",
            f"secret {one.name}",
            Name=one.name,
            Description=f"Taken over from {one.variable} of the function that was made by hand",
            SecretString=json.dumps({one.key: one.value}),
        )
        say(f"entered secret {one.name}")


def copy_code(
    live: Live, bucket: str, copies: Copies, fetch: Callable[[str], bytes], say: Callable[[str], None]
) -> str:
    """Put the function's code into the bucket, have SSM say so, and return its key. Raises `CodeDiffers`."""
    name = str(live.environment.api.function_name)
    location = live.call("lambda:GetFunction", f"function {name}", FunctionName=name)["Code"]["Location"]
    content = fetch(location)
    if base64.b64encode(hashlib.sha256(content).digest()).decode() != copies.code_sha256:
        raise CodeDiffers(name)
    key = artifacts.put(live, bucket, f"{name}-bootstrap", content)
    now = artifacts.published(live)
    if artifacts.publish(live, now.but(bucket=bucket, bootstrap_key=key)):
        say(f"the function's code is {key} in {bucket}")
    return key


def fetch_by_https(location: str) -> bytes:
    """Download from the address that Lambda gives, which is good for some minutes and is told to nobody.

    Raises `Unreached`.
    """
    try:
        with urllib.request.urlopen(location, timeout=FETCH_TIMEOUT) as answer:  # noqa: S310  (Lambda's own address)
            content: bytes = answer.read()
    except (OSError, HTTPException) as error:
        found = str(getattr(error, "reason", "")) or type(error).__name__
        raise Unreached("the function's code", found) from None
    return content


def _master_password(live: Live, variables: Mapping[str, str]) -> Secret:
    """The password in DATABASE_URL: the templates build that URL anew, from this password alone."""
    environment = live.environment
    function, url = environment.api.function_name, variables.get("DATABASE_URL", "")
    what = f"DATABASE_URL of function {function}"
    try:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), parts.password or ""
    except ValueError:
        user = password = ""
    if not password:
        raise SecretUnusable(
            what, "has no password", "enter it by `miyabi secret set`, and set the variable right"
        )
    if user != environment.database.master_user:
        raise SecretUnusable(
            what,
            f"is of user {user!r}, and the settings say {environment.database.master_user!r}",
            "correct database.master_user, or the variable",
        )
    if unquote(password) != password:
        raise SecretUnusable(
            what,
            "has a password with characters that a URL escapes, and the templates build the URL without",
            "give the master user one of letters and digits, in RDS and in the variable, and adopt again",
        )
    return Secret(secret_name(environment.system, MASTER), "password", "DATABASE_URL", password)


def _jwt_secret(live: Live, variables: Mapping[str, str]) -> Secret:
    environment = live.environment
    value = variables.get("JWT_SECRET", "")
    if not value:
        raise SecretUnusable(
            f"function {environment.api.function_name}",
            "has no JWT_SECRET",
            f"enter one by `miyabi secret set {environment.name} {JWT}`, and set the variable to it",
        )
    return Secret(secret_name(environment.system, JWT), "secret", "JWT_SECRET", value)


def _is_entered(live: Live, secret: Secret) -> bool:
    """Whether Secrets Manager has it with this very value; raises `SecretUnusable` for another one."""
    try:
        answer = live.call("secretsmanager:GetSecretValue", f"secret {secret.name}", SecretId=secret.name)
    except NotDeployed:
        return False
    if _value(answer.get("SecretString", ""), secret.key) != secret.value:
        raise SecretUnusable(
            f"secret {secret.name}",
            f"has another value than {secret.variable} of the live function",
            "delete the secret, or set the variable to it, whichever is wrong, and adopt again",
        )
    return True


def _value(text: str, key: str) -> Any:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document.get(key) if isinstance(document, dict) else None
