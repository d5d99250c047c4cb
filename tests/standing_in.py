"""Programs of a folder that another process answers for, since it has loaded what they need.

write(folder / "aws", address)      # a program: it says what it was called with, and ends as it is told
call = receive(connection)          # the process that listens at the address
finish(connection, status)
"""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    said = json.dumps([os.getcwd(), dict(os.environ), [{name!r}, *sys.argv[1:]]]).encode()
    socket.send_fds(server, [len(said).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(said)
    sys.exit(int.from_bytes(server.recv(1), "big"))
"""


@dataclass(frozen=True, slots=True)
class Call:
    """How a program was called; `words` begin with its name, `streams` are numbers of open files."""

    streams: tuple[int, int, int]
    folder: str
    variables: dict[str, str]
    words: tuple[str, ...]


def write(path: Path, address: str) -> None:
    """Write a program that whoever listens at an address answers for."""
    text = PROGRAM.format(python=sys.executable, address=address, name=path.name)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def receive(connection: socket.socket) -> Call:
    """What a program says that was called; its streams are the receiver's to close."""
    length, streams, _, _ = socket.recv_fds(connection, 8, 3)
    said = b""
    while len(said) < int.from_bytes(length, "big"):
        said += connection.recv(65536)
    folder, variables, words = json.loads(said)
    first, second, third = streams
    return Call((first, second, third), folder, variables, tuple(words))


def finish(connection: socket.socket, status: int) -> None:
    """Let a program end with that status."""
    connection.sendall(status.to_bytes(1, "big"))
