"""Writing: all of an environment or nothing, and no byte when nothing changed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stacks import build
from stacks.build import files, write
from stacks.errors import BuildFolderUnusable
from tests.stacks.systems import synthesis

if TYPE_CHECKING:
    from typing import Any


def read(folder: Path) -> dict[str, str]:
    """Every file of a folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_an_environment_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    assert write(synthesis("reported"), tmp_path / "build")

    assert files(synthesis("reported")) == read(tmp_path / "build" / "reported")


def test_a_second_write_changes_nothing_and_says_so(tmp_path: Path) -> None:
    write(synthesis("reported"), tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    assert not write(synthesis("reported"), tmp_path)
    assert times == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}


def test_files_of_an_earlier_build_do_not_stay_behind(tmp_path: Path) -> None:
    (tmp_path / "reported").mkdir()
    (tmp_path / "reported" / "edge.json").write_text("{}")

    write(synthesis("reported"), tmp_path)

    assert "edge.json" not in read(tmp_path / "reported")


@pytest.mark.parametrize("fails_at", ["network.json", "manifest.json", "swap"])
def test_a_write_that_fails_leaves_the_good_build_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    folder = tmp_path / "reported"
    folder.mkdir()
    (folder / "network.json").write_text("the good one")
    write_text, rename = Path.write_text, Path.rename

    def full_disk(self: Path, *arguments: Any, **options: Any) -> int:
        if self.name == fails_at:
            raise OSError(28, "No space left on device")
        return write_text(self, *arguments, **options)

    def stuck(self: Path, target: Path) -> Path:
        if fails_at == "swap" and self.name == "new":
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "write_text", full_disk)
    monkeypatch.setattr(Path, "rename", stuck)

    with pytest.raises(BuildFolderUnusable, match=r"can't be used: .*choose another with --build"):
        write(synthesis("reported"), tmp_path)

    assert read(folder) == {"network.json": "the good one"}
    assert [path.name for path in tmp_path.iterdir()] == ["reported"]


def test_a_file_in_place_of_the_build_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("")

    with pytest.raises(BuildFolderUnusable, match=r"build folder .*build can't be used"):
        write(synthesis("reported"), tmp_path / "build")


def test_a_file_in_the_build_that_is_no_text_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "reported").mkdir()
    (tmp_path / "reported" / "network.json").write_bytes(b"\xff\xfe")

    assert build.write(synthesis("reported"), tmp_path)


@pytest.mark.parametrize("name", ["reported", "staging", "production"])
def test_the_manifest_says_what_a_deployment_must_know(name: str) -> None:
    texts = files(synthesis(name))
    manifest = json.loads(texts["manifest.json"])

    for stack in manifest["stacks"]:
        assert stack["sha256"] == sha256(texts[stack["file"]].encode()).hexdigest()
        assert stack["name"] == f"miyabi-{manifest['system']}-{stack['stack']}"
    assert [stack["file"] for stack in manifest["stacks"]] == [
        file for file in texts if file not in ("manifest.json", "pipeline.json")
    ]


def stack(environment: str, name: str) -> dict[str, Any]:
    """One stack's entry in the manifest."""
    manifest = json.loads(files(synthesis(environment))["manifest.json"])
    found: dict[str, Any] = next(entry for entry in manifest["stacks"] if entry["stack"] == name)
    return found


def test_a_named_capability_is_asked_for_only_where_a_role_is_adopted() -> None:
    assert stack("production", "service")["capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert stack("staging", "service")["capabilities"] == ["CAPABILITY_IAM"]
    assert stack("reported", "database")["capabilities"] == []


def test_the_stack_policy_protects_what_holds_data() -> None:
    [everything, protect] = stack("production", "database")["stack_policy"]["Statement"]

    assert (everything["Effect"], everything["Action"]) == ("Allow", "Update:*")
    assert (protect["Effect"], protect["Action"]) == ("Deny", ["Update:Delete", "Update:Replace"])
    assert "LogicalResourceId/Database" in protect["Resource"]


def test_the_live_system_is_protected_and_the_report_was_not() -> None:
    assert stack("production", "database")["termination_protection"]
    assert not stack("reported", "database")["termination_protection"]
    assert stack("reported", "database")["stack_policy"] is None


def test_the_manifest_lists_the_secrets_that_a_person_must_enter() -> None:
    manifest = json.loads(files(synthesis("production"))["manifest.json"])

    assert manifest["entered_secrets"] == [
        {"name": "miyabi/production/master-password", "keys": ["password"]},
        {"name": "miyabi/production/jwt", "keys": ["secret"]},
        {"name": "miyabi/production/github", "keys": ["client_id", "client_secret"]},
    ]


def test_a_parameter_without_a_default_must_be_given() -> None:
    parameters = stack("production", "network")["parameters"]

    assert {name for name, parameter in parameters.items() if parameter["required"]} == {
        "AdoptedVpcId",
        "AdoptedDatabaseSubnetIds",
        "AdoptedFunctionSubnetIds",
        "AdoptedSecurityGroupDescription",
    }
