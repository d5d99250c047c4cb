"""Reads a function's variables as its code does, and tells what is wrong with them without what they hold."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from runtime.contract import Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

URL: Final = "DATABASE_URL"
AROUND: Final = " \t\r\n\v\f\"'`\u00a0\ufeff\u201c\u201d"
"""What gets around a value when it is copied, or written by a shell."""
UNRESOLVED: Final = re.compile(
    r"\{\{\s*resolve:|\$\{[\w:.]+\}|^arn:aws[\w-]*:(?:secretsmanager|ssm):|^<[^<>]+>$"
    r"|^(?:change|replace)[-_ ]?me",
    re.IGNORECASE,
)
"""A dynamic reference, a gap of a template, an ARN of a secret, or what stands in examples."""


PARAMETER: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
"""How parameters of a URL are named."""


class Form(StrEnum):
    """What a database URL is, as far as its form tells."""

    READABLE = "can be read"
    SURROUNDED = "has spaces, a line's end or quotation marks around it"
    ENDED = "has a line's end or a space within one of its parts"
    EMPTY = "is empty"
    SCHEME = "is of another scheme"
    PARAMETER = "has a parameter that libpq does not know, or can't read"
    BROKEN = "can't be read: a character of user or password is not percent-encoded"


REFUSED: Final = {"begins": Form.SCHEME, "can't be read": Form.BROKEN, "is empty": Form.EMPTY}
"""How the code's refusals of a URL begin, of those that are about its form."""


def mistakes(function: Function, variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names of variables that the code refuses, each with why; the values are in neither.

    The API's are read by its own settings. Of the others only those are told that are missing.
    """
    if function is not Function.API:
        from runtime.contract import required_variables

        return [(name, "it is missing") for name in sorted(required_variables(function) - set(variables))]
    from pydantic import ValidationError

    from runtime.api.settings import Settings

    class Given(Settings):
        """The same settings, of what is given alone: the doctor's own environment is none of theirs."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del settings_cls, env_settings, dotenv_settings, file_secret_settings
            return (init_settings,)

    values: dict[str, Any] = {name.lower(): value for name, value in variables.items()}
    try:
        Given(**values)
    except ValidationError as error:
        return [_told(each) for each in error.errors(include_input=False, include_url=False)]
    return []


def form_of(url: str) -> Form:
    """What is wrong with the form of a database URL; that it allows a connection without TLS is not."""
    from psycopg import conninfo

    from runtime.migrator.connection import read_url
    from runtime.migrator.errors import UrlRefused

    if not url.strip(AROUND):
        return Form.EMPTY
    if url != url.strip(AROUND):
        return Form.SURROUNDED
    if "://" not in url and "=" not in url:
        return Form.SCHEME
    try:
        read_url(url)
    except UrlRefused as refused:
        if unknown_parameter(url) is not None:
            return Form.PARAMETER
        forms = (form for found, form in REFUSED.items() if refused.found.startswith(found))
        if form := next(forms, None):
            return form
    parts = conninfo.conninfo_to_dict(url)
    return Form.ENDED if any(str(value) != str(value).strip() for value in parts.values()) else Form.READABLE


def unknown_parameter(url: str) -> str | None:
    """The parameter for which libpq refuses a URL; empty where it has no name that may be told.

    None where it does not refuse it for that. Where an `@` follows the question mark, that may be the
    password's: then nobody can tell.
    """
    from psycopg import ProgrammingError, conninfo, pq

    before, mark, query = url.partition("?")
    if not mark or "@" in query or "://" not in before:
        return None
    try:
        read = conninfo.conninfo_to_dict(before)
    except ProgrammingError:
        return None
    if not str(read.get("port", "5432")).isdecimal():
        return None
    pairs = [each.partition("=") for each in query.split("&")]
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    strange = next((name for name, sign, _ in pairs if name not in known or not sign), None)
    return strange if strange is None or PARAMETER.fullmatch(strange) else ""


def unresolved(variables: Mapping[str, str]) -> list[str]:
    """Names of variables that hold a reference, or what is to be replaced, in place of a value."""
    return sorted(name for name, value in variables.items() if UNRESOLVED.search(value))


def _told(mistake: Mapping[str, Any]) -> tuple[str, str]:
    name = str(mistake["loc"][0]).upper() if mistake["loc"] else "one"
    match mistake["type"]:
        case "missing":
            return name, "it is missing"
        case "too_short" | "string_too_short":
            return name, "it is too short"
        case "int_parsing":
            return name, "it is no whole number"
        case _:
            found = str(mistake["msg"]).removeprefix("Value error, ")
            return name, found[:1].lower() + found[1:]
