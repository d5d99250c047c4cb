"""Types that are free as most people write them, and cost something with one property more."""

from __future__ import annotations

from typing import Any

import pytest

from cost.free_of_charge import is_free
from cost.pricings.apigateway import deployment
from cost.pricings.codedeploy.deployment_group import UPDATES
from cost.pricings.cognito.user_pool_client import TOKENS
from cost.pricings.ec2.vpc_endpoint_service import REMOTE
from cost.pricings.ecs.capacity_provider import MANAGED
from cost.pricings.ecs.cluster import INSIGHTS
from cost.pricings.eks.fargate_profile import PODS
from cost.shared.target_tracking import ALARMS
from tests.cost.bills import quantities, told, used
from tests.cost.systems import resource

CPU = {"TargetValue": 50}
CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "AWS::ApiGateway::Deployment",
        {"StageDescription": {"CacheClusterEnabled": False, "MethodSettings": [{"MetricsEnabled": False}]}},
        {"StageDescription": {"MetricsEnabled": True}},
        deployment.MEASURED,
    ),
    (
        "AWS::ApiGateway::Deployment",
        {"StageName": "v1"},
        {"StageDescription": {"MethodSettings": [{}, {"MetricsEnabled": True}]}},
        deployment.MEASURED,
    ),
    (
        "AWS::ApiGateway::Deployment",
        {"StageDescription": {"TracingEnabled": False}},
        {"StageDescription": {"TracingEnabled": True}},
        deployment.TRACED,
    ),
    (
        "AWS::ECS::Cluster",
        {"ClusterSettings": [{"Name": "containerInsights", "Value": "disabled"}]},
        {"ClusterSettings": [{"Name": "containerInsights", "Value": "enhanced"}]},
        INSIGHTS,
    ),
    (
        "AWS::ECS::CapacityProvider",
        {"AutoScalingGroupProvider": {}},
        {"ManagedInstancesProvider": {"InstanceLaunchTemplate": {}}},
        MANAGED,
    ),
    (
        "AWS::EKS::Addon",
        {"AddonName": "vpc-cni"},
        {"AddonName": "kubecost_kubecost"},
        "what the vendor of kubecost_kubecost asks for it",
    ),
    (
        "AWS::Cognito::UserPoolClient",
        {"AllowedOAuthFlows": ["code"]},
        {"AllowedOAuthFlows": ["code", "client_credentials"]},
        TOKENS,
    ),
    (
        "AWS::CodeDeploy::DeploymentGroup",
        {"Ec2TagFilters": [{"Key": "app"}]},
        {"OnPremisesInstanceTagFilters": [{"Key": "app"}]},
        UPDATES,
    ),
    (
        "AWS::EC2::VPCEndpointService",
        {"SupportedRegions": []},
        {"SupportedRegions": [{"Region": "us-west-2"}]},
        REMOTE,
    ),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        {"StepScalingPolicyConfiguration": {}},
        {"TargetTrackingScalingPolicyConfiguration": CPU},
        ALARMS,
    ),
    (
        "AWS::AutoScaling::ScalingPolicy",
        {"PolicyType": "SimpleScaling"},
        {"TargetTrackingConfiguration": CPU},
        ALARMS,
    ),
]


@pytest.mark.parametrize(("type_", "free", "paid", "said"), CASES)
def test_a_type_is_free_and_what_costs_something_of_it_is_told(
    type_: str, free: Any, paid: Any, said: str
) -> None:
    found = used({"It": resource(type_, **free), "Other": resource(type_, **free | paid)})

    assert {type_: 1} == found.free_of_charge
    assert [("Other", said)] == [(each.logical_id, reason) for each, reason in found.not_priced]
    assert () == found.lines


def test_pods_on_fargate_are_told_at_their_profile() -> None:
    assert {PODS} == told(used({"It": resource("AWS::EKS::FargateProfile")}))


def test_the_cache_of_a_stage_that_a_deployment_makes_is_charged() -> None:
    stage = {"CacheClusterEnabled": True, "CacheClusterSize": "1.6"}
    found = used({"It": resource("AWS::ApiGateway::Deployment", StageName="v1", StageDescription=stage)})

    assert {"cache": 730} == quantities(found, "It")
    assert "27.74" == str(found.total())[:5]


@pytest.mark.parametrize(
    "type_",
    [
        "AWS::Backup::RestoreTestingSelection",
        "AWS::CloudWatch::AnomalyDetector",
        "AWS::ECR::ReplicationConfiguration",
        "AWS::RDS::CustomDBEngineVersion",
        "AWS::S3::StorageLensGroup",
    ],
)
def test_a_type_that_may_bring_charges_is_not_called_free(type_: str) -> None:
    assert not is_free(type_)
    assert {"this type has no pricing yet"} == told(used({"It": resource(type_)}))
