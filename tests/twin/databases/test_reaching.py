"""Functions reach their database under its name, as the deployed network lets them, and nobody else does."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest

from ops.network.place import OUTSIDE
from tests.twin.databases.running import FUNCTION, MOMENT, SETTINGS, Client, host_of, url
from twin.databases import loopback, relaying
from twin.databases.asking import TLS_REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.twin.databases.running import Network
    from twin.databases import Databases


@pytest.fixture
def a(rds: Any) -> str:
    """The endpoint's name of the instance `a`."""
    return host_of(rds, "a")


@pytest.fixture
def changing(network: Network, databases: Databases, rds: Any) -> Iterator[Network]:
    """A network to change, which the next request to AWS makes known; it is open again afterwards."""
    yield network
    network.closed.clear()
    make_known(rds, databases)


def make_known(rds: Any, databases: Databases) -> None:
    """Any request that changes something has everything looked at anew."""
    rds.add_tags_to_resource(ResourceName="arn:aws:rds:us-east-1:1:db:none", Tags=[])
    databases.settle()


def test_a_function_logs_in_under_the_endpoints_name_which_is_verified(client: Client, a: str) -> None:
    query = (
        "SELECT current_user || ' ' || current_database() || ' ' || ssl "
        "FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    )

    assert "miyabi_admin miyabi true" == client.ask(url(a), query)
    assert "1" == client.ask(url(a).replace("/miyabi?", "/postgres?"), "SELECT '1'")


def test_a_process_needs_nothing_but_its_variables(client: Client, a: str) -> None:
    program = (
        "import os, psycopg; c = psycopg.connect(os.environ['DATABASE_URL'], connect_timeout=2)\n"
        "print(c.execute('SELECT 6 * 7').fetchone()[0], c.info.host)"
    )

    assert f"42 {a}" == client.run(program, {"DATABASE_URL": url(a)}).strip()


def test_the_master_is_as_rds_makes_it(client: Client, a: str) -> None:
    assert "false" == client.ask(url(a), "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user")
    assert client.ask(url(a), "SELECT pg_has_role('rds_superuser', 'member')")
    assert "miyabi_admin" == client.ask(
        url(a), "SELECT rolname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE datname = 'miyabi'"
    )


def test_a_wrong_password_is_refused_by_the_server(client: Client, a: str) -> None:
    assert 'password authentication failed for user "miyabi_admin"' in client.refusal(
        url(a, password="other")
    )


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        (None, "does not exist"),
        (b"", "could not read root certificate file"),
        (b"another", "certificate verify failed"),
    ],
    ids=["none", "empty", "another authority's"],
)
def test_a_package_without_the_authoritys_certificate_can_not_verify_the_server(
    databases: Databases, a: str, tmp_path: Path, bundle: bytes | None, said: str
) -> None:
    from twin.certificates import Authority

    path = tmp_path / "runtime/ca/rds.pem"
    path.parent.mkdir(parents=True)
    if bundle is not None:
        path.write_bytes(bundle and Authority().certificate)

    assert said in Client(databases, tmp_path).refusal(url(a))


def test_variables_that_name_no_database_stay_as_they_are_but_for_the_packages_folder(
    client: Client, package: Path
) -> None:
    deployed = {
        "LD_LIBRARY_PATH": "/var/task/lib:/opt",
        "OTHER": "/var/tasks",
        "DATABASE_URL": url("nowhere.example"),
    }

    found = client.variables(deployed)

    assert f"{package}/lib:/opt" == found["LD_LIBRARY_PATH"]
    assert "/var/tasks" == found["OTHER"]
    assert "PGHOSTADDR" not in found


def test_what_is_replaced_is_told(client: Client, databases: Databases, a: str) -> None:
    client.variables({"DATABASE_URL": url(a)})

    told = " / ".join(databases.substitutions)
    assert "an authority of the twin vouches for databases" in told
    assert "PGHOSTADDR" in told
    assert "in place of 15.15" in told


def test_another_instance_is_reached_by_its_name_without_being_told_before(
    client: Client, rds: Any, a: str
) -> None:
    """A migrator that is asked to look at a restored instance has the address of the one in its variables."""
    rds.create_db_instance(**SETTINGS | {"DBInstanceIdentifier": "b", "DBName": "second"})
    b = host_of(rds, "b")
    address = client.variables({"DATABASE_URL": url(a)})["PGHOSTADDR"]
    found = (
        client.variables({"DATABASE_URL": url(a)})["DATABASE_URL"]
        .replace(a, b)
        .replace("/miyabi?", "/second?")
    )

    with psycopg.connect(found, hostaddr=address) as connection:
        assert ("second",) == connection.execute("SELECT current_database()").fetchone()
    rds.stop_db_instance(DBInstanceIdentifier="a")
    client.databases.settle()
    psycopg.connect(found, hostaddr=address, connect_timeout=2).close()
    rds.start_db_instance(DBInstanceIdentifier="a")
    rds.delete_db_instance(DBInstanceIdentifier="b", SkipFinalSnapshot=True)
    with pytest.raises(psycopg.OperationalError, match=r"server closed|reset by peer|SSL|EOF"):
        psycopg.connect(found, hostaddr=address, connect_timeout=2)


def test_whoever_is_shut_out_waits_and_is_refused_by_nobody(
    client: Client, changing: Network, databases: Databases, rds: Any, a: str
) -> None:
    with client.connect(url(a)) as established:
        changing.closed.add((FUNCTION.name, 5432))
        make_known(rds, databases)
        began = time.monotonic()
        said = client.refusal(url(a))
        waited = time.monotonic() - began

        assert "timeout" in said
        assert 1.5 < waited < 4
        # Security groups follow connections: what is established goes on.
        assert (1,) == established.execute("SELECT 1").fetchone()
    changing.closed.clear()
    make_known(rds, databases)

    assert 1 == client.ask(url(a), "SELECT 1")


def test_rules_count_for_whoever_connects_before_anybody_has_looked(
    client: Client, databases: Databases, changing: Network, rds: Any, a: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door is still open, and yet nobody answers once it is said which database is meant."""
    found = client.variables({"DATABASE_URL": url(a)})
    with monkeypatch.context() as patched:
        patched.setattr(databases._relaying, "review", lambda: None)
        changing.closed.add((FUNCTION.name, 5432))
        make_known(rds, databases)

        with socket.create_connection((found["PGHOSTADDR"], 5432), timeout=MOMENT) as knocking:
            knocking.sendall(TLS_REQUEST)
            assert b"S" == knocking.recv(1)
            with pytest.raises(TimeoutError):
                ssl.create_default_context().wrap_socket(knocking, server_hostname=a)


@pytest.mark.parametrize(("closed", "said"), [({(FUNCTION.name, 5433)}, "waits"), (set(), "refused")])
def test_a_wrong_port_is_dropped_by_the_group_or_refused_by_the_machine(
    client: Client,
    changing: Network,
    databases: Databases,
    rds: Any,
    a: str,
    closed: set[tuple[str, int]],
    said: str,
) -> None:
    changing.closed |= closed
    make_known(rds, databases)

    assert said == client.knock(url(a, port=5433))


def test_somebody_on_the_internet_is_told_where_and_whether(databases: Databases, changing: Network) -> None:
    with psycopg.connect(databases.outside_url()) as connection:
        assert ("miyabi",) == connection.execute("SELECT current_database()").fetchone()
    assert databases.outside("a").reach.allowed
    changing.closed.add((OUTSIDE.name, 5432))

    assert not databases.outside("a").reach.allowed


def test_each_place_has_an_address_of_its_own_and_the_deployed_port(
    client: Client, databases: Databases, a: str
) -> None:
    outside = databases.outside("a")

    assert outside.address != client.variables({"DATABASE_URL": url(a)})["PGHOSTADDR"]
    assert 5432 == outside.port


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("postgresql://u:p@{host}/d", True),
        ("postgresql+psycopg://u:p@{host}:5432/d", True),
        ("host={host} dbname=d", True),
        ('{{"host": "{host}"}}', True),
        ("{host}", True),
        ("postgresql://u:p@w@{host}/d", False),
        ("postgresql://u:p@x{host}/d", False),
        ("postgresql://u:p%zz@{host}/d", False),
        ("another-{host}", False),
        ("ftp://[{host}", False),
    ],
)
def test_a_database_is_found_by_its_whole_name_alone(client: Client, a: str, value: str, named: bool) -> None:  # noqa: FBT001 - a column of the table
    assert named == ("PGHOSTADDR" in client.variables({"DATABASE_URL": value.format(host=a)}))


def test_where_one_address_is_all_there_is_the_port_is_another_and_that_is_told(
    client: Client, changing: Network, databases: Databases, rds: Any, a: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (loopback, relaying):
        monkeypatch.setattr(module, "ON_LINUX", False)
    client.place = replace(FUNCTION, name="function g")

    assert 1 == client.ask(url(a), "SELECT 1")
    assert "127.0.0.1" == client.variables({"DATABASE_URL": url(a)})["PGHOSTADDR"]
    assert any("reached at another port" in told for told in databases.substitutions)
    changing.closed.add(("function g", 5432))
    make_known(rds, databases)
    found = client.variables({"DATABASE_URL": url(a)})
    with socket.create_connection(
        ("127.0.0.1", urlsplit(found["DATABASE_URL"]).port), timeout=MOMENT
    ) as knocking:
        knocking.sendall(b"\0\0\0\x08\0\x03\0\0")
        with pytest.raises(TimeoutError):
            knocking.recv(1)
