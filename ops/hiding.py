"""Keeps secrets out of what is told about properties of resources: CloudFormation tells what it finds."""

from __future__ import annotations

import re
from typing import Final

from runtime.contract import VARIABLES

HIDDEN: Final = "***"
REFERENCE: Final = "{{resolve:"
"""How a dynamic reference begins: what stands in its place in AWS is what it refers to."""
PLAIN: Final = frozenset(variable.name for variable in VARIABLES if not variable.secret)
"""Environment variables in which no secret stands."""
VARIABLE: Final = re.compile(r"/Environment(/Variables)?(/(?P<name>[^/]+))?")
TELLING: Final = re.compile(r"password|secret|token|credential|privatekey|headervalue", re.IGNORECASE)
"""Names of properties that hold a secret, or may."""
WITHIN: Final = re.compile(r"OriginCustomHeaders|HeaderValue|MasterUserPassword|SecretString")
"""The same within a value that is an object."""
LOGIN: Final = re.compile(r"(://[^/\s:@]*:)\S+@")
"""A password in an address, to the last `@`: a password that was not encoded may have some in it."""

MEASURED: Final = re.compile(r"(String measured: ).*", re.DOTALL)


def told(path: str, expected: str | None, actual: str | None) -> tuple[str | None, str | None]:
    """What may be told of a property at a path such as `/Environment/Variables/LOG_LEVEL`.

    That two values differ may be told, and a reference as the template has it; what it stands for may not.
    """
    if _is_secret(path, expected, actual):
        shown = expected if expected and expected.startswith(REFERENCE) else _hidden(expected)
        return shown, _hidden(actual)
    return _without_login(expected), _without_login(actual)


def reason(text: str) -> str:
    """What a service says about a failure, without what it may repeat of a request.

    Lambda prints all environment variables where they are more than 4 KB ("String measured: {...}").
    """
    return LOGIN.sub(rf"\g<1>{HIDDEN}@", MEASURED.sub(rf"\g<1>{HIDDEN}", text))


def _is_secret(path: str, *values: str | None) -> bool:
    if match := VARIABLE.fullmatch(path):
        return match["name"] not in PLAIN or any(REFERENCE in value for value in values if value)
    if TELLING.search(path):
        return True
    return any(REFERENCE in value or WITHIN.search(value) for value in values if value)


def _hidden(value: str | None) -> str | None:
    return HIDDEN if value else value


def _without_login(value: str | None) -> str | None:
    return LOGIN.sub(rf"\g<1>{HIDDEN}@", value) if value else value
