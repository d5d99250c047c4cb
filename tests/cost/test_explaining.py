"""`miyabi cost explain`: how a line came about."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from cost import FreeTier, Traffic, UsageFile
from cost.errors import LineUnknown
from cost.estimate import context_of, price
from cost.explaining import Explanation, explain, find_line
from cost.explaining.document import document
from cost.explaining.table import render
from cost.lines import total
from cost.usage.figures import EMPTY
from scripts.commands.cost.explain import run
from scripts.commands.cost.targets import find
from tests.cost.systems import REPORTED_TRAFFIC, database, deploy, reported, resource

if TYPE_CHECKING:
    from cfn import Deployment


def explained(
    text: str, deployment: Deployment, traffic: Any = None, usage: UsageFile = EMPTY
) -> Explanation:
    """One line of a deployment."""
    context = context_of(deployment, Traffic.of(traffic or {}), usage=usage)
    bill = price(context, deployment.name)
    return explain(find_line(bill, text), bill, context)


def printed(explanation: Explanation) -> list[str]:
    """What stands on 80 columns, with one blank between words."""
    page = StringIO()
    Console(file=page, width=80).print(render(explanation))
    return [" ".join(line.split()) for line in page.getvalue().splitlines()]


@pytest.fixture(scope="module")
def compute() -> Explanation:
    return explained("ApiFunction/compute", reported(), REPORTED_TRAFFIC)


# which line


@pytest.mark.parametrize(
    "text",
    [
        "Database/storage",
        "database.Database/storage",
        "Database/STO",
        "database/s",
        "database.database/Storage",
    ],
)
def test_a_line_is_named_by_resource_and_the_beginning_of_its_component(text: str) -> None:
    line = explained(text, reported(), REPORTED_TRAFFIC).line

    assert ("Database", "storage") == (line.resource.logical_id, line.component)


def test_a_resource_with_one_line_needs_no_component() -> None:
    assert (
        "secret" == explained("Key", deploy({"Key": resource("AWS::SecretsManager::Secret")})).line.component
    )


def test_a_whole_component_goes_before_the_beginning_of_another() -> None:
    system = deploy({"Database": database(StorageType="io1", Iops=1000)})

    assert "IOPS" == explained("Database/iops", system).line.component


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Database", "is 3 lines; name one of database.Database/instance, database.Database/storage"),
        ("Database/colour", "is no line; Database has database.Database/instance"),
        ("Databaze/storage", "is no line; near are database.Database/storage"),
        ("Zzz", "is no line; the largest are database.Database/instance"),
    ],
)
def test_what_names_no_line_or_several_is_refused_with_the_nearest(text: str, told: str) -> None:
    with pytest.raises(LineUnknown) as refusal:
        explained(text, reported(), REPORTED_TRAFFIC)

    assert told in str(refusal.value)


def test_one_name_in_two_stacks_needs_the_stack() -> None:
    secret = {"Secret": resource("AWS::SecretsManager::Secret")}

    with pytest.raises(LineUnknown, match=r"name one of a.Secret/secret, b.Secret/secret"):
        explained("Secret", deploy({"a": secret, "b": secret}))


def test_what_is_not_priced_is_told_as_such() -> None:
    with pytest.raises(LineUnknown, match="since it is not priced"):
        explained("Warehouse", deploy({"Warehouse": resource("AWS::Redshift::Cluster")}))


def test_an_empty_bill_has_no_lines_to_name() -> None:
    with pytest.raises(LineUnknown, match="no lines at all"):
        explained("Anything", deploy({}))


# what was read


def test_properties_are_told_with_their_values_and_whether_they_are_written(compute: Explanation) -> None:
    [memory] = [read for read in compute.properties if read.path == "MemorySize"]

    assert ("512", True) == (memory.value, memory.is_written)


def test_what_is_left_out_counts_as_its_default() -> None:
    explanation = explained("Database/storage", deploy({"Database": database()}))

    assert ("nothing", False) == {
        read.path: (read.value, read.is_written) for read in explanation.properties
    }["Iops"]


def test_figures_are_told_with_where_they_come_from() -> None:
    usage = UsageFile.of({"*Function": {"request_duration_ms": 250}}, "usage.toml")

    explanation = explained("ApiFunction/compute", reported(), {"requests_per_month": 1000}, usage)

    origins = {figure.key: (figure.value, figure.origin) for figure in explanation.figures}
    assert (Decimal(250), "usage.toml, [*Function]") == origins["request_duration_ms"]
    assert (Decimal(1000), "traffic") == origins["monthly_requests"]


def test_without_anything_said_a_figure_is_the_default() -> None:
    system = deploy({"Topic": resource("AWS::SNS::Topic"), "Bucket": resource("AWS::S3::Bucket")})
    usage = UsageFile.of({"Bucket": {"standard": {"storage_gb": 5}}})

    explanation = explained("Bucket/storage", system, usage=usage)

    assert "usage, [Bucket]" == explanation.figures[0].origin


def test_logs_are_told_with_their_writers() -> None:
    explanation = explained("ApiLogGroup/ingest", reported(), REPORTED_TRAFFIC)

    assert [("ApiFunction", Decimal(1))] == [
        (stream.writer.logical_id, stream.gigabytes) for stream in explanation.streams
    ]
    assert {"ApiFunction"} >= {figure.resource.logical_id for figure in explanation.figures} - {"ApiLogGroup"}


# what was charged


def test_the_first_sentence_says_it_all(compute: Explanation) -> None:
    lines = printed(compute)

    said = "service.ApiFunction/compute: 500,000 GB-seconds at $0.0000166667: $8.33 a month"
    assert [said, "at list price"] == lines[:2]


def test_tiers_are_told_with_what_fell_into_each_and_what_others_used_before() -> None:
    explanation = explained(
        "HttpApi/requests", reported(), REPORTED_TRAFFIC | {"requests_per_month": 400_000_000}
    )

    assert [(0, 300_000_000), (300_000_000, 100_000_000)] == [
        (int(use.start), int(use.quantity)) for use in explanation.tiers
    ]


def test_logs_of_several_groups_share_tiers_and_allowance() -> None:
    groups = dict.fromkeys(("A", "B"), resource("AWS::Logs::LogGroup"))
    usage = UsageFile.of({"AWS::Logs::LogGroup": {"monthly_data_ingested_gb": 4}})

    explanation = explained("B/ingest", deploy(groups), usage=usage)

    [tier, *_] = explanation.tiers
    [use] = explanation.allowances[FreeTier.ALWAYS]
    assert (4, 4) == (int(tier.others), int(tier.quantity))
    assert (4, 1) == (int(use.others), int(use.quantity))
    told = " ".join(printed(explanation))
    assert "1 of 5 GB of log ingestion a month is used here, 4 by other lines before" in told


def test_an_allowance_that_others_used_up_is_told() -> None:
    groups = dict.fromkeys(("A", "B"), resource("AWS::Logs::LogGroup"))
    usage = UsageFile.of({"AWS::Logs::LogGroup": {"monthly_data_ingested_gb": 9}})

    text = " ".join(printed(explained("B/ingest", deploy(groups), usage=usage)))

    assert "nothing of 5 GB of log ingestion a month is left for this line, 5 by other lines before" in text


@pytest.mark.parametrize("word", ["reported", "production"])
def test_every_line_of_an_environment_is_explained_without_a_remainder(word: str) -> None:
    target = find(word)
    context = context_of(target.deployment, target.traffic)
    bill = price(context, word)

    for line in bill.lines:
        explanation = explain(line, bill, context)
        assert line.quantity == total(use.quantity for use in explanation.tiers)
        assert line.amount() == total(use.quantity * use.usd for use in explanation.tiers)
        for mode in FreeTier:
            free = total(use.quantity for use in explanation.allowances[mode])
            billed = total(part.quantity for part in line.parts[mode] if part.usd)
            assert free <= line.quantity - billed


def test_the_source_stands_with_its_date_its_confidence_and_its_rate_codes(compute: Explanation) -> None:
    lines = printed(compute)

    assert "name AWSLambda/duration_x86" in lines
    assert "rate codes TG3M4CAGBA3NYQBH.JRTCKXETXF.CUKFZ388N3" in lines
    assert any(line.startswith("date 20") for line in lines)


def test_nothing_is_wider_than_80_columns() -> None:
    page = StringIO()
    explanation = explained("ApiFunction/compute", reported(), REPORTED_TRAFFIC)
    Console(file=page, width=80).print(render(explanation))

    assert max(len(line.rstrip()) for line in page.getvalue().splitlines()) <= 80


# the program


def test_json_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    run("ApiFunction/compute", "reported", output="json")

    found = json.loads(capsys.readouterr().out)
    assert ("500000", "GB-s", "8.33335") == (found["quantity"], found["unit"], found["amounts"]["none"])
    assert [("400000", "0")] == [
        (use["quantity"], use["used_before"]) for use in found["allowances"]["always"]
    ]


def test_json_and_table_tell_the_same_line(compute: Explanation) -> None:
    assert ("service", "ApiFunction", "compute") == tuple(
        document(compute)[key] for key in ("stack", "logical_id", "component")
    )


def test_a_pipe_gets_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    run("Database/instance", "reported")

    lines = capsys.readouterr().out.splitlines()
    assert "database.Database/instance: 730 hours at $0.036: $26.28 a month at list price" == lines[0]
    assert max(map(len, lines)) <= 80
