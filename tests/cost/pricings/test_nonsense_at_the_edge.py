"""Templates that make no sense, value by value: the edge's resources are refused in a sentence, or priced."""

from __future__ import annotations

from functools import partial

import pytest

from tests.cost.bills import used
from tests.cost.nonsense import NONSENSE, assert_refused_in_a_sentence_or_priced, spoiled
from tests.cost.systems import resource

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
NONSENSE_HERE = [*NONSENSE, {"Fn::GetAtt": ["Bucket", "Arn"]}]
BESIDE = {name: SENSE[name] for name in ("Bucket", "Group", "Budget")}
"""What the others refer to."""


@pytest.mark.parametrize("logical_id", SENSE)
def test_nonsense_is_refused_in_a_sentence_or_priced(logical_id: str) -> None:
    for changed in spoiled(SENSE[logical_id], NONSENSE_HERE):
        assert_refused_in_a_sentence_or_priced(partial(used, BESIDE | {logical_id: changed}))


def test_what_makes_sense_is_priced() -> None:
    assert used(SENSE).total() > 0
