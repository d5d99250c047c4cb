"""Templates that aren't ours: one from elsewhere, and one whose names try to get out of the page."""

from __future__ import annotations

import re
from typing import Any, Final

SCRIPT: Final = "<script>alert(1)</script>"
ATTRIBUTE: Final = '"onmouseover="alert(2)" x=\''
ENTITY: Final = "&lt;b&gt; & &amp; &#x3c;"
LONG: Final = "W" * 200
RIGHT_TO_LEFT: Final = "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627\u202c"
IMAGE: Final = "<img src=x onerror=alert(3)>"
CLOSING: Final = "</script></style></title>--><svg onload=alert(4)>"
NAMES: Final = (SCRIPT, ATTRIBUTE, ENTITY, LONG, RIGHT_TO_LEFT, IMAGE, CLOSING)
DIRECTIONS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows them, of a page's own words too."""
FILE: Final = "a & b 'c' <i>.json"
"""What the file of the template is called: a page may show that as well."""


def shown(name: str) -> str:
    """A name as a page writes it: a character that would turn what stands beside it is told by its number."""
    return DIRECTIONS.sub(lambda found: f"\\u{ord(found[0]):04x}", name)


def _tagged(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}]


def hostile() -> dict[str, Any]:
    """A template of every kind of resource that a page says more of, each with a name that is hostile."""
    function = {
        "FunctionName": SCRIPT,
        "Description": CLOSING,
        "Runtime": "python3.13",
        "Handler": ATTRIBUTE,
        "MemorySize": 512,
        "Timeout": 29,
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"S3Bucket": "code", "S3Key": IMAGE},
        "Environment": {"Variables": {"JUST_A_NAME": SCRIPT, "LONG": LONG}},
        "Tags": _tagged(ENTITY),
    }
    database = {
        "DBInstanceIdentifier": ENTITY,
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "EngineVersion": "15.15",
        "AllocatedStorage": "20",
        "DBName": IMAGE,
        "MasterUsername": RIGHT_TO_LEFT,
        "VPCSecurityGroups": [{"Fn::GetAtt": ["Group", "GroupId"]}],
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": CLOSING,
        "Resources": {
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": RIGHT_TO_LEFT,
                    "Description": SCRIPT,
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
                },
            },
            "Database": {"Type": "AWS::RDS::DBInstance", "Properties": database},
            "Vpc": {
                "Type": "AWS::EC2::VPC",
                "Properties": {"CidrBlock": "10.0.0.0/16", "Tags": _tagged(IMAGE)},
            },
            "Group": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {
                    "GroupName": LONG,
                    "GroupDescription": SCRIPT,
                    "VpcId": {"Ref": "Vpc"},
                    "SecurityGroupIngress": [
                        {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0"}
                        | {"Description": ATTRIBUTE}
                    ],
                },
            },
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": LONG, "ProtocolType": "HTTP"}},
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": f"/{LONG}/{SCRIPT}", "RetentionInDays": 7},
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "AlarmName": RIGHT_TO_LEFT,
                    "AlarmDescription": IMAGE,
                    "ComparisonOperator": "GreaterThanThreshold",
                    "EvaluationPeriods": 1,
                    "MetricName": ATTRIBUTE,
                    "Namespace": CLOSING,
                    "Period": 60,
                    "Statistic": "Sum",
                    "Threshold": 1,
                },
            },
            "W" * 200: {"Type": "Custom::" + "Y" * 60, "Properties": {"ServiceToken": SCRIPT}},
        },
        "Outputs": {
            "Endpoint": {"Description": IMAGE, "Value": "javascript:alert(5)"},
            "Sentence": {"Description": RIGHT_TO_LEFT, "Value": LONG},
        },
    }


def foreign() -> dict[str, Any]:
    """A template of somebody else's: other services, a type that nobody knows, and no database."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Orders, from the queue to the table",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": "orders",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
            "Worker": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "nodejs22.x",
                    "Handler": "index.handler",
                    "Role": {"Fn::GetAtt": ["WorkerRole", "Arn"]},
                    "Code": {"ZipFile": "exports.handler = async () => {}"},
                },
            },
            "WorkerRole": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
            },
            "FromQueue": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                    "FunctionName": {"Ref": "Worker"},
                },
            },
            "Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn:aws:sns:us-east-1:1:t"}},
        },
        "Outputs": {"QueueUrl": {"Value": {"Ref": "Queue"}}},
    }
