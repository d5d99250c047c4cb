"""Cloud Control API: tells the properties of any resource, in the shape of its registry schema.

Only GetResource, which reads: "GetResource", AWS Cloud Control API Reference. What it tells is what our
handlers read from the services.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cfn.registry import schema_of
from twin.aws.clients import Aws
from twin.aws.cloudformation.working import is_not_found
from twin.aws.errors import Absent
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from twin.aws.dispatch import Answer

TARGET = "CloudApiService."


def answer(account: str, region: str, target: str, body: bytes) -> Answer:
    """What the service answers; an operation that is not there raises NotImplementedError."""
    operation = target.removeprefix(TARGET)
    if operation != "GetResource":
        raise NotImplementedError(f"cloudcontrol has no {operation} here, only GetResource")
    call = json.loads(body)
    kind, identifier = call["TypeName"], call["Identifier"]
    handler, schema = handler_of(kind), schema_of(kind, region)
    if handler is None or schema is None:
        return _refusal("TypeNotFoundException", f"The type '{kind}' cannot be found.")
    names = dict(zip(schema.identifier, identifier.split("|"), strict=False))
    try:
        found: dict[str, Any] | None = handler.read(Aws(account, region), names)
    except Absent:
        found = None
    except Exception as error:
        if not is_not_found(error):
            raise
        found = None
    if found is None:
        return _refusal("ResourceNotFoundException", f"Resource of type '{kind}' was not found.")
    told = {name: value for name, value in found.items() if name not in schema.write_only}
    described = {"Identifier": identifier, "Properties": json.dumps(told)}
    return _answer(200, {"TypeName": kind, "ResourceDescription": described})


def _refusal(code: str, message: str) -> Answer:
    return _answer(400, {"__type": f"com.amazonaws.cloudcontrol#{code}", "Message": message})


def _answer(status: int, document: dict[str, Any]) -> Answer:
    return status, {"content-type": "application/x-amz-json-1.0"}, json.dumps(document).encode()
