"""The database stack: the PostgreSQL instance, its secrets, and the function that migrates it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Sub, iam, rds

from runtime.contract import API_LOGINS, CA_BUNDLE, Function
from stacks import values
from stacks.functions import Blueprint, add_function
from stacks.log_groups import add_log_group
from stacks.naming import logical_id, managed_policy
from stacks.policies import trust
from stacks.postgresql import max_connections
from stacks.secrets import MASTER, add_generated, entered, resolve
from stacks.stack import Stack, given

if TYPE_CHECKING:
    from stacks.sections import DatabaseSettings
    from stacks.settings import Environment

LOG_TYPES = ("postgresql", "upgrade")


class PostgreSqlInstance(rds.DBInstance):
    """An encrypted PostgreSQL instance on gp3.

    Deletion and replacement take a snapshot; both policies are given in the call, since
    troposphere drops them from a class body.
    """

    Engine = "postgres"
    StorageType = "gp3"
    StorageEncrypted = True
    CopyTagsToSnapshot = True
    AllowMajorVersionUpgrade = False
    DeleteAutomatedBackups = False
    CACertificateIdentifier = "rds-ca-rsa2048-g1"


class PostgreSqlAsReported(rds.DBInstance):
    """The instance as it was made by hand: what the report does not name is left to RDS."""

    Engine = "postgres"
    StorageType = "gp3"
    StorageEncrypted = True


def build_database(environment: Environment) -> Stack:
    """Instance, secrets and migrator of an environment."""
    stack = Stack("database", environment, "PostgreSQL and its migrator")
    master_password = _master_password(stack)
    instance = _add_instance(stack, master_password)
    stack.publish(values.DATABASE_HOST, instance.get_att("Endpoint.Address"))
    stack.publish(values.DATABASE_PORT, instance.get_att("Endpoint.Port"))
    stack.publish(values.DATABASE_ID, instance.ref())
    stack.publish(values.DATABASE_ARN, instance.get_att("DBInstanceArn"))
    if environment.migrator:
        _add_api_logins(stack)
        _add_migrator(stack, master_password)
    return stack


def database_url(stack: Stack, user: Any, password: Any) -> Sub:
    """Connection string in which TLS is required; the password stays a dynamic reference."""
    settings = stack.environment.database
    ca = f"&sslrootcert={CA_BUNDLE}" if settings.tls.startswith("verify") else ""
    return Sub(
        f"postgresql://${{User}}:${{Password}}@${{Host}}:${{Port}}/{settings.database_name}?sslmode={settings.tls}{ca}",
        User=user,
        Password=password,
        Host=stack.read(values.DATABASE_HOST),
        Port=stack.read(values.DATABASE_PORT),
    )


def _master_password(stack: Stack) -> Any:
    settings = stack.environment.database
    if settings.master_password == "entered":  # noqa: S105  (a choice, not a password)
        return resolve(entered(stack, MASTER), "password")
    secret = add_generated(
        stack,
        "DatabaseMasterSecret",
        "Password of the database's master user, as whom the migrator connects",
        key="password",
        username=settings.master_user,
    )
    if stack.environment.migrator is None:
        stack.publish(values.MASTER_SECRET, secret.ref())
    return resolve(secret.ref(), "password")


def _add_instance(stack: Stack, master_password: Any) -> rds.DBInstance:
    """The instance; every property that replaces it is the same before and after hardening."""
    settings = stack.environment.database
    kind = PostgreSqlInstance if settings.lifecycle_decided else PostgreSqlAsReported
    return stack.add(
        kind(
            "Database",
            DBInstanceIdentifier=settings.identifier,
            DBInstanceClass=settings.instance_class,
            EngineVersion=settings.engine_version,
            AllocatedStorage=str(settings.storage_gb),
            DBName=settings.database_name,
            MasterUsername=settings.master_user,
            MasterUserPassword=master_password,
            DBSubnetGroupName=_add_subnet_group(stack).ref(),
            VPCSecurityGroups=[stack.read(values.DATABASE_GROUP)],
            PubliclyAccessible=settings.publicly_accessible,
            MultiAZ=settings.multi_az,
            BackupRetentionPeriod=settings.backup_days,
            PreferredBackupWindow=settings.backup_window,
            PreferredMaintenanceWindow=settings.maintenance_window,
            DeletionProtection=settings.deletion_protection,
            AutoMinorVersionUpgrade=settings.auto_minor_upgrade,
            EnableIAMDatabaseAuthentication=settings.iam_authentication,
            DeletionPolicy="Snapshot",
            UpdateReplacePolicy="Snapshot",
            **_storage(stack, settings),
            **_watching(stack, settings),
        )
    )


def _storage(stack: Stack, settings: DatabaseSettings) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if settings.max_storage_gb:
        properties["MaxAllocatedStorage"] = settings.max_storage_gb
    if settings.refuse_extended_support:
        properties["EngineLifecycleSupport"] = "open-source-rds-extended-support-disabled"
    if settings.storage_key_adopted:
        properties["KmsKeyId"] = stack.parameter(
            "AdoptedStorageKeyArn", "String", "KMS key that encrypts the storage, as it is"
        )
    else:
        properties.update(stack.encryption)
    return properties


def _watching(stack: Stack, settings: DatabaseSettings) -> dict[str, Any]:
    """Parameter group, log exports, enhanced monitoring and insights, each if it is wanted."""
    properties: dict[str, Any] = {}
    if settings.parameter_group:
        properties["DBParameterGroupName"] = _add_parameter_group(stack, settings).ref()
    if settings.export_logs:
        groups = [
            add_log_group(
                stack,
                f"{logical_id(kind)}LogGroup",
                LogGroupName=f"/aws/rds/instance/{settings.identifier}/{kind}",
            )
            for kind in LOG_TYPES
        ]
        properties |= {
            "EnableCloudwatchLogsExports": list(LOG_TYPES),
            "DependsOn": [group.title for group in groups],
        }
    if settings.monitoring_seconds:
        properties["MonitoringInterval"] = settings.monitoring_seconds
        properties["MonitoringRoleArn"] = _add_monitoring_role(stack).get_att("Arn")
    if settings.insights:
        properties |= {
            "EnablePerformanceInsights": True,
            "PerformanceInsightsRetentionPeriod": 7,
            "DatabaseInsightsMode": "standard",
        }
        if stack.environment.own_key:
            properties["PerformanceInsightsKMSKeyId"] = stack.read(values.KEY_ARN)
    return properties


def _add_subnet_group(stack: Stack) -> rds.DBSubnetGroup:
    name = stack.environment.database.subnet_group_name
    purpose: Any = "Isolated subnets of the database"
    if name:
        purpose = stack.parameter(
            "AdoptedSubnetGroupDescription", "String", "Description of the adopted subnet group, as it is"
        )
    return stack.add(
        rds.DBSubnetGroup(
            "DatabaseSubnetGroup",
            DBSubnetGroupDescription=purpose,
            SubnetIds=stack.read(values.DATABASE_SUBNETS),
            **given(name, DBSubnetGroupName=name),
        )
    )


def _add_parameter_group(stack: Stack, settings: DatabaseSettings) -> rds.DBParameterGroup:
    """TLS forced, connections counted and logged, slow statements logged, idle transactions ended."""
    group = stack.add(
        rds.DBParameterGroup(
            "DatabaseParameterGroup",
            Description="Miyabi: TLS forced, connections and slow statements logged",
            Family=f"postgres{settings.engine_version.split('.')[0]}",
            Parameters={
                "rds.force_ssl": "1",
                "log_connections": "1",
                "log_disconnections": "1",
                "log_statement": "ddl",
                "log_min_duration_statement": str(settings.slow_statement_ms),
                "log_lock_waits": "1",
                "idle_in_transaction_session_timeout": "60000",
                "max_connections": str(max_connections(settings.instance_class)),
                "shared_preload_libraries": "pg_stat_statements",
            },
        )
    )
    stack.publish(values.PARAMETER_GROUP, group.ref())
    return group


def _add_monitoring_role(stack: Stack) -> iam.Role:
    return stack.add(
        iam.Role(
            "DatabaseMonitoringRole",
            AssumeRolePolicyDocument=trust("monitoring.rds.amazonaws.com", own_account=True),
            ManagedPolicyArns=[managed_policy("service-role/AmazonRDSEnhancedMonitoringRole")],
        )
    )


def _add_api_logins(stack: Stack) -> None:
    """A password for each of the API's two database roles, which the migrator sets."""
    for letter, role in API_LOGINS.items():
        secret = add_generated(
            stack,
            f"ApiLogin{letter.upper()}Secret",
            f"Password of database role {role}",
            key="password",
            username=role,
        )
        stack.publish(values.LOGIN_SECRETS[letter], secret.ref())


def _add_migrator(stack: Stack, master_password: Any) -> None:
    environment = stack.environment
    assert environment.migrator is not None  # noqa: S101  (the caller asked)
    deployed = add_function(
        stack,
        Blueprint(
            function=Function.MIGRATOR,
            settings=environment.migrator,
            purpose="Applies migrations, sets the API's passwords, tells whether the database is reached",
            security_group=values.MIGRATOR_GROUP,
            variables={
                "DATABASE_URL": database_url(stack, environment.database.master_user, master_password),
                "DATABASE_CONNECT_TIMEOUT": str(environment.database.connect_timeout_seconds),
                **{
                    f"API_LOGIN_{letter.upper()}_PASSWORD": resolve(stack.read(value), "password")
                    for letter, value in values.LOGIN_SECRETS.items()
                },
            },
        ),
    )
    stack.publish(values.MIGRATOR_NAME, deployed.function.ref())
