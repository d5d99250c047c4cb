"""What would be made worse is not done: half-renewed secrets, somebody else's deployment, a lost way back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from ops import debugging
from ops.adjusting import ValueMoved, adjust
from ops.artifact_bucket import bucket_name
from ops.rotating import flow, versions
from ops.rotating.half_done import HalfDone
from ops.rotating.seen import Kind, look
from scripts.exit_codes import Exit
from tests.ops.deploying.conftest import zipped
from tests.ops.deploying.test_command import versions as live_versions
from tests.ops.preflight.told import Told

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ops.deploying.conftest import Staging

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def begin_renewal(staging: Staging, kind: Kind, *, is_current: bool) -> str:
    """Make a new value of a secret, and make it current or not; returns the secret."""
    secret = look(staging.live, kind, pause=lambda _: None).versions.secret
    versions.make(staging.live, secret, "secret", {})
    if is_current:
        versions.make_current(staging.live, secret)
    return secret


@pytest.mark.parametrize("kind", [Kind.JWT, Kind.ORIGIN])
def test_a_secret_that_is_half_renewed_is_not_given_out_by_a_deployment(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: Kind
) -> None:
    begin_renewal(staging, kind, is_current=True)
    before, second = live_versions(staging), zipped(tmp_path / "second.zip", "second")
    refused = staging.deploy(package=second)
    told = capsys.readouterr().err
    elsewhere = staging.deploy(package=second, only=("observability",), dry_run=True)
    parameter = "PreviousJwtSecret" if kind is Kind.JWT else "PreviousOriginSecret"

    assert (2, 0) == (refused, elsewhere)
    assert f"go on with `miyabi rotate staging {kind}` first" in told
    assert before == live_versions(staging)
    meant = staging.deploy(package=second, parameters=(f"service.{parameter}=accepted",), dry_run=True)
    assert Exit.REPLACEMENT == meant, "of versions of functions, as by any package"


def test_a_value_that_was_only_made_is_told_and_keeps_nobody_from_deploying(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_renewal(staging, Kind.JWT, is_current=False)
    code = staging.deploy(package=zipped(tmp_path / "second.zip", "second"), dry_run=True)

    assert Exit.REPLACEMENT == code
    assert "note: renewing the jwt secret was begun and not finished" in capsys.readouterr().err


def test_whoever_may_not_look_at_secrets_is_told_so_and_deploys(
    staging: Staging, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "any")
    staging.connect = Told(staging.aws.client, {"secretsmanager:list_secret_version_ids": refused})

    code, told = staging.deploy(), capsys.readouterr().err

    assert 0 == code
    assert "note: whether a secret is being renewed could not be asked: AWS refuses" in told


def test_debugging_gives_out_no_half_renewed_secret(staging: Staging) -> None:
    begin_renewal(staging, Kind.JWT, is_current=True)

    with pytest.raises(HalfDone, match="would give out the new value too early"):
        debugging.plan(staging.live, timedelta(minutes=5), NOW, pause=lambda _: None)


def test_no_renewal_begins_that_an_unfinished_deployment_would_stop_half_way(staging: Staging) -> None:
    path = "/miyabi/staging/artifact/key"
    staging.aws.client("ssm").put_parameter(Name=path, Value="functions/another.zip", Overwrite=True)

    with pytest.raises(ValueMoved, match=f"{path} has changed since stack"):
        flow.plan(staging.live, Kind.JWT, callbacks=flow.Callbacks(pause=lambda _: None))
    with pytest.raises(ValueMoved, match="that change would go along"):
        adjust(staging.live, "service", {"SecretsRevision": "2"}, pause=lambda _: None)


def test_a_stack_that_takes_no_package_gets_none(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = zipped(tmp_path / "second.zip", "second")
    code = staging.deploy(package=second, only=("observability",))
    told = capsys.readouterr()

    assert 0 == code
    assert "is uploaded" not in told.err
    assert told.out.endswith("nothing was to be done\n")


def test_somebody_elses_deployment_is_not_taken_back(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"who": "arn:other", "command": "deploy staging", "since": "now", "life": 300.0, "id": "other"}

    def take_the_lock() -> None:
        staging.aws.client("s3").put_object(
            Bucket=bucket_name(staging.live), Key="locks/staging.json", Body=json.dumps(other).encode()
        )

    staging.health, staging.before_answer = [500] * 10, take_the_lock
    code = staging.deploy(package=zipped(tmp_path / "broken.zip", "broken"))

    assert 7 == code
    assert "the lock of system staging was lost" in capsys.readouterr().err
    assert ("2", "2") == live_versions(staging)["ApiFunction"], "as the other one may have made it"


def test_a_way_back_that_is_closed_is_told_with_the_failure(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "UpdateAlias")
    staging.connect = Told(staging.aws.client, {"lambda:update_alias": refused})
    staging.health = [500] * 10
    code = staging.deploy(package=zipped(tmp_path / "broken.zip", "broken"))
    told = capsys.readouterr().err

    assert 7 == code
    assert "answers 500 after the deployment; going back to the version before did not work" in told
    assert "AWS refuses lambda:UpdateAlias on alias live of function" in told
