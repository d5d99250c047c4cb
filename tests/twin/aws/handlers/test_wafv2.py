"""WAF: web ACLs and where their logs go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.handlers.life import Life, live, make
from twin.aws.errors import Absent

if TYPE_CHECKING:
    from twin.aws.clients import Aws

ACL, LOGGING = "AWS::WAFv2::WebACL", "AWS::WAFv2::LoggingConfiguration"


def seen(name: str) -> dict[str, Any]:
    """A VisibilityConfig."""
    return {"CloudWatchMetricsEnabled": True, "MetricName": name, "SampledRequestsEnabled": True}


def rule(name: str, priority: int, statement: dict[str, Any], **action: Any) -> dict[str, Any]:
    """A rule, which is seen under its own name."""
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "VisibilityConfig": seen(name),
        **action,
    }


RATE = {"RateBasedStatement": {"AggregateKeyType": "IP", "EvaluationWindowSec": 300, "Limit": 2000}}
MANAGED = {
    "ManagedRuleGroupStatement": {
        "Name": "AWSManagedRulesCommonRuleSet",
        "VendorName": "AWS",
        "RuleActionOverrides": [{"ActionToUse": {"Count": {}}, "Name": "SizeRestrictions_BODY"}],
    }
}
SEARCH = {
    "AndStatement": {
        "Statements": [
            {
                "NotStatement": {
                    "Statement": {"IPSetReferenceStatement": {"Arn": "arn:aws:wafv2:" + "x" * 20}}
                }
            },
            {
                "ByteMatchStatement": {
                    "FieldToMatch": {"SingleHeader": {"Name": "user-agent"}},
                    "PositionalConstraint": "CONTAINS",
                    "SearchString": "bot",
                    "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}],
                }
            },
        ]
    }
}


def acl(_: Aws) -> dict[str, Any]:
    """A web ACL with rules of all kinds that the templates have, and a search."""
    return {
        "DefaultAction": {"Allow": {}},
        "Description": "Rate limit and managed rules",
        "Name": "miyabi-test",
        "Rules": [
            rule("RateLimit", 0, RATE, Action={"Block": {}}),
            rule("Common", 1, MANAGED, OverrideAction={"None": {}}),
            rule("Bots", 2, SEARCH, Action={"Count": {}}),
        ],
        "Scope": "CLOUDFRONT",
        "Tags": [{"Key": "Component", "Value": "edge"}, {"Key": "Owner", "Value": "backend"}],
        "VisibilityConfig": seen("miyabi-test"),
    }


def logging(aws: Aws) -> dict[str, Any]:
    """Where the logs of a web ACL go, and what is kept out of them."""
    return {
        "LogDestinationConfigs": [aws.arn("logs", "log-group:aws-waf-logs-test")],
        "RedactedFields": [{"QueryString": {}}, {"SingleHeader": {"Name": "authorization"}}],
        "ResourceArn": make(aws, ACL, acl(aws)).read()["Arn"],
    }


LIVES = (
    Life(
        ACL,
        acl,
        lambda _: {
            "Description": "Rate limit alone",
            "Rules": [rule("RateLimit", 0, RATE, Action={"Count": {}})],
            "Tags": [{"Key": "Owner", "Value": "frontend"}],
            "VisibilityConfig": seen("another"),
        },
        attributes=("Arn", "Capacity", "Id", "LabelNamespace"),
        ref=r"miyabi-test\|[0-9a-f-]{36}\|CLOUDFRONT",
    ),
    Life(
        LOGGING,
        logging,
        lambda _: {
            "LoggingFilter": {
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                        "Requirement": "MEETS_ANY",
                    }
                ],
            },
            "RedactedFields": None,
        },
        ref=r"arn:aws:wafv2:us-east-1:\d{12}:global/webacl/miyabi-test/[0-9a-f-]{36}",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_what_is_taken_away_from_a_web_acl_is_gone(aws: Aws) -> None:
    living = make(aws, ACL, acl(aws))
    taken_away = {"Description", "Rules", "Tags"}
    living.update({name: value for name, value in living.desired.items() if name not in taken_away})

    told = living.read()
    assert [None, [], []] == [told.get("Description") or None, told["Rules"], told["Tags"]]


def test_what_is_done_by_default_and_by_a_rule_may_change(aws: Aws) -> None:
    """Read as it is: an empty action is no property that could differ."""
    living = make(aws, ACL, acl(aws))
    block = {"Block": {"CustomResponse": {"ResponseCode": 429}}}
    rules = [rule("RateLimit", 0, RATE, Action={"Captcha": {}})]
    living.update({**living.desired, "DefaultAction": block, "Rules": rules})

    told = living.read()
    assert [block, {"Captcha": {}}] == [told["DefaultAction"], told["Rules"][0]["Action"]]


def test_the_same_name_may_be_had_in_both_scopes(aws: Aws) -> None:
    everywhere, here = (make(aws, ACL, {**acl(aws), "Scope": scope}) for scope in ("CLOUDFRONT", "REGIONAL"))
    everywhere.delete()

    assert here.differences(here.desired) == []
    assert ":regional/webacl/" in here.read()["Arn"]


def test_ref_of_a_web_acl_is_its_name_id_and_scope(aws: Aws) -> None:
    living = make(aws, ACL, acl(aws))
    identifier = living.identifier

    assert f"miyabi-test|{identifier['Id']}|CLOUDFRONT" == living.read()[living.handler.ref]


@pytest.mark.parametrize("resource_type", [ACL, LOGGING])
def test_what_is_gone_can_be_neither_changed_nor_deleted(aws: Aws, resource_type: str) -> None:
    living = make(aws, resource_type, {ACL: acl, LOGGING: logging}[resource_type](aws))
    living.delete()

    with pytest.raises(Absent):
        living.delete()
    with pytest.raises(Absent):
        living.update(living.desired)
