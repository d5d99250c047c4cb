"""`miyabi plan`: exit codes, formats, and what is said of words that mean nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cfn import Deployment, Template
from ops.planning import Side, plan
from scripts.commands.plan.markdown import MOST_CHARACTERS, to_markdown
from scripts.commands.plan.run import run, show_as
from scripts.exit_codes import Exit
from twin.aws.cloudformation.service import cloudformation_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Document = dict[str, Any]
    Write = Callable[..., str]

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
PROGRAM = Path(sys.executable).parent / "miyabi"


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Writes templates of one resource, and gives their paths."""

    def write(name: str, kind: str = "AWS::SNS::Topic", **properties: Any) -> str:
        path = tmp_path / f"{name}.json"
        body = {"Resources": {"A": {"Type": kind, "Properties": properties}}}
        path.write_text(json.dumps(body), encoding="utf-8")
        return str(path)

    return write


def test_each_verdict_has_its_exit_code(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    topic = written("topic", TopicName="a", DisplayName="x")
    bucket = written("bucket", "AWS::S3::Bucket", BucketName="a")

    assert Exit.DONE == run(topic, topic)
    assert Exit.CHANGES == run(topic, written("said", TopicName="a", DisplayName="y"))
    assert Exit.REPLACEMENT == run(topic, written("named", TopicName="b"))
    assert Exit.DATA_LOSS == run(bucket, written("other", "AWS::S3::Bucket", BucketName="b"))
    assert "nothing is replaced" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("nowhere", "production", "environment 'nowhere' is not known"),
        ("production", "missing.json", "missing.json: there is no such file"),
        ("tests/golden", None, "tests/golden: it is no environment"),
        ("tests/golden/production/network.json", None, "it is no environment; name a second template"),
    ],
)
def test_what_means_nothing_is_refused(
    before: str,
    after: str | None,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)

    assert Exit.WRONG_INPUT == run(before, after, output="json")
    told = capsys.readouterr()
    assert said in told.err
    assert said in json.loads(told.out)["error"]["message"]


def test_a_stack_that_is_none_is_refused_in_one_sentence() -> None:
    command = [str(PROGRAM), "plan", "reported", "production", "--only", "netwrok"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert (Exit.WRONG_INPUT, "") == (done.returncode, done.stdout)
    assert (
        "miyabi: stack netwrok: there is none such; "
        "known are database, edge, network, observability, service\n" == done.stderr
    )


def test_reported_to_production_is_a_plan_without_a_replacement(capsys: pytest.CaptureFixture[str]) -> None:
    assert Exit.CHANGES == run("reported", "production", output="json")
    found = json.loads(capsys.readouterr().out)
    kinds = {
        f"{stack['stack']}.{one['logical_id']}": one["kind"]
        for stack in found["stacks"]
        for one in stack["resources"]
    }

    assert "changes" == found["verdict"]
    assert "changed" == kinds["database.Database"]
    assert {"added", "changed", "removed"} == set(kinds.values())
    assert ["service.DefaultRoute"] == [place for place, kind in kinds.items() if kind == "removed"]


def test_the_way_back_from_production_loses_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert Exit.DATA_LOSS == run("production", "reported", only=["database"])
    told = capsys.readouterr().out

    assert told.index("Data at risk") < told.index("~ database")
    assert " ! database.Database loses its deletion protection" in told
    assert " ! stack database loses its termination protection" in told


def test_a_table_shows_each_change_with_what_it_does_and_costs(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"Engine": "postgres", "AllocatedStorage": "20", "DBInstanceClass": "db.t4g.micro"}
    before = written("s", "AWS::RDS::DBInstance", MultiAZ=False, DBName="a", **given)
    after = written("t", "AWS::RDS::DBInstance", MultiAZ=True, DBName="b", **given)
    run(before, after)
    told = re.sub(r"\d+\.\d\d", "0.00", capsys.readouterr().out)

    assert (
        """s.json → t.json: 1 replaced
a month $0.00 → $0.00 at list price: +$0.00 a month (+100.0 %)

Data at risk
 ! t.A is replaced by an empty one: nothing is left of its data

~ t  1 replaced
  -/+ A                                  RDS::DBInstance  replaced; the old one is deleted             +$0.00
        ~ DBName                         a → b  replaces
        ~ MultiAZ                        false → true  interrupts; no outage; the instance is slower
                                         while its standby is made
"""
        == told
    )


def test_no_colour_in_a_pipe_and_none_where_it_is_not_wanted() -> None:
    done = subprocess.run(
        [PROGRAM, "plan", "reported", "production", "--only", "network"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "", "FORCE_COLOR": "", "NO_COLOR": "1", "HOME": "/"},
    )

    assert Exit.CHANGES == done.returncode, done.stderr
    assert "\x1b" not in done.stdout
    assert [] == [line for line in done.stdout.splitlines() if line != line.rstrip()]


def test_markdown_has_plan_and_bill_and_fits_a_comment(capsys: pytest.CaptureFixture[str]) -> None:
    run("reported", "production", output="markdown")
    told = capsys.readouterr().out

    assert told.startswith("### Plan: ")
    assert "### Cost: +$" in told
    assert "<b>database</b>" in told
    assert len(told) <= MOST_CHARACTERS


@pytest.mark.parametrize(("count", "said"), [(300, "Values and the lines"), (900, "Resources are left out")])
def test_markdown_that_would_be_too_long_leaves_out_the_least(count: int, said: str) -> None:
    def made(value: str) -> Side:
        body = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value * 60}}
        resources = {f"Topic{number:0100}": body for number in range(count)}
        return Side(value, Deployment(value, [Template("s", {"Resources": resources})], "us-east-1"))

    told = to_markdown(plan(made("x"), made("y")))

    assert said in told
    assert len(told) <= MOST_CHARACTERS


def test_against_an_account_a_folder_of_synth_is_what_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    aws = cloudformation_of("423581236542", "us-east-1").aws
    assert Exit.CHANGES == run(str(GOLDEN / "staging"), connect=aws.client, only=["network"])

    assert "staging as it is deployed → staging: " in capsys.readouterr().out
    assert [] == aws.client("cloudformation").list_stacks()["StackSummaries"]


def test_credentials_of_another_account_are_no_access(capsys: pytest.CaptureFixture[str]) -> None:
    aws = cloudformation_of("423581236542", "us-east-1").aws

    assert Exit.NO_ACCESS == run("production", connect=aws.client)
    assert "the credentials are for 423581236542" in capsys.readouterr().err


def test_rows_share_what_is_alike_and_show_where_long_texts_differ(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = "a long description that goes on and on before it says anything | "

    def made(words: Document, count: int) -> Side:
        topics = {f"T{number}": {"Type": "AWS::SNS::Topic"} for number in range(count)}
        value = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", **words}}
        body = {"Parameters": {"Word": {"Type": "String"}}, "Resources": {"A": value, **topics}}
        return Side("d", Deployment("d", [Template("s", body)], "us-east-1"))

    before = made({"Value": f"{text}one", "Description": "x"}, 0)
    found = plan(before, made({"Value": f"{text}two", "Description": {"Ref": "Word"}}, 6))
    show_as("table", found)
    table = capsys.readouterr().out
    show_as("json", found)
    [stack] = json.loads(capsys.readouterr().out)["stacks"]

    assert "6 x SNS::Topic" in table
    assert "T0, T1 and 4 others" in table
    assert "… anything | one → … anything | two" in table
    assert "only AWS knows whether it becomes another" in " ".join(table.split())
    assert "… anything \\| one → … anything \\| two" in to_markdown(found)
    assert [None, {"Type": "AWS::SNS::Topic", "Properties": {}}] == [
        stack["resources"][1][key] for key in ("before", "after")
    ]
    assert "after" not in stack["resources"][0]


def test_only_the_stacks_that_are_named_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    run("reported", "production", only=["network"], output="json")

    assert ["network"] == [stack["stack"] for stack in json.loads(capsys.readouterr().out)["stacks"]]
