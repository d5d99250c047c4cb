"""The commands: what they show, ask, refuse and exit with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from ops import debugging
from ops.artifact_bucket import ensure_bucket
from ops.debugging import NotSwitchable, SpanRefused, read_span
from ops.deploying.smoke import Health
from ops.errors import Unready
from ops.live import Live
from ops.locking import take
from ops.restoring.flow import Callbacks as RestoreCallbacks
from ops.rotating.flow import Callbacks as RotateCallbacks
from ops.stack import describe
from scripts.changing_app import register
from scripts.commands.debug.run import run as debug
from scripts.commands.destroy.run import run as destroy
from scripts.commands.restore.run import run as restore
from scripts.commands.rotate.run import Wish
from scripts.commands.rotate.run import run as rotate
from scripts.consent import Consent
from scripts.exit_codes import Exit
from stacks.loading import load_environment
from tests.ops.changing.test_restoring import NAMES, WHEN, Migrator, age, names
from tests.ops.changing.test_restoring import NOW as NOW_OF_RESTORE
from twin.aws.invoking import run_functions

if TYPE_CHECKING:
    from twin.aws.clients import Aws

    Document = dict[str, Any]

YES, DRY, NOBODY = Consent(yes=True), Consent(yes=False, dry_run=True), Consent(yes=False)
NOW = datetime(2026, 11, 26, 2, 30, 0, 5, tzinfo=UTC)


def well(address: str) -> Health:
    """An API that is well."""
    return Health(address, 200, "200")


def no_pause(_: float) -> None:
    """Go on at once."""


ROTATING = RotateCallbacks(ask=well, pause=no_pause)
RESTORING = RestoreCallbacks(ask=well, pause=no_pause)


def debuggable(aws: Aws, *, with_parameter: bool = True) -> None:
    """A service stack whose functions may be told to debug."""
    value = {"Ref": "DebugUntil"} if with_parameter else "never"
    properties = {"Name": "/until", "Type": "String", "Value": {"Fn::Sub": ["until ${It}", {"It": value}]}}
    body: Document = {"Resources": {"Until": {"Type": "AWS::SSM::Parameter", "Properties": properties}}}
    if with_parameter:
        body["Parameters"] = {"DebugUntil": {"Type": "String", "Default": ""}}
    aws.client("cloudformation").create_stack(
        StackName="miyabi-staging-service", TemplateBody=json.dumps(body)
    )


def until(aws: Aws) -> str:
    """What the functions are told."""
    value: str = aws.client("ssm").get_parameter(Name="/until")["Parameter"]["Value"]
    return value.removeprefix("until ")


def test_debugging_is_on_for_a_while_and_off_again(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    debuggable(aws)

    def asked(span: str | None, consent: Consent = YES) -> tuple[int, str]:
        code = debug("staging", span, consent, connect=aws.client, now=lambda: NOW, pause=no_pause)
        return code, capsys.readouterr().out.strip()

    shown = asked("30m", DRY)
    before = until(aws)
    on = asked("30m")
    during = until(aws)
    off = asked(None)

    assert ((0, "nothing was changed"), "") == (shown, before)
    assert ((0, "debugging is on until 2026-11-26T03:00:00Z"), "2026-11-26T03:00:00Z") == (on, during)
    assert ((0, "debugging is off"), "") == (off, until(aws))
    assert (0, "debugging is off already") == asked(None)


@pytest.mark.parametrize(("given", "hours"), [("30m", 0.5), ("2h", 2), ("1h30m", 1.5), ("24h", 24)])
def test_a_span_is_minutes_and_hours(given: str, hours: float) -> None:
    assert timedelta(hours=hours) == read_span(given)


@pytest.mark.parametrize("given", ["", "0m", "25h", "24h1m", "-1h", "half an hour", "1d"])
def test_a_span_that_is_none_or_too_long_is_refused(given: str) -> None:
    with pytest.raises(SpanRefused, match="is no time from 1m to 24h"):
        read_span(given)


def test_functions_that_know_no_end_are_not_switched(aws: Aws) -> None:
    debuggable(aws, with_parameter=False)
    with pytest.raises(NotSwitchable, match="deploy the present templates by `miyabi deploy staging` first"):
        debugging.plan(Live(load_environment("staging"), aws.client), timedelta(hours=1), NOW)

    aws.client("cloudformation").create_stack(
        StackName="miyabi-production-service",
        TemplateBody='{"Resources": {"One": {"Type": "AWS::SNS::Topic"}}}',
    )
    with pytest.raises(Unready, match=r"RUST_LOG: `MIYABI_API__RUST_LOG=debug miyabi deploy reported"):
        debugging.plan(Live(load_environment("reported"), aws.client), timedelta(hours=1), NOW)


def test_rotate_shows_asks_and_tells(staging: Aws, live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    run_functions(staging.account, Migrator())

    def asked(
        secret: str, consent: Consent = YES, *, as_json: bool = True, **more: bool
    ) -> tuple[int, str, str]:
        wish = Wish(secret, **more)
        code = rotate("staging", wish, consent, as_json=as_json, connect=staging.client, callbacks=ROTATING)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    misplaced = asked("origin", leaked=True)
    unasked = asked("database", NOBODY)
    shown = asked("database", DRY)
    done = asked("jwt")
    early = asked("jwt", as_json=False)
    both = asked("database", both=True)

    assert Exit.WRONG_INPUT == misplaced[0]
    assert "--leaked is for the jwt secret" in misplaced[2]
    assert Exit.WRONG_INPUT == unasked[0]
    assert (0, False, "miyabi_api_b") == (
        shown[0],
        json.loads(shown[1])["done"],
        json.loads(shown[1])["role"],
    )
    assert "  5  let the API use that role (service stack)\n" in shown[2]
    document = json.loads(done[1])
    assert (0, True, "fresh") == (done[0], document["done"], document["found"])
    assert timedelta(days=7) < datetime.fromisoformat(document["before_accepted_until"]) - datetime.now(UTC)
    assert (Exit.WRONG_INPUT, "") == early[:2]
    assert "wait until then, or end every session at once by --leaked" in early[2]

    assert (0, "miyabi_api_b") == (both[0], json.loads(both[1])["role"])
    service = describe(live, live.stack_name("service"))
    assert service is not None
    assert "a" == service.parameters["ApiLogin"], "there and back again"

    other = take(live, ensure_bucket(live), "deploy staging")
    locked = asked("origin")
    other.release()
    assert Exit.LOCKED == locked[0]
    assert "is being changed by" in locked[2]


def test_restore_shows_what_is_lost_and_how_to_go_back(
    staging: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    age(staging)
    run_functions(staging.account, Migrator())

    def asked(
        at: str | None, consent: Consent = YES, *, undo: bool = False, as_json: bool = False
    ) -> tuple[int, str, str]:
        code = restore(
            "staging",
            at,
            consent,
            undo=undo,
            as_json=as_json,
            connect=staging.client,
            callbacks=RESTORING,
            now=lambda: NOW_OF_RESTORE,
        )
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    neither, naive = asked(None), asked("2026-11-26T03:00:00")
    shown = asked(WHEN, DRY, as_json=True)
    untouched = names(staging)
    done = asked(WHEN)
    again = asked(WHEN)
    undone = asked(None, undo=True, as_json=True)

    assert (Exit.WRONG_INPUT, Exit.WRONG_INPUT) == (neither[0], naive[0])
    assert "it has no time zone" in naive[2]
    document = json.loads(shown[1])
    assert ("create", "nothing") == tuple(document["steps"][0].values())
    assert {"miyabi-staging-1"} == untouched
    assert (WHEN, NAMES.new, False) == (document["at"], document["new"], document["done"])
    assert "everything written since, which is 2 h 0 min by now" in shown[2]
    assert f"miyabi-staging-1 holds what it held at {WHEN}; https://" in done[1]
    assert "to go back: miyabi restore staging --undo" in done[2]
    assert (0, "this was begun before, and is gone on with:") == (again[0], again[2].splitlines()[3])
    assert (0, True) == (undone[0], json.loads(undone[1])["undo"])
    assert {"miyabi-staging-1", NAMES.new} == names(staging)


def test_a_restore_that_stops_while_the_api_is_shut_says_so(
    staging: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    age(staging)
    run_functions(staging.account, Migrator({"roles": None}))
    code = restore("staging", WHEN, YES, connect=staging.client, callbacks=RESTORING)
    told = capsys.readouterr().err

    assert Exit.BUG == code
    assert "the API takes no request until this is finished: run the same command again, or `miyabi" in told


def test_destroy_refuses_data_and_shows_all_of_it(staging: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    def asked(word: str | None, consent: Consent = YES) -> tuple[int, str, str]:
        code = destroy("staging", word, consent, as_json=True, connect=staging.client, pause=no_pause)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    shown, refused, wrong = asked(None, DRY), asked(None), asked("production")

    assert (0, False) == (shown[0], json.loads(shown[1])["done"])
    assert "  deleted after a snapshot: Database, miyabi-staging-1\n" in shown[2]
    assert "kept: miyabi/staging/github\n" in shown[2]
    assert (Exit.WRONG_INPUT, "DataProtected") == (refused[0], json.loads(refused[1])["error"]["kind"])
    assert (Exit.WRONG_INPUT, "WordWrong") == (wrong[0], json.loads(wrong[1])["error"]["kind"])


def test_every_command_has_help_with_an_example() -> None:
    app = typer.Typer(rich_markup_mode=None)
    register(app)
    for command in ("rotate", "debug", "restore", "destroy"):
        result = CliRunner().invoke(app, [command, "--help"])

        assert 0 == result.exit_code
        assert f"Example: miyabi {command}" in result.output
