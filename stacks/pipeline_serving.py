"""What CloudFormation may do for a pipeline with functions, APIs, logs, the edge, and what watches them.

See `stacks.pipeline_foundation`.
"""

from __future__ import annotations

from typing import Final

from stacks.pipeline_rights import ANY, ARTIFACTS, Right, bucket, everywhere, of, regional

SERVING: Final = (
    Right(
        "ChangeFunctions",
        "Functions, their versions, aliases and permissions",
        of(
            "lambda",
            "AddPermission CreateAlias CreateFunction DeleteAlias DeleteFunction "
            "DeleteFunctionConcurrency GetAlias GetFunction GetFunctionCodeSigningConfig "
            "GetFunctionConfiguration GetFunctionRecursionConfig GetFunctionScalingConfig GetPolicy "
            "GetProvisionedConcurrencyConfig GetRuntimeManagementConfig ListVersionsByFunction "
            "PublishVersion PutFunctionConcurrency RemovePermission TagResource UntagResource "
            "UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration",
        ),
        (regional("lambda", "function:<name>"),),
        ("AWS::Lambda::Alias", "AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Lambda::Version"),
    ),
    Right(
        "ReadPackages",
        "Lambda reads a package with the rights of whoever names it",
        of("s3", "GetObject GetObjectVersion"),
        (bucket(f"{ARTIFACTS}/*"),),
        ("AWS::Lambda::Function",),
    ),
    Right(
        "ChangeApi",
        "API Gateway's actions are HTTP's methods; an API's id is known only once it is there",
        of("apigateway", "DELETE GET PATCH POST PUT"),
        (
            "arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis",
            "arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/*",
            "arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/*",
        ),
        (
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::Integration",
            "AWS::ApiGatewayV2::Route",
            "AWS::ApiGatewayV2::Stage",
        ),
    ),
    Right(
        "ChangeLogGroups",
        "Log groups of the stacks",
        of(
            "logs",
            "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DisassociateKmsKey "
            "GetDataProtectionPolicy ListTagsForResource PutRetentionPolicy TagResource UntagResource",
        ),
        (
            regional("logs", "log-group:<name>"),
            regional("logs", "log-group:<name>:*"),
        ),
        ("AWS::Logs::LogGroup",),
    ),
    Right(
        "DeliverLogs",
        "Lets API Gateway, WAF and the VPC write their logs; none of these takes a resource",
        of(
            "logs",
            "CreateLogDelivery DeleteLogDelivery DescribeIndexPolicies DescribeLogGroups "
            "DescribeResourcePolicies GetLogDelivery ListLogDeliveries PutResourcePolicy "
            "UpdateLogDelivery",
        ),
        ANY,
        ("AWS::Logs::LogGroup",),
    ),
    Right(
        "ChangeBuckets",
        "Buckets of the stacks, without anything that is in them",
        of(
            "s3",
            "CreateBucket DeleteBucket DeleteBucketPolicy GetBucketAcl GetBucketLogging "
            "GetBucketNotification GetBucketOwnershipControls GetBucketPolicy "
            "GetBucketPublicAccessBlock GetBucketTagging GetBucketVersioning "
            "GetEncryptionConfiguration GetLifecycleConfiguration ListBucket ListTagsForResource "
            "PutBucketAcl PutBucketLogging PutBucketOwnershipControls PutBucketPolicy "
            "PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning "
            "PutEncryptionConfiguration PutLifecycleConfiguration TagResource UntagResource",
        ),
        (bucket("<name>"),),
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy"),
    ),
    Right(
        "MakeDistribution",
        "None of these has an ARN before it is made",
        of(
            "cloudfront",
            "CreateDistribution CreateFunction CreateOriginAccessControl CreateResponseHeadersPolicy",
        ),
        ANY,
        ("AWS::CloudFront::Distribution",),
    ),
    Right(
        "ChangeDistribution",
        "CloudFront's ids are known only once a resource is there",
        of(
            "cloudfront",
            "DeleteDistribution DeleteFunction DeleteOriginAccessControl DeleteResponseHeadersPolicy "
            "DescribeFunction GetDistribution GetDistributionConfig GetFunction "
            "GetOriginAccessControl GetResponseHeadersPolicy ListTagsForResource PublishFunction "
            "TagResource UntagResource UpdateDistribution UpdateFunction UpdateOriginAccessControl "
            "UpdateResponseHeadersPolicy",
        ),
        tuple(
            everywhere("cloudfront", f"{kind}/*")
            for kind in ("distribution", "function", "origin-access-control", "response-headers-policy")
        ),
        (
            "AWS::CloudFront::Distribution",
            "AWS::CloudFront::Function",
            "AWS::CloudFront::OriginAccessControl",
            "AWS::CloudFront::ResponseHeadersPolicy",
        ),
    ),
    Right(
        "ChangeFirewall",
        "The web ACL, with the managed rules in it, and where it writes its log",
        of(
            "wafv2",
            "CreateWebACL DeleteLoggingConfiguration DeleteWebACL GetLoggingConfiguration GetWebACL "
            "ListTagsForResource PutLoggingConfiguration TagResource UntagResource UpdateWebACL",
        ),
        (
            regional("wafv2", "global/managedruleset/*/*"),
            regional("wafv2", "global/webacl/<name>/*"),
        ),
        ("AWS::WAFv2::WebACL", "AWS::WAFv2::LoggingConfiguration"),
    ),
)
"""What answers a request."""

WATCHING: Final = (
    Right(
        "ChangeAlarms",
        "Alarms and the dashboard",
        of(
            "cloudwatch",
            "DeleteAlarms DeleteDashboards DescribeAlarms GetDashboard ListTagsForResource "
            "PutDashboard PutMetricAlarm TagResource UntagResource",
        ),
        (
            regional("cloudwatch", "alarm:<name>"),
            everywhere("cloudwatch", "dashboard/<name>"),
        ),
        ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"),
    ),
    Right(
        "ChangeTopic",
        "The topic that alarms go to, and who is told",
        of(
            "sns",
            "CreateTopic DeleteTopic GetDataProtectionPolicy GetTopicAttributes "
            "ListSubscriptionsByTopic ListTagsForResource SetTopicAttributes Subscribe TagResource "
            "Unsubscribe UntagResource",
        ),
        (regional("sns", "<name>"),),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy"),
    ),
    Right(
        "ChangeBackups",
        "The vault by its name; the id of a plan is known only once it is there",
        of(
            "backup",
            "CreateBackupPlan CreateBackupSelection CreateBackupVault DeleteBackupPlan "
            "DeleteBackupSelection DeleteBackupVault DescribeBackupVault GetBackupPlan "
            "GetBackupSelection GetBackupVaultAccessPolicy GetBackupVaultNotifications ListTags "
            "TagResource UntagResource UpdateBackupPlan",
        ),
        (
            regional("backup", "backup-plan:*"),
            regional("backup", "backup-vault:<name>"),
        ),
        ("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Backup::BackupVault"),
    ),
    Right(
        "MountVault",
        "Backup asks for it when a vault with a key is made; it takes no resource",
        of("backup-storage", "MountCapsule"),
        ANY,
        ("AWS::Backup::BackupVault",),
    ),
    Right(
        "ChangeBudget",
        "The budget of the environment",
        of("budgets", "ListTagsForResource ModifyBudget TagResource UntagResource ViewBudget"),
        (everywhere("budgets", "budget/*"),),
        ("AWS::Budgets::Budget",),
    ),
)
"""What watches, keeps and counts."""
