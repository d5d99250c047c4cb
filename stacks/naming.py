"""How things are called: stacks, parameters, secrets and logical ids, in one place."""

from __future__ import annotations

import re
from typing import Any

from troposphere import Sub

STACK_ORDER = ("network", "database", "service", "edge", "observability")
"""Deployment order: a stack reads only what stacks before it have written."""


def stack_name(system: str, stack: str) -> str:
    """Name of a CloudFormation stack."""
    return f"miyabi-{system}-{stack}"


def parameter_path(system: str, stack: str, name: str) -> str:
    """SSM parameter by which a value travels from one stack to the next."""
    return f"/miyabi/{system}/{stack}/{name}"


def secret_name(system: str, name: str) -> str:
    """Secret that a person enters; those that CloudFormation generates have no fixed name."""
    return f"miyabi/{system}/{name}"


def logical_id(*words: str) -> str:
    """CamelCase logical id of words, paths and hyphenated names: `api-function` becomes `ApiFunction`."""
    return "".join(
        part[0].upper() + part[1:] for word in words for part in re.split(r"[^A-Za-z0-9]+", word) if part
    )


def arn(
    service: str,
    resource: str,
    *,
    region: str = "${AWS::Region}",
    account: str = "${AWS::AccountId}",
    **values: Any,
) -> Sub:
    """ARN in whatever partition, region and account the stack is deployed to."""
    return Sub(f"arn:${{AWS::Partition}}:{service}:{region}:{account}:{resource}", **values)


def managed_policy(path: str) -> Sub:
    """ARN of a policy that AWS maintains."""
    return arn("iam", f"policy/{path}", region="", account="aws")
