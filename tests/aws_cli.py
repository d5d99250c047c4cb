"""The AWS CLI, started once and forked for each command: importing it would take most of a test's time.

    with forked(folder) as program:
        subprocess.run([program, "s3", "ls"], ...)

Each command runs in a process of its own, with the caller's folder, variables and streams, as if it had
been started there.
"""

from __future__ import annotations

import gc
import io
import os
import socket
import sys
from contextlib import contextmanager, redirect_stderr
from multiprocessing import get_context
from typing import TYPE_CHECKING

from tests.standing_in import finish, receive, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from tests.standing_in import Call


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
    write(program, address)
    try:
        yield program
    finally:
        process.terminate()
        process.join()


def _serve(listening: socket.socket) -> None:
    """Fork for each caller; the parent has imported what all need, and made nothing else."""
    import awscli.customizations.cloudformation.deploy  # noqa: F401  (what most commands here load)

    _warm()
    while True:
        caller, _ = listening.accept()
        if os.fork() == 0:
            with caller:
                finish(caller, _run(receive(caller)))
            os._exit(0)
        caller.close()
        _reap()


def _warm() -> None:
    """Ask once, where nobody answers: half of what a command imports it imports when it is run."""
    from awscli.clidriver import main

    unheard = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1", "AWS_REGION": "us-east-1"}
    given = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    os.environ.update(unheard | given | nowhere)
    sys.argv = ["aws", "sts", "get-caller-identity"]
    with redirect_stderr(io.StringIO()):
        main()
    gc.collect()
    gc.freeze()


def _run(call: Call) -> int:
    """Be the CLI for a caller; returns its exit status."""
    from awscli.clidriver import main

    for number, stream in enumerate(call.streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(call.folder)
    own = os.environ["AWS_DATA_PATH"]  # set by awscli when it is imported
    os.environ.clear()
    os.environ.update(call.variables | {"AWS_DATA_PATH": own})
    sys.argv = [*call.words, *_directed(call)]
    try:
        status = main()
    except SystemExit as ended:
        status = int(ended.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    return int(status)


def _directed(call: Call) -> list[str]:
    """What version 1 needs to go where version 2 goes: it has an address of its own for these two."""
    endpoint = call.variables.get("AWS_ENDPOINT_URL")
    service = call.words[1] if len(call.words) > 1 else ""
    return ["--endpoint-url", endpoint] if endpoint and service in {"rds", "sqs"} else []


def _reap() -> None:
    """Let go of the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
