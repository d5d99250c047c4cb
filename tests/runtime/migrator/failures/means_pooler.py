"""A pooler like PgBouncer in transaction mode: the client's session is none of the server's.

It greets a client itself, in its own name, and gives each statement to the next of its sessions. Only
what a run says before it has noticed is understood: a query with parameters.
"""

from __future__ import annotations

import socket
import ssl
import struct
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO, Final, cast
from urllib.parse import urlsplit

from psycopg.pq import ExecStatus

from tests.runtime.migrator.failures.means import session
from twin.certificates import issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from psycopg.pq.abc import PGresult

SSL_REQUEST: Final = 80877103
READY: Final = (b"Z", b"I")
OWN_PID: Final = 4711
GREETING: Final = (
    (b"R", struct.pack("!i", 0)),
    (b"S", b"client_encoding\0UTF8\0"),
    (b"S", b"server_version\x0015.18\0"),
    (b"S", b"standard_conforming_strings\0on\0"),
    (b"K", struct.pack("!ii", OWN_PID, 42)),
    READY,
)


@contextmanager
def pooler(url: str, *, takes_options: bool) -> Iterator[str]:
    """Put a pooler before the database of a URL, for one client, and give the URL of the same by way of it.

    Without `takes_options` it refuses a client that sets anything, as PgBouncer does where it is not told
    to ignore that.
    """
    with ExitStack() as stack:
        sessions = [stack.enter_context(session(url, "pooler")) for _ in range(2)]
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        serving = Thread(target=_serve, args=(listener, _context(), sessions, takes_options), daemon=True)
        serving.start()
        parts = urlsplit(url)
        user = parts.netloc.rpartition("@")[0]
        port = listener.getsockname()[1]
        yield f"postgresql://{user}@localhost:{port}{parts.path}?sslmode=require"
        serving.join()


def _context() -> ssl.SSLContext:
    """TLS with a certificate of its own."""
    certificates = issue(["localhost"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        file.write_bytes(certificates.key + certificates.certificate)
        context.load_cert_chain(file)
    return context


def _serve(
    listener: socket.socket,
    context: ssl.SSLContext,
    sessions: list[psycopg.Connection],
    takes_options: bool,  # noqa: FBT001  (the target of a thread)
) -> None:
    plain, _ = listener.accept()
    assert plain.recv(8) == struct.pack("!ii", 8, SSL_REQUEST)
    plain.sendall(b"S")
    with (
        suppress(OSError),
        context.wrap_socket(plain, server_side=True) as client,
        cast("BinaryIO", client.makefile("rwb")) as stream,
    ):
        (length,) = struct.unpack("!i", stream.read(4))
        wants = stream.read(length - 4)
        if b"\0options\0" in wants and not takes_options:
            _send(stream, (b"E", b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"))
            return
        _send(stream, *GREETING)
        for connection in cycle(sessions):
            messages = dict(_until_sync(stream))
            if b"B" not in messages:
                return
            query, *_ = messages[b"P"].removeprefix(b"\0").split(b"\0")
            result = connection.pgconn.exec_params(query, _values(messages[b"B"]))
            if result.status != ExecStatus.TUPLES_OK:
                return
            _send(stream, (b"1", b""), (b"2", b""), *_answer(result), READY)


def _until_sync(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The messages of a query with parameters, up to the one that asks for an answer, or the client's end."""
    kind = b""
    while kind not in {b"S", b"Q"} and (head := stream.read(5)):
        kind, size = struct.unpack("!ci", head)
        yield kind, stream.read(size - 4)


def _values(bind: bytes) -> list[bytes | None]:
    """The parameters in a Bind message, all in text."""
    stream = BytesIO(bind.removeprefix(b"\0\0"))
    (formats,) = struct.unpack("!h", stream.read(2))
    stream.read(2 * formats)
    (count,) = struct.unpack("!h", stream.read(2))
    sizes = (struct.unpack("!i", stream.read(4))[0] for _ in range(count))
    return [None if size < 0 else stream.read(size) for size in sizes]


def _answer(result: PGresult) -> Iterator[tuple[bytes, bytes]]:
    columns = range(result.nfields)
    fields = b"".join(
        (result.fname(column) or b"")
        + struct.pack("!xihihih", 0, 0, result.ftype(column), result.fsize(column), -1, 0)
        for column in columns
    )
    yield b"T", struct.pack("!h", result.nfields) + fields
    for row in range(result.ntuples):
        values = [result.get_value(row, column) for column in columns]
        yield (
            b"D",
            struct.pack("!h", result.nfields)
            + b"".join(
                struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
                for value in values
            ),
        )
    yield b"C", (result.command_status or b"") + b"\0"


def _send(stream: BinaryIO, *messages: tuple[bytes, bytes]) -> None:
    stream.writelines(kind + struct.pack("!i", len(body) + 4) + body for kind, body in messages)
    stream.flush()
