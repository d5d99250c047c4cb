"""Reads the versions that a file has had from git, where there is one; anywhere else there are none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE: Final = 20.0
"""Seconds for one question; a history that takes longer is left alone."""
_QUIET: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
"""Nothing is asked, fetched or written."""
_LOG: Final = (
    *("--literal-pathspecs", "-c", "log.showRoot=true", "-c", "log.showSignature=false"),
    *(
        "log",
        "--all",
        "HEAD",
        "--follow",
        "-m",
        "--raw",
        "--no-abbrev",
        "--no-color",
        "--format=%H %cs",
        "--",
    ),
)
_COMMIT: Final = re.compile(rb"([0-9a-f]{40,64}) (\d{4}-\d\d-\d\d)")
_CHANGE: Final = re.compile(rb":\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*\t.*")
_BLOB: Final = re.compile(rb"([0-9a-f]+) (?:blob (\d+)|missing)\n")
"""The head of one answer; a shallow or partial clone lacks some."""


@dataclass(frozen=True, slots=True)
class Version:
    """A file as a commit made it."""

    commit: str
    date: str
    """When it was committed, as YYYY-MM-DD."""
    content: bytes = field(repr=False)

    def __str__(self) -> str:
        """Short, for a sentence."""
        return f"commit {self.commit[:7]} of {self.date}"


def versions_in_git(path: Path) -> Iterator[Version]:
    """Every version of the file on any branch, newest first, through renames; none without git."""
    commits = _commits(_git(path, *_LOG, path.name))
    if not commits:
        return
    answer = _git(path, "cat-file", "--batch", input_=b"".join(blob + b"\n" for blob in commits))
    start = 0
    while found := _BLOB.match(answer, start):
        start = found.end()
        if found[2]:
            commit, date = commits[found[1]]
            end = start + int(found[2])
            yield Version(commit.decode(), date.decode(), answer[start:end])
            start = end + 1


def _commits(log: bytes) -> dict[bytes, tuple[bytes, bytes]]:
    """The first commit, and its date, of each blob that is the file's, newest first."""
    commits: dict[bytes, tuple[bytes, bytes]] = {}
    commit = (b"", b"")
    for line in log.split(b"\n"):
        if found := _COMMIT.fullmatch(line):
            commit = (found[1], found[2])
        elif (found := _CHANGE.fullmatch(line)) and found[1].strip(b"0"):
            commits[found[1]] = commit
    return commits


def _git(path: Path, *arguments: str, input_: bytes = b"") -> bytes:
    """What git says in the file's folder; nothing if it fails, for whatever reason."""
    git = shutil.which("git")
    if git is None:
        return b""
    try:
        done = subprocess.run(
            [git, "-C", path.parent, *arguments],
            input=input_,
            env=os.environ | _QUIET,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
