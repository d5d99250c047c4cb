"""How the stacks of an environment are: status, since when, and drift as far as it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed
from ops.inventory import stacks_of
from ops.stack import DONE, REVIEW, UPDATABLE
from ops.status.part import Finding, Part, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.live import Live
    from ops.status.part import Row

NAME: Final = "stacks"


def look(live: Live) -> Part:
    """Ask CloudFormation for each stack that the environment has by its settings."""
    rows = [_row(live, stack) for stack in stacks_of(live.environment)]
    there = [row for row in rows if row["status"]]
    return Part(NAME, _summary(there, len(rows)), tuple(_findings(live, rows)), tuple(rows))


def _row(live: Live, stack: str) -> Row:
    name = live.stack_name(stack)
    row: Row = {"stack": stack, "name": name, "status": None, "reason": None, "updated": None, "drift": None}
    try:
        [found] = live.call("cloudformation:DescribeStacks", f"stack {name}", StackName=name)["Stacks"]
    except NotDeployed:
        return row
    if found["StackStatus"] == REVIEW:
        return row
    return row | {
        "status": found["StackStatus"],
        "reason": found.get("StackStatusReason"),
        "updated": found.get("LastUpdatedTime", found["CreationTime"]),
        "drift": _drift(found),
    }


def _drift(found: dict[str, Any]) -> str:
    """CloudFormation's word of it, which is as old as the last time that somebody had it looked at."""
    status: str = found.get("DriftInformation", {}).get("StackDriftStatus", "NOT_CHECKED")
    return status


def _findings(live: Live, rows: Sequence[Row]) -> Iterator[Finding]:
    name = live.environment.name
    missing = [row["stack"] for row in rows if not row["status"]]
    if missing:
        yield Finding(
            Standing.WRONG, f"{', '.join(missing)} not there; `miyabi deploy {name}` deploys what is missing"
        )
    for row in rows:
        status = row["status"]
        if not status or status in DONE:
            continue
        reason = f": {row['reason']}" if row["reason"] else ""
        if status.endswith("_IN_PROGRESS"):
            yield Finding(Standing.NOTICE, f"{row['stack']} is being worked on ({status})")
        elif status in UPDATABLE:
            yield Finding(Standing.NOTICE, f"the last change of {row['stack']} was taken back ({status})")
        else:
            yield Finding(Standing.WRONG, f"{row['stack']} is in {status}{reason}")
    drifted = [row["stack"] for row in rows if row["drift"] == "DRIFTED"]
    if drifted:
        yield Finding(
            Standing.NOTICE, f"{', '.join(drifted)} drifted when last looked at; see `miyabi drift {name}`"
        )


def _summary(there: Sequence[Row], wanted: int) -> str:
    if not there:
        return f"0 of {wanted} deployed"
    newest = max(row["updated"] for row in there)
    return f"{len(there)} of {wanted} deployed, the last change {newest:%Y-%m-%d %H:%M} UTC"
