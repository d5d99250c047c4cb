"""The server under every front takes what is HTTP/1.1, refuses what is not, and always comes to an end."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from twin import http_server
from twin.answer import TOO_LARGE, Answer
from twin.http_server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.event import Request

MOST = 1000


def repeat(request: Request) -> Answer:
    """Answer with what was understood."""
    seen = [
        request.method,
        request.target,
        request.header("host"),
        request.header("x"),
        request.body.decode(),
    ]
    return Answer(200, body=json.dumps(seen).encode())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = HttpServer(repeat, 0, MOST, TOO_LARGE)
    server.start()
    yield server.port
    server.close()


def said(port: int, request: bytes) -> list[bytes]:
    """The answers to what is sent at once, until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        content = b""
        while more := connection.recv(1 << 16):
            content += more
    return content.split(b"HTTP/1.1 ")[1:]


CHUNKS = "1;a=b\r\na\r\nA\r\n0123456789\r\n0\r\nX: no\r\n\r\n"
UNDERSTOOD: dict[str, tuple[str, list[str | None]]] = {
    "an absolute target": (
        "GET http://a.example:80/x?y=1 HTTP/1.1\r\nHost: b.example\r\n\r\n",
        ["GET", "/x?y=1", "a.example:80", None, ""],
    ),
    "an absolute target without a path": (
        "GET http://a.example?y=http://c HTTP/1.1\r\n\r\n",
        ["GET", "/?y=http://c", "a.example", None, ""],
    ),
    "a path with an address in it": (
        "GET /http://c/ HTTP/1.1\r\n\r\n",
        ["GET", "/http://c/", None, None, ""],
    ),
    "a header in two lines": (
        "GET / HTTP/1.1\r\nX: one\r\n\ttwo\r\nHost: h\r\n\r\n",
        ["GET", "/", "h", "one two", ""],
    ),
    "a header twice": ("GET / HTTP/1.1\r\nX: 1\r\nX: 2\r\n\r\n", ["GET", "/", None, "1,2", ""]),
    "bytes beyond ASCII": ("GET / HTTP/1.1\r\nX: \xfc\r\n\r\n", ["GET", "/", None, "\xfc", ""]),
    "HTTP/1.0": ("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", ["POST", "/", None, None, "ab"]),
    "the same length twice": (
        "POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
        ["POST", "/", None, None, "ab"],
    ),
    "chunks with extensions and trailers": (
        f"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n{CHUNKS}",
        ["POST", "/", None, None, "a0123456789"],
    ),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_is_unusual_is_understood(port: int, name: str) -> None:
    request, seen = UNDERSTOOD[name]
    [answer] = said(port, request.encode("latin-1"))

    assert (b"200", seen) == (answer[:3], json.loads(answer.partition(b"\r\n\r\n")[2]))


REFUSED: dict[str, tuple[str, bytes]] = {
    "two lengths": ("Content-Length: 2\r\nContent-Length: 3\r\n\r\nab", b"400"),
    "a length and chunks": ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
    "another coding": ("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"501"),
    "a sign before a length": ("Content-Length: +2\r\n\r\nab", b"400"),
    "an underscore in a length": ("Content-Length: 0_2\r\n\r\nab", b"400"),
    "a prefix before a chunk's length": ("Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", b"400"),
    "a chunk that is longer than it says": ("Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", b"400"),
    "an end in the middle of a chunk": ("Transfer-Encoding: chunked\r\n\r\n9\r\nab", b"400"),
    "an end before the last chunk": ("Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", b"400"),
    "an end in the middle of a body": ("Content-Length: 9\r\n\r\nab", b"400"),
    "chunks that are too many": (
        "Transfer-Encoding: chunked\r\n\r\n" + ("64\r\n" + "a" * 100 + "\r\n") * 11 + "0\r\n\r\n",
        b"413",
    ),
    "trailers without end": (
        "Transfer-Encoding: chunked\r\n\r\n0\r\n" + ("X: " + "a" * 1000 + "\r\n") * 70 + "\r\n",
        b"400",
    ),
    "a line that is no header": ("Host: a\r\nwhat?\r\nContent-Length: 2\r\n\r\nab", b"400"),
    "a head that begins with a fold": (" Host: a\r\n\r\n", b"400"),
    "a body that is too long": (f"Content-Length: {MOST + 1}\r\n\r\n" + "a" * (MOST + 1), b"413"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_be_taken_in_two_ways_is_refused_and_nothing_after_it_heard(port: int, name: str) -> None:
    head, status = REFUSED[name]
    [answer] = said(port, f"POST / HTTP/1.1\r\n{head}".encode())

    assert status == answer[:3]
    assert b"connection: close" in answer


def test_requests_may_come_before_the_answers_to_the_last_ones(port: int) -> None:
    one, two = "POST /1 HTTP/1.1\r\nContent-Length: 1\r\n\r\na", "HEAD /2 HTTP/1.1\r\n\r\n"
    answers = said(port, f"{one}{two}{one}".encode())

    assert [True, False, True] == [b'"/1"' in each for each in answers]
    assert all(each.startswith(b"200") for each in answers)


def test_a_client_that_takes_no_answer_does_not_keep_the_server_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "PATIENCE", 0.1)
    began = threading.Event()

    def be_long(request: Request) -> Answer:
        del request
        began.set()
        return Answer(200, body=b"a" * (32 << 20))

    server = HttpServer(be_long, 0, MOST, TOO_LARGE)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        began.wait(20)
        before = time.monotonic()
        server.close()

        assert time.monotonic() - before < 5


def test_a_connection_may_rest_for_longer_than_an_answer_may_take(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "PATIENCE", 0.05)
    answers = []
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for seconds in (0, 0.15):
            time.sleep(seconds)
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            answers.append(connection.recv(1 << 16)[:12])

    assert [b"HTTP/1.1 200"] * 2 == answers


def test_who_is_refused_hears_the_end_before_he_has_said_all(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "LINGER", 60)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n")
        content = b""
        while more := connection.recv(1 << 16):
            content += more

    assert content.startswith(b"HTTP/1.1 400")


def test_an_answer_without_a_body_says_no_length() -> None:
    server = HttpServer(lambda _: Answer(204), 0, MOST, TOO_LARGE)
    server.start()
    [answer] = said(server.port, b"GET / HTTP/1.1\r\n\r\n")
    server.close()

    assert b"content-length" not in answer


def test_the_last_answer_before_the_end_says_so() -> None:
    began, go_on = threading.Event(), threading.Event()

    def wait(request: Request) -> Answer:
        del request
        began.set()
        go_on.wait(20)
        return Answer(200)

    server = HttpServer(wait, 0, MOST, TOO_LARGE)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        began.wait(20)
        closing = threading.Thread(target=server.close)
        closing.start()
        while not server._server.is_closing:
            time.sleep(0.005)
        go_on.set()
        answer = connection.recv(1 << 16)
        closing.join()

    assert b"connection: close" in answer
