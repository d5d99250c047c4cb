"""Are the stacks there, and as they were deployed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out
from ops.doctor.check import Effect, check
from ops.doctor.errors import NotThere
from ops.errors import NotDeployed
from ops.inventory import stacks_of
from ops.stack import DONE, REVIEW, UPDATABLE, remedy
from ops.status import alarms
from stacks.naming import parameter_path

if TYPE_CHECKING:
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

CARRYING: Final = ("network", "database", "service", "edge")
"""Stacks that requests pass, or what they need."""
WATCHING: Final = "observability"
ALARM: Final = "AWS::CloudWatch::Alarm"
PARAMETER: Final = "AWS::SSM::Parameter"
DRIFTED: Final = "DRIFTED"


@check("OPS-010", Effect.FAILS)
def stack_missing(evidence: Evidence) -> Answer:
    """CloudFormation has no stack of that name; one made by hand may do its work all the same."""
    wanted = [stack for stack in stacks_of(evidence.environment) if stack in CARRYING]
    missing = [stack for stack in wanted if stack not in _stacks(evidence)]
    name = evidence.environment.name
    if not missing:
        return ruled_out(f"{', '.join(wanted)} are deployed")
    if len(missing) == len(wanted) and _is_there_without(evidence):
        return proved(
            f"{name} was made by hand: no stack of it is there, and API {evidence.gateway.api_id} is",
            f"miyabi adopt {name}",
            change="adopt it, so that it is changed by templates from then on",
            by_design=True,
        )
    return proved(
        f"{', '.join(missing)} of {name} in {evidence.reading.region} not deployed", f"miyabi deploy {name}"
    )


@check("OPS-011", Effect.RISK)
def stack_stuck(evidence: Evidence) -> Answer:
    """The status of a stack takes no update."""
    name = evidence.environment.name
    for found in _stacks(evidence).values():
        status, stack = found["StackStatus"], found["StackName"]
        if status not in UPDATABLE and status not in DONE and not status.endswith("_IN_PROGRESS"):
            return proved(f"stack {stack} is in {status}", change=remedy(status, name, stack))
    return ruled_out("every stack can be updated")


@check("OPS-012", Effect.RISK)
def stack_changing(evidence: Evidence) -> Answer:
    """An operation of CloudFormation is under way."""
    busy = [
        f"{found['StackName']} ({found['StackStatus']})"
        for found in _stacks(evidence).values()
        if found["StackStatus"].endswith("_IN_PROGRESS")
    ]
    if busy:
        return proved(f"{', '.join(busy)}: what is seen may be half of a change")
    return ruled_out("no stack is being changed")


@check("OPS-013", Effect.RISK)
def stack_drifted(evidence: Evidence) -> Answer:
    """CloudFormation found, when last asked, that a resource is not as its stack made it."""
    drifted = [
        found["StackName"]
        for found in _stacks(evidence).values()
        if found.get("DriftInformation", {}).get("StackDriftStatus") == DRIFTED
    ]
    if drifted:
        return proved(
            f"{', '.join(drifted)} drifted when last looked at", f"miyabi drift {evidence.environment.name}"
        )
    return ruled_out("no drift is on record; `miyabi drift` looks anew")


@check("OPS-014", Effect.BLIND)
def nobody_is_told(evidence: Evidence) -> Answer:
    """The settings ask for alarms, and they are there, with their actions on."""
    if evidence.environment.observability is None:
        return ruled_out("the settings ask for no alarms")
    name = evidence.environment.name
    if WATCHING not in _stacks(evidence):
        return proved("the observability stack is not deployed", f"miyabi deploy {name} --only {WATCHING}")
    found = {str(each["alarm"]): each for each in alarms.look(evidence.reading).rows}
    if gone := [each for each in evidence.templates.made(ALARM, WATCHING) if each not in found]:
        return proved(
            f"{len(gone)} alarms that the observability stack has made are not there, such as {gone[0]}",
            f"miyabi drift {name}",
            change="delete the observability stack, which holds alarms alone, and deploy it",
        )
    if silent := [each for each, row in found.items() if not row["tells"]]:
        return proved(
            f"{len(silent)} of {len(found)} alarms have their actions switched off, such as {silent[0]}",
            f"aws cloudwatch enable-alarm-actions --alarm-names {' '.join(silent)}",
        )
    return ruled_out(f"the observability stack is deployed, and its {len(found)} alarms tell")


@check("OPS-016", Effect.BLIND)
def unpublished(evidence: Evidence) -> Answer:
    """What a stack has published in SSM, for the other stacks and for us, is there still."""
    reading, missing = evidence.reading, list[str]()
    for stack, found in _stacks(evidence).items():
        if found["StackStatus"] not in UPDATABLE:
            continue
        wanted = evidence.templates.made(PARAMETER, stack)
        path = parameter_path(reading.system, stack, "").rstrip("/")
        listed = reading.pages(
            "ssm:GetParametersByPath", f"parameters {path}", "Parameters", Path=path, Recursive=True
        )
        there = {str(each["Name"]) for each in (listed if wanted else ())}
        missing += [each for each in wanted if each not in there]
    if not missing:
        return ruled_out("all that the stacks have published is there")
    more = f", nor {len(missing) - 1} more" if missing[1:] else ""
    return proved(
        f"parameter {missing[0]}, by which its stack tells others what it has made, is not there{more}",
        f"miyabi drift {evidence.environment.name}",
        change="a deployment makes a parameter anew only where its own resource has changed: enter it by "
        "`aws ssm put-parameter --type String`, with what the resource is called",
    )


@check("OPS-015", Effect.RISK)
def alarm_rings(evidence: Evidence) -> Answer:
    """CloudWatch has an alarm of ours in state ALARM."""
    part = alarms.look(evidence.reading)
    ringing = [str(row["alarm"]) for row in part.rows if row["state"] == alarms.RINGING]
    if ringing:
        return proved(f"{', '.join(ringing)} in ALARM", f"miyabi status {evidence.environment.name}")
    return ruled_out(part.summary)


def _stacks(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """The stacks that are there, by their short names."""
    found: dict[str, dict[str, Any]] = {}
    for stack in stacks_of(evidence.environment):
        name = evidence.reading.stack_name(stack)
        answer = evidence.reading.find("cloudformation:DescribeStacks", f"stack {name}", StackName=name)
        if answer and answer["Stacks"][0]["StackStatus"] != REVIEW:
            found[stack] = answer["Stacks"][0]
    return found


def _is_there_without(evidence: Evidence) -> bool:
    try:
        return bool(evidence.gateway.api)
    except (NotThere, NotDeployed):
        return False
