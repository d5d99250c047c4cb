"""The page of a report: whole, in order, the same each time, and safe whatever things are called."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.system.markdown import to_markdown
from report.system.pages import to_html
from report.system.sizes import size
from tests.report.system.making import diagnosis, finding, function, report_about, report_on, template

ENVIRONMENTS = ("production", "reported")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "`|[a](javascript:alert(1))|`",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eevil\u2066",
    "name\nwith\r\nlines\x00",
    "שם ארוך",
    "x" * 300,
)


class Outline(HTMLParser):
    """Ids, inner links, headings and tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.labels: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what there is of it."""
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.handlers += [name for name in found if name.startswith("on") or name == "style"]
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and found.get("href", "").startswith("#"):
            self.links.append(found["href"][1:])
        self.labels += found.get("aria-labelledby", "").split()
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_page_has_one_title_headings_in_order_and_links_that_lead_somewhere(environment: str) -> None:
    outline = Outline(to_html(report_on(environment)))
    steps = [after - before for before, after in zip(outline.levels, outline.levels[1:], strict=False)]

    assert 1 == outline.levels.count(1) == outline.levels[0]
    assert max(steps) <= 1
    assert len(outline.ids) == len(set(outline.ids))
    assert set() == {*outline.links, *outline.labels} - set(outline.ids)
    assert [] == outline.handlers


def test_the_same_report_is_the_same_page_and_markdown() -> None:
    report = report_on("production")

    assert to_html(report) == to_html(report)
    assert to_markdown(report) == to_markdown(report)


def test_every_section_of_the_contents_is_there_and_none_is_empty() -> None:
    page = to_html(report_on("production"))
    contents = re.findall(r'<li><a href="#([a-z]+)">', page)

    assert ["overview", "components", "build", "issues", "cost", "migrations"] == contents[:6]
    for anchor in contents:
        assert re.search(rf'<section id="{anchor}"[^>]*>.{{200,}}?</section>', page, re.DOTALL), anchor


def _of(name: str) -> Any:
    """A report in which everything that has a name has this one."""
    deployment = template(
        Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": name, "ProtocolType": name}},
        Odd=function(name, Environment={"Variables": {"PUBLIC_ADDRESS": name, name or "a": name}}),
        Group={"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}},
        Alarm={
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {"AlarmName": name, "AlarmDescription": name, "MetricName": name},
        },
    )
    cause = finding("API-001", "gateway", title=name, because=name, commands=[name], change=name)
    return report_about(deployment, diagnosis=diagnosis(cause, refused=[name]))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_names(name: str) -> None:
    plain, odd = Outline(to_html(_of("plain"))), to_html(_of(name))
    outline = Outline(odd)

    assert [tag for tag in plain.tags if tag != "code"] == [tag for tag in outline.tags if tag != "code"]
    assert [] == outline.handlers
    assert set() == set(odd) & {"\x00", "\r", "\u202e", "\u2066"}


@settings(max_examples=12)
@given(st.text(min_size=1))
def test_no_name_makes_a_tag(name: str) -> None:
    plain, odd = Outline(to_html(_of("plain"))), Outline(to_html(_of(name)))

    assert [tag for tag in plain.tags if tag != "code"] == [tag for tag in odd.tags if tag != "code"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_in_their_cells_of_markdown(name: str) -> None:
    plain, odd = to_markdown(_of("plain")), to_markdown(_of(name))
    beyond_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", odd)

    assert len(plain.splitlines()) == len(odd.splitlines())
    assert "<script>" not in beyond_code
    assert "<img" not in beyond_code
    assert "](javascript" not in beyond_code


def test_a_literal_secret_of_a_foreign_template_stands_nowhere() -> None:
    secrets = (
        "hunter2-in-a-url",
        "hunter2-in-a-variable",
        "hunter2-in-a-query",
        "hunter2-of-the-master",
        "hunter2-after-an-at",
    )
    deployment = template(
        Odd=function(
            Environment={
                "Variables": {
                    "DATABASE_URL": f"postgresql://me:{secrets[0]}@db.example.org/miyabi?sslmode=require",
                    "STRIPE": secrets[1],
                    "OTHER_URL": f"https://example.org/?token={secrets[2]}",
                    "REDIS_URL": f"redis://me:half@{secrets[4]}@cache.example.org/0",
                    "LOG_LEVEL": "INFO",
                }
            }
        ),
        Database={
            "Type": "AWS::RDS::DBInstance",
            "Properties": {"MasterUsername": "me", "MasterUserPassword": secrets[3], "Engine": "postgres"},
        },
    )
    report = report_about(deployment)
    written = to_html(report) + to_markdown(report) + json.dumps(report.document())

    assert [] == [secret for secret in secrets if secret in written]
    assert "postgresql://me:***@db.example.org/miyabi?sslmode=require" in written
    assert "LOG_LEVEL=INFO" in written


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (1100, "1.1 KB"), (4_800_000, "4.8 MB"), (3_221_225_472, "3.2 GB")],
)
def test_sizes_read_as_people_write_them(number: int, text: str) -> None:
    assert text == size(number)
