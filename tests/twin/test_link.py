"""A link delays what crosses it, changes nothing of it, and counts how often somebody waited."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from tests.twin.observing import wait_until
from twin.link import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server


@contextmanager
def parrot() -> Iterator[int]:
    """A server for one connection that gives back what it gets; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def repeat() -> None:
            with listener.accept()[0] as connection:
                while content := connection.recv(1 << 16):
                    connection.sendall(content)

        thread = threading.Thread(target=repeat)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def ask(connection: socket.socket, question: bytes) -> bytes:
    """Say something and wait for an answer of its length."""
    connection.sendall(question)
    answer = b""
    while len(answer) < len(question) and (content := connection.recv(1 << 16)):
        answer += content
    return answer


def test_each_answer_is_a_round_trip_late_and_counted() -> None:
    with parrot() as port, Link(port, round_trip=0.03) as link:
        with socket.create_connection(("127.0.0.1", link.port)) as connection:
            start = time.monotonic()
            ask(connection, b"the first waits for TCP too")
            ask(connection, b"the second")
            took = time.monotonic() - start

        assert took >= 3 * 0.03
        assert (2, 1) == (link.round_trips, link.connections)


def test_what_is_much_arrives_whole() -> None:
    content = bytes(range(256)) * 4096
    with parrot() as port, Link(port) as link:
        with socket.create_connection(("127.0.0.1", link.port)) as connection:
            threading.Thread(target=connection.sendall, args=(content,)).start()
            answer = b""
            while len(answer) < len(content):
                answer += connection.recv(1 << 16)

        assert content == answer


def test_tls_runs_through_it(server: Server) -> None:
    with Link(server.port) as link:
        url = server.url("postgres").replace(f":{server.port}/", f":{link.port}/")
        with psycopg.connect(url, autocommit=True) as connection:
            before = link.round_trips
            connection.execute("SELECT 1")

            assert connection.pgconn.ssl_in_use
            assert before + 1 == link.round_trips


def test_a_server_that_is_not_there_is_a_connection_that_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with Link(port) as link, socket.create_connection(("127.0.0.1", link.port)) as connection:
        assert connection.recv(1) == b""


def test_a_connection_that_has_ended_leaves_nothing_behind() -> None:
    with parrot() as port, Link(port) as link:
        with socket.create_connection(("127.0.0.1", link.port)) as connection:
            ask(connection, b"hello")
            held = (len(link._open), len(link._threads))
        wait_until(lambda: not link._open and not link._threads)

    assert (2, 4) == held


def test_who_comes_while_a_link_is_closed_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = Link(server.getsockname()[1])
        link._closing.set()
        link._join(*socket.socketpair())

    assert (set(), 0) == (link._open, link.connections)


def test_closing_a_link_ends_its_connections() -> None:
    with parrot() as port:
        with Link(port) as link:
            connection = socket.create_connection(("127.0.0.1", link.port))
            ask(connection, b"still there")
        with connection:
            assert connection.recv(1) == b""
