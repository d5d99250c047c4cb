"""Brings one resource to where its template wants it, by its type's handler, and checks that it is there."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.errors import Failed, mistaken
from twin.aws.cloudformation.masking import masked
from twin.aws.cloudformation.parameters import HIDDEN
from twin.aws.cloudformation.state import Held, now
from twin.aws.errors import HandlerError
from twin.aws.handler import Request
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cfn.schema import Difference, Schema
    from twin.aws.clients import Aws
    from twin.aws.cloudformation.dynamic_references import DynamicReferences
    from twin.aws.cloudformation.state import Stack
    from twin.aws.handler import Handler, Identifier, Properties

CUSTOM_NAMED = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and "
    "update the stack again."
)
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

    def create(self, held: Held, before: Held | None = None) -> Held:
        """Make the resource that `held` describes and give it as it is then; raises Failed.

        What can't be made as it was asked for is taken away again; what can't be taken away becomes the
        stack's surplus. `before` is the resource in whose stead it is made.
        """
        handler = _handler(held)
        with _told(self, held):
            request = self._request(held, {})
            try:
                identifier = _made(handler, request, before)
                return self._checked(held, handler, identifier, request.desired)
            except Exception:
                replaced = before.identifier if before else None
                self._clear_away(held, [one for one in reversed(request.begun) if one != replaced])
                raise

    def drifted(self, held: Held) -> tuple[Difference, ...]:
        """How a resource differs from its template before it is changed; raises Failed.

        Tags that somebody has given it are a difference even where its template says nothing of tags.
        """
        handler, schema = _handler(held), required_schema(held.type, self.aws.region)
        with _told(self, held):
            found = {**held.identifier, **handler.read(self.aws, held.identifier)}
            untagged = {schema.tags: type(found[schema.tags])()} if schema.tags in found else {}
            wanted = {**untagged, **self._previous(held)}
            return tuple(held_differences(schema, handler, wanted, found))

    def update(self, before: Held, after: Held, drifted: Sequence[Difference] = ()) -> Held:
        """Change a resource in place; raises Failed.

        How it had drifted where nothing is to be changed does not matter, as little as it does to AWS.
        """
        handler = _handler(after)
        with _told(self, after):
            request = self._request(after, self._previous(before))
            if handler.update is None:
                raise HandlerError("NotUpdatable", f"{after.type} can't be changed in place")
            handler.update(request, before.identifier)
            return self._checked(after, handler, before.identifier, request.desired, drifted)

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
        """What the service tells of a resource now; None if it is gone. Raises Failed."""
        with _told(self, held):
            try:
                return {**held.identifier, **_handler(held).read(self.aws, held.identifier)}
            except Exception as error:
                if not is_not_found(error):
                    raise
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
        self,
        held: Held,
        handler: Handler,
        identifier: Identifier,
        desired: Properties,
        drifted: Sequence[Difference] = (),
    ) -> Held:
        """The resource as its service tells it; raises HandlerError for a property that no API took.

        `drifted` are differences that were there before, and may stay.
        """
        model = {**identifier, **handler.read(self.aws, identifier)}
        schema = required_schema(held.type, self.aws.region)
        for difference in held_differences(schema, handler, desired, model):
            if not any(_is_as_before(difference, one) for one in drifted):
                found = self._shown(difference)
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

    def _shown(self, difference: Difference) -> Any:
        """What was found, as it may be told: what stands in a secret's place may be a former secret."""
        if difference.found is None:
            return "nothing"
        wanted = repr(difference.wanted)
        is_secret = wanted != masked(self.references.masked(wanted), self.stack.secrets)
        return HIDDEN if is_secret else difference.found

    def _clear_away(self, held: Held, identifiers: list[Identifier]) -> None:
        """Delete what had been made of a resource that failed."""
        for identifier in identifiers:
            named = "|".join(identifier.values())
            half_made = replace(held, identifier=identifier, physical_id=named, deletion_policy="Delete")
            try:
                self.delete(half_made, "Delete")
            except Failed:
                self.stack.surplus.append(half_made)

    def _snapshot_name(self, held: Held) -> str:
        return f"{self.stack.name}-snapshot-{held.logical_id}-{uuid4().hex[:12]}".lower()


def _made(handler: Handler, request: Request, before: Held | None) -> Identifier:
    """Make a resource; raises HandlerError if its service takes it for the one that it is to replace."""
    identifier = handler.create(request)
    if before and identifier == before.identifier:
        raise HandlerError("AlreadyExists", CUSTOM_NAMED.format(name=before.physical_id))
    if identifier not in request.begun:
        request.begun.append(identifier)
    return identifier


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


def _is_as_before(difference: Difference, before: Difference) -> bool:
    """Whether two differences are the same; an item that nobody asked for may have another place by now."""
    if difference.kind == before.kind == "ADD":
        places = (one.path.rpartition("/")[0] for one in (difference, before))
        return difference.found == before.found and len(set(places)) == 1
    return difference == before


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
    except Failed:
        raise
    except HandlerError as error:
        code, message = error.code, error.message
    except ClientError as error:
        code, message = _answered(error, held)
    except BotoCoreError as error:
        code, message = "InvalidRequest", str(error)
    except Exception as error:  # noqa: BLE001  (a stack must not be left in progress by our own mistakes)
        code, message = "InternalFailure", mistaken(error)
    else:
        return
    shown = " ".join(worker.references.masked(message).split())
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
