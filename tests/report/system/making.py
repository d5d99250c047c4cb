"""Reports to look at: of an environment of the house, or of a template that a test makes."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from cfn import Deployment, Template
from report.system.reporting import Given, report_of
from scripts.commands.report.gathering import given

if TYPE_CHECKING:
    from report.system.model import Report

DAY = date(2025, 11, 26)
FUNCTION = "AWS::Lambda::Function"


@cache
def given_of(environment: str) -> Given:
    """What the templates of an environment tell on the day of the document."""
    return given(environment, DAY)


@cache
def report_on(environment: str) -> Report:
    """The report of that."""
    return report_of(given_of(environment))


def template(**resources: Any) -> Deployment:
    """Templates of one stack without parameters."""
    return Deployment("odd", [Template("odd", {"Resources": resources})], "us-east-1", "551000000001")


def report_about(deployment: Deployment, **more: Any) -> Report:
    """A report of templates alone."""
    return report_of(Given(deployment.name, deployment, "2025-11-26", **more))


def function(name: str = "odd", **properties: Any) -> dict[str, Any]:
    """A function of a template."""
    return {
        "Type": FUNCTION,
        "Properties": {"FunctionName": name, "Runtime": "python3.13", "Handler": "a.b", **properties},
    }


def finding(name: str, layer: str, **more: Any) -> dict[str, Any]:
    """What the doctor has found, as `miyabi doctor --json` tells it."""
    return {
        "id": name,
        "layer": layer,
        "title": f"the title of {name}",
        "effect": "fails",
        "verdict": "proved",
        "because": f"why {name}",
        "commands": [],
        "change": None,
        "decide": None,
        "unseen": False,
        **more,
    }


def diagnosis(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A diagnosis as `miyabi doctor --json` tells it; the first finding is the cause, unless that is told."""
    return {
        "environment": "odd",
        "state": "faulty" if findings else "healthy",
        "only": [],
        "request": None,
        "unasked": "nobody was asked",
        "cause": findings[0]["id"] if findings else None,
        "consequences": [],
        "next": [],
        "others": [],
        "risks": [],
        "may_be": [],
        "unseen": [],
        "refused": [],
        "findings": list(findings),
        **more,
    }
