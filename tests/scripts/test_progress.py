"""What a person sees of a deployment that goes on: in the log of a pipeline, and in a terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from ops.stack import Event
from scripts.commands.deploy.board import clock
from scripts.commands.deploy.picture import Picture
from scripts.commands.deploy.progress import Lines, progress

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS = (
    ("package", frozenset[str]()),
    ("network", frozenset[str]()),
    ("database", frozenset({"network"})),
    ("migrations", frozenset({"database", "network"})),
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def event(stack: str, logical_id: str, kind: str, status: str, reason: str = "") -> Event:
    """Something that happens to a resource, or to the stack where it has the stack's id."""
    stack_id = f"arn:aws:cloudformation:us-east-1:123456789012:stack/miyabi-staging-{stack}/1"
    is_stack = kind == "AWS::CloudFormation::Stack"
    return Event(
        id="1",
        at=datetime(2026, 11, 26, tzinfo=UTC),
        stack=f"miyabi-staging-{stack}",
        stack_id=stack_id,
        logical_id=logical_id,
        physical_id=stack_id if is_stack else "p",
        type=kind,
        status=status,
        reason=reason,
    )


def tell(reporter: Any, clock: Clock) -> Iterator[None]:
    """A deployment in which the database fails, in parts between which one can look."""
    reporter.expect(NEEDS)
    reporter.stage("package")
    clock.now = 3
    reporter.stage_done("package", "miyabi-arm64-1.zip")
    reporter.begin("network", [{}, {}])
    reporter.event(
        event("network", "miyabi-staging-network", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS")
    )
    reporter.event(
        event("network", "Key", "AWS::KMS::Key", "CREATE_IN_PROGRESS", "Resource creation Initiated")
    )
    clock.now = 65
    reporter.event(event("network", "Key", "AWS::KMS::Key", "CREATE_COMPLETE"))
    reporter.event(event("network", "Vpc", "AWS::EC2::VPC", "CREATE_COMPLETE"))
    reporter.end("network", "CREATE_COMPLETE", succeeded=True)
    reporter.begin("database", [{}, {}, {}])
    reporter.event(event("database", "Database", "AWS::RDS::DBInstance", "CREATE_IN_PROGRESS"))
    clock.now = 600
    yield
    reporter.say("something\x1b[2J else")
    reporter.event(
        event("database", "Database", "AWS::RDS::DBInstance", "CREATE_FAILED", "Internal\n\x1b[31mFailure")
    )
    reporter.event(
        event("database", "Role", "AWS::IAM::Role", "CREATE_FAILED", "Resource creation cancelled")
    )
    reporter.end("database", "ROLLBACK_COMPLETE", succeeded=False)
    yield


LOG = """\
      0 s  package       begins
      3 s  package       miyabi-arm64-1.zip  3 s
      3 s  network       begins: 2 changes
 1 m 05 s  network       1/2  Key  Key  CREATE_COMPLETE  1 m 02 s
 1 m 05 s  network       2/2  Vpc  VPC  CREATE_COMPLETE  0 s
 1 m 05 s  network       CREATE_COMPLETE  1 m 02 s
 1 m 05 s  database      begins: 3 changes
10 m 00 s                something [2J else
10 m 00 s  database      1/3  Database  DBInstance  CREATE_FAILED  8 m 55 s  Internal  [31mFailure
10 m 00 s  database      2/3  Role  Role  CREATE_FAILED  0 s  Resource creation cancelled
10 m 00 s  database      FAILED  ROLLBACK_COMPLETE  8 m 55 s
"""

UNDER_WAY = """\
✓  package         miyabi-arm64-1.zip                                        3 s
✓  network         CREATE_COMPLETE                                      1 m 02 s
▸  database        ━━━━━━━━━━━━  0 of 3                                 8 m 55 s
     Database                    DBInstance        being created        8 m 55 s
·  migrations      waits for database
"""

FAILED = """\
✓  package         miyabi-arm64-1.zip                                        3 s
✓  network         CREATE_COMPLETE                                      1 m 02 s
✗  database        ROLLBACK_COMPLETE                                    8 m 55 s
     Database  CREATE_FAILED: Internal  [31mFailure
·  migrations      waits for database
"""


def test_the_log_of_a_pipeline_has_a_line_for_each_thing_that_ended() -> None:
    stream, now = io.StringIO(), Clock()
    with Lines(stream, now) as lines:
        list(tell(lines, now))

    assert LOG == stream.getvalue()


def drawn(picture: Picture) -> str:
    """The picture as text, 80 columns wide."""
    console = Console(file=io.StringIO(), width=80, height=24, record=True)
    console.print(picture.render())
    return "".join(line.rstrip() + "\n" for line in console.export_text().splitlines())


def test_a_terminal_shows_what_is_under_way_and_what_failed() -> None:
    now = Clock()
    picture = Picture(Terminal(), now)
    parts = tell(picture, now)
    next(parts)
    under_way = drawn(picture)
    next(parts)

    assert UNDER_WAY == under_way
    assert FAILED == drawn(picture)


def test_a_stack_with_a_hundred_resources_fits_on_a_low_terminal() -> None:
    now = Clock()
    picture = Picture(Terminal(), now)
    picture._console = Console(file=Terminal(), width=80, height=12)
    picture.expect(NEEDS)
    picture.begin("network", [{}] * 100)
    for number in range(100):
        picture.event(event("network", f"Subnet{number}", "AWS::EC2::Subnet", "CREATE_IN_PROGRESS"))
    lines = drawn(picture).splitlines()

    assert len(lines) <= 12
    assert "and 94 more" in drawn(picture)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_picture_is_drawn_where_there_is_a_terminal_for_it_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert isinstance(progress(Terminal()), Picture)
    assert isinstance(progress(io.StringIO()), Lines)

    monkeypatch.setenv(name, value)
    assert isinstance(progress(Terminal()), Lines)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.9, "59 s"), (60, "1 m 00 s"), (3600, "1 h 00 m"), (7509, "2 h 05 m")],
)
def test_times_are_told_as_people_read_them(seconds: float, text: str) -> None:
    assert text == clock(seconds)
