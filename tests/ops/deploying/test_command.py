"""`miyabi deploy` on a staging that is there: no change, changes, failures, and going on after them."""

from __future__ import annotations

import json
import threading
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ops.deploying.aliases import aliases
from ops.stack import describe, held
from ops.wanted import as_deployed
from scripts.commands.deploy.mending import mend
from scripts.consent import Consent
from tests.ops.deploying.conftest import zipped
from tests.sampling import examples
from twin.aws import clients
from twin.aws.dispatch import dispatch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ops.deploying.conftest import Staging

SERVICE = "miyabi-staging-service"
TOPIC = "miyabi-staging-taken"


def versions(staging: Staging) -> dict[str, tuple[str, str]]:
    """Where each alias of the service stack points, and where its stack says that it points."""
    now = describe(staging.live, SERVICE)
    assert now is not None
    found = aliases(staging.live, SERVICE, as_deployed(staging.live, now).body)
    return {alias.function.split("-")[3]: (alias.version, alias.stack_version) for alias in found}


def statuses(staging: Staging) -> set[str]:
    """The statuses that the stacks are in."""
    found = staging.aws.client("cloudformation").describe_stacks()["Stacks"]
    return {one["StackStatus"] for one in found}


def test_where_nothing_changes_nothing_is_done(staging: Staging, capsys: pytest.CaptureFixture[str]) -> None:
    before = staging.aws.client("ssm").describe_parameters()["Parameters"]
    code = staging.deploy()
    told = capsys.readouterr()
    again = staging.deploy(as_json=True)

    assert (0, 0) == (code, again)
    assert told.out.endswith("staging is as it should be: nothing was to be done\n")
    assert "unchanged" == json.loads(capsys.readouterr().out)["outcome"]
    assert before == staging.aws.client("ssm").describe_parameters()["Parameters"]
    assert [] == staging.asked


def test_a_new_package_makes_new_versions_live(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = zipped(tmp_path / "second.zip", "second")
    looked = staging.deploy(package=second, dry_run=True)
    shown = capsys.readouterr()
    before = versions(staging)
    code = staging.deploy(package=second, as_json=True)
    told = json.loads(capsys.readouterr().out)
    unchanged = staging.deploy(package=second)

    assert 11 == looked, "a version is replaced, and the former one retained"
    assert "nothing was done: this is what would be" in shown.err
    assert {"ApiFunction": ("1", "1"), "LoginFunction": ("1", "1")} == before
    assert (0, 0) == (code, unchanged)
    assert {"ApiFunction": ("2", "2"), "LoginFunction": ("2", "2")} == versions(staging)
    assert ["changed", "changed", "unchanged", "unchanged", "unchanged"] == [
        told["stacks"][name]["outcome"]
        for name in ("database", "service", "network", "edge", "observability")
    ]
    assert 200 == told["health"]["status"]


def test_only_the_stack_that_is_named_is_changed(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIYABI_OBSERVABILITY__BUDGET_USD", "80")
    monkeypatch.setenv("MIYABI_HTTP_API__THROTTLE_RATE", "60")
    code = staging.deploy(only=("observability",), as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert 0 == code
    assert {"observability": "changed"} == {name: one["outcome"] for name, one in told["stacks"].items()}
    assert told["health"] is None
    assert 2 == staging.deploy(only=("databse",))
    assert "staging has no stack 'databse'; it has network, database" in capsys.readouterr().err


def test_an_alias_that_somebody_moved_goes_back(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    staging.deploy(package=zipped(tmp_path / "second.zip", "second"))
    function = held(staging.live, SERVICE)["ApiFunction"].physical_id
    staging.aws.client("lambda").update_alias(FunctionName=function, Name="live", FunctionVersion="1")
    moved = versions(staging)["ApiFunction"]
    code = staging.deploy(package=tmp_path / "second.zip")

    assert ("1", "2") == moved
    assert 0 == code
    assert ("2", "2") == versions(staging)["ApiFunction"]
    assert f"alias live of {function} goes back from 1 to 2" in capsys.readouterr().err


def test_an_unhealthy_api_goes_back_to_the_version_before_and_its_stack_is_told(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = staging.live.call("ssm:GetParameter", "it", Name="/miyabi/staging/artifact/key")
    staging.health = [500] * 10
    code = staging.deploy(package=zipped(tmp_path / "broken.zip", "broken"))
    told = capsys.readouterr().err

    assert 7 == code
    assert "answers 500 after the deployment; the functions are back at the version before" in told
    assert "alias live is back at version 1" in told
    found = versions(staging)["ApiFunction"]
    assert found[0] == found[1], "the stack says what is live"
    assert (
        before["Parameter"]["Value"]
        == staging.live.call("ssm:GetParameter", "it", Name="/miyabi/staging/artifact/key")["Parameter"][
            "Value"
        ]
    )
    assert 0 == staging.deploy(), "what was deployed before is what is there again"


def test_a_failed_update_is_rolled_back_and_gone_on_with_when_its_cause_is_gone(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIYABI_HTTP_API__THROTTLE_RATE", "60")
    monkeypatch.setenv("MIYABI_OBSERVABILITY__BUDGET_USD", "80")
    failing = fail_at(monkeypatch, "PATCH", "/stages/")
    code = staging.deploy()
    told = capsys.readouterr().err

    assert (7, []) == (code, failing)
    assert "DefaultStage (AWS::ApiGatewayV2::Stage) failed first: " in told
    assert "the stack is what it was before, and can be deployed again" in told
    assert "miyabi: stack miyabi-staging-service ended in UPDATE_ROLLBACK_COMPLETE: DefaultStage" in told
    assert 0 == staging.deploy()
    assert {"CREATE_COMPLETE", "UPDATE_COMPLETE"} == statuses(staging)


def fail_at(monkeypatch: pytest.MonkeyPatch, method: str, part: str) -> list[str]:
    """Refuse the first request whose method and address are those; the list is empty when it has come."""
    failing = [part]

    def refusing(account: str, asked: str, url: str, headers: Any, body: Any) -> Any:
        if failing and asked == method and failing[0] in url:
            failing.clear()
            return 400, {"x-amzn-errortype": "BadRequestException"}, b'{"message": "not today"}'
        return dispatch(account, asked, url, headers, body)

    monkeypatch.setattr(clients, "dispatch", refusing)
    return failing


def test_of_two_operators_who_start_at_once_one_is_told_to_wait(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIYABI_OBSERVABILITY__BUDGET_USD", "80")
    inside, other_ended = threading.Event(), threading.Event()

    def wait_for_the_other() -> None:
        inside.set()
        assert other_ended.wait(30)

    staging.before_answer = wait_for_the_other
    codes: list[int] = []
    first = threading.Thread(target=lambda: codes.append(staging.deploy()))
    first.start()
    assert inside.wait(30)
    monkeypatch.setenv("MIYABI_OBSERVABILITY__BUDGET_USD", "90")
    second = staging.deploy()
    other_ended.set()
    first.join()

    assert (8, [0]) == (second, codes)
    assert "miyabi: system staging is being changed by arn:aws:" in capsys.readouterr().err
    assert 0 == staging.deploy(), "the lock is free again"


@pytest.mark.parametrize("position", range(20, 45, 45 // examples(1, 45)))
def test_a_connection_that_is_lost_anywhere_leaves_what_a_second_run_finishes(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, position: int
) -> None:
    monkeypatch.setenv("MIYABI_HTTP_API__THROTTLE_RATE", "60")
    numbers = count()

    def losing(account: str, method: str, url: str, headers: Any, body: Any) -> Any:
        if threading.current_thread() is not threading.main_thread() or "sts" in url:
            return dispatch(account, method, url, headers, body)
        if next(numbers) == position:
            raise EndpointConnectionError(endpoint_url=url)
        return dispatch(account, method, url, headers, body)

    second = zipped(tmp_path / "second.zip", "second")
    monkeypatch.setattr(clients, "dispatch", losing)
    lost = staging.deploy(package=second)
    monkeypatch.setattr(clients, "dispatch", dispatch)

    assert lost in {0, 3}
    assert 0 == staging.deploy(package=second)
    assert {"ApiFunction": ("2", "2"), "LoginFunction": ("2", "2")} == versions(staging)
    assert {"CREATE_COMPLETE", "UPDATE_COMPLETE"} == statuses(staging)


def test_a_broken_rule_and_a_missing_secret_stop_it_before_anything_is_changed(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIYABI_NETWORK__DATABASE_GROUP_OPEN_TO_WORLD", "true")
    broken = staging.deploy()
    rule = capsys.readouterr().err
    monkeypatch.delenv("MIYABI_NETWORK__DATABASE_GROUP_OPEN_TO_WORLD")
    staging.aws.client("secretsmanager").put_secret_value(
        SecretId="miyabi/staging/github", SecretString='{"client_id": "unmistakable"}'
    )
    unready = staging.deploy()
    told = capsys.readouterr().err

    assert (4, 2) == (broken, unready)
    assert "nothing was changed: mend what is named above" in rule
    assert "secret miyabi/staging/github: client_secret is missing; enter it by" in told
    assert "unmistakable" not in told


def test_an_account_that_is_not_the_environments_is_refused(
    staging: Staging, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIYABI_ACCOUNT", "999999999999")

    assert 3 == staging.deploy()
    assert "lives in account 999999999999 and the credentials are for 612345678903" in capsys.readouterr().err


def test_without_a_person_to_ask_it_wants_a_yes(staging: Staging, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == staging.deploy(yes=False)
    assert "deploy asks before it changes anything, and there is nobody to ask" in capsys.readouterr().err


def test_parameters_are_for_the_stacks_that_have_them(
    staging: Staging, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == staging.deploy(parameters=("service.SecretsRevision=2",))
    now = describe(staging.live, SERVICE)
    assert now is not None
    assert "2" == now.parameters["SecretsRevision"]

    assert 2 == staging.deploy(parameters=("Colour=blue",))
    assert 2 == staging.deploy(parameters=("SecretsRevision",))
    told = capsys.readouterr().err
    assert "--parameter Colour=blue: no stack of staging has a parameter Colour" in told
    assert "--parameter SecretsRevision: write it as NAME=VALUE" in told


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        (Consent(yes=True), "is in CREATE_COMPLETE; this is for one in ROLLBACK_COMPLETE"),
        (Consent(yes=False), "there is nobody to ask"),
    ],
    ids=["yes", "nobody"],
)
def test_a_stack_that_is_well_is_not_abandoned(
    staging: Staging, capsys: pytest.CaptureFixture[str], consent: Consent, said: str
) -> None:
    code = mend(
        "staging",
        consent,
        continue_rollback=None,
        skip=(),
        abandon="service",
        as_json=True,
        outside=staging.outside,
    )
    told = capsys.readouterr()

    assert 2 == code
    assert said in told.err
    assert said in json.loads(told.out)["error"]["message"]


def test_a_dry_run_as_json_is_the_plan_and_what_is_no_stacks(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = zipped(tmp_path / "second.zip", "second")
    nothing = staging.deploy(dry_run=True, as_json=True)
    unchanged = json.loads(capsys.readouterr().out)
    looked = staging.deploy(package=second, dry_run=True, as_json=True)
    planned = json.loads(capsys.readouterr().out)

    assert (0, 11) == (nothing, looked)
    assert ("unchanged", "nothing", None) == (
        unchanged["outcome"],
        unchanged["plan"]["verdict"],
        unchanged["package"],
    )
    assert ("planned", "replacement") == (planned["outcome"], planned["plan"]["verdict"])
    assert planned["package"].startswith("second")
