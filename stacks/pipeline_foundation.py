"""What CloudFormation may do for a pipeline with networks, keys, roles, databases, secrets and values.

The rows are of `stacks.pipeline_rights`; those of the other resources stand in `stacks.pipeline_serving`. The
actions are those that AWS lists for the handlers of a type ("handlers" in the CloudFormation registry), less
those for what our templates never ask for; a test holds both against each other.
"""

from __future__ import annotations

from typing import Final

from stacks.pipeline_rights import ANY, Right, everywhere, of, regional

FOUNDATION: Final = (
    Right(
        "ChangeNetwork",
        "Ids of EC2 are known only once a resource is there, so these are named by their kind",
        of(
            "ec2",
            "AssociateRouteTable AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress "
            "CreateFlowLogs CreateRouteTable CreateSecurityGroup CreateSubnet CreateTags CreateVpc "
            "DeleteFlowLogs DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc "
            "DescribeVpcAttribute DisassociateRouteTable ModifySubnetAttribute ModifyVpcAttribute "
            "ReplaceRouteTableAssociation RevokeSecurityGroupEgress RevokeSecurityGroupIngress "
            "UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress",
        ),
        tuple(
            regional("ec2", f"{kind}/*")
            for kind in (
                "route-table",
                "security-group",
                "security-group-rule",
                "subnet",
                "vpc",
                "vpc-flow-log",
            )
        ),
        (
            "AWS::EC2::FlowLog",
            "AWS::EC2::RouteTable",
            "AWS::EC2::SecurityGroup",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::SecurityGroupIngress",
            "AWS::EC2::Subnet",
            "AWS::EC2::SubnetRouteTableAssociation",
            "AWS::EC2::VPC",
        ),
    ),
    Right(
        "LookAtNetwork",
        "Looks at the network; none of these takes a resource",
        of(
            "ec2",
            "DescribeAccountAttributes DescribeAvailabilityZones DescribeFlowLogs DescribeInstances "
            "DescribeInternetGateways DescribeNetworkAcls DescribeNetworkInterfaces "
            "DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets "
            "DescribeTags DescribeVpcs",
        ),
        ANY,
        ("AWS::EC2::SecurityGroup", "AWS::Lambda::Function", "AWS::RDS::DBInstance"),
    ),
    Right(
        "MakeKey",
        "A key has no ARN before it is made",
        of("kms", "CreateKey"),
        ANY,
        ("AWS::KMS::Key",),
    ),
    Right(
        "ChangeKey",
        "Keys have no names, and their tags count only minutes later, so any key of the account is meant",
        of(
            "kms",
            "DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation GetKeyPolicy "
            "GetKeyRotationStatus ListResourceTags PutKeyPolicy ScheduleKeyDeletion TagResource "
            "UntagResource UpdateKeyDescription",
        ),
        (regional("kms", "key/*"),),
        ("AWS::KMS::Key",),
    ),
    Right(
        "UseKey",
        "These services ask that whoever gives them a key may use it himself, but only through them",
        of("kms", "CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey RetireGrant"),
        (regional("kms", "key/*"),),
        ("AWS::Lambda::Function", "AWS::RDS::DBInstance", "AWS::Backup::BackupVault"),
        via=("backup", "lambda", "rds", "secretsmanager"),
    ),
    Right(
        "ChangeRoles",
        "Changes the roles of the stacks, never those of the pipeline, whose path is another",
        of(
            "iam",
            "AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole "
            "GetRolePolicy ListAttachedRolePolicies ListRolePolicies PutRolePolicy TagRole UntagRole "
            "UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
        ),
        (everywhere("iam", "role/<name>"),),
        ("AWS::IAM::Role",),
    ),
    Right(
        "MakeServiceRoles",
        "Services make a role of their own when they are first used in an account",
        of("iam", "CreateServiceLinkedRole"),
        (everywhere("iam", "role/aws-service-role/*"),),
        ("AWS::RDS::DBInstance", "AWS::EC2::FlowLog", "AWS::WAFv2::LoggingConfiguration"),
    ),
)
"""What everything stands in."""

DATA: Final = (
    Right(
        "ChangeDatabase",
        "The instance with its groups, events and last snapshot",
        of(
            "rds",
            "AddSourceIdentifierToSubscription AddTagsToResource CreateDBInstance "
            "CreateDBParameterGroup CreateDBSnapshot CreateDBSubnetGroup CreateEventSubscription "
            "DeleteDBInstance DeleteDBParameterGroup DeleteDBSubnetGroup DeleteEventSubscription "
            "ListTagsForResource ModifyDBInstance ModifyDBParameterGroup ModifyDBSubnetGroup "
            "ModifyEventSubscription RebootDBInstance RemoveSourceIdentifierFromSubscription "
            "RemoveTagsFromResource ResetDBParameterGroup",
        ),
        tuple(regional("rds", f"{kind}:<name>") for kind in ("db", "es", "pg", "snapshot", "subgrp")),
        (
            "AWS::RDS::DBInstance",
            "AWS::RDS::DBParameterGroup",
            "AWS::RDS::DBSubnetGroup",
            "AWS::RDS::EventSubscription",
        ),
    ),
    Right(
        "LookAtDatabases",
        "RDS is asked by lists, which hold the account's other databases as well",
        of(
            "rds",
            "DescribeDBEngineVersions DescribeDBInstanceAutomatedBackups DescribeDBInstances "
            "DescribeDBParameterGroups DescribeDBParameters DescribeDBSnapshots "
            "DescribeDBSubnetGroups DescribeEngineDefaultParameters DescribeEventSubscriptions "
            "DescribeEvents",
        ),
        ANY,
        ("AWS::RDS::DBInstance",),
    ),
    Right(
        "ChangeSecrets",
        "Generated secrets, whose names begin with their logical ids",
        of(
            "secretsmanager",
            "CreateSecret DeleteSecret DescribeSecret GetSecretValue TagResource UntagResource UpdateSecret",
        ),
        (regional("secretsmanager", "secret:<generated>-*"),),
        ("AWS::SecretsManager::Secret",),
    ),
    Right(
        "GeneratePasswords",
        "Has passwords made up; it takes no resource",
        of("secretsmanager", "GetRandomPassword"),
        ANY,
        ("AWS::SecretsManager::Secret",),
    ),
    Right(
        "ReadEnteredSecrets",
        "Dynamic references of the templates are resolved with these rights",
        of("secretsmanager", "GetSecretValue"),
        (regional("secretsmanager", "secret:<secret>-*"),),
    ),
    Right(
        "ChangeValues",
        "Writes and reads what the stacks tell one another, the package's name among it",
        of(
            "ssm",
            "AddTagsToResource DeleteParameter GetParameters ListTagsForResource PutParameter "
            "RemoveTagsFromResource",
        ),
        (
            regional("ssm", "parameter/miyabi/<system>/<stack>/*"),
            regional("ssm", "parameter/miyabi/<system>/artifact/*"),
        ),
        ("AWS::SSM::Parameter",),
    ),
)
"""What holds data, and what the stacks tell one another."""
