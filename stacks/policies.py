"""IAM documents: who may assume a role, and single rights named after the need they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import awacs.awslambda
import awacs.ec2
import awacs.kms
import awacs.logs
import awacs.ssm
import awacs.sts
import awacs.xray
from awacs.aws import Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import Ref, iam

if TYPE_CHECKING:
    from troposphere import AWSHelperFn

ANY_RESOURCE = ["*"]


def document(*statements: Statement) -> PolicyDocument:
    """A policy document of the current version."""
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def trust(service: str, *, own_account: bool = False) -> PolicyDocument:
    """Let one AWS service assume the role, and where it says so, only on behalf of this account."""
    condition = Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}))
    return document(
        Statement(
            Sid="AssumedByService",
            Effect=Allow,
            Principal=Principal("Service", service),
            Action=[awacs.sts.AssumeRole],
            **({"Condition": condition} if own_account else {}),
        )
    )


def inline(name: str, *statements: Statement) -> iam.Policy:
    """A policy that lives and dies with its role."""
    return iam.Policy(PolicyName=name, PolicyDocument=document(*statements))


def write_logs(group_arn: AWSHelperFn) -> Statement:
    """Write to one log group; the group itself belongs to the template."""
    actions = [awacs.logs.CreateLogStream, awacs.logs.PutLogEvents]
    return Statement(Sid="WriteLogs", Effect=Allow, Action=actions, Resource=[group_arn])


def send_traces() -> Statement:
    """Send X-Ray segments; neither action takes a resource (service authorization reference, X-Ray)."""
    actions = [awacs.xray.PutTelemetryRecords, awacs.xray.PutTraceSegments]
    return Statement(Sid="SendTraces", Effect=Allow, Action=actions, Resource=ANY_RESOURCE)


def attach_to_vpc() -> Statement:
    """Let Lambda manage the function's network interfaces.

    Lambda checks these when the function is created, before any interface exists, and takes no
    narrower resource ("Giving Lambda functions access to resources in an Amazon VPC").
    """
    actions = [
        awacs.ec2.AssignPrivateIpAddresses,
        awacs.ec2.CreateNetworkInterface,
        awacs.ec2.DeleteNetworkInterface,
        awacs.ec2.DescribeNetworkInterfaces,
        awacs.ec2.DescribeSubnets,
        awacs.ec2.UnassignPrivateIpAddresses,
    ]
    return Statement(Sid="AttachToVpc", Effect=Allow, Action=actions, Resource=ANY_RESOURCE)


def decrypt(key_arn: AWSHelperFn) -> Statement:
    """Decrypt the function's environment variables."""
    return Statement(Sid="DecryptEnvironment", Effect=Allow, Action=[awacs.kms.Decrypt], Resource=[key_arn])


def invoke(alias_arn: AWSHelperFn) -> Statement:
    """Invoke one alias of one function."""
    return Statement(
        Sid="InvokeApi", Effect=Allow, Action=[awacs.awslambda.InvokeFunction], Resource=[alias_arn]
    )


def read_parameter(parameter_arn: AWSHelperFn) -> Statement:
    """Read one SSM parameter."""
    return Statement(
        Sid="ReadAddress", Effect=Allow, Action=[awacs.ssm.GetParameter], Resource=[parameter_arn]
    )


def service_may(sid: str, services: list[str], actions: list[Any], resource: Any) -> Statement:
    """Let AWS services act on a resource on behalf of this account alone."""
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", services),
        Action=actions,
        Resource=[resource],
        Condition=Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})),
    )
