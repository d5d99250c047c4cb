"""`miyabi cost usage`: a usage file that changes nothing until somebody writes into it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from cost import Traffic, UsageFile, estimate
from cost.estimate import context_of
from cost.registry import priced_types, pricing_of
from cost.usage.skeleton import skeleton
from scripts.commands.cost.skeleton import run
from tests.cost.systems import REPORTED_TRAFFIC, deploy, reported, resource

if TYPE_CHECKING:
    from pathlib import Path

    from cfn import Deployment

FORMS = ("toml", "yaml")


def written(deployment: Deployment, form: str, **traffic: Any) -> str:
    """The skeleton of a deployment."""
    return skeleton(context_of(deployment, Traffic.of(traffic) if traffic else None), "template.yaml", form)


def loaded(text: str, form: str, folder: Path) -> UsageFile:
    """A usage file, read from where it was written."""
    path = folder / f"usage.{form}"
    path.write_text(text, encoding="utf-8")
    return UsageFile.load(path)


def uncommented(text: str, mark: str) -> str:
    """The same without the first mark of every line."""
    return re.sub(rf"^{mark}", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("form", FORMS)
def test_as_written_it_says_nothing(form: str, tmp_path: Path) -> None:
    system, traffic = reported(), Traffic.of(REPORTED_TRAFFIC)

    usage = loaded(written(system, form, **REPORTED_TRAFFIC), form, tmp_path)

    assert [] == [figures for figures in usage.sections.values() if figures]
    assert estimate(system, traffic).lines == estimate(system, traffic, usage=usage).lines


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mark", ["#", "# ?"])
@pytest.mark.parametrize("type_", priced_types())
def test_with_every_line_uncommented_it_states_every_key_of_every_pricing(
    type_: str, form: str, mark: str, tmp_path: Path
) -> None:
    system = deploy({"Thing": resource(type_)})
    pricing = pricing_of(type_)
    known = {key.name: key.initial for key in (pricing.USAGE if pricing else ())}

    usage = loaded(uncommented(written(system, form), mark), form, tmp_path)

    assert {"Thing": known} == ({"Thing": {}} | dict(usage.sections))
    usage.check(system.resources())


def test_each_key_has_its_unit_and_its_meaning() -> None:
    text = written(deploy({"Bucket": resource("AWS::S3::Bucket")}), "toml")

    assert "[Bucket]  # AWS::S3::Bucket" in text
    assert re.search(r"^# standard\.storage_gb = 0 +# GB: ", text, re.MULTILINE)


def test_what_traffic_implies_stands_for_what_is_taken() -> None:
    text = written(reported(), "toml", **REPORTED_TRAFFIC)

    assert re.search(r"^# request_duration_ms = 1000 +# ms: .* \(from traffic\)$", text, re.MULTILINE)


def test_with_several_stacks_a_section_names_its_stack() -> None:
    assert '["service.ApiFunction"]' in written(reported(), "toml")
    assert "\nservice.ApiFunction:" in written(reported(), "yaml")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["traffic", "version", "Yes", "On", "1e5", "Null"])
def test_names_that_a_file_would_take_for_something_else_are_written_safely(
    name: str, form: str, tmp_path: Path
) -> None:
    system = deploy({name: resource("AWS::SNS::Topic")})

    usage = loaded(uncommented(written(system, form), "#"), form, tmp_path)

    usage.check(system.resources())
    assert usage.look_up(system.resources()[0], "monthly_requests") is not None


def test_a_template_without_usage_says_so() -> None:
    text = written(deploy({"Role": resource("AWS::IAM::Role")}), "toml")

    assert "nothing to say here" in text


def test_resources_are_sorted_within_their_stack() -> None:
    topics = {name: resource("AWS::SNS::Topic") for name in ("B", "C", "A")}

    assert ["A", "B", "C"] == re.findall(r"^\[(.)\]", written(deploy(topics), "toml"), re.MULTILINE)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    run("reported")

    assert capsys.readouterr().out.startswith("## What reported uses in a month of 730 hours.\n")
