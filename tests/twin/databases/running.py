"""An account with databases, and who connects to them as a function's process would."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg

from ops.network.place import Place, Reach
from twin.databases.asking import TLS_REQUEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twin.aws.clients import Aws
    from twin.databases import Databases
    from twin.deployed import Deployed

PASSWORD = "first-known-to-the-tests"
SETTINGS = {
    "DBInstanceClass": "db.t4g.micro",
    "Engine": "postgres",
    "EngineVersion": "15.15",
    "AllocatedStorage": 20,
    "MasterUsername": "miyabi_admin",
    "MasterUserPassword": PASSWORD,
    "DBName": "miyabi",
    "BackupRetentionPeriod": 7,
    "DBSubnetGroupName": "subnets",
}
MOMENT = 0.3
"""Seconds after which nobody answers any more."""
FUNCTION = Place("function f", "vpc-1", ("subnet-1",), ("sg-1",))


def make_subnets(aws: Aws) -> None:
    """A subnet group `subnets`, of the default VPC's subnets."""
    subnets = aws.client("ec2").describe_subnets()["Subnets"][:2]
    aws.client("rds").create_db_subnet_group(
        DBSubnetGroupName="subnets",
        DBSubnetGroupDescription="two",
        SubnetIds=[subnet["SubnetId"] for subnet in subnets],
    )


def make_instance(aws: Aws, **more: str) -> Any:
    """An instance `a`; returns the client that made it."""
    rds = aws.client("rds")
    rds.create_db_instance(DBInstanceIdentifier="a", **SETTINGS, **more)
    return rds


@dataclass(slots=True)
class Network:
    """Says who reaches whom, in the real one's place; it may change its mind."""

    closed: set[tuple[str, int]] = field(default_factory=set)
    """Names of sources and ports."""

    def __call__(self, _: Deployed, source: Place, target: Place, port: int) -> Reach:
        """Everybody but those that are closed out."""
        allowed = (source.name, port) not in self.closed
        return Reach(allowed, f"{source.name} to {target.name} at {port}")


def url(
    host: str, *, password: str = PASSWORD, user: str = "miyabi_admin", port: int = 5432, more: str = ""
) -> str:
    """As a function's DATABASE_URL."""
    return (
        f"postgresql://{user}:{password}@{host}:{port}/miyabi"
        f"?sslmode=verify-full&sslrootcert=/var/task/runtime/ca/rds.pem{more}"
    )


def host_of(rds: Any, name: str) -> str:
    """The endpoint's name of an instance."""
    [told] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return str(told["Endpoint"]["Address"])


@dataclass(slots=True)
class Client:
    """A function's process: its variables are what the plane makes of the deployed ones."""

    databases: Databases
    package: Path
    place: Place = FUNCTION

    def variables(self, deployed: Mapping[str, str]) -> dict[str, str]:
        """What it is given."""
        return self.databases.variables(self.place, deployed, self.package)

    def connect(self, deployed_url: str, **parameters: Any) -> psycopg.Connection[Any]:
        """Connect as libpq would with the environment it is given; 2 s are enough for whoever answers."""
        found = self.variables({"DATABASE_URL": deployed_url})
        wanted: dict[str, Any] = {"connect_timeout": 2, "autocommit": True}
        if "PGHOSTADDR" in found:
            wanted["hostaddr"] = found["PGHOSTADDR"]
        return psycopg.connect(found["DATABASE_URL"], **wanted | parameters)

    def ask(self, deployed_url: str, query: str, **parameters: Any) -> Any:
        """The first value of a query's answer."""
        with self.connect(deployed_url, **parameters) as connection:
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            return row[0]

    def refusal(self, deployed_url: str, **parameters: Any) -> str:
        """What is said to whoever does not get in."""
        try:
            self.connect(deployed_url, **parameters).close()
        except psycopg.OperationalError as error:
            return str(error)
        return "it let us in"

    def knock(self, deployed_url: str) -> str:
        """What comes of TCP's handshake, and of the request for TLS, within a moment: an answer, or none."""
        found = self.variables({"DATABASE_URL": deployed_url})
        port = urlsplit(found["DATABASE_URL"]).port
        try:
            with socket.create_connection((found["PGHOSTADDR"], port), timeout=MOMENT) as knocking:
                knocking.sendall(TLS_REQUEST)
                return "answered" if knocking.recv(1) else "closed"
        except TimeoutError:
            return "waits"
        except ConnectionRefusedError:
            return "refused"

    def run(self, program: str, deployed: Mapping[str, str]) -> str:
        """What a process of its own prints, that has nothing but its variables."""
        environment = self.variables(deployed) | {"PATH": os.environ["PATH"]}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr
