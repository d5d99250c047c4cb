"""`miyabi cost diff`: what a change costs, line by line."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cost import FreeTier, Offer, Traffic, UsageRefused, estimate
from cost.changes import Changes, Kind, compare, paired_stacks
from cost.changes.document import document
from cost.changes.markdown import to_markdown
from cost.changes.rows import sums
from cost.changes.table import render
from scripts.commands.cost.diff import run
from scripts.errors import TargetRefused
from scripts.exit_codes import Exit
from tests.cost.systems import database, deploy, reported, resource

if TYPE_CHECKING:
    from pathlib import Path

    from cfn import Deployment

SECRET = resource("AWS::SecretsManager::Secret")
OLD = deploy({"Database": database(), "Secret": SECRET})
NEW = deploy({"Database": database(MultiAZ=True, AllocatedStorage="40"), "Secret": SECRET, "Other": SECRET})


def changes(before: Deployment, after: Deployment, **traffic: Any) -> Changes:
    """Two deployments, priced and matched."""
    first, second = (estimate(each, Traffic.of(traffic)) for each in (before, after))
    return compare(first, second, paired_stacks(before, after))


def kinds(found: Changes) -> dict[str, str]:
    """What became of each component."""
    return {
        f"{change.line.resource.logical_id}/{change.line.component}": change.kind().value
        for change in found.all
    }


def printed(found: Changes, offer: Offer | None = None, by: str = "stack") -> list[str]:
    """The table, with one blank between words."""
    page = StringIO()
    Console(file=page, width=110).print(render(found, offer, by))
    return [" ".join(line.split()) for line in page.getvalue().splitlines()]


def test_lines_are_added_removed_changed_or_stay() -> None:
    assert {
        "Database/instance": "changed",
        "Database/storage": "changed",
        "Other/secret": "added",
        "Secret/secret": "unchanged",
    } == kinds(changes(OLD, NEW))
    assert "removed" == kinds(changes(NEW, OLD))["Other/secret"]


def test_a_component_that_is_charged_at_another_price_has_changed() -> None:
    [instance] = [each for each in changes(OLD, NEW).all if each.line.component == "instance"]

    assert ("AmazonRDS/postgresql_single-az_db.t3.small", "AmazonRDS/postgresql_multi-az_db.t3.small") == (
        instance.before[0].price.name,
        instance.after[0].price.name,
    )
    assert Decimal("26.28") == instance.difference()


def test_the_difference_stands_first_in_usd_and_percent() -> None:
    assert "test → test: +$33.58 a month (+115.9 %)" == printed(changes(OLD, NEW))[0]


def test_the_table_shows_quantities_amounts_and_subtotals() -> None:
    lines = printed(changes(OLD, NEW))

    assert "~ Database instance 730 hours, $0.036 → $0.072 26.28 52.56 +26.28" in lines
    assert "~ storage 20 → 40 GB-months, $0.115 → $0.23 2.30 9.20 +6.90" in lines
    assert "+ Other secret 1 secret 0.40 +0.40" in lines
    assert "stack 28.98 62.56 +33.58" in lines
    assert "Total USD a month +115.9 % 28.98 62.56 +33.58" in lines
    assert "1 line is unchanged: $0.40" in lines


def test_subtotals_can_be_those_of_resources() -> None:
    assert "stack.Database 28.58 61.76 +33.18" in printed(changes(OLD, NEW), by="resource")


def test_resources_that_change_alike_stand_on_one_row() -> None:
    several = deploy(dict.fromkeys(("A", "B", "C"), SECRET))

    assert "+ 3 x Secret secret 3 secrets 1.20 +1.20" in printed(changes(deploy({}), several))


def test_what_was_nothing_has_no_percentage() -> None:
    found = changes(deploy({}), OLD)

    assert found.percent(Offer()) is None
    assert "test → test: +$28.98 a month (from nothing)" == printed(found)[0]


def test_the_same_twice_is_no_change() -> None:
    found = changes(OLD, OLD)

    assert () == found.differing()
    assert "test → test: no change" == printed(found)[0]
    assert "### Cost: no change" == to_markdown(found).splitlines()[0]


def test_stacks_match_by_name_whatever_the_deployments_are_called() -> None:
    later = deploy({"network": {}, "database": {"Database": database()}}, name="HEAD:production")
    earlier = deploy({"database": {"Database": database()}}, name="production")

    assert {"unchanged"} == set(kinds(changes(earlier, later)).values())


def test_two_templates_match_though_their_stacks_are_called_otherwise() -> None:
    old, new = deploy({"old": {"Database": database()}}), deploy({"new": {"Database": database()}})

    [*found] = changes(old, new).all
    assert {("old → new", Kind.UNCHANGED)} == {(change.stack, change.kind()) for change in found}


def test_what_is_newly_not_priced_is_told_and_what_was_not_is_not() -> None:
    warehouse = resource("AWS::Redshift::Cluster")
    before, after = deploy({"Old": warehouse}), deploy({"Old": warehouse, "New": warehouse})

    assert ["New"] == [told.logical_id for told, _ in changes(before, after).newly_left_out]
    assert ["New"] == [told.logical_id for told, _ in changes(after, before).no_longer_left_out]


def test_a_removed_line_stands_with_its_resource() -> None:
    before = deploy({"A": database(PubliclyAccessible=True), "B": SECRET})
    after = deploy({"A": database(), "B": SECRET})

    names = list(kinds(changes(before, after)))

    assert ["A/instance", "A/storage", "A/public IPv4 address", "B/secret"] == names


def test_only_what_shows_in_the_mode_has_changed() -> None:
    """A second line takes from the allowance of the first: nothing changes at list price."""
    alarm = resource("AWS::CloudWatch::Alarm", MetricName="Errors", Namespace="AWS/Lambda", Period=60)
    few = deploy({"Z": alarm})
    many = deploy({**{f"A{number}": alarm for number in range(10)}, "Z": alarm})
    found = changes(few, many)

    [last] = [change for change in found.all if change.line.resource.logical_id == "Z"]

    assert (Kind.UNCHANGED, Kind.CHANGED) == (last.kind(FreeTier.NONE), last.kind(FreeTier.ALWAYS))


sizes = st.dictionaries(st.sampled_from("ABCDEF"), st.integers(20, 60), max_size=6)


@given(sizes, sizes)
def test_the_differences_of_the_lines_are_the_difference(
    before: dict[str, int], after: dict[str, int]
) -> None:
    old, new = (
        deploy({name: database(AllocatedStorage=str(size)) for name, size in sizes.items()})
        for sizes in (before, after)
    )
    found, back = changes(old, new), changes(new, old)

    for mode in FreeTier:
        first, second, difference = sums(found.all, mode)
        assert (found.before.total(mode), found.after.total(mode)) == (first, second)
        assert difference == sum((change.difference(mode) for change in found.all), Decimal(0))
        assert -difference == back.difference(Offer(mode))


# formats


def test_json_has_both_sides_of_every_line() -> None:
    found = document(changes(OLD, NEW), Offer())

    [storage] = [each for each in found["changes"] if each["component"] == "storage"]
    assert ("28.98", "62.56", "33.58") == (
        found["before"]["total"],
        found["after"]["total"],
        found["difference"],
    )
    assert ("20", "40", "6.9") == (
        storage["before"]["quantity"],
        storage["after"]["quantity"],
        storage["difference"],
    )
    assert [None] == [each["before"] for each in found["changes"] if each["kind"] == "added"]
    assert [
        {"by": "stack", "name": "stack", "before": "28.98", "after": "62.56", "difference": "33.58"}
    ] == found["subtotals"]


def test_markdown_has_a_headline_what_changed_and_the_rest_folded() -> None:
    page = to_markdown(changes(OLD, NEW)).splitlines()

    assert "### Cost: +$33.58 a month (+115.9 %)" == page[0]
    assert "| ~ | Database | instance | 730 hours, $0.036 → $0.072 | 26.28 | 52.56 | +26.28 |" in page
    assert "|  | **Total** |  |  | **28.98** | **62.56** | **+33.58** |" in page
    assert page.index("<details><summary>1 line is unchanged: $0.40</summary>") > page.index(
        "| + | Other | secret | 1 secret |  | 0.40 | +0.40 |"
    )


# the program


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """Two templates in files: the second has a parameter and another secret."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps({"Resources": {"Database": database(), "Gone": SECRET}}))
    size = database(AllocatedStorage={"Ref": "Size"})
    parameters = {"Size": {"Type": "Number", "Default": 20}}
    new.write_text(json.dumps({"Parameters": parameters, "Resources": {"Database": size, "Come": SECRET}}))
    return str(old), str(new)


def test_templates_with_other_names_are_compared(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert Exit.DONE == run(*pair)

    assert capsys.readouterr().out.startswith("old.json → new.json: no change\n")


def test_a_parameter_that_only_one_has_is_taken(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(*pair, parameters=["Size=40"], output="json")

    assert "2.3" == json.loads(capsys.readouterr().out)["difference"]


def test_a_parameter_that_neither_has_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(TargetRefused, match="no template has it"):
        run(*pair, parameters=["Colour=red"])


def test_a_usage_file_may_name_what_only_one_has(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = tmp_path / "usage.toml"
    usage.write_text("[Gone]\nmonthly_requests = 10_000\n[Come]\nmonthly_requests = 30_000\n")

    run(*pair, usage=usage, output="json")

    assert "0.1" == json.loads(capsys.readouterr().out)["difference"]


def test_a_usage_file_that_names_what_neither_has_is_refused(pair: tuple[str, str], tmp_path: Path) -> None:
    usage = tmp_path / "usage.toml"
    usage.write_text("[Databaze]\nmonthly_log_gb = 1\n")

    with pytest.raises(UsageRefused, match="did you mean Database"):
        run(*pair, usage=usage)


def test_the_budget_is_that_of_the_second(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    held, broken = (run(*pair, budget=Decimal(limit)) for limit in (29, 28))

    assert (Exit.DONE, Exit.RULE_BROKEN) == (held, broken)
    assert "new.json: $28.98 a month is over the budget of $28.00 by $0.98" in capsys.readouterr().err


def test_environments_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    run("reported", "staging", output="markdown")

    assert "### Cost: " in capsys.readouterr().out


def test_a_system_beside_itself_has_no_change_in_any_mode() -> None:
    found = changes(reported(), reported(), requests_per_month=1_000_000, request_duration_ms=100)

    assert all(change.kind(mode) is Kind.UNCHANGED for change in found.all for mode in FreeTier)
