"""Runs the commands in this process, against the local AWS that a test has."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops import live as living
from scripts.miyabi import main

if TYPE_CHECKING:
    import pytest

    from twin.aws.clients import Aws


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it printed, which is JSON."""
        return json.loads(self.out)


class Program:
    """The program, with the words of a command line."""

    def __init__(self, aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr(living, "connector", lambda _: aws.client)
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, stdin: str = "") -> Told:
        """Run `miyabi` with those words; what is piped in is no terminal."""
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        self._monkeypatch.setattr("sys.argv", ["miyabi", *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = self._capsys.readouterr()
        return Told(code, printed.out, printed.err)


def held(aws: Aws, stack: str, logical_id: str) -> str:
    """Physical id of a resource of staging."""
    found: str = aws.client("cloudformation").describe_stack_resource(
        StackName=f"miyabi-staging-{stack}", LogicalResourceId=logical_id
    )["StackResourceDetail"]["PhysicalResourceId"]
    return found
