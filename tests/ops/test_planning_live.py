"""Plans against what is deployed: what has moved since, and what keeps a stack from being updated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import get_session

from cfn.diff import Kind
from ops.errors import WrongAccount
from ops.live import Live
from ops.planning import Verdict
from ops.planning.live import leftovers, plan_live
from ops.stack import REMEDIES, UPDATABLE
from ops.wanted import Wanted
from stacks.loading import load_environment
from tests.twin.aws.cloudformation.small import given, parameter, tags, topic
from twin.aws import kept_services
from twin.aws.cloudformation.service import cloudformation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.planning import Plan
    from twin.aws.clients import Aws

    Document = dict[str, Any]

ACCOUNT = "423581236551"
STORED = "AWS::SSM::Parameter::Value<String>"
KEY = "/miyabi/staging/artifact/key"
VALUE = "/miyabi/staging/network/value"
NETWORK = {"Resources": {"Value": parameter("one", Name=VALUE)}}
SERVICE = {
    "Parameters": {
        "Key": {"Type": STORED, "Default": KEY},
        "Value": {"Type": STORED, "Default": VALUE},
        "Word": {"Type": "String", "Default": "w"},
    },
    "Resources": {
        "A": topic(DisplayName={"Fn::Sub": "${Key} ${Word}"}),
        "B": topic(DisplayName={"Ref": "Value"}),
    },
}


@pytest.fixture
def aws() -> Iterator[Aws]:
    cloud = cloudformation_of(ACCOUNT, "us-east-1")
    yield cloud.aws
    cloud.stacks.clear()
    kept_services.forget(ACCOUNT)


def wanted(policy: Document | None = None, *, protected: bool = False, **bodies: Document) -> Wanted:
    """A build of staging that consists of these templates."""
    stacks: list[Document] = [
        {
            "stack": name,
            "name": f"miyabi-staging-{name}",
            "file": f"{name}.json",
            "parameters": {
                key: {"type": one["Type"], "default": one.get("Default"), "description": ""}
                for key, one in body.get("Parameters", {}).items()
            },
            "capabilities": [],
            "tags": {"Owner": "me"},
            "stack_policy": policy,
            "termination_protection": protected,
        }
        for name, body in bodies.items()
    ]
    manifest = {
        "environment": "staging",
        "system": "staging",
        "region": "us-east-1",
        "account": None,
        "entered_secrets": [],
        "stacks": stacks,
    }
    return Wanted.of(
        {"manifest.json": json.dumps(manifest)}
        | {f"{name}.json": json.dumps(body) for name, body in bodies.items()}
    )


def live(aws: Aws, name: str = "staging") -> Live:
    return Live(load_environment(name), aws.client)


def deploy(aws: Aws, what: Wanted, **call: Any) -> None:
    for one in what.stacks:
        aws.client("cloudformation").create_stack(
            StackName=one.name, TemplateBody=one.text, Tags=tags(Owner="me"), **call
        )


def store(aws: Aws, value: str, name: str = KEY) -> None:
    aws.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def changes(plan: Plan) -> list[tuple[str, str, str, str]]:
    return [
        (one.logical_id, change.pointer, str(change.before), str(change.after))
        for one in plan.resources
        for change in one.changes
    ]


def test_of_what_is_not_deployed_everything_is_added_and_nothing_is_made(aws: Aws) -> None:
    found = plan_live(live(aws), wanted(network=NETWORK, service=SERVICE))

    assert [Kind.ADDED, Kind.ADDED] == [stack.kind for stack in found.stacks]
    assert {Kind.ADDED} == {one.kind for one in found.resources}
    assert Verdict.CHANGES is found.verdict
    assert [] == aws.client("cloudformation").list_stacks()["StackSummaries"]


def test_what_is_deployed_as_it_is_wanted_does_not_change(aws: Aws) -> None:
    store(aws, "v1")
    what = wanted(network=NETWORK, service=SERVICE)
    deploy(aws, what)
    found = plan_live(live(aws), what)

    assert ((), (), Verdict.NOTHING) == (found.stacks, found.risks, found.verdict)


def test_a_value_that_has_moved_in_ssm_since_is_a_change(aws: Aws) -> None:
    """One that nothing of ours writes, and one that a stack has written anew since the other read it."""
    store(aws, "v1")
    deploy(aws, wanted(network=NETWORK, service=SERVICE))
    store(aws, "v2")
    moved = {"Resources": {"Value": parameter("two", Name=VALUE)}}
    aws.client("cloudformation").update_stack(
        StackName="miyabi-staging-network", TemplateBody=json.dumps(moved), Tags=tags(Owner="me")
    )

    assert [
        ("A", "/Properties/DisplayName", "v1 w", "v2 w"),
        ("B", "/Properties/DisplayName", "one", "two"),
    ] == changes(plan_live(live(aws), wanted(network=moved, service=SERVICE)))


def test_parameters_stay_as_they_were_given_unless_they_are_given_anew(aws: Aws) -> None:
    store(aws, "v1")
    what = wanted(service={**SERVICE, "Resources": {"A": SERVICE["Resources"]["A"]}})
    store(aws, "one", VALUE)
    deploy(aws, what, Parameters=given(Word="x"))

    assert [] == changes(plan_live(live(aws), what))
    assert [("A", "/Properties/DisplayName", "v1 x", "v1 y")] == changes(
        plan_live(live(aws), what, {"service": {"Word": "y"}})
    )


def test_a_secret_parameter_is_neither_told_nor_a_change(aws: Aws) -> None:
    def secret(default: str) -> Wanted:
        words = {"Word": {"Type": "String", "Default": default, "NoEcho": True}}
        return wanted(network={"Parameters": words, "Resources": {"A": topic(DisplayName={"Ref": "Word"})}})

    deploy(aws, secret("hunter2"), Parameters=given(Word="hunter3"))
    for found in (
        plan_live(live(aws), secret("hunter2")),
        plan_live(live(aws), secret("hunter4")),
        plan_live(live(aws), secret("hunter2"), {"network": {"Word": "hunter5"}}),
    ):
        assert [] == changes(found)
        assert "hunter" not in repr(found)


def test_a_replaced_producer_ripples_into_the_stack_that_reads_its_value(aws: Aws) -> None:
    def system(name: str) -> Wanted:
        network = {"T": topic(TopicName=name), "Value": parameter({"Ref": "T"}, Name=VALUE)}
        return wanted(network={"Resources": network}, service=SERVICE)

    store(aws, "v1")
    deploy(aws, system("a"))
    found = {one.logical_id: one.kind for one in plan_live(live(aws), system("b")).resources}

    assert {"T": Kind.REPLACED, "Value": Kind.CHANGED, "B": Kind.CHANGED} == found


def test_protections_that_are_taken_off_are_at_risk(aws: Aws) -> None:
    policy = {
        "Statement": [
            {
                "Effect": "Deny",
                "Action": ["Update:Delete"],
                "Principal": "*",
                "Resource": ["LogicalResourceId/Value"],
            }
        ]
    }
    text = json.dumps(policy)
    deploy(aws, wanted(network=NETWORK), StackPolicyBody=text, EnableTerminationProtection=True)
    kept = plan_live(live(aws), wanted(policy, protected=True, network=NETWORK))
    bare = plan_live(live(aws), wanted(network=NETWORK))

    assert Verdict.NOTHING is kept.verdict
    assert Verdict.DATA_LOSS is bare.verdict
    assert [
        "stack network loses its termination protection",
        "stack network loses the part of its policy that protects Value",
    ] == [str(risk) for risk in bare.losses]
    assert [("stack policy", "protects Value", "none"), ("termination protection", "on", "off")] == [
        (one.name, one.before, one.after) for one in bare.stacks[0].settings
    ]


def test_a_stack_whose_creation_failed_is_to_be_deleted_first(aws: Aws) -> None:
    store(aws, "taken", "taken")
    broken = {"Resources": {"A": topic(), "B": parameter("x", Name="taken")}}
    deploy(aws, wanted(network=broken))
    found = plan_live(live(aws), wanted(network=NETWORK))
    [stack] = found.blocked

    assert ("network", "ROLLBACK_COMPLETE", Kind.ADDED) == (stack.name, stack.status, stack.kind)
    assert stack.remedy.endswith("delete it by `miyabi deploy staging --abandon network`")
    assert {"Value": Kind.ADDED} == {one.logical_id: one.kind for one in found.resources}


def test_every_status_in_which_no_update_can_begin_has_its_remedy() -> None:
    shape = get_session().get_service_model("cloudformation").shape_for("StackStatus")
    ended = {name for name in shape.enum if not name.endswith("_IN_PROGRESS")} - UPDATABLE

    assert ended - {"DELETE_COMPLETE"} == REMEDIES.keys()


def test_stacks_that_are_not_wanted_any_more_are_named() -> None:
    assert ["edge"] == leftovers(["network", "edge"], wanted(network=NETWORK))


def test_credentials_of_another_account_are_refused(aws: Aws) -> None:
    with pytest.raises(WrongAccount):
        plan_live(live(aws, "production"), wanted(network=NETWORK))
