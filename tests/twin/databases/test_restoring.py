"""What is restored has the rows of what it was restored from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.twin.databases.running import host_of, url

if TYPE_CHECKING:
    from tests.twin.databases.running import Client
    from twin.databases import Databases

COUNT = "SELECT count(*) FROM kept"


@pytest.fixture(scope="module", autouse=True)
def _row(databases: Databases, rds: Any) -> None:
    """A table with one row in it."""
    assert host_of(rds, "a") in databases.outside_url()
    with psycopg.connect(databases.outside_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS id")


def test_a_snapshot_has_what_was_there_when_it_was_taken(
    client: Client, databases: Databases, rds: Any
) -> None:
    rds.create_db_snapshot(DBInstanceIdentifier="a", DBSnapshotIdentifier="s")
    databases.settle()
    with client.connect(url(host_of(rds, "a"))) as connection:
        connection.execute("INSERT INTO kept VALUES (8)")
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="from-s", DBSnapshotIdentifier="s", DBSubnetGroupName="subnets"
    )

    assert 1 == client.ask(url(host_of(rds, "from-s")), COUNT)
    assert 2 == client.ask(url(host_of(rds, "a")), COUNT)
    with client.connect(url(host_of(rds, "from-s"))) as connection:
        connection.execute("INSERT INTO kept VALUES (9), (10), (11)")
    assert 2 == client.ask(url(host_of(rds, "a")), COUNT)


def test_a_point_in_time_has_what_is_there_now_and_that_is_told(
    client: Client, databases: Databases, rds: Any
) -> None:
    expected = client.ask(url(host_of(rds, "a")), COUNT)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="a",
        TargetDBInstanceIdentifier="at",
        UseLatestRestorableTime=True,
        DBSubnetGroupName="subnets",
    )

    assert expected == client.ask(url(host_of(rds, "at")), COUNT)
    assert any("database at has what a had when it was made" in told for told in databases.substitutions)


def test_a_snapshot_of_an_instance_that_is_deleted_at_once_has_its_data(client: Client, rds: Any) -> None:
    rds.delete_db_instance(
        DBInstanceIdentifier="a", FinalDBSnapshotIdentifier="last", SkipFinalSnapshot=False
    )
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="again", DBSnapshotIdentifier="last", DBSubnetGroupName="subnets"
    )

    assert client.ask(url(host_of(rds, "again")), COUNT) >= 1


def test_a_snapshot_that_takes_the_name_of_one_that_is_gone_has_data_of_its_own(
    client: Client, databases: Databases, rds: Any
) -> None:
    """Also where nobody has looked in between."""
    [settings] = rds.describe_db_snapshots(DBSnapshotIdentifier="s")["DBSnapshots"]
    before = databases._fleet._snapshots.data("s")
    made = settings["SnapshotCreateTime"]
    with client.connect(url(host_of(rds, "from-s"))) as connection:
        connection.execute("INSERT INTO kept VALUES (12)")
        rows = connection.execute(COUNT).fetchone()
    with databases._settling:
        rds.delete_db_snapshot(DBSnapshotIdentifier="s")
        rds.create_db_snapshot(DBInstanceIdentifier="from-s", DBSnapshotIdentifier="s")
    [settings] = rds.describe_db_snapshots(DBSnapshotIdentifier="s")["DBSnapshots"]
    assert made != settings["SnapshotCreateTime"]
    databases.settle()
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="anew", DBSnapshotIdentifier="s", DBSubnetGroupName="subnets"
    )

    assert rows == (client.ask(url(host_of(rds, "anew")), COUNT),)
    assert before is not None
    assert not before.exists()


def test_a_deleted_snapshot_leaves_no_data(databases: Databases, rds: Any) -> None:
    rds.create_db_snapshot(DBInstanceIdentifier="from-s", DBSnapshotIdentifier="short")
    databases.settle()
    data = databases._fleet._snapshots.data("short")
    rds.delete_db_snapshot(DBSnapshotIdentifier="short")
    databases.settle()

    assert data is not None
    assert not data.exists()
