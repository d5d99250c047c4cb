"""The variables of the migrator function, by `runtime.contract`; read nowhere else.

Values of secrets are in no representation and no error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.contract import API_LOGINS
from runtime.migrator.errors import AccessError
from runtime.variables import LogLevel, first_mistake

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST = 16
Password = Annotated[SecretStr, Field(min_length=SHORTEST)]
"""A password that is worth a verifier; those that are generated have 48 characters."""


class VariableRefused(AccessError):
    """An environment variable is missing, or holds what it can't."""

    def __init__(self, name: str, found: str) -> None:
        self.name, self.found = name, found
        super().__init__(f"environment variable {name} is refused ({found}); set it, or deploy again")


class Settings(BaseSettings):
    """All that the function is given."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    database_connect_timeout: Annotated[int, Field(ge=1, le=60)]
    """Seconds."""
    api_login_a_password: Password
    api_login_b_password: Password
    environment: str
    log_level: LogLevel
    secrets_revision: str | None = None
    """Stands in the environment to be changed; its value means nothing here."""


class Passwords(BaseSettings):
    """What preparing the API's roles needs, wherever it runs: only of those logins that are asked for."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    api_login_a_password: Password | None = None
    api_login_b_password: Password | None = None


def read_settings() -> Settings:
    """Read the function's variables. Raises `VariableRefused`."""
    try:
        return Settings()  # type: ignore[call-arg]  # the fields come from the environment
    except ValidationError as error:
        raise VariableRefused(*first_mistake(error)) from None


def read_passwords() -> Mapping[str, SecretStr]:
    """Read the passwords that are set, by the letter of their login. Raises `VariableRefused`."""
    try:
        passwords = Passwords()
    except ValidationError as error:
        raise VariableRefused(*first_mistake(error)) from None
    found = {letter: getattr(passwords, f"api_login_{letter}_password") for letter in API_LOGINS}
    return {letter: password for letter, password in found.items() if password is not None}
