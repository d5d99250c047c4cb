"""The API is asked over HTTP, and what it answers is told in a line."""

from __future__ import annotations

import errno
import socket
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest

from ops.deploying.smoke import ask_once, ask_until_well

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def api(*answers: tuple[int, bytes]) -> Iterator[str]:
    """An HTTP server that answers so, one after the other, and only on the health route."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = left.pop(0) if self.path == "/api/v1/health" else (404, b"")
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_an_api_that_answers_200_is_well() -> None:
    with api((200, b"{}")) as address:
        health = ask_once(address + "/")

    assert (True, 200, "200") == (health.is_well, health.status, health.found)


def test_one_that_is_not_well_yet_is_asked_again() -> None:
    pauses: list[float] = []
    with api((503, b"{}"), (500, b"{}"), (200, b"{}")) as address:
        health = ask_until_well(address, pause=pauses.append)

    assert health.is_well
    assert [3.0, 3.0] == pauses


def test_what_it_answers_is_told_in_a_line_without_control_characters() -> None:
    with api((503, b'{"message":\n "\x1b[31mdatabase"}')) as address:
        health = ask_once(address)

    assert not health.is_well
    assert '503 {"message": "[31mdatabase"}' == health.found


def test_where_nothing_listens_the_reason_is_told() -> None:
    with api() as address:
        pass
    health = ask_until_well(address, attempts=2, pause=lambda _: None)

    assert not health.is_well
    assert health.found.startswith("nothing (")
    assert "refused" in health.found


OURS = (
    socket.gaierror(socket.EAI_AGAIN, "no name server answers"),
    OSError(errno.ENETUNREACH, "no network"),
)
THEIRS = (
    OSError(errno.EHOSTUNREACH, "no route to it"),
    socket.gaierror(socket.EAI_NONAME, "no such name"),
    ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
    TimeoutError("timed out"),
)


@pytest.mark.parametrize("reason", [*OURS, *THEIRS], ids=str)
def test_a_question_that_does_not_leave_this_machine_is_told_from_an_api_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, reason: OSError
) -> None:
    def unreached(*_: object, **__: object) -> None:
        raise URLError(reason)

    monkeypatch.setattr(urllib.request, "urlopen", unreached)
    health = ask_once("https://any")

    assert (None, reason in OURS) == (health.status, health.is_ours)


def test_what_is_no_address_is_not_asked() -> None:
    assert "nothing: it is no address of HTTP" == ask_once("file:///etc").found
