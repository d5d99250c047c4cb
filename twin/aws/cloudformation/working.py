"""Brings one resource to where its template wants it, by its type's handler, and checks that it is there."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.errors import Failed
from twin.aws.cloudformation.state import Held, now
from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Request
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.schema import Difference, Schema
    from twin.aws.clients import Aws
    from twin.aws.cloudformation.dynamic_references import DynamicReferences
    from twin.aws.cloudformation.state import Stack
    from twin.aws.handler import Handler, Identifier, Properties

ERROR_CODES = {
    "AccessDenied": "AccessDenied",
    "AccessDeniedException": "AccessDenied",
    "Throttling": "Throttling",
    "ThrottlingException": "Throttling",
    "ServiceQuotaExceededException": "ServiceLimitExceeded",
    "LimitExceededException": "ServiceLimitExceeded",
}
"""HandlerErrorCode of the registry by the code of a service's error, where their names don't tell."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Makes, changes and deletes the resources of one stack."""

    aws: Aws
    stack: Stack
    references: DynamicReferences
    token: str

    def create(self, held: Held) -> Held:
        """Make the resource that `held` describes and give it as it is then; raises Failed.

        What can't be made as it was asked for is taken away again.
        """
        handler, schema = _handler(held), required_schema(held.type, self.aws.region)
        with _told(self, held):
            request = self._request(held, {})
            try:
                identifier = handler.create(request)
            except Exception:
                self._clear_away(handler, request)
                raise
            try:
                return self._checked(held, handler, schema, identifier, request.desired)
            except Exception:
                handler.delete(self.aws, identifier)
                raise

    def update(self, before: Held, after: Held) -> Held:
        """Change a resource in place; raises Failed."""
        handler, schema = _handler(after), required_schema(after.type, self.aws.region)
        with _told(self, after):
            request = self._request(after, self._previous(before))
            if handler.update is None:
                raise HandlerError("NotUpdatable", f"{after.type} can't be changed in place")
            handler.update(request, before.identifier)
            return self._checked(after, handler, schema, before.identifier, request.desired)

    def delete(self, held: Held, policy: str) -> None:
        """Delete a resource, or leave what its policy retains; what is gone already is no failure."""
        handler = _handler(held)
        with _told(self, held):
            try:
                if policy == "Snapshot" and handler.snapshot:
                    handler.snapshot(self.aws, held.identifier, self._snapshot_name(held))
                if handler.delete_as:
                    handler.delete_as(self.aws, held.identifier, held.written)
                else:
                    handler.delete(self.aws, held.identifier)
            except Exception as error:
                if not is_not_found(error):
                    raise

    def read(self, held: Held) -> Properties | None:
        """What the service tells of a resource now; None if it is gone."""
        try:
            return {**held.identifier, **_handler(held).read(self.aws, held.identifier)}
        except Absent:
            return None

    def adopt(self, held: Held) -> Held:
        """A resource that is there already, as the stack is to have it; raises Failed when it is not."""
        model = self.read(held)
        if model is None:
            raise Failed(held.logical_id, f"Resource {', '.join(held.identifier.values())} does not exist")
        return replace(held, model=model, physical_id=physical_id(_handler(held), held.identifier, model))

    def _request(self, held: Held, previous: Properties) -> Request:
        try:
            desired = self.references.resolved(held.written)
        except HandlerError as error:
            raise Failed(held.logical_id, error.message) from error
        return Request(self.aws, held.logical_id, self.stack.name, desired, previous, self.token)

    def _previous(self, before: Held) -> Properties:
        """A resource's properties before; where a reference leads nowhere any more, its text has to do."""
        try:
            previous: Properties = self.references.resolved(before.written)
        except HandlerError:
            return before.written
        return previous

    def _checked(
        self, held: Held, handler: Handler, schema: Schema, identifier: Identifier, desired: Properties
    ) -> Held:
        """The resource as its service tells it; raises HandlerError for a property that no API took."""
        model = {**identifier, **handler.read(self.aws, identifier)}
        for difference in held_differences(schema, handler, desired, model):
            found = "nothing" if difference.found is None else difference.found
            raise HandlerError(
                "GeneralServiceException",
                f"the local AWS did not take {difference.path} of {held.type}: it holds {found}",
            )
        return replace(
            held,
            identifier=dict(identifier),
            model=model,
            physical_id=physical_id(handler, identifier, model),
            updated=now(),
        )

    def _clear_away(self, handler: Handler, request: Request) -> None:
        """Delete what a handler had begun to make when it failed."""
        for identifier in request.begun:
            try:
                handler.delete(self.aws, identifier)
            except Exception as error:
                if not is_not_found(error):
                    raise

    def _snapshot_name(self, held: Held) -> str:
        return f"{self.stack.name}-snapshot-{held.logical_id}-{uuid4().hex[:12]}".lower()


def held_differences(
    schema: Schema, handler: Handler, desired: Properties, found: Mapping[str, Any]
) -> list[Difference]:
    """How a service's resource differs from what was asked for.

    What is missing is no difference where the handler says that no API tells it, and why.
    """
    untold = [name.split("/") for name in handler.not_held]
    return [
        difference
        for difference in schema.differences(desired, found)
        if difference.kind != "REMOVE" or not any(_lies_in(difference.path, steps) for steps in untold)
    ]


def is_not_found(error: Exception) -> bool:
    """Whether a service says that what it was asked about is not there."""
    code = error.response["Error"]["Code"] if hasattr(error, "response") else getattr(error, "code", "")
    return any(word in str(code) for word in ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "404"))


def _lies_in(path: str, steps: list[str]) -> bool:
    """Whether a JSON pointer lies within a property, of whose steps `*` stands for any item."""
    parts = path.strip("/").split("/")
    pairs = zip(steps, parts, strict=False)
    return len(steps) <= len(parts) and all(step in ("*", part) for step, part in pairs)


def _handler(held: Held) -> Handler:
    handler = handler_of(held.type)
    assert handler is not None, held.type  # noqa: S101  (templates with other types were refused)
    return handler


def physical_id(handler: Handler, identifier: Identifier, model: Mapping[str, Any]) -> str:
    """What Ref gives."""
    name = handler.ref or list(identifier)[-1]
    return str(model[name])


@contextmanager
def _told(worker: Worker, held: Held) -> Iterator[None]:
    """Turns whatever a handler raises into the reason of a resource's status, without any secret."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except HandlerError as error:
        code, message = error.code, error.message
    except ClientError as error:
        code, message = _answered(error, held)
    except BotoCoreError as error:
        code, message = "InvalidRequest", " ".join(str(error).split())
    else:
        return
    shown = worker.references.masked(message)
    told = f"(RequestToken: {worker.token}, HandlerErrorCode: {code})"
    raise Failed(held.logical_id, f'Resource handler returned message: "{shown}" {told}') from None


def _answered(error: Any, held: Held) -> tuple[str, str]:
    """HandlerErrorCode and message of an error that a service answered."""
    answer, meta = error.response["Error"], error.response.get("ResponseMetadata", {})
    code = ERROR_CODES.get(answer["Code"], "InvalidRequest")
    if is_not_found(error):
        code = "NotFound"
    elif "Exist" in answer["Code"] or "Conflict" in answer["Code"]:
        code = "AlreadyExists"
    said = answer.get("Message") or answer["Code"]
    place = f"(Service: {held.type.split('::')[1]}, Status Code: {meta.get('HTTPStatusCode', 400)})"
    return code, f"{said} {place}"
