"""What `miyabi rehearse` does to an environment under load: rotations, migrations, other settings, phases.

A client asks all the while, and none of its requests fails. In `make soak` alone: `make test` has a rotation
and other settings in test_rehearse_kept.py, and a pending migration in test_rehearse.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from ops.adopting.phases import phases
from scripts.commands.rehearse.run import Wish, run
from scripts.exit_codes import Exit
from tests.sampling import examples
from tests.twin.rehearsing.program import own_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Rehearse = Callable[[Wish], tuple[int, Any]]

pytestmark = pytest.mark.skipif(not examples(0, 1), reason="in `make soak` alone")

RATE: Final = 3.0
"""Requests a second: a function's start takes seconds where a machine does it all, and AWS's takes one."""
SETTINGS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "memory": (("memory_mb = 512", "memory_mb = 1024"),),
    "the gateway's limits": (("throttle_rate = 200", "throttle_rate = 300"),),
    "the function's concurrency": (("reserved_concurrency = 60", "reserved_concurrency = 50"),),
    "how long logs stay": (("log_retention_days = 365", "log_retention_days = 180"),),
    "backups": (("backup_days = 14", "backup_days = 21"), ("daily_days = 35", "daily_days = 40")),
    "the database's storage": (("max_storage_gb = 100", "max_storage_gb = 200"),),
    "tags": (('owner = "backend"', 'owner = "platform"'),),
    "the budget": (("budget_usd = 200", "budget_usd = 300"),),
}
"""Changes of settings that interrupt nobody, by what they are about: lines of production's file."""


@pytest.fixture
def rehearse(capsys: pytest.CaptureFixture[str]) -> Rehearse:
    """Runs it; gives its exit code and its document."""

    def rehearsed(wish: Wish) -> tuple[int, Any]:
        code = run(replace(wish, rate=RATE), as_json=True)
        return code, json.loads(capsys.readouterr().out)

    return rehearsed


def assert_undisturbed(told: Any, *names: str) -> None:
    """These changes, and no others, were made, while a client was answered 200 each time."""
    assert list(names) == [change["name"] for change in told["changes"]]
    assert [[]] * len(names) == [change["failed"] for change in told["changes"]]
    assert all(change["requests"] for change in told["changes"])
    assert 200 == told["looks"][-1]["status"]


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_each_secret_is_renewed_without_a_failed_request(environment: str, rehearse: Rehearse) -> None:
    """A database login and the tokens' secret once: what was before is good for minutes, or for days."""
    kinds = ("database", "jwt", "origin", "origin")
    code, told = rehearse(Wish(environment, rotate=kinds))

    assert Exit.DONE == code, told
    assert_undisturbed(told, *(f"renewing the {kind} secret" for kind in kinds))


def test_reported_becomes_production_in_phases_without_a_failed_request(rehearse: Rehearse) -> None:
    code, told = rehearse(Wish("reported", permit=True, to="production"))

    assert Exit.DONE == code
    assert_undisturbed(told, *(f"phase {phase.number}, {phase.name}" for phase in phases()))


def test_reported_without_its_permission_fails_its_clients_until_a_phase_gives_it(rehearse: Rehearse) -> None:
    code, told = rehearse(Wish("reported", to="production"))
    failed = [bool(change["failed"]) for change in told["changes"]]

    assert Exit.ROLLED_BACK == code
    assert ([True, True, False, False], 200) == (failed, told["looks"][-1]["status"])


def test_production_does_not_become_reported_again(rehearse: Rehearse) -> None:
    """It would delete the key that its data is encrypted by, which its stack's policy denies."""
    code, told = rehearse(Wish("production", to="reported"))

    assert code not in {Exit.DONE, Exit.BUG}
    assert "Key" in told["error"]["message"]


@pytest.mark.parametrize("what", SETTINGS)
def test_other_settings_come_over_production_without_a_failed_request(
    what: str, rehearse: Rehearse, tmp_path: Path
) -> None:
    code, told = rehearse(Wish("production", to=str(own_settings("production", tmp_path, *SETTINGS[what]))))

    assert Exit.DONE == code
    assert_undisturbed(told, "deploying production")
    assert any(step["found"] == "UPDATE_COMPLETE" for step in told["steps"])


def test_migrations_rotations_and_settings_follow_one_another(rehearse: Rehearse, tmp_path: Path) -> None:
    own = own_settings("production", tmp_path, *SETTINGS["memory"])
    code, told = rehearse(Wish("production", pending=5, rotate=("database",), to=str(own)))

    assert Exit.DONE == code
    assert_undisturbed(told, "the pending migrations", "renewing the database secret", "deploying production")
