"""What CloudFormation itself gives to every stack: AWS::Region, AWS::AccountId and their like."""

from __future__ import annotations

from typing import Any

from cfn.values import Unknown

_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
}
"""Partition and domain by the beginnings of their regions' names; botocore's partitions.json has them all."""


def pseudo_parameters(
    template: str, region: str, account: str | None, stack_name: str | None
) -> dict[str, Any]:
    """Their values by name; None for AWS::NoValue, Unknown for what only the deployment settles."""
    partition, suffix = _partition(region)
    return {
        "AWS::AccountId": account or Unknown("no account was given", "AWS::AccountId"),
        "AWS::NoValue": None,
        "AWS::NotificationARNs": _open(template, "AWS::NotificationARNs"),
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::StackId": _open(template, "AWS::StackId"),
        "AWS::StackName": stack_name or _open(template, "AWS::StackName"),
        "AWS::URLSuffix": suffix,
    }


def _partition(region: str) -> tuple[str, str]:
    matching = (found for start, found in _PARTITIONS.items() if region.startswith(start))
    return next(matching, ("aws", "amazonaws.com"))


def _open(template: str, name: str) -> Unknown:
    return Unknown(f"{name} of {template} is settled when the stack is deployed", name)
