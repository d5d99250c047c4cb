"""The AWS CLI, started once and forked for each command: importing it would take most of a test's time.

    with forked(folder) as program:
        subprocess.run([program, "s3", "ls"], ...)

Each command runs in a process of its own, with the caller's folder, variables and streams, as if it had
been started there.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

PROGRAM = """\
#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    said = json.dumps([os.getcwd(), dict(os.environ), sys.argv[1:]]).encode()
    socket.send_fds(server, [len(said).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(said)
    sys.exit(int.from_bytes(server.recv(1), "big"))
"""


@contextmanager
def forked(folder: Path) -> Iterator[Path]:
    """A program that is the AWS CLI, in a folder of its own, for as long as the context lasts."""
    address = str(folder / "cli.socket")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        process: BaseProcess = get_context("spawn").Process(target=_serve, args=(listening,), daemon=True)
        process.start()
    program = folder / "aws"
    program.write_text(PROGRAM.format(python=sys.executable, address=address), encoding="utf-8")
    program.chmod(0o755)
    try:
        yield program
    finally:
        process.terminate()
        process.join()


def _serve(listening: socket.socket) -> None:
    """Fork for each caller; the parent has imported what all need, and made nothing else."""
    import awscli.clidriver
    import awscli.customizations.cloudformation.deploy  # noqa: F401  (what most commands here load)

    while True:
        caller, _ = listening.accept()
        if os.fork() == 0:
            with caller:
                caller.sendall(_run(caller).to_bytes(1, "big"))
            os._exit(0)
        caller.close()
        _reap()


def _run(caller: socket.socket) -> int:
    """Be the CLI for a caller; returns its exit status."""
    from awscli.clidriver import main

    length, streams, _, _ = socket.recv_fds(caller, 8, 3)
    said = b""
    while len(said) < int.from_bytes(length, "big"):
        said += caller.recv(65536)
    folder, variables, words = json.loads(said)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    own = os.environ["AWS_DATA_PATH"]  # set by awscli when it is imported
    os.environ.clear()
    os.environ.update(variables | {"AWS_DATA_PATH": own})
    sys.argv = ["aws", *words]
    try:
        status = main()
    except SystemExit as ended:
        status = int(ended.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    return int(status)


def _reap() -> None:
    """Let go of the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
