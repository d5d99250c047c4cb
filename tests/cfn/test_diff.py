"""What becomes of resources between two deployments, and what CloudFormation does about each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cfn import Deployment, Template
from cfn.diff import Difference, Effect, Fate, Kind, ResourceChange, compare
from cfn.diff.pairing import in_any_order, in_order
from cfn.leaves import Leaf
from cfn.recreation import ALWAYS, NEVER, recreation
from cfn.registry import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    Document = dict[str, Any]

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
INSTANCE = {"Engine": "postgres", "BackupRetentionPeriod": 7, "MultiAZ": False}


def resource(kind: str, policy: Mapping[str, Any] | None = None, **properties: Any) -> Document:
    return {"Type": kind, "Properties": properties, **(policy or {})}


def topic(**properties: Any) -> Document:
    return resource("AWS::SNS::Topic", **properties)


def parameter(value: Any, **properties: Any) -> Document:
    return resource("AWS::SSM::Parameter", Type="String", Value=value, **properties)


def database(policy: Mapping[str, Any] | None = None, **properties: Any) -> Document:
    return resource("AWS::RDS::DBInstance", policy, **{**INSTANCE, **properties})


def deployed(resources: Document, name: str = "s", **sections: Any) -> Deployment:
    return Deployment("d", [Template(name, {"Resources": resources, **sections})], "us-east-1")


def between(before: Document, after: Document) -> Difference:
    return compare(deployed(before), deployed(after))


def only(difference: Difference) -> ResourceChange:
    [found] = difference.resources
    return found


def kinds(difference: Difference) -> dict[str, Kind]:
    return {one.logical_id: one.kind for one in difference.resources}


def told(one: ResourceChange) -> list[tuple[str, str, Any, Any, Effect]]:
    return [(each.pointer, each.kind, each.before, each.after, each.effect) for each in one.changes]


def test_the_same_templates_do_not_differ() -> None:
    found = between({"A": topic(TopicName="a")}, {"A": topic(TopicName="a")})

    assert ((), False) == (found.stacks, found.acts)


def test_resources_come_and_go_and_what_is_left_is_said() -> None:
    keep = {"DeletionPolicy": "Retain"}
    before = {"A": topic(), "B": resource("AWS::S3::Bucket", keep), "C": database(), "E": topic()}
    found = between(before, {"D": topic(), "E": topic()})

    assert {"A": Kind.REMOVED, "B": Kind.RETAINED, "C": Kind.REMOVED, "D": Kind.ADDED} == kinds(found)
    assert [Fate.DELETED, Fate.RETAINED, Fate.SNAPSHOT, None] == [one.fate for one in found.resources]


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"MultiAZ": False}, {"MultiAZ": True}, Effect.INTERRUPTS),
        ({"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 14}, Effect.IN_PLACE),
        ({"BackupRetentionPeriod": 0}, {"BackupRetentionPeriod": 14}, Effect.INTERRUPTS),
        ({"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 0}, Effect.INTERRUPTS),
        ({"DBParameterGroupName": "a"}, {"DBParameterGroupName": "b"}, Effect.INTERRUPTS),
        ({"PreferredMaintenanceWindow": "a"}, {"PreferredMaintenanceWindow": "b"}, Effect.INTERRUPTS),
        ({"EngineVersion": "15.15"}, {"EngineVersion": "15.19"}, Effect.INTERRUPTS),
        ({"DBInstanceClass": "a"}, {"DBInstanceClass": "b"}, Effect.INTERRUPTS),
        ({"StorageType": "gp2"}, {"StorageType": "gp3"}, Effect.INTERRUPTS),
        ({"MonitoringInterval": 0}, {"MonitoringInterval": 60}, Effect.IN_PLACE),
        ({"Engine": "postgres"}, {"Engine": "mysql"}, Effect.MAY_REPLACE),
        ({"StorageEncrypted": False}, {"StorageEncrypted": True}, Effect.REPLACES),
        ({}, {"DBInstanceIdentifier": "new"}, Effect.REPLACES),
    ],
    ids=str,
)
def test_what_is_done_about_a_property_of_a_database(
    before: Document, after: Document, effect: Effect
) -> None:
    found = only(between({"A": database(**before)}, {"A": database(**after)}))

    assert [effect] == [change.effect for change in found.changes]


def test_a_replacement_says_what_is_left_of_the_old_one() -> None:
    policy = {"UpdateReplacePolicy": "Snapshot"}
    before, after = (database(policy, StorageEncrypted=on) for on in (False, True))

    found = only(between({"A": before}, {"A": after}))
    unguarded = only(between({"A": database(KmsKeyId="a")}, {"A": database(KmsKeyId="b")}))

    assert (Kind.REPLACED, Fate.SNAPSHOT, "") == (found.kind, found.fate, found.refused)
    assert Fate.DELETED is unguarded.fate


def test_a_named_resource_that_keeps_its_name_can_not_be_replaced() -> None:
    pair = [database(DBInstanceIdentifier="live", StorageEncrypted=on) for on in (False, True)]
    found = only(between({"A": pair[0]}, {"A": pair[1]}))

    assert Kind.REPLACED is found.kind
    assert "it is named live, and can't be replaced" in found.refused


def test_another_type_under_one_logical_id_is_refused() -> None:
    found = only(between({"A": topic()}, {"A": parameter("x")}))

    assert Kind.REPLACED is found.kind
    assert "a AWS::SNS::Topic can't become a AWS::SSM::Parameter" in found.refused


def test_attributes_of_resources_and_other_sections_are_compared() -> None:
    before = deployed({"A": topic(), "B": topic()}, Description="one")
    after = deployed(
        {"A": topic() | {"DependsOn": "B"}, "B": topic() | {"DeletionPolicy": "Retain"}},
        Description="two",
        Outputs={"Name": {"Value": {"Ref": "A"}}},
    )
    found = compare(before, after)
    [stack] = found.stacks

    assert {"A": Kind.UNTOUCHED, "B": Kind.CHANGED} == kinds(found)
    assert {("/Description", Effect.NOTHING), ("/Outputs", Effect.IN_PLACE)} == {
        (change.pointer, change.effect) for change in stack.sections
    }


def test_what_is_needed_first_has_no_order_and_a_condition_that_holds_is_none() -> None:
    """One whose value only AWS knows leaves the resource there, and is told where it changes."""
    rest = {"B": topic(), "C": topic()}
    holds = {"Holds": {"Fn::Equals": ["a", "a"]}, "Open": {"Fn::Equals": [{"Ref": "Word"}, "a"]}}

    def system(needed: Any, condition: str | None, *, opened: bool) -> Deployment:
        body = topic() | {"DependsOn": needed} | ({"Condition": condition} if condition else {})
        apart = topic() | ({"Condition": "Open"} if opened else {})
        words = {"Word": {"Type": "String"}}
        return deployed({"A": body, "D": apart, **rest}, Conditions=holds, Parameters=words)

    found = compare(system(["B", "C"], "Holds", opened=False), system(["C", "B"], None, opened=True))

    assert {"D": Kind.UNTOUCHED} == kinds(found)
    assert [("/Condition", "Add", None, "Open", Effect.NOTHING)] == told(only(found))


@pytest.mark.parametrize(
    ("value", "expected"), [({"BudgetType": "COST"}, NEVER), ({"BudgetName": "b"}, ALWAYS)]
)
def test_only_what_is_create_only_within_a_property_recreates(value: Document, expected: str) -> None:
    schema = schema_of("AWS::Budgets::Budget", "us-east-1")
    assert schema is not None

    assert expected == recreation(schema, Leaf(("Budget",), "Add", None, value))


def test_what_cloudformation_does_nothing_about_is_told_and_does_not_act() -> None:
    found = compare(
        deployed({"A": topic(), "B": topic()}, Description="one"),
        deployed({"A": topic() | {"DependsOn": "B"}, "B": topic()}, Description="two"),
    )

    assert (1, Kind.UNTOUCHED, False) == (len(found.stacks), found.stacks[0].kind, found.acts)


def test_only_what_values_come_to_counts() -> None:
    """A number as text, and a parameter in a value's stead, are no change."""
    spelled = {"Word": {"Type": "String", "Default": "x"}}
    before = deployed({"A": database(BackupRetentionPeriod="7"), "B": parameter("x")})
    after = deployed({"A": database(), "B": parameter({"Ref": "Word"})}, Parameters=spelled)

    assert [] == list(compare(before, after).resources)


def test_the_order_of_tags_means_nothing_and_an_inserted_statement_is_one_addition() -> None:
    tags = [{"Key": key, "Value": "v"} for key in "abc"]
    statements = [{"Sid": key, "Effect": "Allow"} for key in "abc"]
    before = {
        "A": topic(Tags=tags),
        "B": resource("AWS::S3::BucketPolicy", Bucket="b", PolicyDocument=statements),
    }
    after = {
        "A": topic(Tags=[tags[2], tags[0], {"Key": "b", "Value": "w"}]),
        "B": resource("AWS::S3::BucketPolicy", Bucket="b", PolicyDocument=[{"Sid": "new"}, *statements]),
    }
    first, second = between(before, after).resources

    assert [("/Properties/Tags/1/Value", "Modify", "v", "w", Effect.IN_PLACE)] == told(first)
    assert [("/Properties/PolicyDocument/0", "Add", None, {"Sid": "new"}, Effect.IN_PLACE)] == told(second)


def test_the_order_of_a_list_counts_only_where_the_registry_says_so() -> None:
    rules = [{"IpProtocol": "tcp", "CidrIp": cidr} for cidr in ("10.0.0.0/8", "10.1.0.0/16")]
    groups = [
        resource("AWS::EC2::SecurityGroup", GroupDescription="g", SecurityGroupIngress=given)
        for given in (rules, rules[::-1])
    ]
    logs = [database(EnableCloudwatchLogsExports=given) for given in (["a", "b"], ["b", "a"])]
    found = between({"A": groups[0], "B": logs[0]}, {"A": groups[1], "B": logs[1]})

    assert {"B": Kind.CHANGED} == kinds(found)


def test_items_are_paired_by_equality_name_and_place() -> None:
    one, other, last = ({"Key": key, "Value": 1} for key in "abc")

    assert [(0, 1), (1, 0)] == sorted(in_any_order([one, other], [other, {"Key": "a", "Value": 2}]))
    assert [(0, None), (1, None)] == list(in_any_order([1, 2], []))
    assert [(0, 0)] == list(in_any_order([{"Size": 1}], [{"Size": 2}]))
    assert {(0, None), (1, None), (None, 0), (None, 1), (None, 2)} == set(in_any_order([1, 2], [3, 4, 5]))
    assert [(None, 0), (0, 1), (1, 2)] == list(in_order([1, 2], [0, 1, 2]))
    crossed = list(in_order([one, other], [{"Key": "b", "Value": 2}, {"Key": "a", "Value": 2}, last]))
    pairs = [pair for pair in crossed if None not in pair]
    assert [(0, 1)] == pairs


def test_a_replacement_ripples_to_what_refers_to_it() -> None:
    """By Ref and by id: into another replacement where the property is create-only, else a change."""
    wide = VPC | {"Properties": {"CidrBlock": "10.1.0.0/16"}}
    rest = {
        "Group": resource("AWS::EC2::SecurityGroup", GroupDescription="g", VpcId={"Ref": "Vpc"}),
        "Told": parameter({"Fn::GetAtt": ["Group", "GroupId"]}),
        "Written": parameter({"Fn::Sub": "in ${Vpc}"}),
        "Apart": topic(),
    }
    found = between({"Vpc": VPC, **rest}, {"Vpc": wide, **rest})
    by_id = {one.logical_id: one for one in found.resources}

    assert {
        "Vpc": Kind.REPLACED,
        "Group": Kind.REPLACED,
        "Told": Kind.CHANGED,
        "Written": Kind.CHANGED,
    } == kinds(found)
    assert "Vpc is replaced" == by_id["Group"].changes[0].because
    assert (True, True) == (by_id["Told"].changes[0].is_moved, by_id["Told"].changes[0].is_sure)


def test_a_value_is_told_once_and_with_the_surest_of_its_causes() -> None:
    def system(engine: str, name: str, word: str) -> Document:
        return {
            "Maybe": database(Engine=engine),
            "Surely": topic(TopicName=name),
            "Both": parameter({"Fn::Sub": "${Maybe} ${Surely}"}),
            "Written": parameter({"Fn::Sub": f"{word} ${{Surely}}"}),
        }

    found = {one.logical_id: one for one in between(system("a", "a", "x"), system("b", "b", "y")).resources}
    [both], [written] = found["Both"].changes, found["Written"].changes

    assert ("Surely is replaced", True) == (both.because, both.is_sure)
    assert ("x ${Surely}", "y ${Surely}", False) == (written.before, written.after, written.is_moved)


def test_a_replacement_ripples_from_stack_to_stack_and_to_outputs() -> None:
    def two(cidr: str) -> Deployment:
        network = {
            "Vpc": VPC | {"Properties": {"CidrBlock": cidr}},
            "Id": parameter({"Ref": "Vpc"}, Name="/vpc"),
        }
        read = {"Vpc": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>", "Default": "/vpc"}}
        group = resource("AWS::EC2::SecurityGroup", GroupDescription="g", VpcId={"Ref": "Vpc"})
        body = {
            "Parameters": read,
            "Resources": {"Group": group},
            "Outputs": {"G": {"Value": {"Ref": "Group"}}},
        }
        templates = [Template("network", {"Resources": network}), Template("service", body)]
        return Deployment("d", templates, "us-east-1")

    found = compare(two("10.0.0.0/16"), two("10.1.0.0/16"))

    assert {"Vpc": Kind.REPLACED, "Id": Kind.CHANGED, "Group": Kind.REPLACED} == kinds(found)
    assert [("/Outputs/G/Value", "Group is replaced")] == [
        (change.pointer, change.because) for change in found.stacks[1].sections
    ]


def test_a_resource_that_may_be_replaced_makes_others_perhaps_follow() -> None:
    rest = {"Told": parameter({"Ref": "A"}), "Named": topic(TopicName={"Ref": "A"})}
    found = between({"A": database(Engine="a"), **rest}, {"A": database(Engine="b"), **rest})

    assert {
        "A": Kind.MAY_BE_REPLACED,
        "Told": Kind.CHANGED,
        "Named": Kind.MAY_BE_REPLACED,
    } == kinds(found)
    assert [False, False] == [one.changes[0].is_sure for one in found.resources if one.logical_id != "A"]


def test_what_keeps_its_given_name_may_answer_as_before_when_it_is_replaced() -> None:
    """A stage of another API is another stage, and `$default` all the same."""

    def system(name: str) -> Document:
        return {
            "Api": resource("AWS::ApiGatewayV2::Api", ProtocolType=name, Name="a"),
            "Stage": resource("AWS::ApiGatewayV2::Stage", ApiId={"Ref": "Api"}, StageName="$default"),
            "Told": parameter({"Ref": "Stage"}),
            "Named": topic(TopicName={"Ref": "Stage"}),
        }

    found = between(system("HTTP"), system("WEBSOCKET"))
    [told] = next(one for one in found.resources if one.logical_id == "Told").changes

    assert {
        "Api": Kind.REPLACED,
        "Stage": Kind.REPLACED,
        "Told": Kind.CHANGED,
        "Named": Kind.MAY_BE_REPLACED,
    } == kinds(found)
    assert ("Stage is replaced", False) == (told.because, told.is_sure)


def test_an_attribute_of_a_resource_that_is_changed_in_place_stays_but_for_its_namesake() -> None:
    rest = {
        "Arn": parameter({"Fn::GetAtt": ["A", "TopicArn"]}),
        "Name": parameter({"Fn::GetAtt": ["A", "DisplayName"]}),
    }
    found = between({"A": topic(DisplayName="a"), **rest}, {"A": topic(DisplayName="b"), **rest})
    [change] = next(one for one in found.resources if one.logical_id == "Name").changes

    assert {"A": Kind.CHANGED, "Name": Kind.CHANGED} == kinds(found)
    assert ("DisplayName of A changes", False) == (change.because, change.is_sure)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("x", {"Ref": "Word"}, Kind.MAY_BE_REPLACED),
        ({"Ref": "Word"}, {"Ref": "Other"}, Kind.MAY_BE_REPLACED),
        ({"Fn::Sub": "a-${Word}"}, {"Fn::Sub": "b-${Word}"}, Kind.REPLACED),
        ({"Fn::Sub": "a-${Word}"}, "a-b", Kind.MAY_BE_REPLACED),
        ({"Fn::Sub": "a-${Word}"}, {"Fn::Sub": "a-${Other}"}, Kind.MAY_BE_REPLACED),
        ({"Fn::Sub": "a-${Word}"}, "b-a", Kind.REPLACED),
        ({"Fn::Sub": "${Word}-a"}, {"Fn::Sub": "${Other}-b"}, Kind.REPLACED),
        ("x", {"Ref": "Old"}, Kind.MAY_BE_REPLACED),
        ({"Ref": "Old"}, {"Ref": "Older"}, Kind.REPLACED),
        ("x", {"Ref": "New"}, Kind.REPLACED),
        (None, {"Ref": "Old"}, Kind.REPLACED),
    ],
    ids=str,
)
def test_what_only_aws_knows_makes_a_replacement_uncertain(before: Any, after: Any, kind: Kind) -> None:
    words = {name: {"Type": "String"} for name in ("Word", "Other")}
    old = {"Old": topic(), "Older": topic()}
    given = [topic() if value is None else topic(TopicName=value) for value in (before, after)]
    found = compare(
        deployed({"A": given[0], **old}, Parameters=words),
        deployed({"A": given[1], **old, "New": topic()}, Parameters=words),
    )

    assert kind is kinds(found)["A"]


def test_the_only_templates_of_two_deployments_are_compared_whatever_they_are_called() -> None:
    resources = {"A": topic(), "B": parameter({"Ref": "A"}), "C": parameter({"Fn::Sub": "of ${A}"})}
    found = compare(deployed(resources, "old"), deployed(resources, "new"), {"old": "new"})

    assert () == found.stacks


def test_a_stack_that_is_no_longer_there_takes_its_resources_along() -> None:
    both = Deployment("d", [Template(name, {"Resources": {"A": topic()}}) for name in "st"], "us-east-1")
    [stack] = compare(both, deployed({"A": topic()})).stacks

    assert ("t", Kind.REMOVED, [Kind.REMOVED]) == (
        stack.name,
        stack.kind,
        [one.kind for one in stack.resources],
    )


def test_no_secret_default_is_told() -> None:
    secret = {"Word": {"Type": "String", "Default": "hunter2", "NoEcho": True}}
    other = {"Word": {**secret["Word"], "Default": "hunter3"}}
    bodies = {"A": parameter({"Fn::Sub": "-${Word}-"}), "B": parameter("hunter2")}
    found = compare(deployed(bodies, Parameters=secret), deployed(bodies, Parameters=other))

    assert [("/Properties/Value", "Modify", "-****-", "-****-", Effect.IN_PLACE)] == told(only(found))
    assert "hunter" not in repr([change for stack in found.stacks for change in stack.sections])
    assert "hunter" not in repr(only(found))
