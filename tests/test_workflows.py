"""The workflows of GitHub Actions: what they run, what they may do, and that they do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stacks.loading import environment_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    Document = dict[str, Any]

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github/workflows"
FILES = sorted(FOLDER.glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
LONGEST = 70
"""Minutes that a job may take: an hour of credentials, and what goes before."""


@cache
def workflow(name: str) -> Document:
    """A workflow; YAML reads its key `on` as true."""
    found: dict[Any, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in found.items()}


def jobs() -> Iterator[tuple[str, Document]]:
    """Every job of every workflow, by a name such as `deploy.staging`."""
    for path in FILES:
        for name, job in workflow(path.stem)["jobs"].items():
            yield f"{path.stem}.{name}", job


def steps() -> Iterator[tuple[str, Document]]:
    """Every step, by the name of its job."""
    for name, job in jobs():
        yield from ((name, step) for step in job.get("steps", ()))


def script(name: str, job: str, step: str) -> str:
    """What a step of a workflow runs."""
    [found] = [one["run"] for one in workflow(name)["jobs"][job]["steps"] if one.get("name") == step]
    return str(found)


def bash(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a runner does."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


# Form.


@pytest.mark.parametrize(
    "command",
    [
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
        ("zizmor", "--offline", "--no-config", "--strict-collection", "--quiet"),
    ],
    ids=["schema", "security"],
)
def test_linters_find_nothing(command: tuple[str, ...]) -> None:
    tool = shutil.which(
        command[0], path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    assert tool is not None, f"{command[0]} is not installed; make does it"
    done = subprocess.run([tool, *command[1:], *FILES], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_script_is_one_of_bash() -> None:
    for name, step in steps():
        if "run" in step:
            checked = subprocess.run(
                ["bash", "-n", "-c", step["run"]], capture_output=True, text=True, check=False
            )
            assert (0, "") == (checked.returncode, checked.stderr), name


# What is run.

TARGET = r"make (?P<target>[a-z-]+)"
ARGUMENTS = r"( ENV=[a-z]+| ENV='[\w^: ]+')?( ARGS=--yes| ARGS='--format markdown')?( >>? plan\.md)?"
COMMANDS = (
    TARGET + ARGUMENTS,
    r'cat plan\.md >> "\$GITHUB_(STEP_SUMMARY|OUTPUT)"',
    r'if \[ "\$\(wc -c < plan\.md\)" -gt 60000 \]; then grep .+ > head\.md; mv head\.md plan\.md; fi',
    r"end=\$\(cat /proc/sys/kernel/random/uuid\)",
    r'echo "(text<<)?\$end" >> "\$GITHUB_OUTPUT"',
    r"""printf '%s\\n' "\$COMMENT" "\$RUN" \| gh pr comment "\$NUMBER" [a-z-]+ [a-z-]+ --body-file -""",
)
"""All that a line of a script may be: a target of make, or what carries its result to the comment."""


def test_nothing_is_run_but_targets_of_make_and_what_carries_their_results() -> None:
    lines = [line for _, step in steps() for line in step.get("run", "").splitlines()]
    found = [next(filter(None, (re.fullmatch(one, line) for one in COMMANDS)), None) for line in lines]

    assert [line for line, match in zip(lines, found, strict=True) if match is None] == []
    assert {match["target"] for match in found if match and "target" in match.groupdict()} <= TARGETS


def test_every_environment_that_is_named_exists() -> None:
    text = "\n".join(step.get("run", "") for _, step in steps())
    named = set(re.findall(r"ENV=([a-z]+)", text)) | set(re.findall(r"HEAD\^:([a-z]+)", text))

    assert {"production", "staging"} == named
    assert named <= set(environment_names())


def test_no_script_has_a_value_written_into_it() -> None:
    """A branch may be called anything: a runner puts an expression into a script as it is."""
    assert [step["run"] for _, step in steps() if "${{" in step.get("run", "")] == []


ACTIONS = {
    "actions/checkout": ("de0fac2e4500dabe0009e67214ff5f5447ce83dd", "v6.0.2"),
    "aws-actions/configure-aws-credentials": ("8df5847569e6427dd6c4fb1cf565c83acfa8afa7", "v6.0.0"),
}
"""The actions that may be used, each by the commit of a version."""


def test_actions_are_few_and_pinned() -> None:
    lines = [
        line for path in FILES for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line
    ]
    used = [re.search(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", line) for line in lines]
    local = [line.strip() for line, match in zip(lines, used, strict=True) if match is None]

    assert {match[1]: (match[2], match[3]) for match in used if match} == ACTIONS
    assert [line.partition(" #")[0] for line in local] == ["uses: ./.github/workflows/checks.yml"]


def test_no_checkout_leaves_a_token_behind() -> None:
    checkouts = [step for _, step in steps() if step.get("uses", "").startswith("actions/checkout@")]

    assert len(checkouts) == 6
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


# What is allowed.

PERMISSIONS = {
    "checks.check": {"contents": "read"},
    "checks.test": {"contents": "read"},
    "checks.browser": {"contents": "read"},
    "deploy.checks": {"contents": "read"},
    "deploy.staging": {"contents": "read", "id-token": "write"},
    "deploy.production": {"contents": "read", "id-token": "write"},
    "plan.plan": {"contents": "read"},
    "plan.comment": {"pull-requests": "write"},
}


def test_each_job_may_do_what_it_needs_and_no_more() -> None:
    assert {name: job["permissions"] for name, job in jobs()} == PERMISSIONS
    assert all(workflow(path.stem)["permissions"] == {} for path in FILES)


def test_no_code_of_a_pull_request_runs_where_a_comment_may_be_written() -> None:
    job = workflow("plan")["jobs"]["comment"]

    assert [step.get("uses") for step in job["steps"]] == [None]
    assert job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"


def test_nothing_runs_for_strangers_with_rights_of_ours() -> None:
    triggers = {path.stem: set(workflow(path.stem)["on"]) for path in FILES}

    assert triggers == {
        "checks": {"push", "pull_request", "workflow_call"},
        "deploy": {"push"},
        "plan": {"pull_request"},
    }
    assert workflow("deploy")["on"]["push"] == {"branches": ["main"]}


def test_credentials_are_got_in_the_environments_alone_and_no_secret_is_kept() -> None:
    for name, step in steps():
        if "configure-aws-credentials" in step.get("uses", ""):
            job = workflow("deploy")["jobs"][name.partition(".")[2]]
            assert job["environment"] == name.partition(".")[2]
            assert set(step["with"]) == {
                "role-to-assume",
                "role-session-name",
                "aws-region",
                "mask-aws-account-id",
            }
    assert [path.name for path in FILES if "secrets" in path.read_text(encoding="utf-8")] == []


def test_every_job_ends_in_time() -> None:
    minutes = {name: job["timeout-minutes"] for name, job in jobs() if "uses" not in job}

    assert len(minutes) == 7
    assert all(0 < each <= LONGEST for each in minutes.values())


# What is deployed.


def test_production_gets_the_commit_that_was_checked_and_that_staging_got() -> None:
    found = workflow("deploy")["jobs"]
    checkouts = [found[name]["steps"][0]["with"]["ref"] for name in ("staging", "production")]

    assert [found[name].get("needs") for name in ("checks", "staging", "production")] == [
        None,
        "checks",
        "staging",
    ]
    assert checkouts == ["${{ github.sha }}"] * 2


def test_both_environments_are_deployed_in_the_same_way() -> None:
    found = workflow("deploy")["jobs"]
    staging, production = (
        yaml.safe_dump(found[name]["steps"]).replace(name, "ENV") for name in ("staging", "production")
    )

    assert staging == production


def test_the_package_is_built_before_there_are_credentials() -> None:
    kinds = [
        step.get("run") or step["uses"].split("@")[0]
        for step in workflow("deploy")["jobs"]["staging"]["steps"]
    ]

    assert kinds == [
        "actions/checkout",
        "make package",
        "aws-actions/configure-aws-credentials",
        "make deploy ENV=staging ARGS=--yes",
    ]


def test_deployments_wait_for_one_another_and_none_is_called_off() -> None:
    assert workflow("deploy")["concurrency"] == {"group": "deploy", "cancel-in-progress": False}


# What is told.


def comment_of(tmp_path: Path, plan: str) -> str:
    """What the workflow takes over into the comment."""
    (tmp_path / "plan.md").write_text(plan, encoding="utf-8")
    output = tmp_path / "output"
    text = script("plan", "plan", "What fits into a comment").replace(
        "cat /proc/sys/kernel/random/uuid", "echo END"
    )
    done = bash(text, tmp_path, GITHUB_OUTPUT=str(output))
    assert (0, "") == (done.returncode, done.stderr)
    first, *lines, last = output.read_text(encoding="utf-8").splitlines()
    assert ("text<<END", "END") == (first, last)
    return "\n".join(lines)


def test_a_plan_goes_into_the_comment_as_it_is(tmp_path: Path) -> None:
    plan = '### Plan: 1 changed\n\nA `$(line)`: "as" it is'

    assert plan == comment_of(tmp_path, f"{plan}\n")


def test_of_a_plan_that_is_too_long_the_headings_go_into_the_comment(tmp_path: Path) -> None:
    plan = "### Plan: 9 changed\n" + "| x |\n" * 12_000 + "### Cost: +$1.00 a month\n"

    assert comment_of(tmp_path, plan) == "### Plan: 9 changed\n### Cost: +$1.00 a month"


def test_the_comment_is_written_anew_in_its_place(tmp_path: Path) -> None:
    gh = tmp_path / "gh"
    gh.write_text('#!/bin/sh\necho "$@"\ncat\n', encoding="utf-8")
    gh.chmod(0o755)
    done = bash(
        script("plan", "comment", "Write the comment, or write it anew"),
        tmp_path,
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        COMMENT="### Plan: $(nothing) `changes`",
        RUN="[Plans in full](there)",
        NUMBER="7",
    )

    assert done.stdout.splitlines() == [
        "pr comment 7 --edit-last --create-if-none --body-file -",
        "### Plan: $(nothing) `changes`",
        "[Plans in full](there)",
    ]


@pytest.mark.parametrize(
    ("code", "expected"), [(0, 0), (10, 0), (11, 0), (12, 0), (1, 1), (2, 2), (3, 3), (13, 13), (130, 130)]
)
def test_make_takes_a_plan_with_changes_for_a_success(tmp_path: Path, code: int, expected: int) -> None:
    program = tmp_path / ".venv/bin/miyabi"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    recipe = re.search(r"^plan:.*\n\t@(.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe is not None
    command = recipe[1].replace("$$", "$").replace("$(ENV) $(ARGS)", "staging")

    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, check=False).returncode == expected


# What the same checks need elsewhere.

CI = (ROOT / ".ci/run").read_text(encoding="utf-8")
INSTALLING = CI[CI.index("have()") : CI.index("\nmake check")]
"""The part of `.ci/run` that installs a browser."""


def test_ci_runs_every_check_of_the_workflow() -> None:
    names = [job["name"] for job in workflow("checks")["jobs"].values()]

    assert names == re.findall(r"^(make [a-z-]+)", CI, re.MULTILINE)


@pytest.mark.parametrize(
    ("installed", "missing"),
    [
        (("chromium-browser", "node", "npm"), ""),
        (("google-chrome", "node"), "npm"),
        (("node", "npm"), "chromium"),
        ((), "chromium nodejs npm"),
    ],
)
def test_a_browser_is_asked_for_where_it_cant_be_installed(
    tmp_path: Path, installed: tuple[str, ...], missing: str
) -> None:
    for name in installed:
        (tmp_path / name).write_text("", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    done = bash(f"PATH={tmp_path}; unset CHROMIUM; {INSTALLING}install_browser", tmp_path)
    told = f"make test-browser needs {missing}; install them, or run this as root where apt-get is\n"

    assert ((1, told) if missing else (0, "")) == (done.returncode, done.stderr)


def test_what_is_missing_is_installed_where_it_can_be(tmp_path: Path) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text('#!/bin/sh\necho "$@" >&2\n', encoding="utf-8")
    apt.chmod(0o755)
    root = INSTALLING.replace("$EUID", "0")
    done = bash(f"PATH={tmp_path}; unset CHROMIUM; {root}install_browser", tmp_path)

    assert done.stderr.splitlines() == [
        "installing chromium nodejs npm for make test-browser",
        "update --quiet --quiet",
        "install --quiet --quiet --yes --no-install-recommends chromium nodejs npm",
    ]
