"""A server of HTTP/1.1 on 127.0.0.1: connections that are kept, a thread for each, whole bodies only."""

from __future__ import annotations

import re
import socket
import sys
import threading
from contextlib import suppress
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from twin.answer import BAD_REQUEST, Answer, gateway_answer
from twin.cluster import ADDRESS
from twin.event import Request

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS: Final = ("GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE")
LINGER: Final = 1.0
"""Seconds of silence after which a client that was refused has said all."""
MOST_LINGERED: Final = 64 << 20
"""Bytes that it may say until then."""
PATIENCE: Final = 10.0
"""Seconds that a client may take none of its answer; it is given up then, so that closing comes to an end."""
BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_LENGTHS: Final = {10: re.compile(r"[0-9]+"), 16: re.compile(r"[0-9A-Fa-f]+")}
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<host>[^/?#]*)(?P<rest>.*)")
"""A target in the absolute form of RFC 9112, 3.2.2."""
_UNREADABLE: Final = (FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect)
"""Heads of which a part would be taken for the body."""
_LINE: Final = 1 << 16
"""Bytes of the longest line that is read."""


class HttpServer:
    """Answers requests by a function, each connection in a thread of its own.

    Args:
        handle: Makes the answer; called by several threads at once.
        port: Where to listen; 0 is any free port.
        max_body: Bytes of the longest body that is taken.
        too_large: The answer to a longer one.

    Raises:
        OSError: The port is taken.
    """

    def __init__(
        self, handle: Callable[[Request], Answer], port: int, max_body: int, too_large: Answer
    ) -> None:
        self.handle, self.max_body, self.too_large = handle, max_body, too_large
        self._server = _Server(self, (ADDRESS, port), _Connection)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.server_address[1]
        return port

    def start(self) -> None:
        """Begin to answer; who has connected before that waits."""
        self._thread.start()

    def close(self) -> None:
        """Answer what is under way, take nothing new, and end."""
        self._server.shutdown()
        self._server.close_idle()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # else closing would not wait for them
    request_queue_size = 128

    def __init__(self, owner: HttpServer, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.owner = owner
        self.is_closing = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_idle(self) -> None:
        """Let no connection wait for another request; an answer may still be written."""
        with self._lock:
            self.is_closing = True
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of ours; anything else is, and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Refused(Exception):
    """A request that is answered without being handled, and ends its connection."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.status)


class _Connection(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # What an answer to an unreadable request line is written in; the default has no head.
    default_request_version = "HTTP/1.0"
    # Buffered, and sent at once: otherwise head and body go separately, and the latter waits 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True

    def serve(self) -> None:
        owner = self.server.owner
        try:
            request = self._read()
        except _Refused as refused:
            self.close_connection = True
            self._write(refused.answer)
            self._linger()
        else:
            answer = owner.handle(request)
            self.close_connection = self.close_connection or self.server.is_closing
            self._write(answer)

    def _read(self) -> Request:
        if any(isinstance(defect, _UNREADABLE) for defect in self.headers.defects):
            raise _Refused(BAD_REQUEST)
        headers = tuple((name, _unfolded(value)) for name, value in self.headers.items())
        target = self.path
        if absolute := _ABSOLUTE.fullmatch(target):
            # Clients say it so to a proxy, and every server must understand; its host is the one that counts.
            target = absolute["rest"] if absolute["rest"].startswith("/") else f"/{absolute['rest']}"
            headers = (("Host", absolute["host"]), *(each for each in headers if each[0].lower() != "host"))
        return Request(
            method=self.command,
            target=target,
            headers=headers,
            body=self._read_body(),
            source_ip=self.client_address[0],
            protocol=self.request_version,
        )

    def _read_body(self) -> bytes:
        """All of the body; who says twice, and differently, how long it is, is refused (RFC 9112, 6.3)."""
        coding = self.headers.get_all("transfer-encoding", [])
        lengths = self.headers.get_all("content-length", [])
        if len(set(lengths)) > 1 or (coding and lengths):
            raise _Refused(BAD_REQUEST)
        if not coding:
            return self._read_exactly(_number(lengths[0], base=10) if lengths else 0)
        if [each.strip().lower() for each in coding] != ["chunked"]:
            raise _Refused(gateway_answer(HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.NOT_IMPLEMENTED.phrase))
        return self._read_chunks()

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while size := _number(self._read_line().partition(b";")[0].decode("latin-1"), base=16):
            body += self._read_exactly(size, already=len(body))
            if self._read_line():
                raise _Refused(BAD_REQUEST)
        left = _LINE
        while trailer := self._read_line():
            left -= len(trailer)
            if left < 0:
                raise _Refused(BAD_REQUEST)
        return bytes(body)

    def _read_line(self) -> bytes:
        """A line without its end; one that does not end is refused."""
        line = self.rfile.readline(_LINE)
        if not line.endswith(b"\n"):
            raise _Refused(BAD_REQUEST)
        return line.rstrip(b"\r\n")

    def _read_exactly(self, size: int, already: int = 0) -> bytes:
        if already + size > self.server.owner.max_body:
            raise _Refused(self.server.owner.too_large)
        content = self.rfile.read(size)
        if len(content) < size:
            raise _Refused(BAD_REQUEST)
        return content

    def _write(self, answer: Answer) -> None:
        """Send an answer; a client that does not take it is given up, as one that has gone away."""
        self.connection.settimeout(PATIENCE)
        try:
            self._send(answer)
        except TimeoutError:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError from None
        self.connection.settimeout(None)

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        self.send_header("date", self.date_time_string())
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in BODILESS:
            self.send_header("content-length", str(len(answer.body)))
        self.send_header("connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in BODILESS:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _linger(self) -> None:
        """Take what the client still sends: closed before that, it would lose the answer."""
        left = MOST_LINGERED
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER)
            while left > 0 and (content := self.rfile.read1(1 << 16)):
                left -= len(content)

    def handle_expect_100(self) -> bool:
        """Tell a client that asks before it sends its body; at once, though answers are buffered."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP, or a method that nobody serves; the standard library would say it in HTML."""
        del message, explain
        self.close_connection = True
        self._write(gateway_answer(code, HTTPStatus(code).phrase))

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - named by the base class
        """Say nothing: whoever handles the request may."""


for _method in METHODS:
    setattr(_Connection, f"do_{_method}", _Connection.serve)


def _number(text: str, base: int) -> int:
    """A length; Python's own reading would take signs, underscores and `0x` as well."""
    if not _LENGTHS[base].fullmatch(text.strip()):
        raise _Refused(BAD_REQUEST)
    return int(text, base)


def _unfolded(value: str) -> str:
    """A header's value that was sent in several lines, as one (RFC 9112, 5.2)."""
    return re.sub(r"[ \t]*\r?\n[ \t]+", " ", value)
