"""What an environment may decide, as one typed value.

Types and impossible values are refused here. What is possible but unwise (a storage ceiling too
near the storage, a window inside another) is an invariant in `stacks.invariants`, because an
operator may have a reason and can then waive it. The sections stand in `stacks.sections`;
`stacks.loading` reads the TOML files and turns a refusal into one sentence.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import StringConstraints, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from stacks.fields import AccountId, RetentionDays, Word
from stacks.sections import (
    ApiSettings,
    BackupSettings,
    DatabaseSettings,
    EdgeSettings,
    FunctionSettings,
    HttpApiSettings,
    NetworkSettings,
    ObservabilitySettings,
    QuotaSettings,
    TagSettings,
    TrafficSettings,
)

EDGE_REGION = "us-east-1"


class Environment(BaseSettings):
    """One environment: its file in `stacks/environments/`, overridden by the process environment."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="MIYABI_",
        env_nested_delimiter="__",
        use_attribute_docstrings=True,
    )

    name: Word
    """The file's name; printed, and the folder under build/."""
    system: Word
    """Names stacks and parameters; two environments of one system are two states of the same live system."""
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] = "us-east-1"
    """AWS Region."""
    account: AccountId | None = None
    """AWS account that deployments must go to; left out, any."""
    own_key: bool = True
    """A KMS key of ours for logs, secrets, environment variables, the topic and backups."""
    termination_protection: bool = True
    """Refuse to delete a stack until this is taken off."""
    log_retention_days: RetentionDays = 30
    """How long every log group of ours keeps its lines."""
    tags: TagSettings | None = None
    """Tags; left out, nothing is tagged."""
    network: NetworkSettings
    database: DatabaseSettings
    api: ApiSettings
    login: FunctionSettings | None = None
    """The function that speaks to GitHub; left out, nobody can log in."""
    migrator: FunctionSettings | None = None
    """The function that migrates the database; left out, migrations run from elsewhere."""
    http_api: HttpApiSettings
    edge: EdgeSettings | None = None
    """Left out, there is no edge stack."""
    observability: ObservabilitySettings | None = None
    """Left out, there is no observability stack."""
    backup: BackupSettings | None = None
    """Left out, only the instance's own automated backups exist."""
    traffic: TrafficSettings
    quotas: QuotaSettings = QuotaSettings()

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        for broken, message in (
            (
                self.edge and self.region != EDGE_REGION,
                f"edge works in {EDGE_REGION} only: WAF and certificate of CloudFront live there",
            ),
            (
                self.backup and not self.observability,
                "backup needs the observability section: its failures go to that topic",
            ),
            (
                self.login and not self.http_api.named_routes,
                "login needs http_api.named_routes: $default leads to the api function alone",
            ),
            (
                self.login and not self.api.alias,
                "login needs api.alias: it may invoke that alias and nothing else",
            ),
            (
                self.database.subnet_group_name and self.network.cidr,
                "database.subnet_group_name names an adopted group: leave it or network.cidr out",
            ),
        ):
            if broken:
                raise ValueError(message)
        return self

    @property
    def functions_in_vpc(self) -> bool:
        """Whether any function has a network interface in the VPC."""
        return self.api.in_vpc or self.migrator is not None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (pydantic-settings calls by keyword)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the process environment override the file, whose values arrive as arguments."""
        return env_settings, init_settings
