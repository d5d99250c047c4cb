"""The environment's KMS key: one for logs, secrets, environment variables, the topic and backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import awacs.kms
from awacs.aws import Action, Allow, ArnLike, Condition, Principal, Statement
from troposphere import Sub, kms

from stacks.naming import arn
from stacks.policies import document
from stacks.values import KEY_ARN

if TYPE_CHECKING:
    from awacs.aws import PolicyDocument

    from stacks.stack import Stack

PUBLISHERS = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]
"""Services that publish to the encrypted alarm topic."""


def add_key(stack: Stack) -> kms.Key:
    """Add the key; it is never deleted with the stack, for what it encrypted would be lost."""
    key = stack.add(
        kms.Key(
            "Key",
            Description=f"Miyabi {stack.environment.system}: logs, secrets, variables, topic and backups",
            EnableKeyRotation=True,
            PendingWindowInDays=30,
            KeyPolicy=_policy(),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    stack.publish(KEY_ARN, key.get_att("Arn"))
    return key


def _policy() -> PolicyDocument:
    """Rights by IAM policies of this account, and the few services that use the key themselves."""
    return document(
        Statement(
            Sid="AccountGivesRightsByIamPolicies",
            Effect=Allow,
            Principal=Principal("AWS", [arn("iam", "root", region="")]),
            Action=[Action("kms", "*")],
            Resource=["*"],
        ),
        Statement(
            Sid="LogGroupsOfThisAccount",
            Effect=Allow,
            Principal=Principal("Service", [Sub("logs.${AWS::Region}.${AWS::URLSuffix}")]),
            Action=[
                awacs.kms.Encrypt,
                awacs.kms.Decrypt,
                awacs.kms.ReEncryptFrom,
                awacs.kms.ReEncryptTo,
                awacs.kms.GenerateDataKey,
                awacs.kms.DescribeKey,
            ],
            Resource=["*"],
            Condition=Condition(ArnLike({"kms:EncryptionContext:aws:logs:arn": arn("logs", "log-group:*")})),
        ),
        # By the topic, not by the sender's account: not every one of them says for whom it acts.
        Statement(
            Sid="PublishersToTopicsOfThisAccount",
            Effect=Allow,
            Principal=Principal("Service", PUBLISHERS),
            Action=[awacs.kms.Decrypt, awacs.kms.GenerateDataKey],
            Resource=["*"],
            Condition=Condition(ArnLike({"kms:EncryptionContext:aws:sns:topicArn": arn("sns", "*")})),
        ),
    )
