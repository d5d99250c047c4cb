"""Templates of one deployment pass each other values through SSM parameters."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from cfn import (
    CfnError,
    CircularReference,
    Link,
    Reference,
    Template,
    TemplateAbsent,
    TemplateInvalid,
    Unknown,
)
from tests.cfn.making import deployment, only, resource, stored, template, written

NETWORK = template(
    "network",
    Vpc=resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
    SubnetA=resource("EC2::Subnet", VpcId={"Ref": "Vpc"}),
    SubnetB=resource("EC2::Subnet", VpcId={"Ref": "Vpc"}),
    ApiSecurityGroup=resource("EC2::SecurityGroup", VpcId={"Ref": "Vpc"}),
    VpcIdParameter=written("/miyabi/staging/network/vpc-id", {"Ref": "Vpc"}),
    GroupParameter=written(
        "/miyabi/staging/network/api-group", {"Fn::GetAtt": ["ApiSecurityGroup", "GroupId"]}
    ),
    ZoneParameter=written("/miyabi/staging/network/zone", "eu-west-1a"),
    SubnetsParameter=written(
        "/miyabi/staging/network/subnets",
        {"Fn::Join": [",", [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]]},
        "StringList",
    ),
)
SERVICE = template(
    "service",
    {
        "Subnets": stored("/miyabi/staging/network/subnets", "List<AWS::EC2::Subnet::Id>"),
        "Group": stored("/miyabi/staging/network/api-group", "AWS::EC2::SecurityGroup::Id"),
        "Zone": stored("/miyabi/staging/network/zone"),
        "ArtifactBucket": stored("/miyabi/staging/artifact/bucket"),
    },
    ApiFunction=resource(
        "Lambda::Function",
        VpcConfig={"SubnetIds": {"Ref": "Subnets"}, "SecurityGroupIds": [{"Ref": "Group"}]},
        Code={"S3Bucket": {"Ref": "ArtifactBucket"}},
        Environment={
            "Variables": {"ZONE": {"Ref": "Zone"}, "KEY": {"Fn::Sub": "s3://${ArtifactBucket}/${Group}"}}
        },
        Role={"Fn::GetAtt": ["ApiRole", "Arn"]},
    ),
    ApiRole=resource("IAM::Role"),
)
SUBNETS = [Reference("network", "SubnetA"), Reference("network", "SubnetB")]
SYSTEM = deployment(NETWORK, SERVICE)
FUNCTION = SERVICE.resources["ApiFunction"]


def test_a_stored_list_comes_to_the_references_of_its_producer() -> None:
    assert SYSTEM.get(FUNCTION, "VpcConfig.SubnetIds") == SUBNETS


def test_a_stored_id_comes_to_the_attribute_of_its_producer() -> None:
    assert SYSTEM.get(FUNCTION, "VpcConfig.SecurityGroupIds") == [
        Reference("network", "ApiSecurityGroup", "GroupId")
    ]


def test_a_stored_text_is_that_text() -> None:
    assert SYSTEM.get(FUNCTION, "Environment.Variables.ZONE") == "eu-west-1a"


def test_a_path_that_no_template_writes_is_unknown() -> None:
    assert SYSTEM.get(FUNCTION, "Code.S3Bucket") == Unknown(
        "/miyabi/staging/artifact/bucket is not written by a template"
    )


def test_text_names_an_unknown_by_its_parameter() -> None:
    assert (
        SYSTEM.get(FUNCTION, "Environment.Variables.KEY")
        == "s3://${ArtifactBucket}/${ApiSecurityGroup.GroupId}"
    )


def test_the_order_of_the_templates_makes_no_difference_to_the_values() -> None:
    expected = {r: SYSTEM.properties(r) for r in SYSTEM.resources()}

    for order in permutations([NETWORK, SERVICE]):
        permuted = deployment(*order)
        assert expected == {r: permuted.properties(r) for r in permuted.resources()}


def test_a_list_of_one_is_a_list() -> None:
    network = template(
        "network", SubnetA=resource("EC2::Subnet"), Written=written("/subnets", {"Ref": "SubnetA"})
    )
    service = template(
        "service",
        {"Subnets": stored("/subnets", "List<String>")},
        Group=resource("RDS::DBSubnetGroup", SubnetIds={"Ref": "Subnets"}),
    )

    system = deployment(network, service)

    assert system.get(service.resources["Group"], "SubnetIds") == [Reference("network", "SubnetA")]


def test_ids_of_an_adopted_network_stay_unknown_through_a_link() -> None:
    network = template(
        "network",
        {"SubnetIds": {"Type": "List<AWS::EC2::Subnet::Id>"}},
        Written=written("/subnets", {"Fn::Join": [",", {"Ref": "SubnetIds"}]}),
    )
    service = template(
        "service",
        {"Subnets": stored("/subnets", "List<AWS::EC2::Subnet::Id>")},
        Group=resource("RDS::DBSubnetGroup", SubnetIds={"Ref": "Subnets"}),
    )

    unknown = deployment(network, service).get(service.resources["Group"], "SubnetIds")
    known = deployment(network, service, parameters={"network": {"SubnetIds": "subnet-1,subnet-2"}})

    assert unknown == Unknown("parameter SubnetIds of network has no default and was given no value")
    assert str(unknown) == "${Subnets}"
    assert known.get(service.resources["Group"], "SubnetIds") == ["subnet-1", "subnet-2"]


def test_a_given_path_stands_before_the_default() -> None:
    service = template(
        "service", {"Zone": stored("/nowhere")}, Topic=resource("SNS::Topic", TopicName={"Ref": "Zone"})
    )

    system = deployment(NETWORK, service, parameters={"service": {"Zone": "/miyabi/staging/network/zone"}})

    assert system.get(only(system, "SNS::Topic"), "TopicName") == "eu-west-1a"


def test_a_reference_is_followed_to_its_resource_across_stacks() -> None:
    [group] = SYSTEM.get(FUNCTION, "VpcConfig.SecurityGroupIds")

    assert SYSTEM.resource(group) is NETWORK.resources["ApiSecurityGroup"]
    assert SYSTEM.resource(SYSTEM.get(FUNCTION, "Role")) is SERVICE.resources["ApiRole"]


@pytest.mark.parametrize(
    "value",
    ["sg-1", None, Unknown("x"), ["a"], Reference("elsewhere", "Vpc"), Reference("network", "Nobody")],
)
def test_any_other_value_leads_to_no_resource(value: object) -> None:
    assert SYSTEM.resource(value) is None


def test_resources_come_by_template_and_logical_id() -> None:
    assert [str(r) for r in SYSTEM.resources("AWS::EC2::Subnet", "AWS::IAM::Role")] == [
        "network.SubnetA",
        "network.SubnetB",
        "service.ApiRole",
    ]
    assert len(SYSTEM.resources()) == len(NETWORK.resources) + len(SERVICE.resources)


def test_a_resource_whose_condition_fails_is_left_out_and_an_open_one_is_there() -> None:
    service = template(
        "service",
        {"Stage": {"Type": "String"}},
        {"Never": {"Fn::Equals": ["a", "b"]}, "Perhaps": {"Fn::Equals": [{"Ref": "Stage"}, "b"]}},
        A=resource("SNS::Topic") | {"Condition": "Never"},
        B=resource("SNS::Topic") | {"Condition": "Perhaps"},
        C=resource("SNS::Topic"),
    )

    assert [r.logical_id for r in deployment(service).resources()] == ["B", "C"]


def test_a_property_that_is_not_there_gives_the_default() -> None:
    for path in (
        "Nope",
        "VpcConfig.Nope",
        "Nope.SubnetIds",
        "VpcConfig.SubnetIds.2",
        "Code.S3Bucket2",
        "VpcConfig.SubnetIds.x",
    ):
        assert SYSTEM.get(FUNCTION, path, "default") == "default"
    assert SYSTEM.get(FUNCTION, "Nope") is None


def test_a_path_goes_through_lists_and_through_keys_with_dots() -> None:
    group = template(
        Group=resource("RDS::DBParameterGroup", Parameters={"rds.force_ssl": "1", "a": [{"b.c": 2}]})
    )
    system = deployment(group)

    assert system.get(group.resources["Group"], "Parameters.rds.force_ssl") == "1"
    assert system.get(group.resources["Group"], "Parameters.a.0.b.c") == 2


def test_what_lies_within_something_unknown_is_unknown_and_no_default() -> None:
    service = template(
        "service",
        {"Stage": {"Type": "String"}},
        {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
        Function=resource(
            "Lambda::Function",
            VpcConfig={"Fn::If": ["Live", {"SubnetIds": ["a"]}, {"Ref": "AWS::NoValue"}]},
            Role={"Fn::GetAtt": ["Other", "Arn"]},
        ),
        Other=resource("IAM::Role"),
    )
    system = deployment(service)

    assert isinstance(system.get(only(system, "Lambda::Function"), "VpcConfig.SubnetIds", []), Unknown)
    assert isinstance(system.get(only(system, "Lambda::Function"), "Role.Name", ""), Unknown)


def test_properties_are_resolved_once() -> None:
    assert SYSTEM.properties(FUNCTION) is SYSTEM.properties(FUNCTION)


def test_a_path_that_hangs_on_something_unknown_is_no_link() -> None:
    network = template("network", A=written({"Fn::Sub": "/${AWS::AccountId}/a"}, "x"))
    service = template(
        "service",
        {"A": stored("/123456789012/a"), "Stage": {"Type": "String"}},
        Topic=resource("SNS::Topic", TopicName={"Ref": "A"}),
    )

    known = deployment(network, service, account="123456789012")
    unknown = deployment(network, service)

    assert [link.producer for link in known.links] == [network.resources["A"]]
    assert [link.producer for link in unknown.links] == [None]
    assert known.get(service.resources["Topic"], "TopicName") == "x"


def test_a_path_that_hangs_on_a_stored_value_is_no_link() -> None:
    network = template(
        "network",
        {"Stage": stored("/stage")},
        Stage=written("/stage", "live"),
        A=written({"Fn::Sub": "/${Stage}/a"}, "x"),
    )
    service = template("service", {"A": stored("/live/a")})

    assert [link.producer for link in deployment(network, service).links] == [
        network.resources["Stage"],
        None,
    ]


def test_a_parameter_without_a_path_is_no_link() -> None:
    service = template(
        "service", {"A": {"Type": "AWS::SSM::Parameter::Value<String>"}, "B": {"Default": "x"}}
    )

    assert deployment(service).links == ()


@pytest.mark.parametrize("kind", ["CommaDelimitedList", "List<String>"])
def test_a_stored_list_may_be_declared_in_two_ways(kind: str) -> None:
    network = template("network", A=written("/a", "x,y", "StringList"))
    service = template("service", {"A": stored("/a", kind)})

    assert deployment(network, service).resolver("service").resolve({"Ref": "A"}) == ["x", "y"]


def test_links_show_who_reads_what_from_whom() -> None:
    assert SYSTEM.links == (
        Link("service", "ArtifactBucket", "/miyabi/staging/artifact/bucket", None),
        Link("service", "Group", "/miyabi/staging/network/api-group", NETWORK.resources["GroupParameter"]),
        Link("service", "Subnets", "/miyabi/staging/network/subnets", NETWORK.resources["SubnetsParameter"]),
        Link("service", "Zone", "/miyabi/staging/network/zone", NETWORK.resources["ZoneParameter"]),
    )


def test_a_path_may_be_put_together_in_the_producer() -> None:
    network = template(
        "network",
        {"System": {"Type": "String", "Default": "staging"}},
        A=written({"Fn::Sub": "/miyabi/${System}/a"}, "x"),
    )
    service = template(
        "service", {"A": stored("/miyabi/staging/a")}, Topic=resource("SNS::Topic", TopicName={"Ref": "A"})
    )

    assert deployment(network, service).get(service.resources["Topic"], "TopicName") == "x"


def test_a_producer_that_does_not_come_into_being_writes_nothing() -> None:
    network = template(
        "network", None, {"Never": {"Fn::Equals": ["a", "b"]}}, A=written("/a", "x") | {"Condition": "Never"}
    )
    service = template("service", {"A": stored("/a")}, Topic=resource("SNS::Topic", TopicName={"Ref": "A"}))

    assert isinstance(deployment(network, service).get(service.resources["Topic"], "TopicName"), Unknown)


def test_stacks_are_named_by_prefix_and_template() -> None:
    service = template("service", Topic=resource("SNS::Topic", TopicName={"Ref": "AWS::StackName"}))

    named = deployment(service, stack_prefix="miyabi-staging-")
    unnamed = deployment(service)

    assert named.get(service.resources["Topic"], "TopicName") == "miyabi-staging-service"
    assert isinstance(unnamed.get(service.resources["Topic"], "TopicName"), Unknown)


def test_a_resolver_evaluates_outputs_with_all_links() -> None:
    assert SYSTEM.resolver("service").resolve({"Ref": "Zone"}) == "eu-west-1a"


def test_a_template_is_found_by_its_name() -> None:
    assert SYSTEM.template("network") is NETWORK
    for ask in (SYSTEM.template, SYSTEM.resolver):
        with pytest.raises(
            TemplateAbsent, match="deployment staging has no template 'edge'; name one of network, service"
        ):
            ask("edge")


def test_values_for_a_template_that_is_not_there_are_refused() -> None:
    with pytest.raises(TemplateAbsent):
        deployment(NETWORK, parameters={"netwrok": {}})


def test_two_templates_of_one_name_are_refused() -> None:
    with pytest.raises(TemplateInvalid, match="two templates have this name"):
        deployment(NETWORK, template("network"))


def test_two_writers_of_one_path_are_refused() -> None:
    with pytest.raises(TemplateInvalid, match=r"template b, .*/Two/.*: a.One writes /x too"):
        _ = deployment(template("a", One=written("/x", "1")), template("b", Two=written("/x", "2"))).links


def test_stacks_that_wait_for_each_other_are_shown_as_a_circle() -> None:
    one = template("one", {"B": stored("/b")}, A=written("/a", {"Ref": "B"}))
    two = template("two", {"A": stored("/a")}, B=written("/b", {"Ref": "A"}))

    with pytest.raises(CircularReference) as refused:
        deployment(one, two).properties(one.resources["A"])

    assert refused.value.path == ("/b", "/a", "/b")


def test_a_producer_without_a_value_leaves_its_readers_in_the_dark() -> None:
    one = template("one", A=resource("SSM::Parameter", Name="/a", Type="String"))
    two = template("two", {"A": stored("/a")}, Topic=resource("SNS::Topic", TopicName={"Ref": "A"}))

    assert deployment(one, two).get(two.resources["Topic"], "TopicName") == Unknown(
        "one.A writes no Value to /a"
    )


def test_a_mistake_of_the_producer_is_named_there() -> None:
    one = template("one", A=written("/a", {"Ref": "Nobody"}))
    two = template("two", {"A": stored("/a")}, Topic=resource("SNS::Topic", TopicName={"Ref": "A"}))

    with pytest.raises(TemplateInvalid, match="template one, Resources/A/Properties/Value/Ref: Nobody is"):
        deployment(one, two).properties(two.resources["Topic"])


def test_a_deployment_shows_its_templates() -> None:
    assert repr(SYSTEM) == "<deployment staging: network, service>"


def test_checking_finds_nothing_in_a_sound_system() -> None:
    SYSTEM.check()


A_TOPIC = resource("SNS::Topic")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            {"Resources": {"A": {**A_TOPIC, "DependsOn": "B"}, "B": {**A_TOPIC, "DependsOn": "A"}}},
            "service: A -> B -> A is a circle",
        ),
        (
            {"Resources": {"A": A_TOPIC}, "Conditions": {"C": {"Fn::Not": [{"Condition": "C"}]}}},
            "service: C -> C is a circle",
        ),
        ({"Resources": {"A": resource("SNS::Topic", TopicName={"Ref": "B"})}}, "B is named and not there"),
        (
            {"Resources": {"A": resource("SNS::Topic", TopicName={"Fn::Select": [1, []]})}},
            "Resources/A/Properties/TopicName/Fn::Select: there is no item 1",
        ),
        ({"Resources": {"A": A_TOPIC}, "Outputs": {"O": {}}}, "Outputs/O: it has no Value"),
        ({"Resources": {"A": A_TOPIC}, "Conditions": {"C": 5}}, "Conditions/C: a number stands where"),
    ],
)
def test_checking_finds_what_cloudformation_would_refuse(body: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CfnError) as refused:
        deployment(Template("service", body)).check()

    assert sentence in str(refused.value)


def collected(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [found for item in value.values() for found in collected(item)]
    return [found for item in value for found in collected(item)] if isinstance(value, list) else [value]


def test_every_reference_leads_to_a_resource() -> None:
    values = [value for r in SYSTEM.resources() for value in collected(SYSTEM.properties(r))]
    references = [value for value in values if isinstance(value, Reference)]

    assert references
    assert all(SYSTEM.resource(reference) for reference in references)
