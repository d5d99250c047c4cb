"""Usage files: figures by logical id, type and wildcard, the nearest first; nonsense is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cost import FreeTier, Traffic, UsageFile, UsageRefused, estimate
from tests.cost.systems import deploy, reported, resource

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = "AWS::Lambda::Function"
TWO = deploy({"ApiFunction": resource(FUNCTION), "Worker": resource(FUNCTION)})


def requests(document: dict[str, Any]) -> dict[str, Decimal]:
    """Requests to each of two functions."""
    bill = estimate(TWO, usage=UsageFile.of(document))
    return {line.resource.logical_id: line.quantity for line in bill.lines if line.component == "requests"}


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ({"Worker": 7}, {"Worker": 7}),
        ({"stack.Worker": 7}, {"Worker": 7}),
        ({FUNCTION: 3}, {"ApiFunction": 3, "Worker": 3}),
        ({"AWS::Lambda::*": 3}, {"ApiFunction": 3, "Worker": 3}),
        ({"*Function": 3}, {"ApiFunction": 3}),
        ({"*": 1, "*Function": 3}, {"ApiFunction": 3, "Worker": 1}),
        ({FUNCTION: 3, "Worker": 7}, {"ApiFunction": 3, "Worker": 7}),
        ({FUNCTION: 3, "Work*": 5}, {"ApiFunction": 3, "Worker": 5}),
        ({"AWS::*": 2, FUNCTION: 3}, {"ApiFunction": 3, "Worker": 3}),
        ({"Work*": 5, "Worker": 7}, {"Worker": 7}),
        ({"Work*": 5, "Worker": 0}, {}),
    ],
    ids=lambda value: str(list(value)),
)
def test_the_nearest_section_wins(sections: dict[str, int], expected: dict[str, int]) -> None:
    found = requests({section: {"monthly_requests": count} for section, count in sections.items()})

    assert expected == found


def test_a_section_that_gives_other_keys_hides_nothing() -> None:
    found = requests({FUNCTION: {"monthly_requests": 3}, "Worker": {"request_duration_ms": 10}})

    assert {"ApiFunction": 3, "Worker": 3} == found


def test_the_form_of_other_estimators_is_read() -> None:
    document = {
        "version": "0.1",
        "resource_type_default_usage": {FUNCTION: {"monthly_requests": 3}},
        "resource_usage": {"Worker": {"monthly_requests": 7}},
    }

    assert {"ApiFunction": 3, "Worker": 7} == requests(document)


def test_what_a_file_says_goes_before_what_traffic_implies() -> None:
    traffic = Traffic.of({"requests_per_month": 10})

    bill = estimate(reported(), traffic, usage=UsageFile.of({"ApiFunction": {"monthly_requests": 99}}))

    assert {"ApiFunction": 99, "HttpApi": 10} == {
        line.resource.logical_id: line.quantity for line in bill.lines if line.component == "requests"
    }


def test_traffic_in_a_file_goes_before_that_of_the_environment() -> None:
    bill = estimate(
        reported(),
        Traffic.of({"requests_per_month": 10, "internet_out_gb": 5}),
        usage=UsageFile.of({"traffic": {"requests_per_month": 20}}),
    )

    assert {"requests": 20, "data out": 5} == {
        line.component: line.quantity for line in bill.lines if line.resource.logical_id == "HttpApi"
    }


def test_a_range_makes_the_total_a_range() -> None:
    bill = estimate(TWO, usage=UsageFile.of({"Worker": {"monthly_requests": [1_000_000, 5_000_000]}}))

    assert bill.low is not None
    assert [Decimal("0.2"), Decimal(1)] == [bill.low.total(), bill.total()]
    assert [Decimal(0), Decimal("0.8")] == [each.total(FreeTier.ALWAYS) for each in (bill.low, bill)]


def test_without_a_range_there_is_one_total() -> None:
    assert estimate(TWO, usage=UsageFile.of({"Worker": {"monthly_requests": 5}})).low is None


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"Worker": {"monthly_request": 5}}, "there is no such usage key; did you mean monthly_requests?"),
        ({"*": {"nonsense": 5}}, r"\*, nonsense: there is no such usage key; known are monthly_requests"),
        ({FUNCTION: {"storage_gb": 5}}, "storage_gb: there is no such usage key"),
        ({"AWS::S3::Bucket": {"storage_gb": 5}}, r"did you mean \w+\.storage_gb\?"),
        ({"Workr": {"monthly_requests": 5}}, r"Workr: there is no such resource; did you mean Worker\?"),
        ({"Worker": {"monthly_requests": -5}}, "found -5; write 0 or more"),
        ({"Worker": {"monthly_requests": "many"}}, "found 'many'; write a number of requests"),
        ({"Worker": {"monthly_requests": True}}, "found True; write a number"),
        ({"Worker": {"monthly_requests": float("nan")}}, "found nan; write a number"),
        ({"Worker": {"monthly_requests": float("inf")}}, "found inf; write a number"),
        ({"Worker": {"monthly_requests": None}}, "found None; write a number"),
        ({"Worker": {"monthly_requests": [1]}}, r"found a list of 1; write \[low, high\], or one figure"),
        ({"Worker": {"monthly_requests": [5, 1]}}, r"found \[5, 1\]; write the lower end first"),
        ({"Worker": {"monthly_requests": [-1, 1]}}, "found -1; write 0 or more"),
        ({"Worker": {"cold_start_share": 1.5}}, "found '1.5'; write a share, from 0 to 1"),
        ({"Worker": {"cold_start_share": [0, 2]}}, r"found \[0, 2\]; write a share, from 0 to 1"),
        ({"AWS::SQS::Queu": {"monthly_requests": 5}}, "no such type; did you mean AWS::SQS::Queue"),
        ({"Worker": 5}, "Worker: found 5; write a table of usage keys under it"),
        ({"resource_usage": 5}, "resource_usage: found 5; write a table"),
        ({"traffic": 5}, "traffic: found 5; write a table"),
    ],
)  # fmt: skip
def test_what_no_month_can_have_is_refused_in_one_sentence(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageRefused, match=sentence) as refused:
        requests(document)

    assert "\n" not in str(refused.value)


def test_a_wildcard_that_matches_nothing_is_no_mistake() -> None:
    assert {} == requests({"Nobody*": {"monthly_requests": 5}, "AWS::SQS::*": {"monthly_requests": 5}})


def test_traffic_that_no_month_can_have_is_refused_by_name() -> None:
    with pytest.raises(Exception, match="did you mean requests_per_month"):
        requests({"traffic": {"request_per_month": 5}})


TOML = """
[Worker]
monthly_requests = 1_000_000
request_duration_ms = 0.1
"""
YAML = """
Worker: {monthly_requests: 1000000, request_duration_ms: 0.1}
"""


@pytest.mark.parametrize(("name", "text"), [("usage.toml", TOML), ("usage.yaml", YAML), ("usage.yml", YAML)])
def test_toml_and_yaml_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    loaded = UsageFile.load(path)

    assert {
        "Worker": {"monthly_requests": 1_000_000, "request_duration_ms": Decimal("0.1")}
    } == loaded.sections


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("usage.toml", b"= 5", "it is not TOML"),
        ("usage.yaml", b"a: [1", "it is not YAML"),
        ("usage.yaml", b"- 1", "it is no mapping"),
        ("usage.yaml", b"!!python/object:os.system {}", "it is not YAML"),
        ("usage.toml", b"\xff\xfe", "it is not UTF-8 text from byte 0"),
        ("missing.toml", None, "there is none"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageRefused, match=sentence) as refused:
        UsageFile.load(path)

    assert "\n" not in str(refused.value)


def test_an_empty_yaml_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "usage.yaml"
    path.write_text("# nothing yet\n", encoding="utf-8")

    assert {} == UsageFile.load(path).sections
