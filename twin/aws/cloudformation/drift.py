"""Drift: how a stack's resources differ from what its template made them.

"Detect unmanaged configuration changes to stacks and resources with drift detection", CloudFormation User
Guide. Only what the template says is looked at. A dynamic reference is compared by what it stands for and
shown as it is written; what should stand there instead is never shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.dynamic_references import DynamicReferences
from twin.aws.cloudformation.errors import Failed, InvalidRequest
from twin.aws.cloudformation.masking import masked
from twin.aws.cloudformation.parameters import HIDDEN
from twin.aws.cloudformation.state import PRESERVED, UPDATABLE, Detection, Drift, new_id, now
from twin.aws.cloudformation.working import Worker, held_differences
from twin.aws.errors import HandlerError
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from cfn.schema import Difference
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Held, Stack
    from twin.aws.handler import Properties

IN_SYNC, MODIFIED, DELETED = "IN_SYNC", "MODIFIED", "DELETED"
CHECKABLE = UPDATABLE | PRESERVED | {"UPDATE_ROLLBACK_FAILED"}
"""States of a stack whose resources stand still."""


def detect(cloud: CloudFormation, stack: Stack, logical_ids: Collection[str] = ()) -> Detection:
    """Look at a stack's resources, or some of them, and note how they drifted; raises InvalidRequest."""
    with cloud.lock:
        _refuse_unready(stack)
        found = [detect_of(cloud, stack, logical_id) for logical_id in logical_ids or list(stack.held)]
        drifted = sum(drift.status != IN_SYNC for drift in found)
        detection = Detection(new_id(), now(), "DRIFTED" if drifted else IN_SYNC, drifted)
        stack.drift = detection.status, detection.at
        stack.detections.append(detection)
    return detection


def detect_of(cloud: CloudFormation, stack: Stack, logical_id: str) -> Drift:
    """Look at one resource, and note how it has drifted; raises InvalidRequest."""
    with cloud.lock:
        _refuse_unready(stack)
        if logical_id not in stack.held:
            raise InvalidRequest(f"Resource {logical_id} does not exist for stack {stack.name}")
        held = stack.held[logical_id]
        try:
            drift = _Look(cloud, stack, held).drift()
        except Failed as failed:
            raise InvalidRequest(f"{logical_id} can't be looked at: {failed.reason}") from None
        stack.held[logical_id] = replace(held, drift=drift)
    return drift


def detection(cloud: CloudFormation, detection_id: str) -> tuple[Stack, Detection]:
    """A detection by its id; raises InvalidRequest."""
    for stack in cloud.all_stacks:
        for one in stack.detections:
            if one.id == detection_id:
                return stack, one
    raise InvalidRequest(f"Drift detection [{detection_id}] does not exist")


@dataclass(slots=True)
class _Look:
    """One look at one resource."""

    cloud: CloudFormation
    stack: Stack
    held: Held

    def drift(self) -> Drift:
        """What there is to tell of it, without any secret."""
        references = DynamicReferences(self.cloud.aws)
        found = Worker(self.cloud.aws, self.stack, references, "").read(self.held)
        written, secrets = self.held.written, self.stack.secrets
        expected = masked(written, secrets)
        if found is None:
            return Drift(DELETED, now(), expected, {})
        differences = self._differences(references, found)
        shown = [_shown(difference, written, expected, references, secrets) for difference in differences]
        actual = _told(written, expected, _resolved(references, written), found)
        return Drift(
            MODIFIED if differences else IN_SYNC,
            now(),
            expected,
            masked(_unsecret(actual, references), secrets),
            tuple(shown),
        )

    def _differences(self, references: DynamicReferences, found: Properties) -> list[Difference]:
        schema, handler = required_schema(self.held.type, self.cloud.aws.region), handler_of(self.held.type)
        assert handler is not None, self.held.type  # noqa: S101  (it has made the resource)
        return held_differences(schema, handler, _resolved(references, self.held.written), found)


def _resolved(references: DynamicReferences, written: Properties) -> Properties:
    """The properties with what references stand for; as they are where one leads nowhere any more."""
    try:
        resolved: Properties = references.resolved(written)
    except HandlerError:
        return written
    return resolved


def _shown(
    difference: Difference,
    written: Properties,
    expected: Properties,
    references: DynamicReferences,
    secrets: Collection[str],
) -> Difference:
    """A difference as it may be told."""
    steps = difference.path.strip("/").split("/")
    meant, told = _at(written, steps), _at(expected, steps)
    if _is_hidden(meant, told):
        found = None if difference.found is None else HIDDEN
        return replace(difference, wanted=told, found=found)
    found = masked(_unsecret(difference.found, references), secrets)
    if _is_hidden(*(_list_around(side, steps) for side in (written, expected))):
        found = HIDDEN  # its place among the items does not tell which of them is the secret
    return replace(difference, wanted=masked(_unsecret(difference.wanted, references), secrets), found=found)


def _told(meant: Any, shown: Any, resolved: Any, found: Any) -> Any:
    """What was found, as far as the template speaks of it; a reference's text where it still holds."""
    if isinstance(meant, dict) and isinstance(found, dict):
        return {
            key: _told(meant.get(key), shown.get(key), resolved.get(key), value)
            for key, value in found.items()
            if key in meant
        }
    if isinstance(meant, list) and isinstance(found, list) and not _is_hidden(meant, shown):
        return [_told_of_item(meant, item) for item in found]
    if _is_hidden(meant, shown):
        return shown if found == resolved else HIDDEN
    return found


def _told_of_item(meant: list[Any], item: Any) -> Any:
    """What was found of a list's item, as far as any item of the template speaks of it."""
    if not isinstance(item, dict):
        return item
    known = {key for one in meant if isinstance(one, dict) for key in one}
    return {key: value for key, value in item.items() if key in known or not known}


def _is_hidden(meant: Any, shown: Any) -> bool:
    """Whether a value is a secret, has one in it, or stands in the place of one."""
    if isinstance(meant, dict):
        return any(_is_hidden(item, shown.get(key)) for key, item in meant.items())
    if isinstance(meant, list):
        return any(_is_hidden(*sides) for sides in zip(meant, shown, strict=True))
    return meant != shown or (isinstance(meant, str) and "{{resolve:" in meant)


def _list_around(value: Any, steps: list[str]) -> Any:
    """The outermost list on a path, None if there is none."""
    for length in range(len(steps)):
        found = _at(value, steps[:length])
        if isinstance(found, list):
            return found
    return None


def _unsecret(value: Any, references: DynamicReferences) -> Any:
    if isinstance(value, dict):
        return {key: _unsecret(item, references) for key, item in value.items()}
    if isinstance(value, list):
        return [_unsecret(item, references) for item in value]
    return references.masked(value) if isinstance(value, str) else value


def _at(value: Any, steps: list[str]) -> Any:
    for step in steps:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _refuse_unready(stack: Stack) -> None:
    if stack.status not in CHECKABLE:
        raise InvalidRequest(
            f"Drift detection cannot be performed on stack [{stack.id}] while in [{stack.status}] state."
        )
