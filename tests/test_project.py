"""The tooling keeps its promises: targets, scripts, locks, ignored files, imports that run one way."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import tomllib
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z][\w-]*):", MAKEFILE, re.MULTILINE)
SHELL_SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix)
BROWSER = ROOT / "tests" / "browser"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

MAY_IMPORT = {
    "cfn": set[str](),
    "runtime": set[str](),
    "cost": {"cfn"},
    "stacks": {"cfn", "runtime.contract"},
    "ops": {
        *("stacks", "cost", "cfn", "runtime.contract", "runtime.migrator.errors"),
        # what the doctor reads a function's variables by, as the function does
        *("runtime.api.settings", "runtime.migrator.connection"),
    },
    "report": {"ops", "cost", "cfn"},
    "twin": {"ops", "cfn", "runtime"},
    "scripts": {"cfn", "runtime", "cost", "stacks", "ops", "report", "twin"},
    "tests": {"cfn", "runtime", "cost", "stacks", "ops", "report", "twin", "scripts"},
}
"""What the modules of each folder may import from the other folders: a folder, or one module of it."""


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command at the root of the project and keep what it says."""
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )


# Make and its scripts.


@pytest.mark.parametrize("arguments", [(), ("help",)], ids=["make", "make help"])
def test_make_lists_every_target_with_a_sentence(arguments: tuple[str, ...]) -> None:
    listed = dict(re.findall(r"^  ([a-z-]+) +(\S.*)$", run("make", *arguments).stdout, re.MULTILINE))

    assert TARGETS == list(listed)
    assert all(len(sentence.split()) > 2 for sentence in listed.values())


def test_every_target_is_phony() -> None:
    """A file or a folder of the same name, such as cost/, must not stop a target."""
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)

    assert phony is not None
    assert set(TARGETS) == set(phony[1].split())


@pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda path: path.name)
def test_a_script_runs_as_it_is_and_stops_at_the_first_failure(script: Path) -> None:
    shebang, purpose, settings = script.read_text(encoding="utf-8").split("\n", 2)

    assert os.access(script, os.X_OK)
    assert shebang == "#!/bin/sh"
    assert purpose.startswith("# ")
    assert re.search(r"^set -eu$", settings, re.MULTILINE)
    assert run("sh", "-n", script).returncode == 0


def test_the_interpreter_found_is_new_enough() -> None:
    found = run("scripts/python").stdout.strip()

    assert run(found, "-c", "import sys, venv; assert sys.version_info >= (3, 11)").returncode == 0


@pytest.mark.parametrize(
    ("behaviour", "remedy"),
    [
        ("exit 1", "no Python 3.11 or later"),
        ('case "$2" in *venv*) exit 1;; esac', "python3-venv"),
    ],
    ids=["too old", "no venv"],
)
def test_an_unfit_interpreter_is_refused_in_one_sentence(tmp_path: Path, behaviour: str, remedy: str) -> None:
    python = tmp_path / "an old python"
    python.write_text(f"#!/bin/sh\n{behaviour}\n", encoding="utf-8")
    python.chmod(0o755)

    refused = run("scripts/python", PYTHON=str(python))

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert str(python) in refused.stderr
    assert remedy in refused.stderr


# What is installed.


def setup_cfg() -> ConfigParser:
    """Read setup.cfg."""
    parser = ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def wanted(*options: tuple[str, str]) -> Iterator[Requirement]:
    """Yield the requirements that stand in options of setup.cfg, each named by its section and key."""
    for section, key in options:
        lines = setup_cfg()[section][key].splitlines()
        yield from (Requirement(line) for line in lines if line and not line.startswith("#"))


def locked(name: str) -> dict[str, set[Version]]:
    """Read a lock: the versions of each distribution, more than one where it depends on the Python."""
    versions: dict[str, set[Version]] = {}
    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        if pin := re.match(r"([a-z0-9.-]+)==([^ ;]+)", line):
            versions.setdefault(pin[1], set()).add(Version(pin[2]))
    return versions


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_names_versions_and_hashes_only(lock: Path) -> None:
    pin = r"[a-z0-9-]+==[\w.+!]+( ; [\w .<>=!'()]+)? \\"
    digest = r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    remark = r"# This file .*|#    make lock|    # +(via)?( ?[a-z0-9-]+( \(setup\.cfg\))?)?"
    lines = lock.read_text(encoding="utf-8").splitlines()

    assert [] == [line for line in lines if not re.fullmatch(f"{pin}|{digest}|{remark}", line)]
    assert all(after.startswith("    --hash=") for line, after in pairwise(lines) if "==" in line)


@pytest.mark.parametrize(
    ("lock", "options"),
    [
        ("base.txt", [("options", "install_requires")]),
        (
            "dev.txt",
            [("options", "install_requires")]
            + [("options.extras_require", extra) for extra in setup_cfg()["options.extras_require"]],
        ),
    ],
    ids=["base", "dev"],
)
def test_what_setup_cfg_asks_for_is_locked(lock: str, options: list[tuple[str, str]]) -> None:
    """If this fails: make lock."""
    versions = locked(lock)
    requirements = list(wanted(*options))

    assert requirements
    for requirement in requirements:
        pinned = versions[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in pinned), requirement


def test_both_locks_agree() -> None:
    base, dev = locked("base.txt"), locked("dev.txt")

    assert base == {name: dev[name] for name in base}


def test_the_lock_of_npm_holds_releases_and_hashes_and_no_registry() -> None:
    """If this fails: npm install --package-lock-only, in tests/browser."""
    wanted = json.loads((BROWSER / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    lock = json.loads((BROWSER / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: each for name, each in lock.items() if name}

    assert wanted == lock[""]["devDependencies"]
    assert wanted == {name: installed[f"node_modules/{name}"]["version"] for name in wanted}
    assert [] == [name for name, each in installed.items() if not each["integrity"].startswith("sha512-")]
    assert [] == [name for name, each in installed.items() if "resolved" in each]


def test_what_needs_a_browser_is_left_to_a_target_of_its_own(request: pytest.FixtureRequest) -> None:
    """`make test` needs Python alone; where this file alone is run, nothing else is looked at."""
    assert "playwright" not in locked("dev.txt")
    assert "playwright" in locked("browser.txt")
    assert [] == [item.nodeid for item in request.session.items if BROWSER in item.path.parents]


def test_pyproject_holds_the_build_backend_only() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        pyproject = tomllib.load(file)

    assert {"build-system"} == set(pyproject)


def test_every_package_is_installed() -> None:
    included = set(setup_cfg()["options.packages.find"]["include"].split())

    assert {f"{folder}*" for folder in MAY_IMPORT if folder != "tests"} == included


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_no_dependency_brings_a_package_of_our_name(folder: str) -> None:
    """It would stand before ours on the path: ours is added last, by a .pth file."""
    assert set(packages_distributions().get(folder, [])) <= {"miyabi-society-backend"}


# What git must not see.


@pytest.mark.parametrize(
    "path",
    [
        "config/production.env",
        "config/.database-url-production.txt",
        "config/.db-password-production.txt",
        "config/.jwt-secret-production.txt",
        "build/production/service.json",
        ".venv/bin/python",
        "tests/browser/node_modules/axe-core/axe.js",
        ".cache/mypy/CACHEDIR.TAG",
    ],
)
def test_credentials_and_products_are_not_committed(path: str) -> None:
    assert run("git", "check-ignore", "--no-index", "--quiet", path).returncode == 0


def test_what_is_written_by_hand_is_not_ignored() -> None:
    ignored = run("git", "ls-files", "--cached", "--ignored", "--exclude-standard")

    assert (0, "") == (ignored.returncode, ignored.stdout)


# Which way imports run.


def modules() -> list[Path]:
    """Name the project's modules, committed or not yet, from its root."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.py")
    assert listed.returncode == 0, listed.stderr
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def imported(source: str, package: str) -> Iterator[str]:
    """Yield the dotted names that a module of this package imports, names inside a module included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def forbidden(source: str, package: str) -> list[str]:
    """List the imports of a module that its folder may not make."""
    folder = package.split(".", 1)[0]
    allowed = MAY_IMPORT[folder] | {folder}
    return [
        name
        for name in imported(source, package)
        if name.split(".", 1)[0] in MAY_IMPORT
        and not any(f"{name}.".startswith(f"{permitted}.") for permitted in allowed)
    ]


def test_every_module_has_its_place_in_the_design() -> None:
    assert {path.parts[0] for path in modules()} <= set(MAY_IMPORT)


def test_imports_run_one_way() -> None:
    offences = {
        path: forbidden((ROOT / path).read_text(encoding="utf-8"), ".".join(path.parent.parts))
        for path in modules()
    }

    assert {} == {path: names for path, names in offences.items() if names}


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("cfn", "import stacks.settings"),
        ("cfn.registry", "def load():\n    from cost import prices"),
        ("cost", "from ..stacks import settings"),
        ("runtime.api", "from cfn import load"),
        ("runtime", "import ops"),
        ("stacks", "import runtime"),
        ("stacks", "from runtime import settings"),
        ("ops", "from runtime.contracts import ROUTES"),
        ("report", "from stacks import synth"),
        ("twin", "from scripts import miyabi"),
        ("scripts", "from tests import conftest"),
    ],
)
def test_an_import_against_the_way_is_noticed(package: str, source: str) -> None:
    assert len(forbidden(source, package)) == 1


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("stacks", "from runtime.contract import ROUTES"),
        ("stacks", "from runtime import contract"),
        ("ops", "import runtime.contract"),
        ("stacks.invariants", "from . import rules\nfrom .. import settings\nfrom ..naming import x"),
        ("twin", "import runtime.api.handler"),
        ("runtime", "import json\nfrom costly import price"),
    ],
)
def test_an_import_along_the_way_is_allowed(package: str, source: str) -> None:
    assert [] == forbidden(source, package)
