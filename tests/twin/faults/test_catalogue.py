"""The catalogue is whole: every known fault is in it, shown or told why not, in a form that is checked."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from twin.faults.catalogue import CATALOGUE, Fault, FaultUnknown, find, read_catalogue, rows
from twin.faults.expectation import read_figure

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = {
    "API": (1, 2, 4, 7, 8, 9, 11, 14, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 29, 31, 32),
    "LAM": (2, 3, 5, 8, 9, 11, 12, 13),
    "PKG": (1, 2, 4, 6, 8, 10, 11, 14, 15, 16, 18),
    "LOG": (1, 3, 4, 5, 8),
    "NET": (1, 2, 4),
    "DB": (1, 3, 4, 5, 7, 10, 12, 13, 15, 16, 17),
    "OPS": (1,),
}
"""Numbers of the faults that were known before there was a twin: an id is for life."""
SHOWN = {
    "API-003": "wrong qualifier",
    "API-033": "429 from the first request on",
    "API-034": "the stage's name in the path",
    "LAM-014": "concurrency 0",
    "LAM-015": "environment",
    "NET-007": "subnets",
    "DB-018": "storage full",
    "DB-019": "certificate of another authority",
}
"""What must be shown besides."""


def entry(**changes: Any) -> dict[str, Any]:
    """A fault as the file has it."""
    expected = {"status": [500], "body": "x", "streams": "none"}
    way = {"name": "usual", "changes": [{"injector": "remove_route"}], "expected": expected}
    return {"id": "API-001", "ways": [way]} | changes


def test_every_known_fault_is_in_the_catalogue() -> None:
    known = {f"{family}-{number:03d}" for family, numbers in KNOWN.items() for number in numbers}

    assert 60 == len(known)
    assert set() == known - set(read_catalogue())
    assert [] == [name for name in SHOWN if not read_catalogue()[name].ways]


def test_faults_stand_in_the_order_of_their_numbers() -> None:
    names = list(read_catalogue())
    families = list(dict.fromkeys(name.partition("-")[0] for name in names))

    assert names == sorted(names, key=lambda name: (families.index(name.partition("-")[0]), name))


def test_every_fault_that_has_a_local_meaning_is_shown() -> None:
    without = {fault.id for fault in read_catalogue().values() if fault.no_local_meaning}

    assert without == {
        *("API-019", "API-020", "API-021", "API-025", "API-026"),
        *("LAM-003", "LAM-005", "LAM-008", "LAM-009", "LAM-011", "LAM-013"),
        *("PKG-010", "PKG-011", "PKG-018", "LOG-003", "LOG-004", "LOG-005", "LOG-008"),
        *("DB-013", "DB-015", "DB-016", "DB-017", "OPS-001"),
    }


def test_every_expectation_says_something_of_logs_or_metrics() -> None:
    bare = [
        name
        for fault in read_catalogue().values()
        for name, way in fault.names()
        if not way.expected.metrics or (way.expected.streams == "any" and not way.expected.metrics)
    ]

    assert [] == bare


def test_a_fault_is_found_by_its_id_or_its_way_in_any_case() -> None:
    fault, way = find("db-001:slash")

    assert ("DB-001", "slash") == (fault.id, way.name if way else None)
    assert "percent" == (find("DB-001")[1] or fault.ways[1]).name
    assert (read_catalogue()["DB-016"], None) == find("DB-016")


@pytest.mark.parametrize("asked", ["DB-999", "DB-001:sideways", "DB"])
def test_what_is_not_there_is_not_found(asked: str) -> None:
    with pytest.raises(FaultUnknown, match=f"there is no fault {asked}"):
        find(asked)


def test_a_table_has_a_row_for_each_way_and_for_each_fault_that_is_not_shown() -> None:
    faults = read_catalogue().values()
    shown = [row for row in rows() if row[2] != "not here"]

    assert sum(len(fault.ways) for fault in faults) == len(shown)
    assert len(list(rows())) - len(shown) == sum(not fault.ways for fault in faults)
    assert ("`API-001`", "`remove_permission`", "500, no log stream") == (shown[0][0], *shown[0][2:])
    assert [] == [row for row in rows() if any(mark in cell for cell in row for mark in "|\n")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"ways": []}, "must have ways, or a reason"),
        ({"no_local_meaning": "for no reason"}, "must have ways, or a reason"),
        ({"id": "API-1"}, "id"),
        ({"id": "API-999"}, "no entry in ops/doctor/faults"),
        ({"colour": "red"}, "colour"),
        ({"ways": entry()["ways"] * 2}, "two ways of one name"),
    ],
)
def test_an_entry_of_another_form_is_refused(changes: dict[str, Any], found: str) -> None:
    with pytest.raises(ValueError, match=found):
        Fault.model_validate(entry(**changes))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("body", "("),
        ("messages", ["["]),
        ("metrics", ["function Errors >= 0"]),
        ("metrics", ["queue Depth > 0"]),
        ("streams", "few"),
        ("status", []),
    ],
)
def test_an_expectation_of_another_form_is_refused(key: str, value: Any) -> None:
    changed = entry()
    changed["ways"][0]["expected"][key] = value
    with pytest.raises(ValueError, match=key):
        Fault.model_validate(changed)


def test_two_faults_of_one_id_are_refused(tmp_path: Path) -> None:
    [first, *_] = CATALOGUE.read_text(encoding="utf-8").split("[[fault]]")[1:]
    path = tmp_path / "catalogue.toml"
    path.write_text(f"[[fault]]{first}[[fault]]{first}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"catalogue\.toml has API-001 twice"):
        read_catalogue(path)


def test_what_the_ways_of_a_fault_have_in_common_counts_unless_one_says_otherwise() -> None:
    raw = next(
        fault
        for fault in tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["fault"]
        if fault["id"] == "PKG-008"
    )
    ways = read_catalogue()["PKG-008"].ways

    assert [(500,)] * 3 == [way.expected.status for way in ways]
    assert [("a managed runtime",)] * 3 == [way.needs for way in ways]
    assert [tuple(way["expected"]["messages"]) for way in raw["ways"]] == [
        way.expected.messages for way in ways
    ]


def test_a_figure_is_read_as_cloudwatch_names_it() -> None:
    namespace, name, relation, value = read_figure("api 5xx > 0")

    assert ("AWS/ApiGateway", "5xx", 0.0) == (namespace, name, value)
    assert [False, True] == [relation(0, value), relation(1, value)]
