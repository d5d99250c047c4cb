"""A deployment whose end nobody saw: the next one asks for health, and still knows what was before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ops.adjusting import adjust
from ops.artifact_bucket import bucket_name
from ops.deploying import unfinished
from ops.deploying.smoke import Health
from tests.ops.deploying.conftest import zipped
from tests.ops.deploying.test_command import versions
from tests.ops.preflight.told import Told

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ops.deploying.conftest import Staging

KEY = "locks/staging-unfinished.json"


def stop_in_the_smoke_test(staging: Staging, package: Path) -> None:
    """Deploy a package, and press Ctrl-C while the API is asked."""

    def press() -> None:
        staging.before_answer = lambda: None
        raise KeyboardInterrupt

    staging.before_answer = press
    with pytest.raises(KeyboardInterrupt):
        staging.deploy(package=package)


def remembered(staging: Staging) -> bool:
    """Whether something is kept of a deployment that has not come to its end."""
    found = staging.aws.client("s3").list_objects_v2(Bucket=bucket_name(staging.live), Prefix=KEY)
    return bool(found["KeyCount"])


def test_stopped_in_the_smoke_test_the_next_run_asks_although_nothing_else_is_to_be_done(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = zipped(tmp_path / "second.zip", "second")
    stop_in_the_smoke_test(staging, second)
    was = remembered(staging)
    looked = staging.deploy(package=second, dry_run=True)
    capsys.readouterr()
    code, told = staging.deploy(package=second), capsys.readouterr()
    third = staging.deploy(package=second)

    assert (True, 10, 0, 0) == (was, looked, code, third)
    assert "the deployment before was not seen to its end: the API is asked whether it is well" in told.err
    assert "nothing was to be done, and https://" in told.out
    assert "/api/v1/health answers 200\n" in told.out
    assert 1 == len(staging.asked), "the third has nothing to ask"
    assert not remembered(staging)


def test_gone_on_with_it_goes_back_to_the_version_before_all_that_were_stopped(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop_in_the_smoke_test(staging, zipped(tmp_path / "second.zip", "second"))
    broken = zipped(tmp_path / "broken.zip", "broken")
    stop_in_the_smoke_test(staging, broken)
    during, staging.health = versions(staging)["ApiFunction"], [500] * 10
    code = staging.deploy(package=broken)
    told = capsys.readouterr().err

    assert ("3", "3") == during
    assert 7 == code
    assert "the functions are back at the version before, and so is the service stack" in told
    assert "alias live is back at version 1" in told
    assert not remembered(staging)
    assert 0 == staging.deploy(), "what was deployed before is what is there again"


def test_what_a_rotation_has_changed_since_is_not_gone_back_from(
    staging: Staging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = zipped(tmp_path / "second.zip", "second")
    stop_in_the_smoke_test(staging, second)
    adjust(staging.live, "service", {"SecretsRevision": "2"}, pause=lambda _: None)
    renewed, staging.health = versions(staging)["ApiFunction"], [500] * 10
    code = staging.deploy(package=second, parameters=("service.SecretsRevision=3",))

    assert (7, ("3", "3")) == (code, renewed)
    assert "alias live is back at version 3" in capsys.readouterr().err


def test_what_this_release_can_not_read_is_left_aside(staging: Staging) -> None:
    bucket = bucket_name(staging.live)
    for content in (b"", b"[]", b'{"form": 2}', b'{"form": 1}'):
        staging.aws.client("s3").put_object(Bucket=bucket, Key=KEY, Body=content)

        assert unfinished.read(staging.live, bucket) is None


@pytest.mark.parametrize("is_ours", [True, False], ids=["no way out", "no AWS either"])
def test_without_a_network_here_the_api_does_not_count_as_unwell(
    staging: Staging,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    is_ours: bool,
) -> None:
    answers: dict[str, Any] = {}
    staging.connect = Told(staging.aws.client, answers)

    def ask(_: str) -> Health:
        if not is_ours:
            answers["sts:get_caller_identity"] = EndpointConnectionError(endpoint_url="https://sts")
        return Health("https://any", None, "nothing (it is not known)", is_ours=is_ours)

    second = zipped(tmp_path / "second.zip", "second")
    with monkeypatch.context() as offline:
        offline.setattr(staging, "ask", ask)
        code = staging.deploy(package=second)
    answers.clear()
    told = capsys.readouterr().err
    again = staging.deploy(package=second)

    assert (3, 0) == (code, again)
    assert "could not be asked, since this machine has no network (nothing (it is not known))" in told
    assert {"ApiFunction": ("2", "2"), "LoginFunction": ("2", "2")} == versions(staging)
    assert 1 == len(staging.asked)
