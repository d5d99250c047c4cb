"""A server is what its instance is: a change by anybody has its effect before the next connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.twin.databases.running import PASSWORD, SETTINGS, host_of, make_instance, url
from twin.aws.mends import mend
from twin.databases import InstanceUnknown
from twin.databases.history import RESTARTED

if TYPE_CHECKING:
    from tests.twin.databases.running import Client
    from twin.aws.clients import Aws
    from twin.databases import Databases


METHODS = dict.fromkeys(("max_connections", "lock_timeout"), "pending-reboot")
"""The one that is static, and one that could count at once."""


def describe(rds: Any, name: str = "a") -> dict[str, Any]:
    """An instance as RDS tells of it."""
    [told] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(told)


@pytest.fixture(scope="module")
def group(aws: Aws) -> str:
    """A parameter group as our stacks make it."""
    client = aws.client("rds")
    client.create_db_parameter_group(
        DBParameterGroupName="group", DBParameterGroupFamily="postgres15", Description="d"
    )
    set_parameters(
        client, max_connections="20", **{"rds.force_ssl": "1", "shared_preload_libraries": "none_such"}
    )
    return "group"


def set_parameters(rds: Any, **values: str) -> None:
    """Change parameters of the group."""
    wanted = [
        {"ParameterName": name, "ParameterValue": value, "ApplyMethod": METHODS.get(name, "immediate")}
        for name, value in values.items()
    ]
    rds.modify_db_parameter_group(DBParameterGroupName="group", Parameters=wanted)


@pytest.fixture(scope="module")
def rds(aws: Aws, databases: Databases, group: str) -> Any:
    assert () == databases.unchecked
    return make_instance(aws, DBParameterGroupName=group)


@pytest.fixture
def a(rds: Any) -> str:
    return host_of(rds, "a")


def test_a_new_password_of_the_master_counts_at_once_and_the_old_one_no_more(
    client: Client, rds: Any, a: str
) -> None:
    try:
        rds.modify_db_instance(DBInstanceIdentifier="a", MasterUserPassword="second", ApplyImmediately=True)

        assert "password authentication failed" in client.refusal(url(a))
        assert 1 == client.ask(url(a, password="second"), "SELECT 1")
    finally:
        rds.modify_db_instance(DBInstanceIdentifier="a", MasterUserPassword=PASSWORD, ApplyImmediately=True)
    told = rds.describe_events(SourceIdentifier="a", SourceType="db-instance")["Events"]
    assert "Reset master credentials" in [event["Message"] for event in told]


def test_a_dynamic_parameter_counts_at_once_and_a_static_one_from_a_reboot_on(
    client: Client, rds: Any, a: str
) -> None:
    set_parameters(rds, statement_timeout="7777", max_connections="21", lock_timeout="8888")
    set_parameters(rds, **{"pg_stat_statements.track": "none"})

    assert "7777ms" == client.ask(url(a), "SHOW statement_timeout")
    assert "none" == client.ask(url(a), "SHOW pg_stat_statements.track")
    assert "20" == client.ask(url(a), "SHOW max_connections")
    assert "0" == client.ask(url(a), "SHOW lock_timeout")
    assert "pending-reboot" == describe(rds)["DBParameterGroups"][0]["ParameterApplyStatus"]
    rds.reboot_db_instance(DBInstanceIdentifier="a")

    assert "21" == client.ask(url(a), "SHOW max_connections")
    assert "8888ms" == client.ask(url(a), "SHOW lock_timeout")
    assert "in-sync" == describe(rds)["DBParameterGroups"][0]["ParameterApplyStatus"]
    rds.reset_db_parameter_group(
        DBParameterGroupName="group",
        Parameters=[{"ParameterName": "statement_timeout", "ApplyMethod": "immediate"}],
    )

    assert "0" == client.ask(url(a), "SHOW statement_timeout")


def test_what_is_told_is_told_however_often_moto_was_mended(rds: Any) -> None:
    """Several mends are about the same operation, and each may be done again."""
    mend()
    mend()
    rds.reboot_db_instance(DBInstanceIdentifier="a")
    told = rds.describe_events(SourceIdentifier="a", SourceType="db-instance")["Events"]
    before = len([event for event in told if event["Message"] == RESTARTED])
    rds.reboot_db_instance(DBInstanceIdentifier="a")
    told = rds.describe_events(SourceIdentifier="a", SourceType="db-instance")["Events"]

    assert before + 1 == len([event for event in told if event["Message"] == RESTARTED])


def test_tls_is_demanded_as_the_group_says(client: Client, rds: Any, a: str) -> None:
    plain = url(a).partition("?")[0] + "?sslmode=disable"

    assert "no encryption" in client.refusal(plain)
    set_parameters(rds, **{"rds.force_ssl": "0"})

    assert "false" == client.ask(plain, "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    set_parameters(rds, **{"rds.force_ssl": "1"})

    assert "no encryption" in client.refusal(plain)


def test_what_a_group_says_to_no_effect_is_told(databases: Databases, rds: Any) -> None:
    set_parameters(rds, shared_buffers="{DBInstanceClassMemory/32768}", **{"rds.logical_replication": "1"})
    databases.settle()

    told = "\n".join(databases.unchecked)
    assert (
        "parameter shared_preload_libraries of group group is not set here: the PostgreSQL here has no"
        in told
    )
    assert "parameter shared_buffers of group group is not set here: this machine's memory" in told
    assert "parameter rds.logical_replication of group group is not set here" in told


def test_another_class_restarts_the_server(client: Client, rds: Any, a: str) -> None:
    started = "SELECT pg_postmaster_start_time()::text"
    before = client.ask(url(a), started)
    rds.modify_db_instance(DBInstanceIdentifier="a", DBInstanceClass="db.t4g.small", ApplyImmediately=True)

    assert before != client.ask(url(a), started)


def test_an_instance_that_is_stopped_answers_nobody_and_keeps_its_data(
    client: Client, databases: Databases, rds: Any, a: str
) -> None:
    with client.connect(url(a)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS id")
        rds.stop_db_instance(DBInstanceIdentifier="a")

        assert "waits" == client.knock(url(a))
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    databases.measure()
    assert not [told for told in databases.unchecked if "could not be looked after" in told]
    rds.start_db_instance(DBInstanceIdentifier="a")

    assert 7 == client.ask(url(a), "SELECT id FROM kept")


def test_a_new_name_has_a_certificate_and_the_data_of_the_old_one(client: Client, rds: Any, a: str) -> None:
    named = {"DBInstanceIdentifier": "a", "NewDBInstanceIdentifier": "renamed", "ApplyImmediately": True}
    rds.modify_db_instance(**named)
    renamed = host_of(rds, "renamed")

    assert 1 == client.ask(url(renamed), "SELECT 1")
    assert "PGHOSTADDR" not in client.variables({"DATABASE_URL": url(a)})
    rds.modify_db_instance(DBInstanceIdentifier="renamed", NewDBInstanceIdentifier="a", ApplyImmediately=True)

    assert 1 == client.ask(url(a), "SELECT 1")


def test_a_server_ends_with_its_instance(rds: Any, databases: Databases) -> None:
    rds.create_db_instance(DBInstanceIdentifier="short", **SETTINGS)
    databases.settle()
    [server] = [one.server for one in databases._fleet.servers() if one.instance.identifier == "short"]
    assert server.folder.exists()
    rds.delete_db_instance(DBInstanceIdentifier="short", SkipFinalSnapshot=True)
    databases.settle()

    assert not server.folder.exists()
    with pytest.raises(InstanceUnknown, match="there are a"):
        databases.outside("short")


def test_an_instance_that_can_not_be_followed_keeps_nobody_from_the_others(
    client: Client, rds: Any, databases: Databases, aws: Aws, a: str
) -> None:
    managed = SETTINGS | {"DBInstanceIdentifier": "managed", "ManageMasterUserPassword": True}
    del managed["MasterUserPassword"]
    with databases._settling:
        secret = rds.create_db_instance(**managed)["DBInstance"]["MasterUserSecret"]["SecretArn"]
        aws.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    set_parameters(rds, statement_timeout="6666")

    assert "6666ms" == client.ask(url(a), "SHOW statement_timeout")
    assert any("database managed is not as it is deployed" in told for told in databases.unchecked)
    rds.delete_db_instance(DBInstanceIdentifier="managed", SkipFinalSnapshot=True)


def test_another_engine_is_told_not_to_run(rds: Any, databases: Databases) -> None:
    rds.create_db_instance(
        **SETTINGS | {"DBInstanceIdentifier": "m", "Engine": "mysql", "EngineVersion": "8.0.40"}
    )
    databases.settle()

    assert any("database m does not run: its engine is mysql" in told for told in databases.unchecked)
    rds.delete_db_instance(DBInstanceIdentifier="m", SkipFinalSnapshot=True)
