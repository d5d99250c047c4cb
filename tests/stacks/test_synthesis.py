"""Synthesis: 13 templates, the same bytes everywhere, within CloudFormation's limits."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from stacks import synthesis as module
from stacks.errors import TemplateOverLimit
from stacks.loading import environment_names, load_environment
from stacks.naming import STACK_ORDER
from stacks.synthesis import PLAIN_DEPLOY_BYTES, synthesise
from tests.stacks.systems import synthesis

SYNTHESISE = """
import hashlib
from stacks.loading import environment_names, load_environment
from stacks.build import files
from stacks.synthesis import synthesise
for name in environment_names():
    for file, text in files(synthesise(load_environment(name))).items():
        print(name, file, hashlib.sha256(text.encode()).hexdigest())
"""


def test_there_are_thirteen_templates() -> None:
    stacks = {name: list(synthesis(name).templates) for name in environment_names()}

    assert stacks == {
        "production": list(STACK_ORDER),
        "reported": ["network", "database", "service"],
        "staging": list(STACK_ORDER),
    }


@pytest.mark.parametrize("name", environment_names())
def test_plain_deploy_takes_every_template(name: str) -> None:
    assert all(len(text.encode()) < PLAIN_DEPLOY_BYTES for text in synthesis(name).texts.values())


def test_the_same_bytes_come_out_of_any_process_hash_seed_and_time_zone() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SYNTHESISE],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone, locale in (
            ("1", "UTC", "C"),
            ("2", "Asia/Tokyo", "C.UTF-8"),
            ("3", "America/Lima", "C"),
        )
    }

    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == 13 + 3 + 3


def test_what_a_stack_reads_an_earlier_stack_has_written() -> None:
    for name in environment_names():
        deployment = synthesis(name).deployment
        order = list(synthesis(name).templates)
        for link in deployment.links:
            if "/artifact/" in link.path:
                continue
            assert link.producer is not None, link.path
            assert order.index(link.producer.template.name) < order.index(link.consumer), link.path


def test_more_resources_than_cloudformation_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RESOURCES", 70)

    with pytest.raises(TemplateOverLimit, match=r"staging/service has \d+ resources, .* takes 70"):
        synthesise(load_environment("staging"))


def test_more_bytes_than_cloudformation_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 40_000)

    with pytest.raises(TemplateOverLimit, match=r"staging/observability has [\d,]+ bytes"):
        synthesise(load_environment("staging"))


def test_a_custom_runtime_is_one_setting_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIYABI_API__RUNTIME", "provided.al2023")

    service = synthesise(load_environment("staging")).templates["service"]
    api, login = (service["Resources"][name]["Properties"] for name in ("ApiFunction", "LoginFunction"))

    assert (api["Runtime"], api["Handler"]) == ("provided.al2023", "bootstrap")
    assert api["Code"]["S3Key"] == {"Ref": "ArtifactBootstrapKey"}
    assert (login["Runtime"], login["Code"]["S3Key"]) == ("python3.13", {"Ref": "ArtifactKey"})


def described(function: str = "Api") -> str:
    """The Description of a function's version in staging: its change alone publishes anew."""
    service = synthesise(load_environment("staging")).templates["service"]
    return json.dumps(service["Resources"][f"{function}Version"]["Properties"]["Description"])


@pytest.mark.parametrize(
    ("variable", "value"),
    [("API__MEMORY_MB", "1024"), ("API__LOG_LEVEL", "DEBUG"), ("DATABASE__STATEMENT_TIMEOUT_SECONDS", "10")],
)
def test_a_changed_configuration_publishes_a_version(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    before = described()
    monkeypatch.setenv(f"MIYABI_{variable}", value)

    assert described() != before


@pytest.mark.parametrize(
    ("variable", "value"),
    [("API__RESERVED_CONCURRENCY", "15"), ("TAGS__OWNER", "somebody"), ("LOGIN__MEMORY_MB", "512")],
)
def test_what_a_version_does_not_carry_publishes_none(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Lambda refuses to publish twice what it takes for the same; the deployment would fail."""
    before = described()
    monkeypatch.setenv(f"MIYABI_{variable}", value)

    assert described() == before


def test_what_is_only_known_in_aws_publishes_a_version_too() -> None:
    follows = set(re.findall(r'"Ref": "(\w+)"', described()))

    assert follows == {
        "ApiLogin",
        "ArtifactKey",
        "DatabaseHost",
        "DatabasePort",
        "DebugUntil",
        "PreviousJwtSecret",
        "PreviousOriginSecret",
        "SecretsRevision",
    }


@pytest.mark.parametrize(("name", "level"), [("reported", None), ("staging", "INFO"), ("production", "INFO")])
def test_debugging_lowers_what_lambda_drops_as_well(name: str, level: str | None) -> None:
    template = json.loads(synthesis(name).texts["service"])
    functions = [each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    levels = [each["Properties"].get("LoggingConfig", {}).get("ApplicationLogLevel") for each in functions]

    assert ("DebugUntil" in template["Parameters"]) == (level is not None)
    assert all(found == (level and {"Fn::If": ["DebugIsOn", "DEBUG", level]}) for found in levels)
    until = [each["Properties"]["Environment"]["Variables"].get("DEBUG_UNTIL") for each in functions]
    assert all(found == (level and {"Ref": "DebugUntil"}) for found in until)


def test_no_template_names_an_account_or_a_partition() -> None:
    for name in environment_names():
        for text in synthesis(name).texts.values():
            assert not re.search(r"\b\d{12}\b|arn:aws:", text)


def test_stacks_are_in_deployment_order() -> None:
    for name in environment_names():
        positions = [STACK_ORDER.index(stack) for stack in synthesis(name).templates]
        assert all(before < after for before, after in pairwise(positions))
