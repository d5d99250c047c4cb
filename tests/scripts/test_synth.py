"""`miyabi synth` as an operator meets it: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.exit_codes import Exit
from scripts.miyabi import main
from stacks.loading import ENVIRONMENTS
from tests.sampling import examples
from tests.stacks.systems import AS_OF

if TYPE_CHECKING:
    from collections.abc import Callable

    Miyabi = Callable[..., "Done"]

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    """How the program ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def folder(tmp_path: Path, linted: Path) -> Path:
    """A folder without templates, in which cfn-lint's findings are kept for the whole run of the tests."""
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "cfn-lint").symlink_to(linted)
    return tmp_path


@pytest.fixture
def installed(folder: Path) -> Miyabi:
    """The installed program in that folder, on a fixed day."""

    def run(*arguments: str) -> Done:
        done = subprocess.run(
            [Path(sys.executable).parent / "miyabi", *arguments, "--as-of", AS_OF.isoformat()],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def miyabi(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Miyabi:
    """The program in this process, in that folder, on a fixed day unless a test names another."""
    monkeypatch.chdir(folder)

    def run(*arguments: str, **environment: str) -> Done:
        if "--as-of" not in arguments:
            arguments = (*arguments, "--as-of", AS_OF.isoformat())
        code = 0
        with monkeypatch.context() as patch:
            patch.setattr("sys.argv", ["miyabi", *arguments])
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


def test_it_writes_thirteen_templates_and_three_manifests(installed: Miyabi, tmp_path: Path) -> None:
    done = installed("synth")

    assert (Exit.DONE, "13 templates, 3 manifests written to build/\n") == (done.returncode, done.stderr)
    assert len(list(tmp_path.glob("build/*/*.json"))) == 13 + 3 + 3
    assert len(done.stdout.splitlines()) == 1 + 13


def test_a_second_run_changes_no_byte(miyabi: Miyabi, tmp_path: Path) -> None:
    miyabi("synth", "reported")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("build/*/*")}

    done = miyabi("synth", "reported")

    assert "3 templates, 1 manifest unchanged in build/\n" == done.stderr
    assert before == {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("build/*/*")
    }


def test_the_rows_are_to_be_had_as_json(miyabi: Miyabi) -> None:
    rows = json.loads(miyabi("synth", "reported", "--json").stdout)

    assert ["network", "database", "service"] == [row["stack"] for row in rows]
    assert rows == json.loads(miyabi("synth", "reported", "--format", "json").stdout)


def test_a_broken_rule_is_named_with_its_remedy_and_nothing_is_written(
    miyabi: Miyabi, tmp_path: Path
) -> None:
    done = miyabi("synth", "staging", MIYABI_DATABASE__PUBLICLY_ACCESSIBLE="true")

    assert done.returncode == Exit.RULE_BROKEN
    assert (
        "RDS.2  staging/database.Database: PubliclyAccessible is True; write PubliclyAccessible: false"
        in done.stderr
    )
    assert "nothing was written" in done.stderr
    assert not (tmp_path / "build").exists()


def test_one_broken_environment_keeps_the_others_from_being_written(miyabi: Miyabi, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text((ENVIRONMENTS / "reported.toml").read_text(encoding="utf-8"))

    done = miyabi("synth", "staging", str(own))

    assert done.returncode == Exit.RULE_BROKEN
    assert not (tmp_path / "build").exists()


def test_overrides_are_told(miyabi: Miyabi) -> None:
    assert (
        "overridden by the process environment: MIYABI_API__MEMORY_MB\n"
        in miyabi("synth", "staging", MIYABI_API__MEMORY_MB="1024").stderr
    )


MISTAKES = {
    "an unknown environment": (("synth", "prodution"), {}, "did you mean production?"),
    "a missing file": (("synth", "absent.toml"), {}, "'absent.toml' is not known"),
    "a wrong type": (
        ("synth",),
        {"MIYABI_DATABASE__STORAGE_GB": "much"},
        "MIYABI_DATABASE__STORAGE_GB = 'much'",
    ),
    "an unknown key": (("synth",), {"MIYABI_DATABASE__STORAGE": "20"}, "did you mean storage_gb?"),
    "a build folder that is a file": (("synth", "reported", "--build", "/dev/null"), {}, "can't be used"),
    "an unknown option": (("synth", "--nope"), {}, "No such option"),
    "a day that is none": (("synth", "--as-of", "tomorrow"), {}, "tomorrow"),
}


@pytest.mark.parametrize(("arguments", "environment", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_costs_a_sentence_and_exit_code_2(
    miyabi: Miyabi, arguments: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    done = miyabi(*arguments, **environment)

    assert done.returncode == Exit.WRONG_INPUT
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_override_that_mends_what_is_waived_is_no_fault(miyabi: Miyabi) -> None:
    """The waiver is about the file; trying a standby must not ask for its removal."""
    done = miyabi("synth", "staging", MIYABI_DATABASE__MULTI_AZ="true")

    assert done.returncode == Exit.DONE
    assert "warning: waiver RDS.5 for staging/Database covers nothing under these overrides" in done.stderr


def test_an_expired_waiver_warns_and_fails_where_one_is_strict(miyabi: Miyabi) -> None:
    warned = miyabi("synth", "staging", "--as-of", "2027-06-01")
    failed = miyabi("synth", "staging", "--as-of", "2027-06-01", "--strict")

    assert warned.returncode == Exit.DONE
    assert "warning: waiver" in warned.stderr
    assert failed.returncode == Exit.RULE_BROKEN


def test_it_runs_the_same_from_any_folder(miyabi: Miyabi, tmp_path: Path) -> None:
    miyabi("synth", "reported")

    elsewhere = (tmp_path / "build" / "reported" / "network.json").read_bytes()

    assert elsewhere == (ROOT / "tests" / "golden" / "reported" / "network.json").read_bytes()


def test_cfn_lint_itself_finds_nothing_in_what_was_written(miyabi: Miyabi, tmp_path: Path) -> None:
    """As a person calls it, in the project's folder; the waived rules stand in the templates.

    `miyabi synth` has put each before cfn-lint by then; `make test` asks again about those of production.
    """
    miyabi("synth")
    shutil.copy(ROOT / ".cfnlintrc", tmp_path)
    written = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("build/*/*.json"))
    paths = [path for path in written if examples(0, soak=1) or path.startswith("build/production/")]

    program = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run(
        [program, "-c", "I", "--", *paths], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert len(written) == 13 + 3 + 3
    assert paths
