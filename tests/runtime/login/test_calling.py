"""A request reaches only who can prove to be asked, and by no detour."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from runtime.login import calling
from runtime.login.calling import Call, CallFailed, perform
from twin.certificates import issue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Answering(BaseHTTPRequestHandler):
    """Answers anything."""

    def do_GET(self) -> None:
        """Tell who was asked."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["host"].encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(folder: Path, host: str) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server over TLS with a certificate for a host; its port, and who trusts it."""
    made = issue([host])
    files = {name: folder / f"{name}.pem" for name in ("certificate", "key")}
    files["certificate"].write_bytes(made.certificate)
    files["key"].write_bytes(made.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["certificate"], files["key"])
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port, ssl.create_default_context(cadata=made.ca.decode())
        finally:
            server.shutdown()
            thread.join()


def ask(port: int, host: str = "localhost") -> str:
    """What the server says."""
    return perform(Call(f"https://{host}:{port}", "GET", "/", {}), 5).body.decode()


def test_a_server_that_is_vouched_for_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path, "localhost") as (port, trust):
        monkeypatch.setattr(calling, "_trust", lambda: trust)

        assert f"localhost:{port}" == ask(port)


@pytest.mark.parametrize(
    ("certified", "asked", "trusted"),
    [("localhost", "localhost", False), ("github.com", "localhost", True), ("localhost", "127.0.0.1", True)],
    ids=["unknown authority", "other name", "by its number"],
)
def test_a_server_that_is_not_is_refused(
    certified: str, asked: str, *, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path, certified) as (port, trust):
        if trusted:
            monkeypatch.setattr(calling, "_trust", lambda: trust)

        with pytest.raises(CallFailed, match="SSLCertVerificationError"):
            ask(port, asked)


def test_proxies_of_the_environment_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving(tmp_path, "localhost") as (port, trust):
        monkeypatch.setattr(calling, "_trust", lambda: trust)

        assert f"localhost:{port}" == ask(port)


def test_a_call_shows_no_secret() -> None:
    """A failure holds words of ours alone, and no address."""
    with pytest.raises(CallFailed) as raised:
        perform(Call("http://127.0.0.1:1", "GET", "/?secret", {"authorization": "secret"}, b"secret"), 1)

    assert "the connection failed (ConnectionRefusedError)" == str(raised.value)
