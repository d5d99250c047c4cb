"""Writes down what happens to a stack: its status, its resources', and an event for each step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from twin.aws.cloudformation.masking import masked
from twin.aws.cloudformation.state import Event, new_id, now

if TYPE_CHECKING:
    from twin.aws.cloudformation.state import Held, Stack

STACK_TYPE = "AWS::CloudFormation::Stack"


class Journal:
    """The history of one operation on a stack.

    `token` is the caller's ClientRequestToken, which stands in each event.
    """

    def __init__(self, stack: Stack, token: str | None = None) -> None:
        self.stack, self.token = stack, token
        self.operation = stack.operation = new_id()

    def tell_stack(self, status: str, reason: str | None = None) -> None:
        """The stack has another status."""
        stack = self.stack
        stack.status, stack.reason = status, self._shown(reason)
        self._write(stack.name, stack.id, STACK_TYPE, status, stack.reason)

    def tell(self, held: Held, status: str, reason: str | None = None) -> None:
        """Something happens to a resource, which the stack may not have yet."""
        properties = json.dumps(masked(held.written, self.stack.secrets), sort_keys=True)
        self._write(held.logical_id, held.physical_id, held.type, status, self._shown(reason), properties)

    def hold(self, held: Held, status: str, reason: str | None = None) -> None:
        """The stack has a resource, in a new status."""
        held = replace(held, status=status, reason=self._shown(reason), updated=now(), drift=None)
        self.stack.held[held.logical_id] = held
        self.tell(held, status, reason)

    def _shown(self, text: str | None) -> str | None:
        """The text without the values of parameters that are NoEcho."""
        return text and str(masked(text, self.stack.secrets))

    def _write(
        self,
        logical_id: str,
        physical_id: str,
        resource_type: str,
        status: str,
        reason: str | None,
        properties: str | None = None,
    ) -> None:
        name = self.stack.name if resource_type == STACK_TYPE else logical_id
        self.stack.events.append(
            Event(
                id=new_id() if resource_type == STACK_TYPE else f"{name}-{status}-{new_id()}",
                operation=self.operation,
                at=now(),
                logical_id=logical_id,
                physical_id=physical_id,
                type=resource_type,
                status=status,
                reason=reason,
                properties=properties,
                token=self.token,
            )
        )
