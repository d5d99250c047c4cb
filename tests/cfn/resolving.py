"""A template with something of everything, for the tests that evaluate its values."""

from __future__ import annotations

from typing import Any

from cfn import Reference, Resolver, Template, Unknown

BODY: dict[str, Any] = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "live"},
        "Size": {"Type": "Number", "Default": "20"},
        "Zones": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
        "Ports": {"Type": "List<Number>", "Default": "80,443"},
        "Nobody": {"Type": "String"},
        "Nothings": {"Type": "List<AWS::EC2::Subnet::Id>"},
        "Path": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/miyabi/x"},
        "Name": {"Type": "AWS::SSM::Parameter::Name", "Default": "/miyabi/x"},
    },
    "Mappings": {"Sizes": {"live": {"Memory": 512, "Names": ["x", "y"], "Map": {"a": {}}}}},
    "Conditions": {
        "Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
        "Quiet": {"Fn::Not": [{"Condition": "Live"}]},
        "Open": {"Fn::Equals": [{"Ref": "Nobody"}, "x"]},
    },
    "Resources": {
        "Database": {"Type": "AWS::RDS::DBInstance"},
        "Api": {"Type": "AWS::ApiGatewayV2::Api"},
        "Absent": {"Type": "AWS::S3::Bucket", "Condition": "Quiet"},
        "Maybe": {"Type": "AWS::S3::Bucket", "Condition": "Open"},
    },
}
TEMPLATE = Template("service", BODY)
HOST = Reference("service", "Database", "Endpoint.Address")
NOBODY = Unknown("parameter Nobody of service has no default and was given no value")


def resolver(**options: Any) -> Resolver:
    return Resolver(TEMPLATE, region="eu-west-1", **options)


def resolve(value: Any, **options: Any) -> Any:
    return resolver(**options).resolve(value)


ref = {"Ref": "Database"}
host = {"Fn::GetAtt": ["Database", "Endpoint.Address"]}
no_value = {"Ref": "AWS::NoValue"}
