"""Migrations are applied by a migrator that has them, and what may be lost is kept first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ops.deploying import migrations, survey
from ops.deploying.errors import MigratorBehind, SnapshotFailed
from ops.deploying.flow import Options
from ops.deploying.migrations import migrate, migrations_of
from ops.live import Live
from stacks.loading import load_environment
from tests.ops.deploying.conftest import zipped
from tests.ops.preflight.told import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Document = dict[str, Any]

SSM = {"ssm:get_parameter": {"Parameter": {"Value": "as-it-is-called"}}}


class Migrator:
    """Tells of some versions with their states, one list for each time that it is asked; the last stays."""

    def __init__(self, *told: dict[int, str]) -> None:
        self.told, self.asked = told, list[str]()

    def __call__(self, _: Live, event: Document, **__: Any) -> Document:
        """Answer."""
        self.asked.append(event["action"])
        states = self.told[min(self.asked.count("status") - 1, len(self.told) - 1)]
        steps = [{"version": version, "state": state} for version, state in states.items()]
        pending = [{"version": step["version"]} for step in steps if step["state"] == "pending"]
        counts = {step["state"]: 1 for step in steps}
        return {"steps": steps, "counts": counts, "pending": pending, "applied": pending}


@pytest.fixture
def live() -> Live:
    """Staging, of which SSM alone is asked."""
    return Live(load_environment("staging"), Told(lambda _: None, SSM))


@pytest.fixture
def migrating(live: Live, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Document, list[str]]]:
    """What migrating gives, and the snapshots that were taken."""

    def run(migrator: Migrator, *, is_new: bool, expected: Sequence[int] = ()) -> tuple[Document, list[str]]:
        taken: list[str] = []
        monkeypatch.setattr(migrations, "ask_migrator", migrator)
        monkeypatch.setattr(migrations, "take_snapshot", lambda _, why, *__, **___: taken.append(why))
        found = migrate(
            live,
            lambda _: None,
            with_roles=False,
            is_new=is_new,
            expected=expected,
            pause=lambda _: None,
        )
        return found, taken

    return run


def test_a_database_that_served_before_is_kept_even_where_no_migration_was_applied(
    migrating: Callable[..., tuple[Document, list[str]]],
) -> None:
    unmigrated = {1: "pending", 2: "pending"}

    assert ["before-2"] == migrating(Migrator(unmigrated), is_new=False)[1], "made by hand, and full"
    assert [] == migrating(Migrator(unmigrated), is_new=True)[1]
    assert ["before-2"] == migrating(Migrator({1: "applied", 2: "pending"}), is_new=True)[1]
    assert [] == migrating(Migrator({1: "applied", 2: "applied"}), is_new=False)[1]


def test_a_migrator_that_was_just_updated_is_waited_for(
    migrating: Callable[..., tuple[Document, list[str]]],
) -> None:
    before, after = {1: "applied"}, {1: "applied", 2: "pending"}
    migrator = Migrator(before, before, after)

    assert [2] == migrating(migrator, is_new=False, expected=[1, 2])[0]["applied"]
    assert ["status", "status", "status", "plan", "up"] == migrator.asked


def test_a_migrator_without_the_packages_migrations_is_not_asked_to_migrate(
    migrating: Callable[..., tuple[Document, list[str]]],
) -> None:
    migrator = Migrator({1: "applied", 2: "missing"})

    with pytest.raises(MigratorBehind, match="does not have migration 2, 3 of the package"):
        migrating(migrator, is_new=False, expected=[1, 2, 3])
    assert {"status"} == set(migrator.asked)


@pytest.mark.parametrize(
    ("only", "expected"), [((), (2,)), (("database", "service"), (2,)), (("database",), (2,))]
)
def test_a_service_does_not_get_a_package_whose_migrations_nobody_can_apply(
    live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, only: tuple[str, ...], expected: tuple[int]
) -> None:
    package = with_migrations(tmp_path)
    monkeypatch.setattr(survey, "ask_migrator", Migrator({1: "applied"}))

    assert (expected, ()) == survey.pending_migrations(live, Options(package, only=only))
    with pytest.raises(MigratorBehind, match="migration 2 of the package, so the functions would miss it"):
        survey.pending_migrations(live, Options(package, only=("service",)))


def test_a_snapshot_is_waited_for_and_one_that_fails_ends_it() -> None:
    def told(*states: str) -> Live:
        left = list(states)
        answers = {
            **SSM,
            "rds:create_db_snapshot": {},
            "rds:describe_db_snapshots": lambda _: {"DBSnapshots": [{"Status": left.pop(0)}]},
        }
        return Live(load_environment("staging"), Told(lambda _: None, answers))

    def take(live: Live) -> list[float]:
        pauses: list[float] = []
        migrations.take_snapshot(live, "why", lambda _: None, pause=pauses.append)
        return pauses

    assert 2 == len(take(told("creating", "creating", "available")))
    with pytest.raises(SnapshotFailed, match="failed, so no migration was begun"):
        take(told("creating", "failed"))


def with_migrations(folder: Path) -> Path:
    """A package with two migrations, and the way back of one."""
    import zipfile

    package = zipped(folder / "package.zip", "any")
    with zipfile.ZipFile(package, "a") as file:
        for name in ("1_first.sql", "2_second.sql", "2_second.down.sql", "README.md"):
            file.writestr(f"migrations/{name}", "")
    return package


def test_the_migrations_of_a_package_are_those_forward(tmp_path: Path) -> None:
    assert [1, 2] == migrations_of(with_migrations(tmp_path))
