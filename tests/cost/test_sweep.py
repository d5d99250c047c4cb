"""`miyabi cost sweep`: how a bill grows with its requests, and where a choice flips."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cost import FreeTier, PriceBook, Traffic, UsageFile, UsageRefused, estimate
from cost.errors import SweepRefused
from cost.pricebook import EVERYWHERE, PRICES
from cost.rows import count
from cost.sweeping import Load, Span, Sweep, System, choose, sweep
from cost.sweeping.document import document, to_csv
from cost.sweeping.span import written
from cost.sweeping.table import render
from cost.sweeping.wording import outcome
from scripts.commands.cost.sweep import run
from scripts.commands.cost.targets import find
from scripts.exit_codes import Exit
from tests.cost.systems import REPORTED_TRAFFIC, database, deploy, function, reported, resource

if TYPE_CHECKING:
    from pathlib import Path

    from cfn import Deployment
    from cost.sweeping import Choice

SPAN = Span.parse("1e5..1e9")
TRAFFIC = Traffic.of(REPORTED_TRAFFIC)


@pytest.fixture(scope="module")
def swept() -> Sweep:
    return sweep(System.of(reported(), TRAFFIC), SPAN)


def printed(found: Sweep) -> list[str]:
    """The table, with one blank between words."""
    page = StringIO()
    Console(file=page, width=110).print(render(found))
    return [" ".join(line.split()) for line in page.getvalue().splitlines()]


def choice(deployment: Deployment, name: str, mode: FreeTier, traffic: Any) -> Choice:
    """One choice of a system, over 1e5 to 1e9 requests."""
    choices = choose(System.of(deployment, Traffic.of(traffic)), SPAN, mode)
    [found] = [each for each in choices if each.variant.name == name]
    return found


# the range


def test_left_out_points_are_the_powers_of_ten_and_both_ends() -> None:
    assert [500, 1000, 10_000, 20_000] == list(map(int, Span.parse("500..2e4").points()))


def test_points_lie_evenly_on_a_log_scale_with_exact_ends() -> None:
    points = Span.parse("100_000..1e9").points(9)

    assert [100_000, 316_228, 1_000_000, 3_162_278] == list(map(int, points[:4]))
    assert (9, Decimal("1e9")) == (len(points), points[-1])


@pytest.mark.parametrize(
    "text", ["1e5", "1e9..1e5", "0..10", "a..b", "-1..5", "1..inf", "1e5..1e99", "nan..2"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(SweepRefused, match=r"requests .*"):
        Span.parse(text)


@pytest.mark.parametrize("count", [-1, 0, 1, 1001])
def test_no_sweep_has_less_than_its_ends(count: int) -> None:
    with pytest.raises(SweepRefused, match="ask for 2 to 1000"):
        SPAN.points(count)


@given(st.integers(1, 10**12), st.integers(2, 10**6), st.integers(2, 50))
def test_points_are_whole_rise_and_keep_to_the_range(low: int, times: int, count: int) -> None:
    points = Span(Decimal(low), Decimal(low * times)).points(count)

    assert list(points) == sorted(set(points))
    assert [low, low * times] == [int(points[0]), int(points[-1])]
    assert all(point == point.to_integral_value() for point in points)


def test_numbers_are_written_as_they_may_be_given() -> None:
    assert ["1e6", "3.16e6", "1.5e5", "1e9"] == [
        written(Decimal(number)) for number in (1_000_000, 3_162_278, 150_000, 10**9)
    ]


# the load


def test_what_grows_with_requests_grows_and_what_is_of_one_request_stays() -> None:
    load = Load.of(Traffic.of({**REPORTED_TRAFFIC, "logins_per_month": 50, "peak_requests_per_second": 4}))

    traffic = load.at(Decimal(10_000_000)).traffic

    assert traffic is not None
    grown = ("internet_out_gb", "log_gb", "logins_per_month", "peak_requests_per_second")
    assert [100, 10, 500, 40] == [getattr(traffic, name) for name in grown]
    assert [1000, 8] == [getattr(traffic, name) for name in ("request_duration_ms", "response_kb")]


def test_without_traffic_every_monthly_figure_of_the_usage_file_grows() -> None:
    usage = UsageFile.of(
        {
            "Function": {"monthly_requests": 1000, "request_duration_ms": 50},
            "Bucket": {"standard": {"monthly_tier_2_requests": 500, "storage_gb": 7}},
            "Machine": {"monthly_hrs": 730},
        }
    )

    load = Load.of(None, usage).at(Decimal(5000))

    assert {
        "Function": {"monthly_requests": 5000, "request_duration_ms": 50},
        "Bucket": {"standard.monthly_tier_2_requests": 2500, "standard.storage_gb": 7},
        "Machine": {"monthly_hrs": 730},
    } == load.usage.sections


def test_the_traffic_of_the_usage_file_goes_first() -> None:
    usage = UsageFile.of({"traffic": {"requests_per_month": 7}})

    assert 7 == Load.of(TRAFFIC, usage).requests


def test_without_any_requests_there_is_nothing_to_scale() -> None:
    with pytest.raises(SweepRefused, match="nothing says how many there are"):
        Load.of(None)


def test_a_usage_file_about_something_else_is_refused() -> None:
    with pytest.raises(UsageRefused, match="did you mean ApiFunction"):
        System.of(reported(), TRAFFIC, usage=UsageFile.of({"ApiFunktion": {"monthly_requests": 1}}))


@given(st.integers(1, 10**10))
def test_a_sweep_costs_what_an_estimate_of_the_same_month_costs(requests: int) -> None:
    traffic = Traffic.of({"requests_per_month": requests, "request_duration_ms": 120, "request_kb": 2})
    system = System.of(reported(), Traffic.of({**traffic.figures(), "requests_per_month": 1000}))

    assert estimate(reported(), traffic).total() == system.estimate(Decimal(requests)).total()


# the growth


def test_each_line_has_its_amount_at_each_power_of_ten(swept: Sweep) -> None:
    lines = printed(swept)

    assert "Resource Component 1e5 1e6 1e7 1e8 1e9" in lines
    assert "ApiFunction compute 0.83 8.33 83.33 833.34 8,333.35" in lines
    assert "Database instance 26.28 26.28 26.28 26.28 26.28" in lines
    assert "Total list price 33.33 43.19 141.86 1,128.57 10,925.58" in lines
    assert "Total free tier 32.33 34.90 123.35 1,110.05 10,907.06" in lines


def test_shares_are_told_in_percent(swept: Sweep) -> None:
    assert "ApiFunction compute 2.5 19.3 58.7 73.8 76.3" in printed(swept)


def test_the_largest_line_is_told_with_where_it_begins(swept: Sweep) -> None:
    """26.28 a month are 3,153,594 seconds of 512 MB at $0.0000166667 a GB-second."""
    [first, second] = swept.largest

    assert (SPAN.low, "Database instance") == first
    assert "ApiFunction compute" == second[1]
    assert abs(second[0] / Decimal(3_153_594) - 1) < Decimal("0.01")


def test_the_amounts_of_a_point_add_up_to_its_total(swept: Sweep) -> None:
    for place, whole in enumerate(swept.totals(FreeTier.NONE)):
        assert whole == sum(growth.amounts[place] for growth in swept.growths)


def test_totals_grow_with_the_requests(swept: Sweep) -> None:
    for mode in FreeTier:
        assert sorted(swept.totals(mode)) == swept.totals(mode)


def test_many_points_are_not_all_shown() -> None:
    lines = printed(sweep(System.of(reported(), TRAFFIC), SPAN, count=41))

    assert "Resource Component 1e5 1e6 1e7 1e8 1e9" in lines
    assert "- 5 of 41 points are shown; --format json and csv have all" in lines


def test_the_free_tier_can_be_swept() -> None:
    found = sweep(System.of(reported(), TRAFFIC), SPAN, FreeTier.ALWAYS)

    assert "ApiFunction compute 0.00 1.67 76.67 826.67 8,326.68" in printed(found)


# the choices


def test_arm_is_cheaper_throughout() -> None:
    found = choice(reported(), "arm64", FreeTier.NONE, REPORTED_TRAFFIC)

    assert ("arm64", ()) == (found.cheaper, found.flips)
    assert (Decimal("0.166665"), Decimal("-1.66665")) == (found.nearest, found.now)


def test_one_zone_is_cheaper_by_the_same_throughout() -> None:
    found = choice(reported(), "Multi-AZ", FreeTier.NONE, REPORTED_TRAFFIC)

    assert ("one zone", Decimal("28.58")) == (found.cheaper, found.farthest)
    assert found.nearest == found.farthest


def test_what_is_free_on_both_sides_is_neither_cheaper_until_it_is_used_up() -> None:
    """400,000 GB-seconds are free on either processor: 3,200,000 calls of 1 s with 128 MB."""
    traffic = {"requests_per_month": 1_000_000, "request_duration_ms": 1000}

    found = choice(deploy(function()), "arm64", FreeTier.ALWAYS, traffic)

    [flip] = found.flips
    assert ("neither", "arm64") == (found.name_of(flip.below), found.name_of(flip.above))
    assert flip.is_verified
    assert abs(flip.requests / 3_200_000 - 1) < Decimal("0.01")


def test_a_flip_is_found_to_the_nearest_percent() -> None:
    """Aurora goes by the calls in progress (0.5 to 16 units) and by two I/Os for each; RDS costs the same."""
    system = function() | {"Database": database(DBInstanceClass="db.r6g.xlarge")}
    traffic = {"requests_per_month": 1_000_000, "request_duration_ms": 1000}

    found = choice(deploy(system), "Aurora Serverless v2", FreeTier.NONE, traffic)

    price = PriceBook.of("us-east-1").price
    unit, ios, hourly, stored, kept = (
        price(f"AmazonRDS/{key}").tiers[0].usd
        for key in (
            "aurora_serverless_v2_acu",
            "aurora_io",
            "postgresql_single-az_db.r6g.xlarge",
            "storage_gp3_single-az",
            "aurora_storage",
        )
    )
    least = unit * 730 / 2 + 20 * kept
    by_request = Decimal("15.5") * unit * 730 / (730 * 3600) + 2 * ios
    expected = (hourly * 730 + 20 * stored - least) / by_request
    [flip] = found.flips
    assert ("Aurora Serverless v2", "RDS instance") == (found.name_of(flip.below), found.name_of(flip.above))
    assert flip.is_verified
    assert abs(flip.requests / expected - 1) < Decimal("0.01")


def test_a_flip_is_told_in_a_sentence() -> None:
    system = function() | {"Database": database(DBInstanceClass="db.r6g.xlarge")}
    traffic = {"requests_per_month": 1_000_000, "request_duration_ms": 1000}

    found = choice(deploy(system), "Aurora Serverless v2", FreeTier.NONE, traffic)

    assert f"at {count(found.flips[0].requests)} RDS instance becomes cheaper" == outcome(found)


def test_environments_that_are_kept_busy_are_worth_keeping_ready() -> None:
    """Without a busiest second, as many are ready as an average one needs; 60 % of their time is enough."""
    traffic = {"requests_per_month": 1_000_000, "request_duration_ms": 1000}

    found = choice(deploy(function()), "provisioned concurrency", FreeTier.NONE, traffic)

    assert "on demand" == found.name_of(found.flips[0].below)
    assert "provisioned concurrency" == found.name_of(found.flips[-1].above)


def test_a_variant_without_a_price_is_told_and_stops_nothing() -> None:
    book = json.loads((PRICES / "us-east-1.json").read_text(encoding="utf-8"))
    everywhere = PriceBook(json.loads((PRICES / f"{EVERYWHERE}.json").read_text(encoding="utf-8")))
    del book["prices"]["AmazonEC2"]["nat_gateway_hour"]
    system = System.of(reported(), TRAFFIC, prices=PriceBook(book, everywhere))

    [gateway] = [each for each in choose(system, SPAN, FreeTier.NONE) if each.variant.name == "NAT gateway"]

    assert ("us-east-1 has no price AmazonEC2/nat_gateway_hour",) == gateway.not_priced


def test_the_outcome_of_every_choice_is_a_sentence(swept: Sweep) -> None:
    lines = " ".join(printed(swept))

    assert "x86_64 arm64 -1.67 never: arm64 is cheaper throughout, by $0.17 to $1,666.65" in lines
    assert "one zone Multi-AZ +28.58 never: one zone is cheaper throughout, by $28.58" in lines


@pytest.mark.parametrize("word", ["reported", "production", "staging"])
def test_every_flip_of_every_environment_holds_on_both_sides(word: str) -> None:
    target = find(word)
    system = System.of(target.deployment, target.traffic)

    for found in choose(system, SPAN, FreeTier.NONE):
        assert all(flip.is_verified for flip in found.flips), found.variant.name


# formats


def test_json_has_the_exact_points(swept: Sweep) -> None:
    found = document(swept)

    assert ["100000", "1000000", "10000000", "100000000", "1000000000"] == [
        point["requests"] for point in found["points"]
    ]
    assert "43.19335" == found["points"][1]["total"]
    assert {"low": "100000", "high": "1000000000", "now": "1000000"} == found["requests"]
    [arm] = [each for each in found["choices"] if each["name"] == "arm64"]
    assert ("x86_64", "arm64", "-1.66665") == (
        arm["instead_of"],
        arm["cheaper_throughout"],
        arm["difference_now"],
    )


def test_csv_has_a_row_for_each_line_at_each_point(swept: Sweep) -> None:
    rows = list(csv.DictReader(StringIO(to_csv(swept))))

    whole = sum(Decimal(row["amount"]) for row in rows if row["requests"] == "1000000")
    assert Decimal("43.19335") == whole


def test_the_command_sweeps_a_template_by_its_usage_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template, usage = tmp_path / "queue.json", tmp_path / "usage.toml"
    template.write_text(json.dumps({"Resources": {"Topic": resource("AWS::SNS::Topic")}}))
    usage.write_text("[Topic]\nmonthly_requests = 1_000_000\n")

    done = run(str(template), requests="1e6..1e8", usage=usage, output="json")

    points = json.loads(capsys.readouterr().out)["points"]
    assert (Exit.DONE, ["0.5", "5", "50"]) == (done, [point["total"] for point in points])


def test_credits_can_not_be_swept() -> None:
    with pytest.raises(SweepRefused, match="credits lower an invoice"):
        run("reported", requests="1e5..1e6", free_tier="credits(100)")
