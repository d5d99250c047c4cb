"""A bill under other assumptions is what an estimate of that month is, to the last digit."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import FreeTier, PriceBook, Traffic, UsageFile, estimate
from cost.formulas import OutOfRange
from cost.lines import Charge
from cost.what_if import ASSUMPTIONS, WhatIf, document, what_if
from scripts.commands.cost.kept import environments
from scripts.commands.cost.targets import find
from tests.cost.systems import REPORTED_TRAFFIC, deploy, function, reported, resource
from tests.cost.what_if.reading import total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cfn import Deployment
    from cost.estimate import Estimate
    from cost.formulas import Month

TEMPLATES = Path(__file__).parents[1] / "templates"
TRAFFIC = Traffic.of(
    {
        **REPORTED_TRAFFIC,
        "cold_start_share": "0.02",
        "init_duration_ms": 700,
        "logins_per_month": 300,
        "frontend_requests_per_month": 70_000,
        "frontend_out_gb": 3,
    }
)
FAR = ("0", "513", "3e9")
"""Numbers on all sides of thresholds, as far as they are in a range."""


environment = cache(find)


@cache
def found(name: str) -> WhatIf:
    target = environment(name)
    return what_if(target.deployment, target.traffic, name=name)


@cache
def written(name: str) -> dict[str, Any]:
    """The document as somebody else reads it."""
    read: dict[str, Any] = json.loads(json.dumps(document(found(name))))
    return read


def totals(bill: Estimate | Month) -> list[Decimal]:
    return [bill.total(mode) for mode in FreeTier]


def priced(name: str, figures: dict[str, Decimal]) -> list[Decimal]:
    """What an estimate of that month says."""
    target = environment(name)
    assert target.traffic is not None
    return totals(estimate(target.deployment, replace(target.traffic, **figures)))


def read(name: str, figures: dict[str, Decimal]) -> list[Decimal]:
    return [total(written(name), {**found(name).now, **figures}, mode.value) for mode in FreeTier]


@st.composite
def months(draw: st.DrawFn, name: str) -> dict[str, Decimal]:
    """Any figures within the ranges: some as they are, some near nothing, some far away."""
    figures = {}
    for each in found(name).offered:
        far = st.decimals(each.range.low, each.range.high, places=3)
        near = st.decimals(each.range.low, min(each.range.high, Decimal(1000)), places=3)
        now = found(name).now[each.name]
        figures[each.name] = draw(st.one_of(st.just(now), st.just(Decimal(0)), near, far))
    return figures


@pytest.mark.parametrize("name", environments())
@settings(max_examples=12)
@given(st.data())
def test_any_month_costs_what_an_estimate_of_it_says(name: str, data: st.DataObject) -> None:
    figures = data.draw(months(name))

    expected = priced(name, figures)

    assert expected == totals(found(name).month(**figures))
    assert expected == read(name, figures)


@pytest.mark.parametrize("name", ["production", "reported"])
def test_each_assumption_moved_alone_costs_what_an_estimate_says(name: str) -> None:
    moved = [{each.name: number} for each in found(name).offered for number in _within(each.range)]

    assert len(moved) > 15
    assert [] == [one for one in moved if priced(name, one) != totals(found(name).month(**one))]


def _within(allowed: Any) -> Iterator[Decimal]:
    """Numbers of a range; those that it shares with others are tried for both."""
    yield allowed.high
    yield from (Decimal(number) for number in FAR if allowed.low <= Decimal(number) <= allowed.high)


def api_of_others() -> Deployment:
    """An API that is not ours, with logs of two kinds."""
    stage = resource(
        "AWS::ApiGatewayV2::Stage", ApiId={"Ref": "HttpApi"}, AccessLogSettings={"DestinationArn": "x"}
    )
    return deploy({**function(MemorySize=1024, Architectures=["arm64"]), "Stage": stage})


def site_of_others() -> Deployment:
    return find(str(TEMPLATES / "static-site.json")).deployment


@pytest.mark.parametrize(
    ("build", "usage", "region"),
    [
        (api_of_others, {}, "us-east-1"),
        (api_of_others, {}, "ap-south-1"),
        (api_of_others, {"ApiFunction": {"log_kb_per_request": [1, 3]}}, "eu-west-2"),
        (site_of_others, {}, "us-east-1"),
        (site_of_others, {"AWS::WAFv2::*": {"monthly_requests": 20_000_000}}, "us-west-1"),
    ],
)
def test_systems_of_others_are_followed_too(
    build: Callable[[], Deployment], usage: dict[str, Any], region: str
) -> None:
    deployment, told, prices = build(), UsageFile.of(usage), PriceBook.of(region)
    other = what_if(deployment, TRAFFIC, usage=told, prices=prices)

    assert () == other.refused
    assert len(other.now) >= 2
    for times in ("0.1", "7", "1000"):
        figures = {
            each.name: min(other.now[each.name] * Decimal(times), each.range.high) for each in other.offered
        }
        month = replace(TRAFFIC, **figures)
        assert totals(estimate(deployment, month, usage=told, prices=prices)) == totals(
            other.month(**figures)
        )


@pytest.mark.parametrize("moved", [(), ("requests_per_month",), ("internet_out_gb", "frontend_out_gb")])
def test_the_lines_are_the_lines_of_the_estimate(moved: Sequence[str]) -> None:
    """None is there of which there are no units."""
    target = environment("production")
    assert target.traffic is not None
    nothing = dict.fromkeys(moved, Decimal(0))
    whole = estimate(target.deployment, replace(target.traffic, **nothing))

    assert [(str(line.resource), line.component, line.quantity, line.price) for line in whole.lines] == [
        (str(line.resource), line.component, line.quantity, line.price)
        for line in found("production").month(**nothing).lines
    ]


def test_only_what_changes_the_bill_is_offered() -> None:
    names = {name: [each.name for each in found(name).offered] for name in ("production", "reported")}

    assert "logins_per_month" in names["production"]
    assert "logins_per_month" not in names["reported"]
    assert ["log_gb"] == [name for name in names["reported"] if name.startswith("log_")]
    assert ["log_kb_per_request"] == [name for name in names["production"] if name.startswith("log_")]


@pytest.mark.parametrize("name", environments())
def test_what_of_traffic_can_not_be_moved_changes_no_bill(name: str) -> None:
    left_out = set(Traffic().figures()) - {each.name for each in ASSUMPTIONS}

    assert {"peak_requests_per_second", "database_storage_growth_gb_per_month"} == left_out
    assert priced(name, {}) == priced(name, {each: Decimal(77) for each in left_out})


@pytest.mark.parametrize("name", ["database.yaml", "network.yaml"])
def test_without_traffic_nothing_can_be_moved(name: str) -> None:
    """No traffic is not traffic of nothing, which would imply a flow log of some size."""
    deployment = find(str(TEMPLATES / name)).deployment
    alone = what_if(deployment)

    assert ((), ()) == (alone.offered, alone.refused)
    assert totals(estimate(deployment)) == totals(alone.month())


def test_what_a_usage_file_says_of_a_resource_is_not_moved() -> None:
    usage = UsageFile.of({"ApiFunction": {"request_duration_ms": 50}, "traffic": {"logins_per_month": 9}})
    other = what_if(deploy(function(MemorySize=512)), TRAFFIC, usage=usage)

    assert "request_duration_ms" not in {each.name for each in other.offered}
    assert totals(estimate(deploy(function(MemorySize=512)), TRAFFIC, usage=usage)) == totals(other.month())


def test_a_range_counts_with_its_high_end() -> None:
    usage = UsageFile.of({"Queue": {"monthly_requests": [1_000_000, 5_000_000]}})
    queue = deploy({"Queue": resource("AWS::SQS::Queue")})

    assert estimate(queue, usage=usage).total() == what_if(queue, usage=usage).month().total()


def test_a_figure_out_of_its_range_now_is_refused_and_the_others_are_offered() -> None:
    other = what_if(reported(), replace(TRAFFIC, request_duration_ms=Decimal(1_000_000)))

    assert ["request_duration_ms"] == [each.assumption.name for each in other.refused]
    assert "it is 1000000 now, and may be moved from 0 to 900000" == other.refused[0].reason
    assert "requests_per_month" in other.now


def test_a_figure_of_more_digits_than_are_kept_is_refused() -> None:
    other = what_if(reported(), replace(TRAFFIC, internet_out_gb=Decimal("1." + "1" * 28)))

    assert ["internet_out_gb"] == [each.assumption.name for each in other.refused]
    assert "which has more than 28 digits" in other.refused[0].reason


def test_what_can_not_be_followed_is_refused_with_the_reason_and_the_others_are_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def by_the_hundred(each: Any, context: Any) -> Iterator[Charge]:
        out = context.usage(each, "monthly_data_transfer_to_internet_gb.us")
        yield Charge("data out", Decimal(round(out, -2)), "AmazonCloudFront/data_transfer_out_us")

    monkeypatch.setattr("cost.pricings.cloudfront.distribution.price", by_the_hundred)
    target = environment("production")
    other = what_if(target.deployment, target.traffic)

    assert {"internet_out_gb", "frontend_out_gb"} == {each.assumption.name for each in other.refused}
    assert {"round is asked of it"} == {each.reason for each in other.refused}
    figures = {"requests_per_month": Decimal(3_000_000), "logins_per_month": Decimal(0)}
    assert priced("production", figures) == totals(other.month(**figures))


def test_what_may_ask_for_a_price_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def dear(each: Any, context: Any) -> Iterator[Charge]:
        out = context.usage(each, "monthly_data_transfer_to_internet_gb.us")
        yield Charge(
            "data out", out, f"AmazonCloudFront/{'unheard_of' if out > 9000 else 'requests_https_us'}"
        )

    monkeypatch.setattr("cost.pricings.cloudfront.distribution.price", dear)
    target = environment("production")
    other = what_if(target.deployment, target.traffic)

    assert {"internet_out_gb", "frontend_out_gb"} == {each.assumption.name for each in other.refused}
    assert all("has no price AmazonCloudFront/unheard_of" in each.reason for each in other.refused)
    assert priced("production", {}) == totals(other.month())


def test_beyond_its_range_no_total_is_told() -> None:
    with pytest.raises(OutOfRange, match="cold_start_share is 2, and the formulas hold from 0 to 1"):
        found("production").month(cold_start_share=Decimal(2))


def test_the_document_is_the_same_each_time_and_small() -> None:
    target = environment("production")
    again = document(what_if(target.deployment, target.traffic, name="production"))

    assert json.dumps(again) == json.dumps(document(found("production")))
    assert len(json.dumps(again)) < 25_000


def test_every_number_of_the_document_points_at_something() -> None:
    data = written("production")
    first = len(data["assumptions"])

    for place, (_, *operands) in enumerate(data["steps"]):
        assert all(each < first + place for each in operands if isinstance(each, int))
    assert {line["price"] for line in data["lines"]} == set(range(len(data["prices"])))
    assert not any(
        digit in "eE"
        for digit in json.dumps([data["steps"], [each["tiers"] for each in data["prices"]]]).replace(
            "ceiling", ""
        )
    )
