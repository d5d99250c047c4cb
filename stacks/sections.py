"""The sections of an environment's file: every value that may differ, typed and described."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from stacks.fields import (
    Amount,
    ClockWindow,
    DomainName,
    Email,
    EngineVersion,
    InstanceClass,
    LogLevel,
    Plain,
    Runtime,
    WeekWindow,
    Word,
)

MIN_ZONES = 2
"""An RDS subnet group spans two availability zones or more."""


class Section(BaseModel):
    """A part of an environment: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class TagSettings(Section):
    """Tags that every taggable resource carries beside its environment and stack."""

    project: Plain = "Miyabi Society"
    """Shown as `Project`; cost reports group by it."""
    owner: Plain
    """Who answers for these resources, shown as `Owner`."""
    cost_centre: Plain
    """Who pays, shown as `CostCentre`."""


class NetworkSettings(Section):
    """The VPC: our own with isolated subnets, or one that is there already."""

    cidr: IPv4Network | None = None
    """Address range of our own VPC; left out, VPC and subnets are adopted, as template parameters."""
    zones: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,5}\d-az\d$")], ...], Field(max_length=6)
    ] = ()
    """Availability zone ids (`use1-az1`), the same place in every account; names (`us-east-1a`) are not."""
    function_cidrs: tuple[IPv4Network, ...] = ()
    """One range for each zone, for the functions' network interfaces."""
    database_cidrs: tuple[IPv4Network, ...] = ()
    """One range for each zone, for the database; no route leads out of them."""
    flow_logs: bool = True
    """Record rejected and accepted connections of our own VPC in a log group."""
    database_group_open_to_world: bool = False
    """Admit every address to 5432, as was reported; never do this."""

    @model_validator(mode="after")
    def _own_or_adopted(self) -> Self:
        ranges = (self.zones, self.function_cidrs, self.database_cidrs)
        if self.cidr is None and any(ranges):
            raise ValueError(
                "zones, function_cidrs and database_cidrs belong to a VPC of our own: set cidr too"
            )
        if self.cidr is not None and (len(self.zones) < MIN_ZONES or len({len(part) for part in ranges}) > 1):
            raise ValueError(
                "a VPC of our own needs two zones or more, each with a function and a database range"
            )
        return self


class DatabaseSettings(Section):
    """The PostgreSQL instance."""

    identifier: Annotated[str, StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){0,62}$")]
    """Name of the instance; CloudFormation can replace the instance only if the name changes too."""
    instance_class: InstanceClass
    """Such as `db.t4g.micro`; decides price, memory and with it the greatest number of connections."""
    engine_version: EngineVersion
    """PostgreSQL version, major and minor, of those that RDS still creates."""
    database_name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = "miyabi"
    """Database made with the instance."""
    master_user: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = "miyabi_admin"
    """Owner of the schema; the migrator connects as this user."""
    master_password: Literal["generated", "entered"] = "generated"  # noqa: S105  (a choice, not a password)
    """Whether CloudFormation makes the password, or a person enters the one that is in use."""
    storage_gb: Annotated[int, Field(ge=20, le=65536)] = 20
    """Allocated gp3 storage in GiB."""
    max_storage_gb: Annotated[int, Field(ge=20, le=65536)] | None = None
    """Ceiling of storage autoscaling in GiB; left out, storage does not grow by itself."""
    storage_key_adopted: bool = False
    """The storage is encrypted with a key that was chosen before us; it becomes a template parameter."""
    subnet_group_name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,254}$")] | None = (
        None
    )
    """Name of an adopted subnet group; left out, we make one."""
    multi_az: bool = False
    """Keep a standby in a second zone; about doubles the instance's price."""
    publicly_accessible: bool = False
    """Give the instance a public address, as was reported; never do this."""
    parameter_group: bool = True
    """Own parameter group: TLS forced, statements and connections logged."""
    backup_days: Annotated[int, Field(ge=0, le=35)] = 7
    """How long automated backups are kept; 0 turns them and point-in-time restore off."""
    backup_window: ClockWindow = "03:00-04:00"
    """Daily, in UTC."""
    maintenance_window: WeekWindow = "mon:04:30-mon:05:30"
    """Weekly, in UTC."""
    deletion_protection: bool = True
    """Refuse deletion of the instance until this is false."""
    auto_minor_upgrade: bool = True
    """Let RDS apply minor versions in the maintenance window."""
    export_logs: bool = True
    """Send PostgreSQL's and the upgrade log to log groups of ours."""
    monitoring_seconds: Literal[0, 1, 5, 10, 15, 30, 60] = 60
    """Interval of enhanced monitoring; 0 turns it off."""
    insights: bool = True
    """Database Insights, standard mode: 7 days of query statistics, free of charge."""
    refuse_extended_support: bool = True
    """Never bill Extended Support; CloudFormation may refuse to set this on an instance that is live."""
    lifecycle_decided: bool = True
    """Say which CA, how snapshots are tagged and what happens to backups; left out, RDS chooses."""
    iam_authentication: bool = True
    """Allow IAM tokens beside passwords."""
    tls: Literal["require", "verify-ca", "verify-full"] = "verify-full"
    """sslmode in every database URL; only verify-full proves who answers."""
    connect_timeout_seconds: Annotated[int, Field(ge=1, le=10)] = 3
    """How long a function waits for a connection."""
    statement_timeout_seconds: Annotated[int, Field(ge=1, le=27)] = 20
    """How long one statement of the API may run."""
    connections_kept_free: Annotated[int, Field(ge=0, le=1000)] = 20
    """Connections left for people, monitoring and RDS itself."""
    slow_statement_ms: Annotated[int, Field(ge=0, le=600_000)] = 500
    """Statements slower than this are logged, in milliseconds."""


class FunctionSettings(Section):
    """What every Lambda function decides."""

    memory_mb: Annotated[int, Field(ge=128, le=10240)] = 512
    """Memory in MB; CPU comes in proportion (1,769 MB is one core)."""
    timeout_seconds: Annotated[int, Field(ge=1, le=900)] = 29
    """29 for functions behind the API: the gateway itself gives up at 30."""
    reserved_concurrency: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Most executions at a time, and kept free for this function; left out, the account's quota is shared."""
    log_level: LogLevel = "INFO"
    """Least severity that is written."""


class ApiSettings(FunctionSettings):
    """The function behind the API."""

    runtime: Runtime = "python3.13"
    """A managed Python, or `provided.*` for a binary named bootstrap."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """arm64 costs a fifth less."""
    in_vpc: bool = True
    """Attach to the VPC; without it a private database is out of reach."""
    alias: bool = True
    """Publish versions and let the alias `live` follow; left out, the API calls $LATEST."""
    tracing: bool = True
    """X-Ray, active mode."""
    snap_start: bool = False
    """Restore from a snapshot instead of initialising; Python 3.12 and later, priced."""
    function_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    """Name of an adopted function; its log group is /aws/lambda/<name>."""
    role_name: Annotated[str, StringConstraints(pattern=r"^[\w+=,.@-]{1,64}$")] | None = None
    """Name of an adopted execution role."""
    managed_log_policy: bool = False
    """Attach AWSLambdaBasicExecutionRole, as was reported, instead of rights to one log group."""
    own_log_settings: bool = True
    """JSON logs into a group of ours with retention; left out, the group is as Lambda made it."""
    jwt_secret: Literal["generated", "entered"] = "generated"  # noqa: S105  (a choice, not a secret)
    """Whether CloudFormation makes the signing secret, or a person enters the one that is in use."""
    access_token_seconds: Annotated[int, Field(ge=60, le=86_400)] = 3600
    """Life of an access token."""
    refresh_token_seconds: Annotated[int, Field(ge=3600, le=7_776_000)] = 604_800
    """Life of a refresh token."""
    rust_log: LogLevel | None = None
    """RUST_LOG for a bootstrap written in Rust."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.snap_start and (self.is_custom_runtime or not self.alias):
            raise ValueError(
                "snap_start needs a managed Python runtime and the alias: only versions are snapshot"
            )
        if not self.own_log_settings and self.function_name is None:
            raise ValueError("own_log_settings = false is for an adopted function: set function_name as well")
        return self

    @property
    def is_custom_runtime(self) -> bool:
        """Whether a binary named bootstrap runs instead of a managed Python."""
        return self.runtime.startswith("provided")


class HttpApiSettings(Section):
    """The HTTP API in front of the functions."""

    name: Word = "miyabi-api"
    """Shown in the console."""
    named_routes: bool = True
    """One route for each of the contract's; left out, $default sends everything to the api function."""
    invoke_permission: bool = True
    """Let the API invoke the functions; it was missing in the reported system, which answered 500."""
    throttle_rate: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Steady requests a second over all routes; left out, only the account's quota holds."""
    throttle_burst: Annotated[int, Field(ge=1, le=5_000)] | None = None
    """Requests that may arrive at once."""
    access_log: bool = True
    """One JSON line a request, with the integration's error if there was one."""
    detailed_metrics: bool = False
    """Metrics for each route, priced as custom metrics."""
    cors_origins: tuple[Annotated[str, StringConstraints(pattern=r"^https?://[^\s/*]+$")], ...] = ()
    """Origins that may call from a browser; none are needed behind CloudFront."""


class EdgeSettings(Section):
    """CloudFront before the frontend and the API; its firewall and certificate live in us-east-1 alone."""

    domain: DomainName | None = None
    """Own domain name; left out, CloudFront's."""
    certificate_arn: (
        Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate/[\w-]+$")]
        | None
    ) = None
    """Certificate of that domain in us-east-1."""
    hosted_zone_id: Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$")] | None = None
    """Route 53 zone in which to write the domain's records."""
    firewall: bool = True
    """WAF with a rate rule and AWS's managed rules; an HTTP API can have none of its own."""
    requests_per_5_minutes: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests from one address in five minutes after which WAF blocks it."""
    require_origin_header: bool = True
    """The functions refuse what did not come through CloudFront; off while old clients call directly."""
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_100"
    """Which of CloudFront's locations serve."""

    @model_validator(mode="after")
    def _domain_is_whole(self) -> Self:
        if (self.domain is None) != (self.certificate_arn is None):
            message = (
                "domain and certificate_arn go together: CloudFront serves a name only with its certificate"
            )
            raise ValueError(message)
        if self.hosted_zone_id and not self.domain:
            raise ValueError("hosted_zone_id needs a domain to write into the zone")
        return self


class ObservabilitySettings(Section):
    """What tells a person that something is wrong, before a user does."""

    alarm_emails: Annotated[tuple[Email, ...], Field(max_length=10)] = ()
    """Who gets every alarm; each must confirm AWS's message once."""
    budget_usd: Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=2)]
    """Monthly limit in USD; mails go out at 80 % and when 100 % is forecast."""
    dashboard: bool = True
    """One page with a row for each component."""


class BackupSettings(Section):
    """AWS Backup, beside the instance's own automated backups."""

    daily_schedule: Annotated[str, StringConstraints(pattern=r"^cron\([^()]+\)$")] = "cron(0 7 * * ? *)"
    """When the daily backup starts, in UTC; it has an hour."""
    daily_days: Annotated[int, Field(ge=1, le=3650)] = 35
    """How long daily backups are kept."""
    monthly_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """How long the backup of each month's first day is kept; left out, there is none."""


class TrafficSettings(Section):
    """Expected use in a month; alarms, throttles, capacity checks and the bill are computed from it."""

    requests_per_month: Amount
    """Requests to the API."""
    request_duration_ms: Amount = Decimal(100)
    """Billed duration of one request."""
    cold_start_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.01")
    """Share of requests that start an execution environment."""
    init_duration_ms: Amount = Decimal(900)
    """Billed init of such a start."""
    peak_requests_per_second: Amount
    """Busiest second."""
    request_kb: Amount = Decimal(2)
    """Average request."""
    response_kb: Amount = Decimal(8)
    """Average response."""
    internet_out_gb: Amount
    """Data to the internet, from the API."""
    log_kb_per_request: Amount | None = None
    """Function log for each request."""
    log_gb: Amount | None = None
    """Function log in all, instead of the former."""
    database_storage_growth_gb_per_month: Amount = Decimal(0)
    """How much the database grows."""
    logins_per_month: Amount = Decimal(0)
    """GitHub logins; each is two requests to the login function."""
    frontend_requests_per_month: Amount = Decimal(0)
    """Requests to CloudFront for the frontend."""
    frontend_out_gb: Amount = Decimal(0)
    """Data that CloudFront serves."""

    @model_validator(mode="after")
    def _one_measure_of_logs(self) -> Self:
        if (self.log_gb is None) == (self.log_kb_per_request is None):
            raise ValueError("say how much the functions log: either log_kb_per_request or log_gb")
        return self


class QuotaSettings(Section):
    """What the account allows."""

    lambda_concurrency: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Concurrent executions of the account in the region (quota L-B99A9384; new accounts begin at 10)."""
    http_api_requests_per_second: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """Requests a second over all APIs of the account in the region (quota L-8A5B8E43)."""
