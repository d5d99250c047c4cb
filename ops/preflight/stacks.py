"""Whether CloudFormation will take the templates, the stacks a change, and the bucket packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.artifact_bucket import BucketTaken, NameTooLong, bucket_name, is_there
from ops.preflight.found import Found
from ops.stack import describe, remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.preflight.found import Scope

MOST_BYTES: Final = 51_200
"""The most that CloudFormation takes of a template within a request: "CloudFormation quotas", User Guide."""
MOST_RESOURCES: Final = 500
"""The most that a template may declare: the same page."""


def templates(scope: Scope) -> Iterator[Found]:
    """Templates over CloudFormation's limits."""
    for one in scope.stacks:
        size, count = len(one.text.encode()), len(one.body["Resources"])
        for what, has, may in (("bytes", size, MOST_BYTES), ("resources", count, MOST_RESOURCES)):
            if has > may:
                yield Found(
                    f"the template of {one.stack} has {has:,} {what} and CloudFormation takes {may:,}; "
                    "move part of it to another stack"
                )


def statuses(scope: Scope) -> Iterator[Found]:
    """Stacks in a status that takes no change; one that is being changed is waited for, and noted."""
    for one in scope.stacks:
        now = describe(scope.live, one.name)
        if now is None or now.is_updatable:
            continue
        if now.is_busy:
            sentence = f"stack {one.name} is in {now.status}, which is followed to its end first"
            yield Found(sentence, is_problem=False)
            continue
        told = remedy(now.status, scope.wanted.environment, one.stack)
        yield Found(f"stack {one.name} is in {now.status} and takes no change; {told}")


def parameters(scope: Scope) -> Iterator[Found]:
    """Parameters that have no default, and of which neither the stack nor anybody else says the value."""
    for one in scope.stacks:
        open_ones = [each for each in one.parameters if each.default is None]
        if not open_ones:
            continue
        now = describe(scope.live, one.name)
        known = set(scope.given.get(one.stack, {})) | set(now.parameters if now else ())
        for each in open_ones:
            if each.name not in known:
                yield Found(
                    f"stack {one.stack} needs a value for {each.name} ({each.description}); "
                    f"give it as --parameter {one.stack}.{each.name}=VALUE"
                )


def bucket(scope: Scope) -> Iterator[Found]:
    """The bucket of packages, if another account has its name."""
    try:
        is_there(scope.live, bucket_name(scope.live))
    except (BucketTaken, NameTooLong) as error:
        yield Found(str(error))
