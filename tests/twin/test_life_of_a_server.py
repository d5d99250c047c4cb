"""A server starts as it was asked to, comes back after a crash, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.twin.observing import ask, is_running, wait_until
from twin import cluster, postgres
from twin.errors import PostgresFailed
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.cluster import Cluster
    from twin.keeping import Keep

ROOT = Path(__file__).parent.parent.parent
OWNER = """
from twin.postgres import start
server = start()
print(server.folder, server._process.pid, server._keep._watch.pid, server.url("postgres"), flush=True)
input()
"""


def test_settings_reach_the_server_as_they_were_written(
    record_property: Callable[[str, object], None],
) -> None:
    settings = {
        "work_mem": "7MB",
        "my.text": r"it's a \ 'quoted' text",
        "ssl_min_protocol_version": "TLSv1.3",
    }
    began = time.monotonic()
    with start(settings=settings, durable=True) as server:
        record_property("seconds until ready", seconds := time.monotonic() - began)
        found = {name: ask(server.url("postgres"), f"SHOW {name}") for name in [*settings, "fsync"]}

    assert settings | {"fsync": "on"} == found
    assert seconds < 20


def test_a_server_that_does_not_start_says_why_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    folders: list[Path] = []

    def noting(keep: Keep, *arguments: Any) -> Cluster:
        folders.append(keep.folder)
        return cluster.make_cluster(keep, *arguments)

    monkeypatch.setattr(postgres, "make_cluster", noting)
    with pytest.raises(PostgresFailed, match=r'^postgres ended with 1; it said last: .*"no_such_setting"'):
        start(settings={"no_such_setting": "on"})

    assert [False] == [folder.exists() for folder in folders]


def test_a_port_that_is_taken_at_the_last_moment_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = iter([taken.getsockname()[1], postgres._free_port()])
        monkeypatch.setattr(postgres, "_free_port", lambda: next(ports))
        with start() as server:
            assert taken.getsockname()[1] != server.port
            assert 1 == ask(server.url("postgres"), "SELECT 1")


def test_a_server_comes_back_from_a_crash_with_what_was_committed() -> None:
    with start() as server, psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        name = server.create_database()
        with psycopg.connect(server.url(name)) as other:
            other.execute("CREATE TABLE kept AS SELECT 7 AS id")
        server.restart()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

        assert 7 == ask(server.url(name), "SELECT id FROM kept")
        assert "was not properly shut down" in server.log.read_text()


def test_closing_leaves_nothing_even_while_somebody_is_connected() -> None:
    server = start()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        backend = connection.info.backend_pid
        watched = [server._process.pid, server._keep._watch.pid, backend] if server._process else []
        assert [True] * 3 == [is_running(pid) for pid in watched]
        server.close()
        server.close()

    assert [False] * 3 == [is_running(pid) for pid in watched]
    assert not server.folder.exists()


def test_nothing_is_left_when_the_owner_is_killed() -> None:
    """Its backends end too, one that is in the middle of a long statement among them."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        folder, process, watch, url = owner.stdout.readline().split()
        with closing(psycopg.connect(url, autocommit=True)) as connection, Path(folder, "log").open() as log:
            connection.pgconn.send_query(b"SELECT pg_sleep(600)")
            watched = [int(process), int(watch), connection.info.backend_pid]
            # A terminal's Ctrl-C goes to the group of the owner.
            assert os.getpgid(owner.pid) not in [os.getpgid(pid) for pid in watched]
            owner.send_signal(signal.SIGKILL)
            wait_until(lambda: not any(map(is_running, watched)))
            wait_until(lambda: not Path(folder).exists())
            # Without a signal it would end as well, a minute later, for want of its files.
            assert "received immediate shutdown request" in log.read()
