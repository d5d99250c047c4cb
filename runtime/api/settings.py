"""The variables of the api function, by `runtime.contract`; read nowhere else.

Values of secrets are in no representation and no error.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.migrator.connection import Target, read_url
from runtime.migrator.errors import UrlRefused
from runtime.variables import LogLevel, accepted, first_mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_KEY: Final = 32
"""Bytes of a key for HS256: as many as its hash gives (RFC 7518, section 3.2)."""


class ConfigurationRefused(Exception):
    """A variable is missing, or holds what it can't."""

    def __init__(self, name: str, found: str) -> None:
        self.name, self.found = name, found
        super().__init__(f"environment variable {name} is refused ({found}); set it, or deploy again")


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().encode()) < SHORTEST_KEY:
        raise ValueError(f"it has fewer than {SHORTEST_KEY} bytes")
    return key


Key = Annotated[SecretStr, AfterValidator(_long_enough)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Seconds = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """All that the function is given."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    database_connect_timeout: Annotated[int, Field(ge=1, le=10)]
    """Seconds."""
    database_statement_timeout: Annotated[int, Field(ge=1, le=27)]
    """Seconds."""
    jwt_secret: Key
    jwt_secret_previous: Key | None = None
    jwt_expiration: Seconds
    """Of an access token."""
    refresh_expiration: Seconds
    """Of a refresh token."""
    origin_secret: Secret | None = None
    origin_secret_previous: Secret | None = None
    cors_origins: str | None = None
    """Separated by commas."""
    environment: str
    log_level: LogLevel
    debug_until: str = ""
    """When lines of level DEBUG end; see `runtime.variables.read_end`."""

    @property
    def target(self) -> Target:
        """Where the database is. Raises `ConfigurationRefused` where its URL would allow plain text."""
        try:
            return read_url(self.database_url.get_secret_value())
        except UrlRefused as error:
            raise ConfigurationRefused("DATABASE_URL", str(error)) from None

    @property
    def origins(self) -> tuple[str, ...]:
        """Whose pages may call from a browser."""
        return tuple(origin.strip() for origin in (self.cors_origins or "").split(",") if origin.strip())

    @property
    def keys(self) -> tuple[str, ...]:
        """By which tokens are verified; the first signs them."""
        return accepted(self.jwt_secret, self.jwt_secret_previous)

    @property
    def origin_secrets(self) -> tuple[str, ...]:
        """What the origin header may hold; nothing where it is not asked for."""
        return accepted(self.origin_secret, self.origin_secret_previous)

    def secrets(self) -> Iterator[str]:
        """What must not be read in a log: keys, and the password as it is and as the URL spells it."""
        for name in type(self).model_fields:
            if isinstance(value := getattr(self, name), SecretStr):
                yield value.get_secret_value()
        yield self.database_url.get_secret_value().partition("://")[2].rpartition("@")[0].partition(":")[2]
        yield self.target.parameters.get("password", "")


def read_settings() -> Settings:
    """Read the function's variables. Raises `ConfigurationRefused` where it can't serve with them."""
    try:
        settings = Settings()  # type: ignore[call-arg]  # the fields come from the environment
    except ValidationError as error:
        raise ConfigurationRefused(*first_mistake(error)) from None
    _ = settings.target
    return settings


def read_initialization() -> str | None:
    """How Lambda starts this environment, such as `on-demand` or `snap-start`; None outside of Lambda."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE")
