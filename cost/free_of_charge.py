"""CloudFormation types that cost nothing themselves, one by one."""

from __future__ import annotations

BY_SERVICE = {
    "ACMPCA": "CertificateAuthorityActivation Permission",
    "ApiGateway": (
        "Account ApiKey Authorizer BasePathMapping ClientCertificate DocumentationPart "
        "DocumentationVersion DomainName GatewayResponse Method Model RequestValidator Resource "
        "UsagePlan UsagePlanKey VpcLink"
    ),
    "ApiGatewayV2": (
        "ApiGatewayManagedOverrides ApiMapping Authorizer Deployment DomainName Integration "
        "IntegrationResponse Model Route RouteResponse VpcLink"
    ),
    "AutoScaling": "LaunchConfiguration LifecycleHook ScheduledAction",
    "Backup": "BackupSelection",
    "CDK": "Metadata",
    "CertificateManager": "Account",
    "CloudFormation": "CustomResource Macro WaitCondition WaitConditionHandle",
    "CloudFront": (
        "CachePolicy CloudFrontOriginAccessIdentity ContinuousDeploymentPolicy KeyGroup "
        "OriginAccessControl OriginRequestPolicy PublicKey RealtimeLogConfig ResponseHeadersPolicy "
        "VpcOrigin"
    ),
    "CodeBuild": "ReportGroup SourceCredential",
    "CodeDeploy": "Application DeploymentConfig",
    "Cognito": (
        "IdentityPool IdentityPoolRoleAttachment UserPoolDomain UserPoolGroup UserPoolIdentityProvider "
        "UserPoolResourceServer"
    ),
    "EC2": (
        "ClientVpnAuthorizationRule ClientVpnRoute CustomerGateway DHCPOptions EgressOnlyInternetGateway "
        "EIPAssociation GatewayRouteTableAssociation InstanceConnectEndpoint InternetGateway KeyPair "
        "LaunchTemplate NetworkAcl NetworkAclEntry NetworkInterface NetworkInterfaceAttachment "
        "NetworkInterfacePermission PlacementGroup PrefixList Route RouteTable SecurityGroup "
        "SecurityGroupEgress SecurityGroupIngress SecurityGroupVpcAssociation Subnet SubnetCidrBlock "
        "SubnetNetworkAclAssociation SubnetRouteTableAssociation TransitGateway TransitGatewayRoute "
        "TransitGatewayRouteTable TransitGatewayRouteTableAssociation "
        "TransitGatewayRouteTablePropagation VolumeAttachment VPC VPCCidrBlock VPCDHCPOptionsAssociation "
        "VPCEndpointConnectionNotification VPCEndpointServicePermissions VPCGatewayAttachment "
        "VPCPeeringConnection VPNConnectionRoute VPNGateway VPNGatewayRoutePropagation"
    ),
    "ECR": "PullThroughCacheRule RegistryPolicy RepositoryCreationTemplate",
    "ECS": "ClusterCapacityProviderAssociations PrimaryTaskSet TaskDefinition",
    "EFS": "AccessPoint MountTarget",
    "EKS": "AccessEntry IdentityProviderConfig PodIdentityAssociation",
    "ElastiCache": "ParameterGroup SecurityGroup SecurityGroupIngress SubnetGroup User UserGroup",
    "ElasticLoadBalancingV2": "Listener ListenerCertificate ListenerRule TargetGroup",
    "Events": "Connection EventBusPolicy Rule",
    "IAM": (
        "AccessKey Group GroupPolicy InstanceProfile ManagedPolicy OIDCProvider Policy Role RolePolicy "
        "SAMLProvider ServerCertificate ServiceLinkedRole User UserPolicy UserToGroupAddition "
        "VirtualMFADevice"
    ),
    "Kinesis": "ResourcePolicy",
    "KMS": "Alias",
    "Lambda": "CodeSigningConfig EventInvokeConfig LayerVersion LayerVersionPermission Permission Url",
    "Logs": "Destination LogAnomalyDetector LogStream QueryDefinition ResourcePolicy SubscriptionFilter",
    "RDS": (
        "DBClusterParameterGroup DBParameterGroup DBProxyTargetGroup DBSecurityGroup "
        "DBSecurityGroupIngress DBSubnetGroup EventSubscription OptionGroup"
    ),
    "Route53": "CidrCollection DNSSEC KeySigningKey",
    "Route53Resolver": (
        "ResolverConfig ResolverDNSSECConfig ResolverQueryLoggingConfigAssociation ResolverRule "
        "ResolverRuleAssociation"
    ),
    "S3": "AccessPoint BucketPolicy MultiRegionAccessPointPolicy",
    "Scheduler": "ScheduleGroup",
    "SecretsManager": "ResourcePolicy RotationSchedule SecretTargetAttachment",
    "Serverless": "Connector LayerVersion",
    "SNS": "TopicInlinePolicy TopicPolicy",
    "SQS": "QueueInlinePolicy QueuePolicy",
    "SSM": (
        "Association Document MaintenanceWindow MaintenanceWindowTarget MaintenanceWindowTask "
        "PatchBaseline ResourceDataSync"
    ),
    "StepFunctions": "Activity StateMachineAlias StateMachineVersion",
    "Synthetics": "Group",
    "WAF": "ByteMatchSet IPSet Rule SizeConstraintSet SqlInjectionMatchSet XssMatchSet",
    "WAFRegional": (
        "ByteMatchSet GeoMatchSet IPSet RateBasedRule RegexPatternSet Rule SizeConstraintSet "
        "SqlInjectionMatchSet WebACLAssociation XssMatchSet"
    ),
    "WAFv2": "IPSet RegexPatternSet WebACLAssociation",
    "XRay": "ResourcePolicy SamplingRule",
}
"""Names of types by service."""

FREE_OF_CHARGE = frozenset(
    f"AWS::{service}::{name}" for service, names in BY_SERVICE.items() for name in names.split()
)
CUSTOM = "Custom::"
"""Custom resources cost nothing; the function that serves them is a resource of its own."""


def is_free(type_: str) -> bool:
    """Whether resources of a type cost nothing themselves."""
    return type_ in FREE_OF_CHARGE or type_.startswith(CUSTOM)
