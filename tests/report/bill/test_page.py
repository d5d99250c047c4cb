"""The cost page: its amounts are the estimate's, and it can be read without a program, or unseen."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from cfn import Deployment, Template
from cost import FreeTier, Traffic, UsageFile, estimate
from cost.money import cents
from report.bill import Bill, script, section, style
from report.bill.amounts import CLASSES, ByMode, by_mode, dollars, large, signed
from report.bill.bill import budget_of
from report.bill.moving import moved
from report.bill.shares import bars_by
from scripts.commands.cost.kept import environments
from tests.cost.systems import deploy, function, reported, resource
from tests.report.bill.pages import Element, bill, html, read, target

LARGEST_PART = 120_000
"""Bytes of sections, style and script together: well under half of what a page may have."""


def shown(element: Element, mode: FreeTier) -> str:
    """The text of an element as it is shown under a mode."""
    hidden = [
        each.text
        for each in element.all(class_="in")
        if CLASSES[mode] not in each.attributes["class"].split()
    ]
    text = element.text
    for each in hidden:
        text = text.replace(each, "", 1)
    parts = element.all(class_=CLASSES[mode])
    return parts[0].text if parts else text


@pytest.mark.parametrize("mode", FreeTier)
@pytest.mark.parametrize("name", environments())
def test_the_lines_have_the_amounts_of_the_estimate(name: str, mode: FreeTier) -> None:
    [table] = read(html(name)).all("table", class_="bill-lines")
    rows = [row for body in table.all("tbody") for row in body.all("tr") if "data-service" in row.attributes]
    amounts = [Decimal(shown(row.children[5], mode).replace(",", "")) for row in rows]
    [foot] = table.all("tfoot")

    assert cents(bill(name).estimate.total(mode)) == shown(foot.children[0].children[1], mode)
    assert abs(sum(amounts) - bill(name).estimate.total(mode)) <= Decimal("0.005") * len(amounts)


@pytest.mark.parametrize("name", environments())
def test_every_line_leads_to_its_source(name: str) -> None:
    page = read(html(name))
    [table] = page.all("table", class_="bill-lines")
    links = table.all("a")
    sources = {each.attributes["id"]: each.text for each in page.all("li") if "id" in each.attributes}

    assert len(links) == len([row for row in table.all("tr") if "data-service" in row.attributes])
    places = [each.attributes["id"] for each in page.all("ol", class_="bill-sources")[0].all("li")]
    for link in links:
        assert link.attributes["aria-describedby"] == places[int(link.text) - 1]
        assert link.attributes["href"] == f"#{link.attributes['aria-describedby']}"
        assert link.attributes["aria-describedby"] in sources
    assert all(line.price.source in " ".join(sources.values()) for line in bill(name).estimate.lines)


@pytest.mark.parametrize("name", environments())
def test_the_page_is_well_formed_and_no_id_is_there_twice(name: str) -> None:
    page = read(html(name))
    ids = [each.attributes["id"] for each in page.all() if "id" in each.attributes]
    named = [
        target
        for each in page.all()
        for key in ("aria-labelledby", "aria-describedby", "for")
        for target in each.attributes.get(key, "").split()
    ]

    assert sorted(set(ids)) == sorted(ids)
    assert [] == [each for each in named if each not in ids]


def test_headings_begin_at_the_second_level_and_leave_none_out() -> None:
    levels = [
        int(each.name[1]) for each in read(html("production")).all() if re.fullmatch("h[1-6]", each.name)
    ]

    assert 2 == levels[0]
    assert all(later <= level + 1 for level, later in pairwise(levels))
    assert set(levels) == {2, 3}


def test_nothing_is_asked_of_anybody() -> None:
    page = read(html("production"))
    outside = [
        value
        for each in page.all()
        for key, value in each.attributes.items()
        if key in {"src", "href", "xlink:href", "action", "style"} or key.startswith("on")
    ]

    assert [] == [each for each in outside if not each.startswith("#")]
    assert not re.search(r"url\(|@import|https?:", style())
    assert not re.search(
        r"fetch\(|XMLHttp|import\(|eval\(|innerHTML|https?:(?!//www\.w3\.org/2000/svg)", script()
    )


def test_one_of_three_buttons_is_chosen_and_each_has_its_amounts() -> None:
    page = read(html("production"))
    buttons = page.all("input", type="radio")

    assert [mode.value for mode in FreeTier] == [each.attributes["value"] for each in buttons]
    assert ["always"] == [each.attributes["value"] for each in buttons if "checked" in each.attributes]
    for mode in FreeTier:
        assert f'[value="{mode.value}"]:checked) .in:not(.{CLASSES[mode]})' in style()
        assert (
            f'"{mode.value}": ".{CLASSES[mode]}"' in script()
            or f'{mode.value}: ".{CLASSES[mode]}"' in script()
        )


def test_controls_have_labels_and_are_hidden_until_a_program_shows_them() -> None:
    page = read(html("production"))
    labelled = {each.attributes["for"] for each in page.all("label") if "for" in each.attributes}
    forms = page.all("form")

    assert 2 == len(forms)
    assert all("hidden" in each.attributes for each in forms)
    assert all(
        "aria-label" in each.attributes or each.attributes.get("id") in labelled
        for each in forms[0].all("input")
    )


def test_pictures_have_a_title_and_the_same_as_a_table() -> None:
    page = read(html("production"))
    pictures = page.all("svg", role="img")

    assert 6 == len(pictures)
    assert all(each.children[0].name == "title" for each in pictures)
    assert 3 == len(page.all("table", class_="bill-points"))
    assert all(each.attributes.get("aria-hidden") == "true" for each in page.all("svg", class_="bill-bar"))


def test_the_budget_is_that_of_the_templates() -> None:
    assert Decimal(200) == budget_of(target("production").deployment)
    assert "48.2 % of 41.1 % of 40.6 % of the budget of $200 a month" in read(html("production")).text
    [bar] = [each.all("rect")[1] for each in read(html("production")).all("figure", class_="bill-budget")]
    assert ("in list", "48.2") == (bar.attributes["class"], bar.attributes["width"])
    assert budget_of(target("reported").deployment) is None
    assert "budget" not in read(html("reported")).text


def test_of_several_budgets_the_least_counts_and_only_those_of_a_month() -> None:
    def of(usd: int, unit: str) -> dict[str, Any]:
        limit = {"BudgetLimit": {"Amount": usd, "Unit": "USD"}, "TimeUnit": unit}
        return resource("AWS::Budgets::Budget", Budget=limit)

    budgets = {"A": of(300, "MONTHLY"), "B": of(80, "MONTHLY"), "C": of(2, "DAILY")}

    assert Decimal(80) == budget_of(deploy(budgets))


@pytest.mark.parametrize("name", environments())
def test_services_stand_in_the_order_of_what_is_shown_at_first(name: str) -> None:
    amounts = [bar.amounts.texts[1] for bar in bars_by(bill(name).estimate, "service")]

    assert amounts == sorted(amounts, key=lambda text: -Decimal(text.replace(",", "")))


def test_there_is_a_bar_where_there_is_an_amount() -> None:
    [service, stack] = read(html("production")).all("table", class_="bill-bars")[:2]
    drawn = {each.all("th")[0].text: bool(each.all("svg")) for each in service.all("tr")[1:]}

    assert (True, False) == (drawn["RDS"], drawn["SNS"])
    assert all(each.all("svg") for each in stack.all("tr")[1:])


def test_half_and_twice_of_an_assumption_are_what_the_bill_would_differ() -> None:
    what_if = bill("production").what_if
    assert what_if is not None
    requests = moved(what_if)[0]
    now = what_if.month()

    for found, figure in ((requests.halved, 500_000), (requests.doubled, 2_000_000)):
        then = what_if.month(requests_per_month=Decimal(figure))
        assert by_mode(lambda mode, then=then: signed(then.total(mode) - now.total(mode))) == found  # type: ignore[misc]  # mypy infers no default


@pytest.mark.parametrize(("requests", "span"), [(50, ["1", "1e9"]), (10**8, ["1e4", "1e11"])])
def test_the_growth_begins_below_now_and_goes_far_beyond(requests: int, span: list[str]) -> None:
    growth = Bill.of(deploy(function(MemorySize=512)), Traffic.of({"requests_per_month": requests})).growth

    assert [*map(Decimal, span)] == [growth.sweeps[0].span.low, growth.sweeps[0].span.high]


def test_a_bill_over_its_budget_shows_by_how_much() -> None:
    budget = resource(
        "AWS::Budgets::Budget", Budget={"BudgetLimit": {"Amount": 4, "Unit": "USD"}, "TimeUnit": "MONTHLY"}
    )
    page = read(str(section(Bill.of(deploy({"Budget": budget, "Acl": resource("AWS::WAFv2::WebACL")})))))

    assert "125.0 % of the budget of $4 a month" in page.text
    assert "20.0" == page.all("rect", class_="over")[0].attributes["width"]


def test_the_document_of_then_stands_beside_ours_with_the_reasons() -> None:
    text = read(html("reported")).text

    assert "Beside the status report of 2025-11-26" in text
    assert "40 times too low: 1,000,000 requests of 1 s at 512 MB are 500,000 GB-seconds, not 12,000." in text
    assert "Public IPv4 address missing 3.65 +3.65 3.65" in text


@pytest.mark.parametrize("mode", FreeTier)
def test_environments_stand_side_by_side(mode: FreeTier) -> None:
    [table] = read(html("staging")).all("table", class_="bill-side")
    [foot] = table.all("tfoot")

    assert ["production", "reported", "staging this one"] == [each.text for each in table.all("th")[1:4]]
    assert [cents(each.total(mode)) for each in bill("staging").others] == [
        shown(each, mode) for each in foot.all("td")
    ]


def test_without_traffic_there_is_a_bill_and_no_growth() -> None:
    page = read(str(section(Bill.of(reported()))))

    assert "No growth is shown: requests: nothing says how many there are in a month now" in page.text
    assert [] == page.all("form", class_="what-if")
    assert cents(estimate(reported()).total()) in page.all("span", class_="figure-large")[0].text


def test_a_range_is_told_with_both_ends() -> None:
    usage = UsageFile.of({"Queue": {"monthly_requests": [1_000_000, 5_000_000]}})
    queue = deploy({"Queue": resource("AWS::SQS::Queue")})
    page = read(str(section(Bill.of(queue, usage=usage))))

    assert "to" in page.all("span", class_="figure-large")[0].text
    assert cents(estimate(queue, usage=usage).total()) in page.all("span", class_="figure-large")[0].text


def test_an_empty_deployment_costs_nothing_and_has_a_page() -> None:
    page = read(str(section(Bill.of(deploy({})))))

    assert "$0.00 a month" in page.text


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202eevil"


def test_hostile_names_are_written_as_text() -> None:
    templates = [Template(HOSTILE, {"Resources": function(MemorySize=512)})]
    deployment = Deployment(HOSTILE, templates, "us-east-1", "211234825975")
    others = [estimate(reported(), name=HOSTILE + "2")]
    traffic = Traffic.of({"requests_per_month": 10, "request_duration_ms": 7})
    page = read(str(section(Bill.of(deployment, traffic, name=HOSTILE, others=others))))

    assert [] == page.all("img")
    assert ["application/json"] == [each.attributes.get("type") for each in page.all("script")]
    assert HOSTILE.partition("\u202e")[0] in page.all("table", class_="bill-lines")[0].text


@pytest.mark.parametrize("name", environments())
def test_the_page_is_small_and_always_the_same(name: str) -> None:
    whole = len(html(name).encode()) + len(style()) + len(script())

    assert whole <= LARGEST_PART
    assert html(name) == str(section(bill(name)))


# words


def test_numbers_are_short_and_amounts_have_their_signs() -> None:
    assert ["10,000", "6.18 million", "1 billion", "27.4 million"] == [
        large(Decimal(number)) for number in ("10000", "6180000", "1000000000", "27400000")
    ]
    assert ["$200", "$12.50"] == [dollars(Decimal(usd)) for usd in ("200", "12.5")]
    assert ["+1.20", "\u22121.20", "0.00", "0.00", "+0.01"] == [
        signed(Decimal(usd)) for usd in ("1.2", "-1.2", "0", "-0.001", "0.005")
    ]


def test_what_is_the_same_under_several_modes_is_written_once() -> None:
    assert "7" == ByMode(("7", "7", "7")).told
    assert [("in list", "7"), ("in free year", "6")] == ByMode(("7", "6", "6")).groups
