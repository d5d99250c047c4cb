"""Templates that make no sense, value by value: the edge's resources are refused in a sentence, or priced."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from cfn.errors import CfnError
from cost import CostError
from tests.cost.bills import used
from tests.cost.systems import resource

if TYPE_CHECKING:
    from collections.abc import Iterator

STATEMENTS = [
    {"Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesATPRuleSet"}}},
    {"Statement": {"RuleGroupReferenceStatement": {"Arn": {"Fn::GetAtt": ["Group", "Arn"]}}}},
    {
        "Statement": {
            "ManagedRuleGroupStatement": {
                "VendorName": "AWS",
                "Name": "AWSManagedRulesBotControlRuleSet",
                "ManagedRuleGroupConfigs": [
                    {"AWSManagedRulesBotControlRuleSet": {"InspectionLevel": "TARGETED"}}
                ],
            }
        }
    },
]
ALIAS = {"Name": "a.org", "AliasTarget": {"DNSName": "b.org", "HostedZoneId": "Z1"}}
SENSE = {
    "Bucket": resource(
        "AWS::S3::Bucket",
        AccelerateConfiguration={"AccelerationStatus": "Enabled"},
        MetricsConfigurations=[{"Id": "all"}],
    ),
    "Site": resource(
        "AWS::CloudFront::Distribution",
        DistributionConfig={
            "Origins": [{"OriginShield": {"Enabled": True, "OriginShieldRegion": "us-east-1"}}],
            "ViewerCertificate": {"SslSupportMethod": "vip"},
        },
    ),
    "Firewall": resource("AWS::WAFv2::WebACL", Rules=STATEMENTS),
    "Group": resource("AWS::WAFv2::RuleGroup", Capacity=10, Rules=[{"Name": "one"}]),
    "Classic": resource("AWS::WAF::WebACL", Rules=[{"RuleId": "1"}]),
    "Zone": resource("AWS::Route53::HostedZone", QueryLoggingConfig={"CloudWatchLogsLogGroupArn": "arn"}),
    "Record": resource("AWS::Route53::RecordSet", HostedZoneId="Z1", **ALIAS),
    "Records": resource("AWS::Route53::RecordSetGroup", HostedZoneId="Z1", RecordSets=[ALIAS]),
    "Check": resource(
        "AWS::Route53::HealthCheck",
        HealthCheckConfig={"Type": "HTTPS", "RequestInterval": 10, "MeasureLatency": True},
    ),
    "Resolver": resource("AWS::Route53Resolver::ResolverEndpoint", IpAddresses=[{"SubnetId": "a"}]),
    "Images": resource("AWS::ECR::Repository", RepositoryName="images"),
    "Files": resource(
        "AWS::EFS::FileSystem",
        ThroughputMode="provisioned",
        ProvisionedThroughputInMibps=100,
        BackupPolicy={"Status": "ENABLED"},
    ),
    "Budget": resource("AWS::Budgets::Budget", Budget={"BudgetName": "monthly"}),
    "Action": resource("AWS::Budgets::BudgetsAction", BudgetName="monthly"),
    "Authority": resource(
        "AWS::ACMPCA::CertificateAuthority",
        UsageMode="GENERAL_PURPOSE",
        RevocationConfiguration={"OcspConfiguration": {"Enabled": True}},
    ),
    "Certificate": resource("AWS::CertificateManager::Certificate", CertificateExport="ENABLED"),
}
NONSENSE = [
    {"Fn::ImportValue": "elsewhere"},
    {"Fn::Sub": "${AWS::StackName}-1"},
    {"Fn::GetAtt": ["Bucket", "Arn"]},
    {},
    {"Ebs": "large"},
    [],
    [{"Fn::ImportValue": "elsewhere"}],
    [[1]],
    [{}],
    "",
    "NaN",
    "-1",
    "1e400",
    True,
    0,
    "word",
]


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands, at every depth."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in below:
        yield (*so_far, key)
        yield from paths(inside, (*so_far, key))


def with_nonsense(logical_id: str, path: tuple[Any, ...], nonsense: Any) -> dict[str, Any]:
    """The templates' resources with one value of one of them put in place of another."""
    changed = copy.deepcopy(SENSE[logical_id])
    *outer, last = path
    holder = changed["Properties"]
    for step in outer:
        holder = holder[step]
    holder[last] = nonsense
    return {
        "Bucket": SENSE["Bucket"],
        "Group": SENSE["Group"],
        "Budget": SENSE["Budget"],
        logical_id: changed,
    }


@pytest.mark.parametrize("logical_id", SENSE)
def test_nonsense_is_refused_in_a_sentence_or_priced(logical_id: str) -> None:
    for path in paths(SENSE[logical_id]["Properties"]):
        for nonsense in NONSENSE:
            try:
                found = used(with_nonsense(logical_id, path, nonsense))
            except (CostError, CfnError) as error:
                assert str(error)  # noqa: PT017 - either end is a right one
            else:
                assert found.total() >= 0


def test_what_makes_sense_is_priced() -> None:
    assert used(SENSE).total() > 0
