"""`miyabi cost`: what it prints for people and for programs, and that nobody else pays for the printing."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cost import FreeTier, Offer, Traffic
from cost.changes import compare as compare_bills
from cost.changes.document import document as changes_document
from cost.estimate import context_of
from cost.estimate import price as estimate_price
from cost.explaining import explain, find_line
from cost.explaining.document import document as explanation_document
from cost.sweeping import Span, System, sweep
from cost.sweeping.document import document as sweep_document
from scripts.commands.cost.bill import price, print_tables, run, to_json
from scripts.commands.cost.targets import Target
from scripts.exit_codes import Exit
from tests.cost.systems import REPORTED_TRAFFIC, deploy, reported, resource

ROOT = Path(__file__).parents[2]
REPORTED = Target("reported", reported(), Traffic.of(REPORTED_TRAFFIC))
MODES = {mode.value for mode in FreeTier}
UNKNOWN = Target("other", deploy({"Warehouse": resource("AWS::Redshift::Cluster")}))


def printed(*targets: Target, **options: Any) -> str:
    """What the command writes to a pipe."""
    page = StringIO()
    print_tables(price(targets), Console(file=page, **options))
    return page.getvalue()


def parsed(*targets: Target) -> Any:
    """The command's JSON, read."""
    return json.loads(to_json(price(targets), Offer()))


@pytest.fixture(scope="module")
def table() -> str:
    return printed(REPORTED)


def test_both_totals_are_in_the_first_sentence(table: str) -> None:
    sentence = "reported in us-east-1: $43.19 a month at list price, $34.90 with the always-free tier"

    assert sentence == table.splitlines()[0]


@pytest.mark.parametrize(
    "line",
    [
        r"ApiFunction compute 500,000 GB-seconds $0.0000166667 8.33 1.67",
        r"requests 1,000,000 requests $0.20 a million 0.20 0.00",
        r"Database instance 730 hours $0.036 26.28 26.28",
        r"storage 20 GB-months $0.115 2.30 2.30",
        r"public IPv4 address 730 hours $0.005 3.65 3.65",
        r"HttpApi requests 1,000,000 requests $1.00 a million 1.00 1.00",
        r"data out 10 GB $0.09 0.90 0.00",
        r"ApiLogGroup ingest 1 GB $0.50 0.50 0.00",
        r"archive 1 GB-month $0.03 0.03 0.00",
        r"Total USD a month 43.19 34.90",
    ],
)
def test_every_line_shows_quantity_unit_price_and_both_amounts(table: str, line: str) -> None:
    assert any(" ".join(found.split()).startswith(line) for found in table.splitlines())


def test_the_sources_have_dates_and_confidence(table: str) -> None:
    assert "2025-10-30 high awsstatic price feed meteredUnitMaps/lambda" in table


def test_the_report_stands_beside_the_estimate(table: str) -> None:
    assert "Beside the status report of 2025-11-26" in table
    assert "40 times too low" in table


def test_secrets_entered_by_hand_are_a_footnote(table: str) -> None:
    assert "secrets that a person enters: 2 at $0.40, $0.80 a month" in table


def test_a_pipe_gets_no_colours_no_blank_ends_and_a_width_that_fits(table: str) -> None:
    lines = table.splitlines()

    assert "\x1b" not in table
    assert all(line == line.rstrip() for line in lines)
    assert max(map(len, lines)) <= 110


def test_a_terminal_gets_its_own_width_and_bold_headings() -> None:
    output = printed(REPORTED, force_terminal=True, width=120, color_system="standard")

    assert "\x1b[1m" in output


def test_what_stands_in_brackets_is_not_taken_for_markup() -> None:
    strange = {"Group": resource("AWS::Logs::LogGroup", LogGroupName={"Ref": "AWS::StackName"})}

    assert "[bold]odd in us-east-1" in printed(Target("[bold]odd", deploy(strange)))


def test_a_resource_without_a_price_is_told() -> None:
    assert "not priced: Warehouse (AWS::Redshift::Cluster): this type has no pricing yet" in printed(UNKNOWN)


def test_several_environments_end_with_their_totals() -> None:
    last = printed(REPORTED, UNKNOWN).splitlines()[-2:]

    assert [["reported", "43.19", "34.90"], ["other", "0.00", "0.00"]] == [line.split() for line in last]


def test_resources_that_cost_the_same_stand_on_one_row() -> None:
    roomy = resource("AWS::SecretsManager::Secret", ReplicaRegions=[{"Region": "us-west-2"}])
    secrets = {name: resource("AWS::SecretsManager::Secret") for name in ("A", "B")}

    lines = [
        " ".join(line.split()) for line in printed(Target("two", deploy(secrets | {"C": roomy}))).splitlines()
    ]

    assert "2 x Secret secret 2 secrets $0.40 0.80 0.80 1" in lines
    assert "C secret 2 secrets $0.40 0.80 0.80 1" in lines


def test_tiers_are_shown_one_by_one() -> None:
    traffic = Traffic.of(REPORTED_TRAFFIC | {"requests_per_month": 400_000_000})
    busy = Target("busy", reported(), traffic)

    lines = [" ".join(line.split()) for line in printed(busy).splitlines()]

    assert "requests 400,000,000 requests 2 tiers 390.00 390.00 6" in " ".join(lines)
    assert "of which 300,000,000 $1.00 a million 300.00" in lines
    assert "of which 100,000,000 $0.90 a million 90.00" in lines


def test_json_has_unrounded_decimals_as_text() -> None:
    bill = parsed(REPORTED)

    [compute] = [line for line in bill["lines"] if line["component"] == "compute"]
    assert "43.19335" == bill["total"]
    assert {"none": "43.19335", "always": "34.89667", "legacy-12-month": "31.59667"} == bill["totals"]
    assert ("500000", "GB-s", "0.0000166667", "8.33335") == tuple(
        compute[key] for key in ("quantity", "unit", "unit_price", "amount")
    )
    assert ["TG3M4CAGBA3NYQBH.JRTCKXETXF.CUKFZ388N3"] == compute["rate_codes"][:1]
    assert "29.92" == bill["comparison"]["total"]


def test_json_of_several_environments_is_a_list() -> None:
    assert ["reported", "other"] == [bill["name"] for bill in parsed(REPORTED, UNKNOWN)]


# the program


def test_the_real_templates_of_reported_cost_what_this_system_costs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = run(["reported"], output="json")

    bill = json.loads(capsys.readouterr().out)
    assert (Exit.DONE, "43.19335", "34.89667") == (done, bill["totals"]["none"], bill["totals"]["always"])


def test_every_resource_of_every_environment_has_a_price_or_is_free(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run([], output="json")

    assert [] == [told for bill in json.loads(capsys.readouterr().out) for told in bill["not_priced"]]


def test_without_a_format_people_get_tables(capsys: pytest.CaptureFixture[str]) -> None:
    run(["reported"])

    assert capsys.readouterr().out.startswith("reported in us-east-1: $43.19 a month at list price")


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("cost", "rich"),
        ("cost", "pydantic"),
        ("cost", "yaml"),
        ("scripts.commands.cost.bill", "rich"),
        ("scripts.miyabi", "boto3"),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(module: str, unneeded: str) -> None:
    loaded = f"import {module}, sys; print(*sys.modules)"

    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout

    assert unneeded not in found.split()


# the documentation


def written(subcommand: str) -> Any:
    """A document as a subcommand prints it."""
    context = context_of(REPORTED.deployment, REPORTED.traffic)
    bill = estimate_price(context, "reported")
    if subcommand == "a difference":
        return changes_document(compare_bills(bill, price([UNKNOWN])[0]), Offer())
    if subcommand == "an explanation":
        return explanation_document(explain(find_line(bill, "ApiLogGroup/ingest"), bill, context))
    system = System.of(REPORTED.deployment, REPORTED.traffic or Traffic())
    return sweep_document(sweep(system, Span.parse("1e5..1e9")))


@pytest.mark.parametrize("what", ["a difference", "an explanation", "a sweep"])
def test_every_key_of_the_other_documents_stands_in_their_own_section(what: str) -> None:
    text = (ROOT / "docs" / "estimating.md").read_text(encoding="utf-8")
    section = text.partition(f"### JSON of {what}\n")[2].partition("\n## ")[0]

    assert [] == [key for key in sorted(_keys(written(what)) - MODES) if f"`{key}`" not in section]


def test_every_key_of_the_json_is_documented() -> None:
    bill = parsed(REPORTED, UNKNOWN)
    known = (ROOT / "docs" / "estimating.md").read_text(encoding="utf-8")

    assert [] == [key for key in sorted(_keys(bill)) if f"`{key}`" not in known]


def _keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    if isinstance(value, dict):
        inner = [
            _keys(content)
            for key, content in value.items()
            if key not in {"free_of_charge", "amounts", "ours", "totals"}
        ]
        return set(value).union(*inner)
    return set()
