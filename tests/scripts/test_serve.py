"""`miyabi serve`, as a newcomer uses it: started, asked by the lines of the document, and ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import pytest

from scripts.commands.serve import document, open_log
from twin.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LIFE = re.search(
    r"<!-- life -->\n```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL
)


@contextmanager
def serving(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command, and end it as Ctrl-C does."""
    command = [Path(sys.executable).with_name("miyabi"), "serve", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def greeting_of(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read what it tells to export."""
    assert process.stdout
    told: dict[str, str] = {}
    while len(told) < len(("API", "TOKEN")):
        line = process.stdout.readline()
        assert line, "it ended without telling"
        told |= dict(re.findall(r"^  export (\w+)=(\S+)$", line, re.MULTILINE))
    return told


@pytest.mark.skipif(not shutil.which("curl"), reason="the document's lines call curl")
def test_the_documents_lines_lead_from_an_organization_to_a_log(tmp_path: Path) -> None:
    assert LIFE
    log = tmp_path / "api.log"
    with serving("--port", "0", "--log", log) as process:
        given = greeting_of(process)
        life = subprocess.run(
            ["sh", "-eu", "-c", LIFE[1]], env=os.environ | given, capture_output=True, text=True, check=True
        )
        process.send_signal(signal.SIGINT)
        assert process.stderr
        said = process.stderr.read()

    assert 0 == process.returncode
    assert "\ncompleted\n" in life.stdout
    assert ["gardener started", "completed"] == re.findall(r'"message":"([^"]*)"', life.stdout)
    assert '"executions":{"pending":0,"running":0,"completed":1' in life.stdout
    assert "POST   /api/v1/tasks 201" in said
    assert said.endswith("stopped\n")
    assert given["TOKEN"] not in said + log.read_text(encoding="utf-8")


def test_a_script_is_told_the_same_as_json() -> None:
    told = document(Serving("http://127.0.0.1:1/api/v1", {"access_token": "a.b.c"}, "PostgreSQL"))

    assert {"url", "session", "database"} == set(json.loads(json.dumps(told)))


def test_what_fails_while_it_serves_is_not_taken_for_the_log() -> None:
    """Only closing a log on a full disk may fail without a word."""
    with pytest.raises(OSError, match="another file"), open_log(None):
        raise OSError("another file")


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving("--port", str(port)) as process:
            _, said = process.communicate(timeout=30)

    assert 3 == process.returncode
    (sentence,) = [line for line in said.splitlines() if line.startswith("miyabi: ")]
    assert f"port {port} can't be listened on" in sentence
    assert "Traceback" not in said
