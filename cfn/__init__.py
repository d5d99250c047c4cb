"""Reading CloudFormation without asking AWS: templates, what their values come to, and what follows."""

from __future__ import annotations

from cfn.arn import Arn, arn_like
from cfn.deployment import Deployment, Link
from cfn.errors import (
    ArnInvalid,
    CfnError,
    CircularReference,
    TemplateAbsent,
    TemplateInvalid,
    TemplateUnreadable,
    ValueUnknown,
)
from cfn.resolve import Resolver
from cfn.template import Resource, Template
from cfn.values import Reference, Text, Unknown

__all__ = [
    "Arn",
    "ArnInvalid",
    "CfnError",
    "CircularReference",
    "Deployment",
    "Link",
    "Reference",
    "Resolver",
    "Resource",
    "Template",
    "TemplateAbsent",
    "TemplateInvalid",
    "TemplateUnreadable",
    "Text",
    "Unknown",
    "ValueUnknown",
    "arn_like",
]
