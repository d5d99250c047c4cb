"""`miyabi rehearse` as a program of its own: started, followed, ended by Ctrl-C, and what is left of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, Any, Final, Self

from stacks.loading import ENVIRONMENTS
from tests.twin.observing import PROC, is_running, read_if_there

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[3]
LISTENS: Final = b"0A"
"""The state of a listening socket in /proc/net/tcp."""
SOCKET: Final = re.compile(r"socket:\[(\d+)\]")
EXPORT: Final = re.compile(r"^\s*export (\w+)=(\S+)$")
ADDRESS: Final = re.compile(r"(http://127\.0\.0\.1:\d+)/")
KEPT: Final = "AWS_DEFAULT_REGION"
"""What is exported last, once it is left running."""
BETWEEN: Final = 0.1
"""Seconds between two signals."""
PATIENCE: Final = 90.0
"""Seconds for whatever is waited for, on a machine that others use as well."""


@dataclass(frozen=True, slots=True)
class Running:
    """What of a program is there at a moment.

    Attributes:
        processes: Ids of it and of all that it has started.
        sockets: Inodes of what they listen at.
        folders: Where they work, and what they are to remove.
    """

    processes: frozenset[int]
    sockets: frozenset[str]
    folders: frozenset[Path]

    @classmethod
    def of(cls, leader: int) -> Self:
        """All of a session, and whatever descends from it, in sessions of their own as PostgreSQL's."""
        found = {leader, *_session(leader)}
        while more := {pid for pid, (parent, _) in _table().items() if parent in found} - found:
            found |= more
        return cls(frozenset(found), frozenset(_listening(found)), frozenset(_folders(found)))

    def left(self) -> list[str]:
        """What of it is still there, a sentence each."""
        return [
            *(f"process {pid}: {_command(pid)}" for pid in sorted(self.processes) if is_running(pid)),
            *(f"socket {inode} listens" for inode in sorted(self.sockets & _open_sockets())),
            *(f"folder {folder}" for folder in sorted(self.folders) if folder.exists()),
        ]


@dataclass(slots=True)
class Rehearsing:
    """A rehearsal that runs by itself, in a session and with a folder for temporary files of its own.

    Attributes:
        said: The lines of its standard error so far.
        result: Its standard output, once it has ended.
    """

    temporary: Path
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    result: list[str] = field(default_factory=list)
    before: Running | None = None
    """What was running when it was interrupted."""
    _lines: Queue[str | None] = field(default_factory=Queue)
    _readers: list[Thread] = field(default_factory=list)

    @classmethod
    def start(cls, temporary: Path, *arguments: str) -> Self:
        """Start it; what it makes in the folder for temporary files is its own."""
        process = subprocess.Popen(
            [Path(sys.executable).with_name("miyabi"), "rehearse", *arguments],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(temporary), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started = cls(temporary, process)
        started._read()
        return started

    def _read(self) -> None:
        """Read both streams, so that neither is ever full."""
        out, err = self.process.stdout, self.process.stderr
        assert out is not None
        assert err is not None

        def follow(stream: IO[str]) -> None:
            for line in stream:
                self._lines.put(line)
            self._lines.put(None)

        def keep(stream: IO[str]) -> None:
            self.result.extend(stream)

        self._readers = [Thread(target=follow, args=[err]), Thread(target=keep, args=[out])]
        for reader in self._readers:
            reader.start()

    def wait_for(self, word: str) -> str:
        """The next line that has a word; fails where there is none before the end."""
        deadline = monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(deadline - monotonic(), 0))
            except Empty:
                line = None
            assert line is not None, f"no line with {word!r}, only {''.join(self.said)}"
            self.said.append(line)
            if re.search(rf"\b{word}\b", line):
                return line

    def wait_until_kept(self) -> None:
        """Wait until it has told how to get at what it leaves running."""
        self.wait_for(KEPT)

    @property
    def exports(self) -> dict[str, str]:
        """The variables that it tells to export."""
        return {found[1]: found[2] for line in self.said if (found := EXPORT.match(line))}

    @property
    def address(self) -> str:
        """Where the API answers."""
        return next(found[1] for line in self.said if (found := ADDRESS.search(line)))

    def client(self, service: str) -> Any:
        """A client of boto3 by these variables."""
        import boto3

        told = self.exports
        return boto3.client(
            service,
            endpoint_url=told["AWS_ENDPOINT_URL"],
            region_name=told["AWS_REGION"],
            aws_access_key_id=told["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=told["AWS_SECRET_ACCESS_KEY"],
        )

    def interrupt(self, number: signal.Signals = signal.SIGINT, *, times: int = 1) -> int:
        """Send its process group a signal, as a terminal does at Ctrl-C, and return its exit code."""
        self.before = Running.of(self.process.pid)
        for _ in range(times):
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            sleep(BETWEEN)
        return self.wait()

    def wait(self) -> int:
        """Its exit code, once it and its output have ended."""
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        while not self._lines.empty():
            self.said.append(self._lines.get() or "")
        return code

    def left(self) -> list[str]:
        """What it has left behind, a sentence each."""
        assert self.before is not None
        strays = (f"process {pid}: {_command(pid)}" for pid in _session(self.process.pid) if is_running(pid))
        files = (f"in the folder for temporary files: {path.name}" for path in self.temporary.iterdir())
        return [*self.before.left(), *strays, *files]

    def close(self) -> None:
        """End it, should a test have failed before."""
        if self.process.poll() is None:
            self.interrupt()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def own_settings(environment: str, folder: Path, *changed: tuple[str, str]) -> Path:
    """A file in a folder with an environment's settings, and some of its lines otherwise."""
    text = (ENVIRONMENTS / f"{environment}.toml").read_text(encoding="utf-8")
    for before, after in changed:
        assert f"\n{before}\n" in text
        text = text.replace(f"\n{before}\n", f"\n{after}\n", 1)
    path = folder / f"{environment}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _table() -> dict[int, tuple[int, int]]:
    """Parent and session of each process."""
    found = {}
    for path in PROC.iterdir():
        if path.name.isdecimal() and (said := read_if_there(path / "stat")):
            _, parent, _, session, *_ = said.rpartition(b")")[2].split()
            found[int(path.name)] = int(parent), int(session)
    return found


def _session(leader: int) -> Iterator[int]:
    return (pid for pid, (_, session) in _table().items() if session == leader)


def _command(pid: int) -> str:
    """Its name alone: arguments may be long."""
    return read_if_there(PROC / str(pid) / "comm").decode().strip()


def _open_sockets() -> set[str]:
    """Inodes of all that listen."""
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in read_if_there(PROC / "net" / name).splitlines()
    ]
    return {line[9].decode() for line in lines if line[3] == LISTENS}


def _listening(processes: set[int]) -> Iterator[str]:
    listening = _open_sockets()
    for pid in processes:
        with suppress(OSError):
            for descriptor in (PROC / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    found = SOCKET.fullmatch(str(descriptor.readlink()))
                    if found and found[1] in listening:
                        yield found[1]


def _folders(processes: set[int]) -> Iterator[Path]:
    """Working directories, and what a shell that watches over a folder was given (see `twin.keeping`).

    Not the project's own, nor those that are in everybody's way.
    """
    for pid in processes:
        with suppress(OSError):
            folder = (PROC / str(pid) / "cwd").readlink()
            if not (folder.is_relative_to(ROOT) or ROOT.is_relative_to(folder)):
                yield folder
        words = read_if_there(PROC / str(pid) / "cmdline").decode().split("\0")
        if words[3:4] == ["watch"]:
            yield Path(words[4])
