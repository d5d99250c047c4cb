"""How a living system differs from what its stacks made, and what CloudFormation can't see of it.

"Detect unmanaged configuration changes to stacks and resources with drift detection", CloudFormation User
Guide.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.deploying.aliases import aliases
from ops.deploying.errors import StackUnknown
from ops.errors import NotDeployed, OperationError
from ops.hiding import told
from ops.inventory import functions_of, stacks_of
from ops.stack import describe
from ops.wanted import Wanted, as_deployed
from runtime.migrator.errors import AccessError
from stacks.values import ARTIFACT_BUCKET, ARTIFACT_KEY, BOOTSTRAP_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ops.inventory import FunctionPlace
    from ops.live import Live
    from ops.stack import Stack
    from ops.wanted import WantedStack

PAUSE: Final = 3.0
"""Seconds between two questions; a detection takes a minute or two for a large stack."""
DRIFTED: Final = ("MODIFIED", "DELETED")
DEBUG_UNTIL: Final = "DebugUntil"
"""Parameter of the service stack by which lines of level DEBUG are asked for, for a while."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property that differs: ADD, REMOVE or NOT_EQUAL; no secret stands in it."""

    path: str
    kind: str
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that was changed or deleted by other hands."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Something that CloudFormation does not look at, and which is not as the stack or the settings say."""

    what: str
    expected: str
    actual: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found of one stack; `unasked` says why something could not be looked at."""

    stack: str
    resources: tuple[Resource, ...] = ()
    beside: tuple[Beside, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def is_drifted(self) -> bool:
        """Whether anything differs."""
        return bool(self.resources or self.beside)

    def document(self) -> dict[str, Any]:
        """As data."""
        return asdict(self)


def look(
    live: Live,
    wanted: Wanted,
    only: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> list[Drift]:
    """Look at the stacks of an environment, or at some of them, all at once.

    Raises `StackUnknown`, and `NotDeployed` where none of them is there.
    """
    live.require_account()
    names = chosen(live, only)
    stacks = [stack for name in names if (stack := describe(live, live.stack_name(name)))]
    if not stacks:
        raise NotDeployed(f"stack {live.stack_name(names[0])}", live.region)
    say(f"looking at {', '.join(_short(stack) for stack in stacks)}; this takes a minute or two")
    with ThreadPoolExecutor(len(stacks)) as pool:
        return list(
            pool.map(lambda stack: _of_stack(live, wanted.stack(_short(stack)), stack, pause), stacks)
        )


def chosen(live: Live, only: Sequence[str]) -> list[str]:
    """The stacks that are named, or all; raises `StackUnknown`."""
    known = stacks_of(live.environment)
    for name in only:
        if name not in known:
            raise StackUnknown(live.environment.name, name, known)
    return [name for name in known if not only or name in only]


def _of_stack(live: Live, wanted: WantedStack, stack: Stack, pause: Callable[[float], None]) -> Drift:
    """What differs in a stack; a part that can't be looked at hides no other."""
    resources: list[Resource] = []
    beside: list[Beside] = []
    unasked: list[str] = []
    parts: tuple[tuple[list[Any], Callable[[], Iterator[Any]]], ...] = (
        (resources, lambda: _resources(live, stack, pause)),
        (beside, lambda: _protections(live, wanted, stack)),
        (beside, lambda: _aliases(live, stack, [one.physical_id for one in resources])),
        (beside, lambda: _functions(live, stack)),
    )
    for found, ask in parts:
        try:
            found.extend(ask())
        except (AccessError, OperationError) as error:
            unasked.append(str(error))
    return Drift(_short(stack), tuple(resources), tuple(beside), tuple(unasked))


def _resources(live: Live, stack: Stack, pause: Callable[[float], None]) -> Iterator[Resource]:
    thing = f"stack {stack.name}"
    begun = live.call("cloudformation:DetectStackDrift", thing, StackName=stack.name)
    number = begun["StackDriftDetectionId"]
    while True:
        found = live.call(
            "cloudformation:DescribeStackDriftDetectionStatus", thing, StackDriftDetectionId=number
        )
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        pause(PAUSE)
    for one in _drifts(live, stack):
        yield Resource(
            one["LogicalResourceId"],
            one.get("PhysicalResourceId", ""),
            one["ResourceType"],
            one["StackResourceDriftStatus"],
            tuple(_property(each) for each in one.get("PropertyDifferences", ())),
        )
    if found["DetectionStatus"] == "DETECTION_FAILED":
        raise DetectionFailed(stack.name, found.get("DetectionStatusReason", "it gives no reason"))


class DetectionFailed(OperationError):
    """CloudFormation could not look at all resources of a stack."""

    def __init__(self, stack: str, reason: str) -> None:
        self.stack, self.reason = stack, reason
        super().__init__(f"CloudFormation could not look at all of stack {stack}: {reason}")


def _drifts(live: Live, stack: Stack) -> Iterator[dict[str, Any]]:
    token: str | None = None
    while True:
        page = live.call(
            "cloudformation:DescribeStackResourceDrifts",
            f"stack {stack.name}",
            StackName=stack.name,
            StackResourceDriftStatusFilters=list(DRIFTED),
            NextToken=token,
        )
        yield from page["StackResourceDrifts"]
        token = page.get("NextToken")
        if token is None:
            return


def _property(found: dict[str, Any]) -> Property:
    path, kind = found["PropertyPath"], found["DifferenceType"]
    expected, actual = told(path, found.get("ExpectedValue"), found.get("ActualValue"))
    return Property(path, kind, expected, actual)


def _protections(live: Live, wanted: WantedStack, stack: Stack) -> Iterator[Beside]:
    """Stack policy, termination protection and tags, which are not part of a template."""
    deploy = f"`miyabi deploy {live.environment.name} --only {wanted.stack}` puts it right"
    if wanted.termination_protection != stack.termination_protection:
        on = {True: "on", False: "off"}
        yield Beside(
            "termination protection",
            on[wanted.termination_protection],
            on[stack.termination_protection],
            deploy,
        )
    body = live.call("cloudformation:GetStackPolicy", f"stack {stack.name}", StackName=stack.name).get(
        "StackPolicyBody"
    )
    policy = json.loads(body) if body else None
    if wanted.policy is not None and policy != wanted.policy:
        yield Beside("stack policy", _compact(wanted.policy), _compact(policy), deploy)
    for key in sorted(wanted.tags.keys() | stack.tags.keys()):
        expected, actual = wanted.tags.get(key), stack.tags.get(key)
        if expected != actual:
            yield Beside(f"tag {key}", expected or "none", actual or "none", deploy)


def _aliases(live: Live, stack: Stack, known: Sequence[str]) -> Iterator[Beside]:
    """Aliases that were moved, but for those that CloudFormation has found itself."""
    for alias in aliases(live, stack.name, as_deployed(live, stack).body):
        is_known = any(each.endswith(f":{alias.function}:{alias.name}") for each in known)
        if alias.is_elsewhere and not is_known:
            yield Beside(
                f"alias {alias.name} of {alias.function}",
                f"version {alias.stack_version}",
                f"version {alias.version}",
                f"`miyabi deploy {live.environment.name}` moves it back",
            )


def _functions(live: Live, stack: Stack) -> Iterator[Beside]:
    """What serves, against the package that the parameters name and the level that the settings say."""
    for place in functions_of(live.environment):
        if place.stack != _short(stack):
            continue
        name = live.value(place.name)
        found = live.call(
            "lambda:GetFunctionConfiguration",
            f"function {name}",
            FunctionName=name,
            Qualifier=place.qualifier,
        )
        yield from _package(live, place, found)
        yield from _level(live, place, stack, found)


def _package(live: Live, place: FunctionPlace, found: dict[str, Any]) -> Iterator[Beside]:
    is_custom = found.get("Runtime", "").startswith("provided")
    bucket, key = live.value(ARTIFACT_BUCKET), live.value(BOOTSTRAP_KEY if is_custom else ARTIFACT_KEY)
    head = live.call(
        "s3:HeadObject",
        f"package s3://{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        ChecksumMode="ENABLED",
        ExpectedBucketOwner=live.require_account(),
    )
    checksum = head.get("ChecksumSHA256")
    if checksum is not None and checksum != found["CodeSha256"]:
        yield Beside(
            f"code of {place.function.value}, sha256",
            f"{checksum} ({key})",
            found["CodeSha256"],
            f"`miyabi deploy {live.environment.name}` makes a version of the package that is published",
        )


def _level(live: Live, place: FunctionPlace, stack: Stack, found: dict[str, Any]) -> Iterator[Beside]:
    """The level that Lambda lets through; a function without JSON logs has none."""
    level = found.get("LoggingConfig", {}).get("ApplicationLogLevel")
    expected = "DEBUG" if stack.parameters.get(DEBUG_UNTIL) else place.log_level
    if level is not None and level != expected:
        yield Beside(
            f"log level of {place.function.value}",
            expected,
            level,
            f"`miyabi deploy {live.environment.name} --only {place.stack}` puts it right",
        )


def _compact(value: Any) -> str:
    return "none" if value is None else json.dumps(value, sort_keys=True)


def _short(stack: Stack) -> str:
    return stack.name.rpartition("-")[2]
