"""The variables of the login function, by `runtime.contract`; read nowhere else.

Values of secrets are in no representation and no error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.login.errors import Misconfigured
from runtime.variables import LogLevel, accepted, first_mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

Text = Annotated[str, StringConstraints(min_length=1)]
Secret = Annotated[SecretStr, Field(min_length=1)]
ADDRESS = r"^(https://[A-Za-z0-9.-]+(:\d+)?|http://(localhost|127\.0\.0\.1)(:\d+)?)/?$"
"""Of a site; without TLS only on this machine, where a browser takes Secure cookies nevertheless."""


class VariableRefused(Misconfigured):
    """An environment variable is missing, or holds what it can't."""

    def __init__(self, name: str, found: str) -> None:
        self.name, self.found = name, found
        super().__init__(f"environment variable {name} is refused ({found}); set it, or deploy again")


class Settings(BaseSettings):
    """All that the function is given."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    github_client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")]
    github_client_secret: Secret
    api_function: Text
    public_address: Annotated[str, StringConstraints(pattern=ADDRESS)] | None = None
    public_address_parameter: Text | None = None
    origin_secret: Secret | None = None
    origin_secret_previous: Secret | None = None
    environment: Text
    log_level: LogLevel
    debug_until: str = ""
    """When lines of level DEBUG end; see `runtime.variables.read_end`."""
    secrets_revision: str | None = None
    """Stands in the environment to be changed; its value means nothing here."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not (self.public_address or self.public_address_parameter):
            raise VariableRefused("PUBLIC_ADDRESS", "neither it nor PUBLIC_ADDRESS_PARAMETER is set")
        return self

    @property
    def origin_secrets(self) -> tuple[str, ...]:
        """What the origin header may hold; nothing where it is not asked for."""
        return accepted(self.origin_secret, self.origin_secret_previous)

    def secrets(self) -> Iterator[str]:
        """Everything that must not be read in a log."""
        yield self.github_client_secret.get_secret_value()
        yield from self.origin_secrets


def read_settings() -> Settings:
    """Read the function's variables. Raises `VariableRefused`."""
    try:
        return Settings()  # type: ignore[call-arg]  # the fields come from the environment
    except ValidationError as error:
        raise VariableRefused(*first_mistake(error)) from None
