"""What is known of a system is marked where it is: faults, what is not known, and changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import proved, unknown
from ops.doctor.check import checks
from ops.doctor.diagnosing import Finding, judge
from ops.doctor.fault import Layer
from ops.doctor.sign import Sign, Symptom
from ops.planning import Side, plan
from report.architecture import (
    MarksUnreadable,
    architecture_of,
    marked_by_document,
    marks_of_diagnosis,
    marks_of_plan,
    steps_of,
    with_removed,
)
from report.architecture.marking.faults import PLACES
from report.architecture.marking.plans import Step, marks_of_steps
from report.architecture.marks import Mark
from scripts.commands.doctor.telling import document as told
from scripts.commands.plan.document import document as planned
from tests.report.architecture.drawings import architecture, deployment_of
from tests.report.architecture.strategies import body, deployment, ref

if TYPE_CHECKING:
    from ops.doctor.diagnosing import Diagnosis
    from ops.planning import Plan

API = ("service.HttpApi", "service.ApiFunction")


def diagnosis(*faults: str, unsure: tuple[str, ...] = ()) -> Diagnosis:
    """What the doctor judges where these faults are proved, and those not known."""
    by_id = {check.id: check for check in checks()}
    findings = [Finding(by_id[each], proved(f"{each} is there")) for each in faults]
    findings += [Finding(by_id[each], unknown("nobody says")) for each in unsure]
    return judge(tuple(findings), Symptom(Sign.GATEWAY_ERROR, ran=False))


def change(before: str, after: str) -> Plan:
    """The plan from an environment to another."""
    return plan(*(Side(each, deployment_of(each), {}) for each in (before, after)))


def test_a_missing_permission_is_on_the_arrow() -> None:
    marks = marks_of_diagnosis(architecture("production"), diagnosis("API-001"))

    marked = marks.arrows[API]
    assert (marked.mark, marked.word) == (Mark.FAULT, "API-001 no permission")
    assert "API-001 is there" in marked.full
    assert marks.notes[0].startswith("API-001: API Gateway has no permission")


def test_a_closed_network_is_on_the_way_to_the_database() -> None:
    marks = marks_of_diagnosis(architecture("production"), diagnosis("NET-001"))

    assert marks.arrows["service.ApiFunction", "database.Database"].word == "NET-001 blocked"


def test_a_fault_of_a_part_is_on_its_tile_with_how_many_others() -> None:
    marks = marks_of_diagnosis(architecture("production"), diagnosis("LAM-014", "PKG-004"))

    assert marks.tiles["service.ApiFunction"].word in {"fault LAM-014 and 1 more", "fault PKG-004 and 1 more"}


def test_a_fault_of_the_proxy_is_not_on_the_database_behind_it() -> None:
    resources = {"Database": body("RDS::DBInstance"), "Proxy": body("RDS::DBProxy")}
    marks = marks_of_diagnosis(architecture_of(deployment(resources)), diagnosis("DB-016"))

    assert {tile: each.word for tile, each in marks.tiles.items()} == {"stack.Proxy": "fault DB-016"}


def test_what_is_not_known_is_not_red() -> None:
    marks = marks_of_diagnosis(architecture("production"), diagnosis(unsure=("API-001",)))

    assert marks.arrows[API].mark is Mark.UNKNOWN
    assert marks.arrows[API].word == "not known: API-001"
    assert marks.notes == ("neither proved nor ruled out: 1 of the faults",)


def test_every_layer_has_its_place() -> None:
    assert PLACES.keys() == {layer.value for layer in Layer}


@pytest.mark.parametrize("environment", ["production", "reported"])
def test_every_fault_that_there_is_can_be_drawn(environment: str) -> None:
    found = diagnosis(*(check.id for check in checks()))
    tiles = {tile.id for tile in architecture(environment).tiles}
    marks = marks_of_diagnosis(architecture(environment), found)

    assert marks.tiles.keys() <= tiles
    assert {end for ends in marks.arrows for end in ends} <= tiles


def test_a_diagnosis_and_its_document_give_the_same_marks() -> None:
    found = diagnosis("API-001", "NET-001", unsure=("LAM-014",))
    picture = architecture("production")

    assert marked_by_document(picture, told("production", found)) == (
        picture,
        marks_of_diagnosis(picture, found),
    )


def test_a_plan_marks_what_is_added_and_what_changes() -> None:
    marks = marks_of_plan(architecture("production"), change("reported", "production"))

    assert (marks.tiles["edge.Distribution"].mark, marks.tiles["edge.Distribution"].word) == (
        Mark.ADDED,
        "added",
    )
    assert marks.tiles["service.HttpApi"].mark is Mark.CHANGED
    assert "added" in marks.tiles["service.HttpApi"].word
    assert Mark.ADDED in {each.mark for each in marks.groups.values()}
    assert marks.title == "plan from reported to production"


def test_a_part_that_many_share_has_no_fate_of_one_of_them() -> None:
    """Eight of production's parameters are there before, and change."""
    marks = marks_of_plan(architecture("production"), change("reported", "production"))

    assert (marks.tiles["parameters"].mark, marks.tiles["parameters"].word) == (
        Mark.CHANGED,
        "14 added, 8 changed",
    )


def test_a_subnet_is_marked_in_every_lane_in_which_it_is_drawn() -> None:
    resources = {
        "Subnet": body("EC2::Subnet"),
        "Worker": body("Lambda::Function", VpcConfig={"SubnetIds": [ref("Subnet")]}),
        "Endpoint": body("EC2::VPCEndpoint", SubnetIds=[ref("Subnet")]),
    }
    step = Step("stack", "Subnet", "AWS::EC2::Subnet", "added")
    marks = marks_of_steps(architecture_of(deployment(resources)), [step], "a plan")

    assert [each.mark for each in marks.groups.values()] == [Mark.ADDED, Mark.ADDED]


def test_a_plan_shows_what_it_removes() -> None:
    found = change("production", "reported")
    wider = with_removed(architecture("reported"), steps_of(found))
    marks = marks_of_plan(wider, found)

    assert marks.tiles["service.LoginFunction"].word == "removed"
    assert marks.tiles["edge.FrontendBucket"].word == "retained"
    assert marks.tiles["edge.FrontendBucket"].mark is Mark.REMOVED
    assert any("removed" in note for note in marks.notes)


def test_what_is_replaced_is_told_from_a_version_that_always_is() -> None:
    found = change("reported", "production")
    database = next(each for each in found.resources if str(each) == "database.Database")
    replaced = replace(found, stacks=(_with_kind(found, str(database)),))

    assert marks_of_plan(architecture("production"), replaced).tiles["database.Database"].word == "replaced"


def _with_kind(found: Plan, name: str) -> Any:
    """The database's stack with one resource that is replaced."""
    from cfn.diff import Kind

    [stack] = [each for each in found.stacks if each.name == "database"]
    assert stack.change is not None
    resources = tuple(
        replace(each, kind=Kind.REPLACED) if str(each) == name else each for each in stack.change.resources
    )
    return replace(stack, change=replace(stack.change, resources=resources))


def test_a_plan_and_its_document_give_the_same_marks() -> None:
    found = change("production", "reported")
    wider = with_removed(architecture("reported"), steps_of(found))

    assert marked_by_document(architecture("reported"), planned(found)) == (
        wider,
        marks_of_plan(wider, found),
    )


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "it is no JSON object"),
        ({}, "it is neither a diagnosis nor a plan"),
        ({"findings": []}, "a part of it is missing"),
        ({"findings": 5, "cause": None}, "a part of it is missing"),
        ({"stacks": [{"stack": "a"}], "before": "a", "after": "b"}, "a part of it is missing"),
    ],
)
def test_another_document_is_refused_by_name(document: Any, said: str) -> None:
    with pytest.raises(MarksUnreadable, match=said) as refused:
        marked_by_document(architecture("reported"), document, "notes.json")

    assert str(refused.value).startswith("notes.json: ")
