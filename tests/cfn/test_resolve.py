"""Values come to what CloudFormation would make of them; what only AWS knows is marked as such."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from cfn import Reference, Resolver, Template, TemplateInvalid, Text, Unknown
from tests.cfn.resolving import HOST, NOBODY, TEMPLATE, host, no_value, ref, resolve, resolver


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("text", "text", id="text"),
        pytest.param([1, 2.5, True, {"a": False}], [1, 2.5, True, {"a": False}], id="plain JSON"),
        pytest.param({"Ref": "Stage"}, "live", id="parameter"),
        pytest.param({"Ref": "Size"}, 20, id="number"),
        pytest.param({"Ref": "Zones"}, ["a", "b", "c"], id="list"),
        pytest.param({"Ref": "Ports"}, [80, 443], id="list of numbers"),
        pytest.param({"Ref": "Name"}, "/miyabi/x", id="name of an SSM parameter"),
        pytest.param({"Ref": "AWS::Region"}, "eu-west-1", id="region"),
        pytest.param({"Ref": "AWS::Partition"}, "aws", id="partition"),
        pytest.param({"Ref": "AWS::URLSuffix"}, "amazonaws.com", id="suffix"),
        pytest.param(ref, Reference("service", "Database"), id="Ref of a resource"),
        pytest.param(host, HOST, id="GetAtt list"),
        pytest.param({"Fn::GetAtt": "Database.Endpoint.Address"}, HOST, id="GetAtt dotted"),
        pytest.param({"Fn::GetAtt": ["Database", "Endpoint", "Address"]}, HOST, id="GetAtt in three"),
        pytest.param({"Fn::Sub": "${Database.Endpoint.Address}"}, HOST, id="Sub of one reference"),
        pytest.param({"Fn::Sub": "${AWS::Region}-${Stage}-${Size}"}, "eu-west-1-live-20", id="Sub"),
        pytest.param({"Fn::Sub": "a ${!b} ${Stage}"}, "a ${b} live", id="Sub with a literal"),
        pytest.param({"Fn::Sub": "$ {a} $b"}, "$ {a} $b", id="Sub without placeholders"),
        pytest.param({"Fn::Sub": ["${a}/${Stage}", {"a": ref}]}, "${Database}/live", id="Sub with variables"),
        pytest.param({"Fn::Sub": ["${Stage}", {"Stage": "x"}]}, "x", id="a variable hides a parameter"),
        pytest.param({"Fn::Join": ["", ["", host]]}, HOST, id="Join of one reference"),
        pytest.param({"Fn::Join": ["-", ["a", 1, True]]}, "a-1-true", id="Join"),
        pytest.param({"Fn::Join": ["-", ["a", no_value, "b"]]}, "a-b", id="Join without NoValue"),
        pytest.param({"Fn::Join": ["-", {"Ref": "Zones"}]}, "a-b-c", id="Join of a list parameter"),
        pytest.param({"Fn::Join": ["-", []]}, "", id="Join of nothing"),
        pytest.param({"Fn::Select": [1, ["a", "b"]]}, "b", id="Select"),
        pytest.param({"Fn::Select": ["2", {"Ref": "Zones"}]}, "c", id="Select by text"),
        pytest.param({"Fn::Split": ["/", "a/b"]}, ["a", "b"], id="Split"),
        pytest.param(
            {"Fn::Split": [",", {"Fn::Join": [",", [ref, host]]}]},
            [Reference("service", "Database"), HOST],
            id="Split of references",
        ),
        pytest.param({"Fn::If": ["Live", "yes", "no"]}, "yes", id="If"),
        pytest.param({"Fn::If": ["Quiet", "yes", "no"]}, "no", id="If not"),
        pytest.param({"Fn::If": ["Open", "same", "same"]}, "same", id="If that makes no difference"),
        pytest.param({"a": {"Fn::If": ["Quiet", 1, no_value]}, "b": 2}, {"b": 2}, id="NoValue takes the key"),
        pytest.param(["a", no_value, "b"], ["a", "b"], id="NoValue takes the item"),
        pytest.param(no_value, None, id="NoValue alone"),
        pytest.param({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]}, 512, id="FindInMap"),
        pytest.param(
            {"Fn::FindInMap": ["Sizes", "x", "Memory", {"DefaultValue": {"Ref": "Size"}}]},
            20,
            id="FindInMap default",
        ),
        pytest.param(
            {"Fn::ToJsonString": {"a": [1, {"Ref": "Stage"}]}}, '{"a":[1,"live"]}', id="ToJsonString"
        ),
        pytest.param(
            {"Fn::ToJsonString": {"a": host}},
            '{"a":"${Database.Endpoint.Address}"}',
            id="ToJsonString of a reference",
        ),
        pytest.param({"Fn::Length": {"Ref": "Zones"}}, 3, id="Length"),
        pytest.param({"Fn::Length": [1, no_value, 2]}, 2, id="Length without NoValue"),
        pytest.param({"Fn::Length": {"Fn::Cidr": [{"Ref": "Nobody"}, 3, 8]}}, 3, id="Length of Cidr"),
        pytest.param(
            {"Ref": {"Fn::Join": ["", ["Data", "base"]]}}, Reference("service", "Database"), id="Ref"
        ),
        pytest.param(
            {"Fn::GetAtt": [{"Fn::Sub": "Database"}, "Endpoint.Address"]}, HOST, id="GetAtt of a Sub"
        ),
        pytest.param({"Fn::Sub": "${ Stage }"}, "live", id="Sub with blanks"),
        pytest.param(
            {"Fn::Sub": ["${a}", {"a": {"Fn::If": ["Live", "x", "y"]}}]}, "x", id="Sub with a condition"
        ),
        pytest.param(
            {"Fn::FindInMap": ["Sizes", {"Fn::Select": [0, ["live"]]}, {"Fn::Sub": "Names"}]},
            ["x", "y"],
            id="FindInMap of functions",
        ),
        pytest.param(
            {"a": {"Fn::FindInMap": ["Sizes", "x", "Memory", {"DefaultValue": no_value}]}},
            {},
            id="FindInMap default NoValue",
        ),
        pytest.param({"Fn::Base64": "a"}, "YQ==", id="Base64"),
        pytest.param("{{resolve:secretsmanager:x}}", "{{resolve:secretsmanager:x}}", id="dynamic reference"),
        pytest.param(
            {"Condition": {"Bool": "x"}}, {"Condition": {"Bool": "x"}}, id="a policy's condition is plain"
        ),
    ],
)
def test_a_value_comes_to(value: Any, expected: Any) -> None:
    assert expected == resolve(value)
    assert type(expected) is type(resolve(value)) or isinstance(resolve(value), Text)


def test_a_database_url_shows_its_tls_mode_and_its_references() -> None:
    url = resolve({"Fn::Sub": "postgresql://${Database.Endpoint.Address}:${Size}/app?sslmode=verify-full"})

    assert url == "postgresql://${Database.Endpoint.Address}:20/app?sslmode=verify-full"
    assert HOST in url.parts


def test_the_account_and_the_stack_are_known_when_given() -> None:
    value = {"Fn::Sub": "${AWS::AccountId}/${AWS::StackName}"}

    assert resolve(value) == "${AWS::AccountId}/${AWS::StackName}"
    assert resolve(value, account="123456789012", stack_name="miyabi") == "123456789012/miyabi"
    assert isinstance(resolve({"Ref": "AWS::StackId"}), Unknown)


def test_a_given_value_stands_before_the_default() -> None:
    assert resolve({"Ref": "Stage"}, parameters={"Stage": "trial"}) == "trial"
    assert resolve({"Fn::If": ["Live", 1, 2]}, parameters={"Stage": "trial"}) == 2
    assert resolve({"Ref": "Nothings"}, parameters={"Nothings": ["a", "b"]}) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20", 20), ("2.5", 2.5), ("007", "007"), ("2.50", "2.50"), ("-3", -3), ("inf", "inf"), (7, 7)],
)
def test_a_number_is_one_where_its_text_stays_the_same(text: Any, expected: Any) -> None:
    assert expected == resolve({"Ref": "Size"}, parameters={"Size": text})


def test_a_parameter_without_a_value_is_unknown_and_never_guessed() -> None:
    assert resolve({"Ref": "Nobody"}) == NOBODY
    assert resolve({"Fn::Sub": "${Nobody}"}) == NOBODY
    assert resolve({"Fn::Sub": "s3://${Nobody}/key"}) == "s3://${Nobody}/key"
    assert resolve({"Fn::Join": [",", {"Ref": "Nothings"}]}) == resolve({"Ref": "Nothings"})


def test_what_hangs_on_an_unknown_condition_is_unknown_and_says_why() -> None:
    value = resolve({"Fn::If": ["Open", "a", "b"]})

    assert value == Unknown(f"it hangs on condition Open: {NOBODY.reason}")
    assert str(value) == "${Open}"


def test_a_stored_value_is_looked_up_by_its_path() -> None:
    assert resolve({"Ref": "Path"}, stored={"/miyabi/x": "found"}.__getitem__) == "found"
    assert resolve({"Fn::Sub": "a${Path}"}) == "a${Path}"
    assert resolve({"Ref": "Path"}) == Unknown("/miyabi/x is read from SSM when the stack is deployed")


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::GetAZs": ""},
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::ImportValue": "x"},
        {"Fn::Cidr": ["10.0.0.0/16", {"Ref": "Nobody"}, 8]},
        {"Fn::Select": [0, {"Fn::Cidr": [{"Ref": "Nobody"}, 4, 8]}]},
        {"Fn::GetStackOutput": {"StackName": "x", "OutputName": "y"}},
        {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://x"}}},
        {"Fn::GetAZs": {"Ref": "Nobody"}},
        {"Fn::ImportValue": {"Fn::Sub": "${Nobody}-x"}},
        {"Fn::FindInMap": ["Sizes", {"Fn::Sub": "x${Nobody}"}, "Memory", {"DefaultValue": 1}]},
        {"Fn::GetAtt": ["Database", {"Fn::Sub": "x${Nobody}"}]},
        {"Ref": {"Fn::Sub": "x${Nobody}"}},
        {"Fn::Select": [{"Fn::Sub": "1${Nobody}"}, ["a"]]},
        {"Fn::ToJsonString": {"Ref": "Nobody"}},
        {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["Api", "ApiEndpoint"]}]}]},
        {"Fn::Split": ["/", {"Fn::Sub": "a/${Database}"}]},
        {"Fn::Select": [{"Ref": "Nobody"}, ["a"]]},
        {"Fn::Length": {"Ref": "Nothings"}},
        {"Fn::Base64": {"Fn::Sub": "a ${Database}"}},
        {"Fn::FindInMap": ["Sizes", {"Ref": "Nobody"}, "Memory"]},
        {"Fn::GetAtt": ["Database", {"Ref": "Nobody"}]},
    ],
    ids=json.dumps,
)
def test_what_only_aws_can_tell_is_unknown(value: Any) -> None:
    assert isinstance(resolve(value), Unknown)


def test_items_of_an_unknown_list_differ() -> None:
    first, second = (resolve({"Fn::Select": [index, {"Ref": "Nothings"}]}) for index in (0, 1))

    assert first != second


@pytest.mark.parametrize(
    ("value", "where", "sentence"),
    [
        (
            {"a": [{"Ref": "Databse"}]},
            "here/a/0/Ref",
            "Databse is neither a resource nor a parameter; did you mean Database?",
        ),
        ({"a": {"Fn::GetAtt": ["Nope", "Arn"]}}, "here/a/Fn::GetAtt", "Nope is not a resource; declare it"),
        ({"Fn::GetAtt": ["Stage", "Arn"]}, "here/Fn::GetAtt", "Stage is not a resource"),
        ({"Fn::Sub": "${Qqqqqq}"}, "here/Fn::Sub", "Qqqqqq is neither"),
        ({"Fn::Sub": "${Zones}"}, "here/Fn::Sub", "a list of 3 stands where text is needed"),
        ({"Fn::Join": ["", [["a"]]]}, "here/Fn::Join", "a list of 1 stands where text is needed"),
        ({"Fn::Join": ["", "a"]}, "here/Fn::Join", "a text stands where a list is needed"),
        ({"Fn::Select": [1, ["a"]]}, "here/Fn::Select", "there is no item 1 in a list of 1"),
        ({"Fn::Select": ["a"]}, "here/Fn::Select", "a list of 1 stands where a list of 2 is needed"),
        ({"Fn::If": ["Nope", 1, 2]}, "here/Fn::If", "Nope is not a condition"),
        ({"Fn::FindInMap": ["Sizes", "x", "Memory"]}, "here/Fn::FindInMap", "the mappings have no 'x' there"),
        ({"Fn::Jion": ["", []]}, "here/Fn::Jion", "Fn::Jion is not a function; did you mean Fn::Join?"),
        ({"Fn::Jion": "text"}, "here/Fn::Jion", "Fn::Jion is not a function"),
        ({"Ref": 5}, "here/Ref", "a number stands where a name is needed"),
        ({"Fn::GetAtt": "Database"}, "here/Fn::GetAtt", "a text stands where an attribute's name is needed"),
        ({"Fn::Sub": ["a"]}, "here/Fn::Sub", "a list of 1 stands where a list of 2 is needed"),
        ({"Fn::Sub": [1, {}]}, "here/Fn::Sub", "a list of 2 stands where text is needed"),
        ({"Fn::Split": ["", "a"]}, "here/Fn::Split", "a text stands where a delimiter is needed"),
        ({"Fn::Split": [1, "a"]}, "here/Fn::Split", "a number stands where a delimiter is needed"),
        ({"Fn::Select": ["9" * 5000, ["a"]]}, "here/Fn::Select", "there is no item 99"),
        ({"Fn::Select": [-1, {"Fn::GetAZs": ""}]}, "here/Fn::Select", "there is no item -1"),
        ({"Fn::FindInMap": ["Sizes", "live", "Map"]}, "here/Fn::FindInMap", "a mapping stands where text"),
        ({"Fn::Sub": "a", "b": 1}, "here/Fn::Sub", "Fn::Sub stands beside other keys"),
        ({"Ref": {"Ref": "Zones"}}, "here/Ref", "a list of 3 stands where a name is needed"),
        ({"Fn::GetAtt": [1, "a"]}, "here/Fn::GetAtt", "a list of 2 stands where an attribute's name"),
        ({"Fn::ForEach::X": ["a", ["b"], {}]}, "here/Fn::ForEach::X", "Fn::ForEach::X is a loop"),
        ({"Fn::Length": "a"}, "here/Fn::Length", "a text stands where a list is needed"),
        ({"a": None}, "here/a", "null stands there"),
        ({"Ref": "Absent"}, "here/Ref", "Absent does not exist, because condition Quiet does not hold"),
        ({"Fn::GetAtt": "Absent.Arn"}, "here/Fn::GetAtt", "Absent does not exist"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_a_mistake_is_named_with_its_place(value: Any, where: str, sentence: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        resolver().resolve(value, "here")

    assert (refused.value.name, refused.value.where) == ("service", where)
    assert sentence in str(refused.value)


def test_a_mistake_in_a_resource_is_named_with_its_path() -> None:
    body = {"Resources": {"Api": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Ref": "Rolle"}}}}}
    template = Template("service", body)

    with pytest.raises(
        TemplateInvalid, match=r"template service, Resources/Api/Properties/Role/Ref: Rolle is"
    ):
        Resolver(template, region="x").properties(template.resources["Api"])


def test_a_value_for_a_parameter_that_is_not_there_is_refused() -> None:
    with pytest.raises(TemplateInvalid, match="there is no Stagr to give a value to; did you mean Stage"):
        resolver(parameters={"Stagr": "x"})


def test_a_resource_exists_unless_its_condition_fails() -> None:
    exists = [resolver().exists(TEMPLATE.resources[name]) for name in ("Database", "Absent", "Maybe")]

    assert exists == [True, False, NOBODY]


def test_text_with_references_survives_copies_and_pickles() -> None:
    text = resolve({"Fn::Sub": "a ${Database}"})

    for again in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):  # noqa: S301  # our own bytes
        assert (text, text.parts) == (again, again.parts)


ZONES = [{"Fn::Select": [index, {"Fn::GetAZs": ""}]} for index in (0, 1)]


def test_two_zones_of_a_region_are_two_though_nobody_knows_which() -> None:
    first, second = resolve(ZONES)

    assert first != second
    assert {type(first), type(second)} == {Unknown}
    assert "the zones of eu-west-1 differ from account to account" in first.reason


def test_zones_of_the_same_region_are_the_same() -> None:
    assert resolve({"Fn::GetAZs": ""}) == resolve({"Fn::GetAZs": {"Ref": "AWS::Region"}})
    assert resolve({"Fn::GetAZs": ""}) != resolve({"Fn::GetAZs": "eu-north-1"})


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-east-1", ("aws", "amazonaws.com")),
        ("cn-north-1", ("aws-cn", "amazonaws.com.cn")),
        ("us-gov-west-1", ("aws-us-gov", "amazonaws.com")),
        ("us-iso-east-1", ("aws-iso", "c2s.ic.gov")),
        ("us-isob-east-1", ("aws-iso-b", "sc2s.sgov.gov")),
        ("eusc-de-east-1", ("aws-eusc", "amazonaws.eu")),
    ],
)
def test_partition_and_domain_follow_from_the_region(region: str, expected: tuple[str, str]) -> None:
    found = Resolver(TEMPLATE, region=region).resolve([{"Ref": "AWS::Partition"}, {"Ref": "AWS::URLSuffix"}])

    assert expected == tuple(found)


def test_json_text_remembers_the_references_within_it() -> None:
    text = resolve({"Fn::ToJsonString": {"a": [host, {"Fn::Sub": 'say "${Nobody}"'}, 1, True], "b": {}}})

    assert text == '{"a":["${Database.Endpoint.Address}","say \\"${Nobody}\\"",1,true],"b":{}}'
    assert {HOST, NOBODY} <= set(text.parts)


@pytest.mark.parametrize("function", ["Fn::ToJsonString", "Fn::Base64"])
def test_text_that_grows_without_end_is_refused(function: str) -> None:
    value: Any = ['"'] if function == "Fn::ToJsonString" else "x"
    for _ in range(60):
        value = {function: [value] if function == "Fn::ToJsonString" else value}

    with pytest.raises(TemplateInvalid, match="the text comes to more than 1048576 characters"):
        resolve(value)


def test_text_that_doubles_at_each_level_is_refused_and_not_waited_for() -> None:
    value: Any = "x"
    for _ in range(40):
        value = {"Fn::Sub": ["${x}${x}", {"x": value}]}

    with pytest.raises(TemplateInvalid, match="the text comes to more than 1048576 characters"):
        resolve(value)


def test_a_value_nested_too_deeply_is_refused() -> None:
    value: Any = "x"
    for _ in range(2000):
        value = [value]

    with pytest.raises(TemplateInvalid, match="it is nested too deeply"):
        resolve(value)
