"""Nothing is left of the databases: no process, no folder, no open port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.twin.databases.running import SETTINGS, Network
from twin.databases import Databases
from twin.deployed import Deployed

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.recording import Recorder

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from tests.twin.databases.running import SETTINGS, Network, make_subnets
from twin.aws.clients import Aws
from twin.databases import Databases
from twin.deployed import Deployed
from twin.recording import Recorder

aws = Aws("173205080799", "us-east-1")
make_subnets(aws)
with Recorder(aws) as recorder, Databases(Deployed(aws), recorder, reaches=Network()) as databases:
    aws.client("rds").create_db_instance(DBInstanceIdentifier="a", **SETTINGS)
    where = databases.outside("a")
    server = databases._fleet.servers()[0].server
    print(where.address, server.port, databases.authority_file.parent, server.folder, flush=True)
    sys.stdin.read()
"""


def assert_nothing_is_left(address: str, port: int, folders: list[Path]) -> None:
    """Neither the folders, nor anybody at the relay's address or the server's port."""
    assert [] == [folder for folder in folders if folder.exists()]
    for where in ((address, 5432), ("127.0.0.1", port)):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(where, timeout=2)


def test_nothing_is_left_after_ctrl_c() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout is not None
        address, port, *folders = process.stdout.readline().split()
        socket.create_connection((address, 5432), timeout=2).close()
        process.send_signal(signal.SIGINT)
        process.wait(20)

    assert_nothing_is_left(address, int(port), [Path(folder) for folder in folders])


def test_closing_cuts_connections_and_what_still_waits(
    aws: Aws, recorder: Recorder, network: Network
) -> None:
    with Databases(Deployed(aws), recorder, reaches=network) as databases:
        aws.client("rds").create_db_instance(DBInstanceIdentifier="a", **SETTINGS)
        where = databases.outside("a")
        server = databases._fleet.servers()[0].server
        idle = socket.create_connection((where.address, where.port), timeout=2)

    with idle:
        assert b"" == idle.recv(1)
    assert_nothing_is_left(where.address, server.port, [server.folder, databases.authority_file.parent])
