"""Rights on logs are taken from a role and given back; a log group comes back with all that it had."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from twin.aws import keeping
from twin.aws.clients import Aws
from twin.faults.injectors.permission import delete_log_group, take_log_rights

if TYPE_CHECKING:
    from twin.faults.targets import Targets, World

ACCOUNT = "610600000004"


def test_rights_on_logs_are_taken_alone_and_given_back() -> None:
    aws = Aws(ACCOUNT, "us-east-1")
    iam, named = aws.client("iam"), {"RoleName": "api", "PolicyName": "inline"}
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": ["logs:PutLogEvents", "sns:Publish"], "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": "*"},
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    iam.create_role(RoleName="api", AssumeRolePolicyDocument=json.dumps({**document, "Statement": []}))
    iam.put_role_policy(**named, PolicyDocument=json.dumps(document))
    targets = cast("Targets", SimpleNamespace(role="api"))
    done = take_log_rights(cast("World", SimpleNamespace(aws=aws)), targets)
    left = iam.get_role_policy(**named)["PolicyDocument"]["Statement"]
    done.undo()

    assert [["sns:Publish"], "s3:GetObject"] == [each["Action"] for each in left]
    assert document == iam.get_role_policy(**named)["PolicyDocument"]
    keeping.forget(ACCOUNT)


def test_a_log_group_comes_back_with_its_retention_and_tags() -> None:
    aws = Aws(ACCOUNT, "us-east-1")
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="g", tags={"a": "b"})
    logs.put_retention_policy(logGroupName="g", retentionInDays=30)
    targets = cast("Targets", SimpleNamespace(log_group="g"))
    done = delete_log_group(cast("World", SimpleNamespace(aws=aws)), targets)
    during = logs.describe_log_groups()["logGroups"]
    done.undo()
    [after] = logs.describe_log_groups()["logGroups"]

    assert [] == during
    assert 30 == after["retentionInDays"]
    assert {"a": "b"} == logs.list_tags_for_resource(resourceArn=after["arn"].removesuffix(":*"))["tags"]
    keeping.forget(ACCOUNT)
