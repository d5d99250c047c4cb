"""Rules for every template, whatever is in it: tagged, described, complete, portable, and not too large."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cfn.values import many
from stacks.invariants.functions import FUNCTION, VERSION
from stacks.invariants.reading import inside, literal, mappings, said
from stacks.invariants.rule import rule, system_rule
from stacks.manifest import STATEFUL
from stacks.naming import parameter_path
from stacks.synthesis import MOST_RESOURCES, PLAIN_DEPLOY_BYTES
from stacks.tags import environment_tags
from stacks.values import ARTIFACT_BUCKET
from stacks.writing import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Template
    from stacks.invariants.rule import Subject, System
    from stacks.settings import Environment

    Found = Iterator[tuple[str, str, str]]

LAYOUT_ADDS = 1.3
"""`stacks.writing` makes a template a sixth longer than one line; short of this it need not be measured."""

TAGS = {
    "AWS::ApiGatewayV2::Api": "Tags",
    "AWS::ApiGatewayV2::Authorizer": None,
    "AWS::ApiGatewayV2::Integration": None,
    "AWS::ApiGatewayV2::Route": None,
    "AWS::ApiGatewayV2::Stage": "Tags",
    "AWS::Backup::BackupPlan": "BackupPlanTags",
    "AWS::Backup::BackupSelection": None,
    "AWS::Backup::BackupVault": "BackupVaultTags",
    "AWS::Budgets::Budget": "ResourceTags",
    "AWS::CloudFront::Distribution": "Tags",
    "AWS::CloudFront::Function": "Tags",
    "AWS::CloudFront::OriginAccessControl": None,
    "AWS::CloudFront::ResponseHeadersPolicy": None,
    "AWS::CloudWatch::Alarm": "Tags",
    "AWS::CloudWatch::Dashboard": "Tags",
    "AWS::EC2::FlowLog": "Tags",
    "AWS::EC2::RouteTable": "Tags",
    "AWS::EC2::SecurityGroup": "Tags",
    "AWS::EC2::SecurityGroupEgress": None,
    "AWS::EC2::SecurityGroupIngress": None,
    "AWS::EC2::Subnet": "Tags",
    "AWS::EC2::SubnetRouteTableAssociation": None,
    "AWS::EC2::VPC": "Tags",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "Tags",
    "AWS::IAM::RolePolicy": None,
    "AWS::KMS::Key": "Tags",
    "AWS::Lambda::Alias": None,
    "AWS::Lambda::EventInvokeConfig": None,
    "AWS::Lambda::Function": "Tags",
    "AWS::Lambda::Permission": None,
    "AWS::Lambda::Version": None,
    "AWS::Logs::LogGroup": "Tags",
    "AWS::RDS::DBInstance": "Tags",
    "AWS::RDS::DBParameterGroup": "Tags",
    "AWS::RDS::DBSubnetGroup": "Tags",
    "AWS::RDS::EventSubscription": "Tags",
    "AWS::Route53::RecordSet": None,
    "AWS::S3::Bucket": "Tags",
    "AWS::S3::BucketPolicy": None,
    "AWS::SNS::Subscription": None,
    "AWS::SNS::Topic": "Tags",
    "AWS::SNS::TopicPolicy": None,
    "AWS::SSM::Parameter": "Tags",
    "AWS::SecretsManager::Secret": "Tags",
    "AWS::WAFv2::LoggingConfiguration": None,
    "AWS::WAFv2::WebACL": "Tags",
}
"""The property that holds a type's tags, None for a type that takes none (CloudFormation registry)."""

USELESS_ALONE = frozenset(
    {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Integration",
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupVault",
        "AWS::CloudFront::Function",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::WAFv2::WebACL",
    }
)
"""Types that do nothing unless something else names them; the others do their work by being there."""

_REFERENCE = re.compile(r'"Ref": "([^"]+)"|"Fn::GetAtt": \[?"([^".]+)|\$\{(\w+)[.}]')
_ARN = re.compile(r"arn:aws[\w-]*:")
_ACCOUNT = re.compile(r"(?:^|[\s\"':/-])\d{12}(?:$|[\s\"':/-])")
_TWELVE_DIGITS = re.compile(r"\d{12}")


@lru_cache(maxsize=32)
def _text(template: Template) -> str:
    """A template on one line, to search in."""
    return json.dumps(template.body, ensure_ascii=False, default=str)


@lru_cache(maxsize=32)
def _named(template: Template) -> frozenset[str]:
    """Every name that a template refers to."""
    referred = {name for found in _REFERENCE.finditer(_text(template)) for name in found.groups() if name}
    waited_for = {
        name
        for resource in template.resources.values()
        for name in many(resource.body.get("DependsOn"))
        if isinstance(name, str)
    }
    return frozenset(referred | waited_for)


@lru_cache(maxsize=32)
def _may_be_bound(template: Template) -> bool:
    """Whether anything in a template is worth a closer look for a partition or an account."""
    return "arn:aws" in _text(template) or bool(_TWELVE_DIGITS.search(_text(template)))


@rule(
    "MIYABI.TEMPLATE.1",
    remedy="add the resource with Stack.add, which tags it; a new type belongs into TAGS of this module",
)
def everything_is_tagged(subject: Subject) -> Iterator[str]:
    """Every resource that can have tags has those of its environment and stack."""
    wanted = environment_tags(subject.environment, subject.resource.template.name)
    if not wanted:
        return
    if subject.resource.type not in TAGS:
        yield f"nobody has said whether {subject.resource.type} takes tags"
        return
    place = TAGS[subject.resource.type]
    if place is not None:
        found = _tags(subject.get(place))
        absent = [key for key, value in wanted.items() if found.get(key) != value]
        if absent:
            yield f"in {place} {', '.join(absent)} is not as set"


def _tags(value: Any) -> dict[Any, Any]:
    """Tags written as a mapping, or as a list of pairs."""
    if isinstance(value, dict):
        return value
    return {literal(row.get("Key")): row.get("Value") for row in mappings(value)}


@system_rule("MIYABI.TEMPLATE.2", remedy="write a Description: it is all that an operator sees")
def everything_asked_and_shown_is_described(system: System) -> Found:
    """Every template, parameter and output says what it is for."""
    for template in system.deployment.templates:
        described = {"Description": template.body, **template.parameters, **template.outputs}
        for name, declaration in described.items():
            if literal(inside(declaration, "Description")) is None:
                yield template.name, name, said("Description", inside(declaration, "Description"))


@system_rule("MIYABI.TEMPLATE.3", remedy="publish the value in a stack before, with Stack.publish")
def what_is_read_was_written(system: System) -> Found:
    """Every value that a stack reads from SSM was written by a stack before it, or by `deploy`."""
    order = {template.name: position for position, template in enumerate(system.deployment.templates)}
    artifacts = parameter_path(system.environment.system, ARTIFACT_BUCKET.stack, "")
    for link in system.deployment.links:
        if link.producer is not None:
            if order[link.producer.template.name] >= order[link.consumer]:
                yield link.consumer, link.parameter, f"{link.path} is written later, by {link.producer}"
        elif not str(link.path).startswith(artifacts):
            yield link.consumer, link.parameter, f"no stack writes {link.path}"


@system_rule(
    "MIYABI.TEMPLATE.4",
    also=("I3042",),
    remedy="write ${AWS::Partition} and ${AWS::AccountId}, or refer to the resource",
)
def templates_fit_any_account(system: System) -> Found:
    """No template spells a partition or an account out, but in a certificate that the settings name."""
    for template in system.deployment.templates:
        if not _may_be_bound(template):
            continue
        for section, content in template.body.items():
            parts = content if isinstance(content, dict) else {section: content}
            for name, part in parts.items():
                if any(_is_bound(text, system.environment) for text in _strings(_without_hash(part))):
                    yield template.name, name, "it holds an account's number, or an ARN with its partition"


def _strings(part: Any) -> Iterator[str]:
    """Every text in a part of a template; keys are none, and numbers are no accounts."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _strings(item)


def _is_bound(text: str, environment: Environment) -> bool:
    if environment.edge and environment.edge.certificate_arn:
        text = text.replace(environment.edge.certificate_arn, "")
    return bool(_ARN.search(text) or _ACCOUNT.search(text))


def _without_hash(part: Any) -> Any:
    """A version's description holds a hash, which may look like an account's number."""
    return part["Type"] if inside(part, "Type") == VERSION else part


@system_rule("MIYABI.TEMPLATE.5", remedy="split the stack, or leave something out")
def templates_deploy_without_a_bucket(system: System) -> Found:
    """A template is small enough for plain `aws cloudformation deploy`, and has 500 resources at most."""
    for template in system.deployment.templates:
        resources = len(template.resources)
        if resources > MOST_RESOURCES:
            yield template.name, "Resources", f"{resources} resources, {MOST_RESOURCES} are allowed"
        if len(_text(template).encode()) * LAYOUT_ADDS <= PLAIN_DEPLOY_BYTES:
            continue
        size = len(dumps(template.body).encode())
        if size > PLAIN_DEPLOY_BYTES:
            yield template.name, "Resources", f"{size:,} bytes, {PLAIN_DEPLOY_BYTES:,} go without a bucket"


@system_rule("MIYABI.TEMPLATE.6", also=("W2001",), remedy="leave it out, or use it")
def no_parameter_is_left_over(system: System) -> Found:
    """Every parameter is used: an operator is asked for nothing in vain."""
    for template in system.deployment.templates:
        for name in sorted(template.parameters.keys() - _named(template)):
            yield template.name, name, "nothing uses this parameter"


@rule("MIYABI.TEMPLATE.7", *sorted(USELESS_ALONE), remedy="leave it out, or let something use it")
def nothing_is_left_over(subject: Subject) -> Iterator[str]:
    """What does nothing by itself is named by something else."""
    resource = subject.resource
    if resource.logical_id not in _named(resource.template) and not _is_found_by_name(subject):
        yield "nothing names it"


def _is_found_by_name(subject: Subject) -> bool:
    """Whether Lambda finds a log group by the name of a function, without being told."""
    group = literal(subject.get("LogGroupName"))
    functions = subject.system.of_type(FUNCTION)
    return group is not None and any(group == f"/aws/lambda/{each.get('FunctionName')}" for each in functions)


@rule(
    "MIYABI.TEMPLATE.8",
    *sorted(STATEFUL),
    also=("I3011", "W3011"),
    remedy="write DeletionPolicy and UpdateReplacePolicy beside Properties; left out, both delete",
)
def data_outlives_its_resource(subject: Subject) -> Iterator[str]:
    """What holds data keeps it when it is replaced, and when it is deleted from a protected stack."""
    body = subject.resource.body
    kept = ("Retain", "RetainExceptOnCreate", "Snapshot")
    allowed = kept if subject.environment.termination_protection else (*kept, "Delete")
    for name, values in (("DeletionPolicy", allowed), ("UpdateReplacePolicy", kept)):
        if body.get(name) not in values:
            yield said(name, body.get(name))
