"""The one live request, made to a server on this machine, and to none."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ops.deploying.smoke import HEALTH
from ops.doctor.asking import Failure, Reply, ask

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served(
    status: int, body: bytes = b"{}", headers: dict[str, str] | None = None, *, pause: float = 0.0
) -> Iterator[str]:
    """A server that answers so, but below `/elsewhere`, where all is well; with a pause, in drops."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            moved = self.path.startswith("/elsewhere")
            self.send_response(200 if moved else status)
            for name, value in ({} if moved else headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                for drop in [body[place : place + 1] for place in range(len(body))] if pause else [body]:
                    self.wfile.write(drop)
                    time.sleep(pause)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_an_answer_is_kept_with_status_headers_and_body() -> None:
    with served(200, b'{"status": "ok"}', {"Apigw-RequestId": "r1"}) as address:
        found = ask(f"{address}/")

    assert (200, '{"status": "ok"}', "r1", "") == (found.status, found.body, found.request_id, found.landed)
    assert f"{address}{HEALTH}" == found.url


def test_an_error_of_the_server_is_an_answer_too() -> None:
    with served(503, b'{"message":"Service Unavailable"}') as address:
        found = ask(address)

    assert (503, '{"message":"Service Unavailable"}', None) == (found.status, found.body, found.failure)


def test_it_is_told_where_redirects_have_led() -> None:
    with served(302, headers={"Location": "/elsewhere"}) as address:
        found = ask(address)

    assert (200, f"{address}/elsewhere") == (found.status, found.landed)


def test_a_redirect_to_another_host_is_an_answer_itself() -> None:
    with served(302, headers={"Location": "https://made-up.invalid/login"}) as address:
        found = ask(address)

    assert (302, None, "https://made-up.invalid/login") == (
        found.status,
        found.failure,
        found.headers["location"],
    )


@pytest.mark.parametrize(
    ("told", "is_kept"),
    [("Hit from cloudfront", True), ("RefreshHit from cloudfront", True), ("Miss from cloudfront", False)],
)
def test_what_cloudfront_had_kept_is_known_by_its_header(told: str, is_kept: bool) -> None:  # noqa: FBT001  (a case)
    with served(200, b"{}", {"X-Cache": told}) as address:
        assert is_kept is ask(address).is_kept


def test_redirects_without_an_end_are_an_answer_and_no_failure() -> None:
    with served(302, headers={"Location": HEALTH}) as address:
        assert ask(address).status == 302


def test_a_body_is_read_to_a_limit() -> None:
    with served(200, b"x" * 10_000) as address:
        assert len(ask(address).body) == 4096


def test_an_answer_that_comes_in_drops_is_given_up() -> None:
    for status in (200, 503):
        with served(status, b"x" * 40, pause=0.02) as address:
            found = ask(address, timeout=0.1)

        assert (None, Failure.TIMEOUT) == (found.status, found.failure)
        assert found.seconds < 0.5


def test_a_port_without_a_listener_refuses() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"

        assert ask(address).failure is Failure.REFUSED


def test_what_is_no_http_at_all_is_cut() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"hello\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        found = ask(f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join()

    assert found.failure is Failure.CUT


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), Failure.NAME),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), Failure.OURS),
        (ssl.SSLCertVerificationError("certificate has expired"), Failure.TLS),
        (TimeoutError("timed out"), Failure.TIMEOUT),
        (ConnectionResetError("reset"), Failure.CUT),
        (OSError(101, "unreachable"), Failure.OURS),
    ],
)
def test_why_no_answer_came(monkeypatch: pytest.MonkeyPatch, error: OSError, expected: Failure) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise urllib.error.URLError(error)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", fail)

    found = ask("https://made-up.example")

    assert (expected, str(error)) == (found.failure, found.detail)


def test_what_is_no_address_of_http_is_not_asked() -> None:
    assert ask("ftp://made-up.example").failure is Failure.ADDRESS


def test_a_clock_that_is_wrong_here_is_put_right_by_the_servers() -> None:
    at = datetime(2026, 11, 26, 8, tzinfo=UTC)
    late = Reply("u", at, 1.0, 200, {"date": "Thu, 26 Nov 2026 08:10:00 GMT"})
    right = Reply("u", at, 1.0, 200, {"date": "Thu, 26 Nov 2026 08:00:00 GMT"})

    assert (datetime(2026, 11, 26, 8, 9, 59, tzinfo=UTC), at) == (late.since, right.since)


def test_a_time_without_a_zone_is_utc_and_none_at_all_is_ours() -> None:
    at = datetime(2026, 11, 26, 8, tzinfo=UTC)
    told = ("Thu, 26 Nov 2026 08:10:00 -0000", "at noon", "")
    found = [Reply("u", at, 1.0, 200, {"date": each} if each else {}).since for each in told]

    assert [datetime(2026, 11, 26, 8, 9, 59, tzinfo=UTC), at, at] == found
