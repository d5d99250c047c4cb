"""Whether a deployment alone mends a fault: it leaves alone what the templates say nothing new about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import Verdict

if TYPE_CHECKING:
    from ops.doctor.diagnosing import Diagnosis, Finding

RULED_OUT: Final = Verdict.RULED_OUT
BY_HAND: Final = "OPS-010"
"""The fault that stacks are not there: then a deployment makes all that the templates say."""
DEPLOYS: Final = re.compile(r"\bdeploy (?:the|again)\b")
ASKS_FOR_NEW: Final = re.compile(r"\b(?:set|raise|lower|list|leave) (?:\[|\w+\.|CloudFront|the traffic)")
"""A change of the settings is new to the templates."""


def left_alone(diagnosis: Diagnosis, finding: Finding) -> str:
    """What to know of a deployment that is to mend a fault; empty where the fault needs none.

    CloudFormation compares templates, and not what is there: what somebody has changed by hand is as it
    should be to it, and stays so ("Detect unmanaged configuration changes to stacks and resources with drift
    detection", CloudFormation User Guide).
    """
    change, commands = finding.answer.change, finding.answer.commands
    if not DEPLOYS.search(change) or ASKS_FOR_NEW.search(change):
        return ""
    if any(each.id == BY_HAND and each.answer.verdict is not RULED_OUT for each in diagnosis.findings):
        return ""
    told = (
        "a deployment alone does not touch what was changed by hand, which CloudFormation believes unchanged"
    )
    return f"{told}: " + ("type the above, which mends it now" if commands else "`miyabi drift` names it")
