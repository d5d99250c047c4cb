"""Deletes what a plan names, stack by stack; a second run goes on where one was stopped or failed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ops.deploying.causes import likely_cause
from ops.destroying.emptying import empty
from ops.destroying.errors import DataProtected, DeleteFailed, WordWrong
from ops.destroying.plan import BUCKET, INSTANCE, Fate, is_protected
from ops.errors import NotDeployed
from ops.locking import LOCKS
from ops.stack import describe, follow, last_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.destroying.plan import DoomedStack, Plan
    from ops.live import Live
    from ops.stack import Event, Stack

GONE: Final = "DELETE_COMPLETE"
RECOVERY_DAYS: Final = 30
"""Days in which an entered secret can be brought back; the most that Secrets Manager gives."""


@dataclass(slots=True)
class Callbacks:
    """Whom a deletion tells and waits by."""

    say: Callable[[str], None] = lambda _: None
    begin: Callable[[DoomedStack], None] = lambda _: None
    watch: Callable[[Event], None] = lambda _: None
    end: Callable[[DoomedStack], None] = lambda _: None
    require: Callable[[], None] = lambda: None
    """Raises when the system's lock was lost."""
    pause: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Result:
    """What was done: stacks that are gone, resources that stay as `type name`, and snapshots taken."""

    deleted: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def require_word(live: Live, planned: Plan, word: str | None) -> None:
    """Raise `DataProtected` unless no data is at stake or the word is given, and `WordWrong` for another.

    The word is the system's name, so that whoever deletes `reported` says that it is `production`.
    """
    if word is not None and word != live.system:
        raise WordWrong(live.system, word)
    if planned.protections and word is None:
        raise DataProtected(live.environment.name, live.system, planned.protections)


def run(live: Live, planned: Plan, word: str | None, callbacks: Callbacks | None = None) -> Result:
    """Delete the stacks of a plan. Raises `DeleteFailed`, and what `require_word` raises."""
    told, result = callbacks or Callbacks(), Result()
    require_word(live, planned, word)
    for one in planned.stacks:
        told.require()
        told.begin(one)
        if word is not None:
            _unprotect(live, one, told)
        _delete(live, one, told)
        result.deleted.append(one.stack.name)
        result.kept += [f"{each.type} {each.physical_id}" for each in one.of(Fate.KEPT)]
        result.snapshots += _snapshots(live, one)
        told.end(one)
    return result


def run_beside(live: Live, planned: Plan, say: Callable[[str], None]) -> list[str]:
    """Delete what is beside the stacks, the bucket last, and in it the lock: it holds while there is more."""
    done = []
    for path in planned.beside.parameters:
        _without(live, "ssm:DeleteParameter", f"parameter {path}", Name=path)
        done.append(f"parameter {path}")
    for secret in planned.beside.secrets:
        _without(
            live,
            "secretsmanager:DeleteSecret",
            f"secret {secret}",
            SecretId=secret,
            RecoveryWindowInDays=RECOVERY_DAYS,
        )
        done.append(f"secret {secret}, which can be brought back for {RECOVERY_DAYS} days")
    if bucket := planned.beside.bucket:
        empty(live, bucket, say, last=LOCKS)
        _without(live, "s3:DeleteBucket", f"bucket {bucket}", Bucket=bucket)
        done.append(f"bucket {bucket}")
    return done


def _unprotect(live: Live, one: DoomedStack, told: Callbacks) -> None:
    """Take off what keeps a stack and its database, and empty the buckets that are to go."""
    if one.stack.termination_protection:
        live.call(
            "cloudformation:UpdateTerminationProtection",
            f"stack {one.stack.name}",
            StackName=one.stack.name,
            EnableTerminationProtection=False,
        )
    for each in one.resources:
        if each.fate is Fate.KEPT:
            continue
        if each.type == INSTANCE and is_protected(live, each.physical_id):
            live.call(
                "rds:ModifyDBInstance",
                f"database {each.physical_id}",
                DBInstanceIdentifier=each.physical_id,
                DeletionProtection=False,
                ApplyImmediately=True,
            )
            told.say(f"database {each.physical_id} is not protected any more")
        if each.type == BUCKET:
            empty(live, each.physical_id, told.say)


def _delete(live: Live, one: DoomedStack, told: Callbacks) -> None:
    stack = _settled(live, one, told)
    if stack is None:
        return
    before = last_event(live, stack.id)
    events: list[Event] = []

    def seen(event: Event) -> None:
        events.append(event)
        told.watch(event)

    live.call("cloudformation:DeleteStack", f"stack {stack.name}", StackName=stack.id)
    ended = follow(live, stack.id, seen, after=before, pause=told.pause)
    if ended.status != GONE:
        told_why = _explained(events, live.environment.name)
        raise DeleteFailed(stack.name, ended.status, told_why, live.environment.name)


def _snapshots(live: Live, one: DoomedStack) -> list[str]:
    """The newest snapshot of each database that is gone, which CloudFormation has taken and named."""
    found = []
    for each in one.of(Fate.SNAPSHOT):
        listed = live.call(
            "rds:DescribeDBSnapshots",
            f"snapshots of {each.physical_id}",
            DBInstanceIdentifier=each.physical_id,
            SnapshotType="manual",
        )["DBSnapshots"]
        newest = max(listed, key=lambda snapshot: snapshot["SnapshotCreateTime"], default=None)
        found += [newest["DBSnapshotIdentifier"]] if newest else []
    return found


def _settled(live: Live, one: DoomedStack, told: Callbacks) -> Stack | None:
    """The stack when nothing goes on in it; None when it is gone by then."""
    stack = describe(live, one.stack.id)
    if stack and stack.is_busy:
        told.say(f"stack {stack.name} is in {stack.status}: following it first")
        stack = follow(live, stack.id, told.watch, pause=told.pause)
    return None if stack is None or stack.status == GONE else stack


def _explained(events: list[Event], environment: str) -> list[str]:
    """What failed, each in AWS's words, and the likely cause of the first."""
    failures = [event for event in events if event.is_failure and not event.is_of_stack]
    found = [f"{event.logical_id} ({event.type}): {event.reason}" for event in failures]
    cause = likely_cause(failures[0]) if failures else None
    return [*found, f"likely {cause.cause}: {cause.remedy_for(environment)}"] if cause else found


def _without(live: Live, action: str, thing: str, **arguments: object) -> None:
    """Delete something that may be gone already."""
    try:
        live.call(action, thing, **arguments)
    except NotDeployed:
        return
