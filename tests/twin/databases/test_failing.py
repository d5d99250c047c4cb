"""What goes wrong at a database server looks as it does at RDS, and is over when it is undone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.twin.databases.running import host_of, make_instance, url
from twin.databases.errors import CertificateUnknown
from twin.databases.telling import measure

if TYPE_CHECKING:
    from tests.twin.databases.running import Client
    from twin.aws.clients import Aws
    from twin.databases import Databases
    from twin.recording import Recorder


@pytest.fixture(scope="module")
def rds(aws: Aws, databases: Databases) -> Any:
    """A client, where the instance `a` takes no more than a dozen connections."""
    group = {"DBParameterGroupName": "few"}
    client = aws.client("rds")
    client.create_db_parameter_group(**group, DBParameterGroupFamily="postgres15", Description="few")
    few = {"ParameterName": "max_connections", "ParameterValue": "12", "ApplyMethod": "pending-reboot"}
    client.modify_db_parameter_group(**group, Parameters=[few])
    assert () == databases.unchecked
    return make_instance(aws, **group)


@pytest.fixture
def a(rds: Any) -> str:
    return host_of(rds, "a")


class Figures:
    """Takes figures in a recorder's place."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}

    def count(self, _: str, name: str, dimensions: dict[str, str], value: float, unit: str) -> None:
        """Note the last one."""
        assert ("a", True) == (dimensions["DBInstanceIdentifier"], unit in ("Bytes", "Count"))
        self.values[name] = value


def status(rds: Any) -> str:
    """Of the instance."""
    [told] = rds.describe_db_instances(DBInstanceIdentifier="a")["DBInstances"]
    return str(told["DBInstanceStatus"])


def test_a_full_disk_can_be_read_and_deleted_from_and_not_written_to(
    client: Client, databases: Databases, rds: Any, a: str
) -> None:
    with client.connect(url(a)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 3) AS id")
        connection.execute("CREATE TABLE parted (id int) PARTITION BY LIST (id)")
        connection.execute("CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1)")
        undo = databases.fill_storage("a")

        with pytest.raises(
            psycopg.errors.DiskFull, match=r'could not extend file "base/.*No space left on device'
        ):
            connection.execute("INSERT INTO kept VALUES (4)")
        for statement in (
            b"CREATE TABLE other (id int)",
            b"INSERT INTO parted VALUES (1)",
            b"INSERT INTO parted_1 VALUES (1)",
            b"UPDATE kept SET id = 9",
        ):
            with pytest.raises(psycopg.errors.DiskFull):
                connection.execute(statement)
        connection.execute("DELETE FROM kept WHERE id = 1")
        assert "storage-full" == status(rds)
        figures = Figures()
        measure(figures, databases._hosted("a"))  # type: ignore[arg-type]  # all that is asked of a recorder
        assert 0 == figures.values["FreeStorageSpace"]
        undo()

        connection.execute("INSERT INTO kept VALUES (4)")
        assert (3,) == connection.execute("SELECT count(*) FROM kept").fetchone()
        assert "available" == status(rds)
        nothing = "SELECT (SELECT count(*) FROM pg_trigger) + (SELECT count(*) FROM pg_event_trigger)"
        assert (0,) == connection.execute(nothing).fetchone()


def test_ordinary_roles_find_no_connection_when_all_are_taken(
    client: Client, databases: Databases, a: str
) -> None:
    with client.connect(url(a)) as connection:
        connection.execute("CREATE ROLE api LOGIN PASSWORD 'api'")
    undo = databases.use_up_connections("a")
    said = client.refusal(url(a, user="api", password="api"))
    undo()

    assert "remaining connection slots are reserved" in said
    assert 1 == client.ask(url(a, user="api", password="api"), "SELECT 1")


def test_a_server_that_refuses_for_another_reason_is_not_taken_to_be_full(
    databases: Databases, a: str
) -> None:
    assert a
    hosted = databases._hosted("a")
    with hosted.connection() as connection:
        connection.execute("ALTER ROLE miyabi_admin NOLOGIN")
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            databases.use_up_connections("a")
        connection.execute("ALTER ROLE miyabi_admin LOGIN")


def test_a_slow_network_delays_each_answer_and_keeps_the_order(
    client: Client, databases: Databases, a: str
) -> None:
    undo = databases.delay("a", 0.04)
    with client.connect(url(a)) as connection:
        began = time.monotonic()
        for number in range(3):
            assert (number,) == connection.execute("SELECT %s::int", [number]).fetchone()
        waited = time.monotonic() - began
        rows = connection.execute("SELECT repeat('x', 1000) FROM generate_series(1, 2000)").fetchall()
    undo()

    assert waited >= 0.12
    assert 2000 == len(rows)


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("by another authority", "certificate verify failed"),
        ("expired", "certificate verify failed"),
        ("for another name", "does not match host name"),
    ],
)
def test_a_certificate_that_is_wrong_is_refused_by_whoever_verifies_it(
    client: Client, databases: Databases, a: str, which: str, said: str
) -> None:
    undo = databases.present_certificate("a", which)
    try:
        assert said in client.refusal(url(a))
        databases.measure()
    finally:
        undo()

    assert 1 == client.ask(url(a), "SELECT 1")
    assert not [told for told in databases.unchecked if "could not be looked after" in told]


def test_a_certificate_of_a_kind_that_nobody_knows_is_refused(databases: Databases) -> None:
    with pytest.raises(CertificateUnknown, match="'round'; name one of by another authority, expired"):
        databases.present_certificate("a", "round")


# What is told to CloudWatch meanwhile.


def test_figures_are_the_servers_own(
    client: Client, databases: Databases, recorder: Recorder, a: str
) -> None:
    from twin.databases.telling import GIB

    with client.connect(url(a)), client.connect(url(a)):
        databases.measure()
    recorder.flush()

    assert 2 <= figure(databases, "DatabaseConnections") < 10
    assert 19 * GIB < figure(databases, "FreeStorageSpace") < 20 * GIB


def figure(databases: Databases, name: str) -> float:
    """The greatest that was told."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    points = databases._deployed.aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName=name,
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "a"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=2),
        Period=3600,
        Statistics=["Maximum"],
    )["Datapoints"]
    return float(max(point["Maximum"] for point in points))


def test_the_log_is_exported_when_the_instance_says_so_without_what_the_twin_does(
    client: Client, databases: Databases, recorder: Recorder, rds: Any, a: str
) -> None:
    client.refusal(url(a, password="wrong"))
    rds.modify_db_instance(
        DBInstanceIdentifier="a",
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]},
        ApplyImmediately=True,
    )
    databases.settle()
    databases._fleet.tell()
    client.refusal(url(a, user="nobody"))
    databases._fleet.tell()
    recorder.flush()

    logs = databases._deployed.aws.client("logs")
    told = logs.get_log_events(logGroupName="/aws/rds/instance/a/postgresql", logStreamName="a.0")["events"]
    said = "\n".join(event["message"] for event in told)
    assert "nobody@miyabi:[" in said
    assert 'FATAL:  password authentication failed for user "nobody"' in said
    assert "rdsadmin" not in said
