"""What the deployed templates themselves ask for: what they want is no fault, be it rare.

A value that CloudFormation computes, by a parameter or a function, is not followed.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ops.stack import template
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.reading import Reading

    Document = Mapping[str, Any]

SERVICE: Final = "service"


class Templates:
    """The templates of the stacks; nothing is known of one that can't be read, or is no JSON."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._resources = cache(self._read)

    def asks(self, kind: str, physical: str, name: str, stack: str = SERVICE) -> Any:
        """The value of a property as the template of a resource's stack has it, where it is a plain one.

        Args:
            kind: Such as `AWS::Lambda::Function`.
            physical: The resource's physical id.
            name: Of the property.
            stack: Its short name.

        Returns:
            None where the resource is of no such stack, or the template does not say.
        """
        for logical, found in self._resources(stack).items():
            if (found[0], found[1]) == (kind, physical):
                value = (self._templates(stack).get(logical) or {}).get("Properties", {}).get(name)
                return None if isinstance(value, dict | list) else value
        return None

    def made(self, kind: str, stack: str) -> list[str]:
        """The physical ids of a stack's resources of a kind."""
        return [found[1] for found in self._resources(stack).values() if found[0] == kind and found[1]]

    def _read(self, stack: str) -> dict[str, tuple[str, str]]:
        """Kind and physical id of a stack's resources by their logical ids."""
        name = self._reading.stack_name(stack)
        try:
            listed = self._reading.pages(
                "cloudformation:ListStackResources",
                f"stack {name}",
                "StackResourceSummaries",
                StackName=name,
            )
            return {
                str(each["LogicalResourceId"]): (
                    str(each["ResourceType"]),
                    str(each.get("PhysicalResourceId", "")),
                )
                for each in listed
            }
        except AccessError:
            return {}

    def _templates(self, stack: str) -> Document:
        try:
            text = template(self._reading, self._reading.stack_name(stack))
            found = json.loads(text)
        except (AccessError, ValueError):
            return {}
        return (found.get("Resources") or {}) if isinstance(found, dict) else {}
