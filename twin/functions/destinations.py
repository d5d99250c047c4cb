"""Where events go that were handled, or given up: destinations, and dead-letter queues.

The records: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from twin.functions.errors import DestinationUnknown
from twin.roles import role_may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.deployed import Deployed
    from twin.functions.events import Waiting
    from twin.functions.metrics import Meter
    from twin.functions.resolving import Found

RIGHTS: Final = {"sns": "sns:Publish", "sqs": "sqs:SendMessage"}
"""Services that records can be sent to, with the right that the function's role needs."""
_NONE: Final = "ResourceNotFoundException"
_MOST_MESSAGE: Final = 1024
"""Bytes of an error in a dead letter."""


class Destinations:
    """Sends records as the function's role may."""

    def __init__(self, deployed: Deployed, meter: Meter) -> None:
        self._deployed, self._meter = deployed, meter

    def settings(self, found: Found) -> dict[str, Any]:
        """Options of asynchronous invocation, as GetFunctionEventInvokeConfig tells them; empty if none."""
        from botocore.exceptions import ClientError

        _, _, qualifier = found.resource.partition(":")
        qualified = {"Qualifier": qualifier} if qualifier else {}
        try:
            return self._deployed.call(
                "lambda", "get_function_event_invoke_config", FunctionName=found.name, **qualified
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _NONE:
                raise
            return {}

    def require_known(self, found: Found) -> None:
        """Raise DestinationUnknown for one that nothing can be sent to here."""
        settings = self.settings(found)
        for arn in (_target(settings, "OnSuccess"), _target(settings, "OnFailure"), _dead_letters(found)):
            if arn and arn.split(":")[2] not in RIGHTS:
                raise DestinationUnknown(found.name, arn)

    def succeeded(self, waiting: Waiting, settings: Mapping[str, Any]) -> None:
        """Tell of an event that was handled, where that is wanted."""
        self._tell(waiting, _target(settings, "OnSuccess"), "Success")

    def failed(self, waiting: Waiting, settings: Mapping[str, Any], condition: str) -> None:
        """Tell of an event that was given up, where that is wanted."""
        self._tell(waiting, _target(settings, "OnFailure"), condition)
        arn = _dead_letters(waiting.found)
        if arn and not self._send(waiting.found, arn, waiting.payload.decode(), _attributes(waiting)):
            self._meter.count(waiting.found, "DeadLetterErrors")

    def _tell(self, waiting: Waiting, arn: str | None, condition: str) -> None:
        if arn and not self._send(waiting.found, arn, json.dumps(_record(waiting, condition)), {}):
            self._meter.count(waiting.found, "DestinationDeliveryFailures")

    def _send(self, found: Found, arn: str, message: str, attributes: Mapping[str, tuple[str, str]]) -> bool:
        """Send a message; whether it arrived."""
        from botocore.exceptions import ClientError

        service = arn.split(":")[2]
        if not role_may(self._deployed, found.configuration["Role"], RIGHTS[service], arn).allowed:
            return False
        typed = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()}
        client = self._deployed.aws.client(service)
        try:
            if service == "sns":
                client.publish(TopicArn=arn, Message=message, MessageAttributes=typed)
            else:
                url = client.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
                client.send_message(QueueUrl=url, MessageBody=message, MessageAttributes=typed)
        except ClientError:
            return False
        return True


def _target(settings: Mapping[str, Any], when: str) -> str | None:
    arn: str | None = ((settings.get("DestinationConfig") or {}).get(when) or {}).get("Destination")
    return arn


def _dead_letters(found: Found) -> str | None:
    arn: str | None = (found.configuration.get("DeadLetterConfig") or {}).get("TargetArn")
    return arn


def _attributes(waiting: Waiting) -> dict[str, tuple[str, str]]:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq."""
    told = _read(waiting.outcome.payload) if waiting.outcome else {}
    message = str(told.get("errorMessage", "")) if isinstance(told, dict) else ""
    return {
        "RequestID": ("String", waiting.request_id),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", message.encode()[:_MOST_MESSAGE].decode(errors="ignore") or "-"),
    }


def _record(waiting: Waiting, condition: str) -> dict[str, Any]:
    outcome, found = waiting.outcome, waiting.found
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": waiting.request_id,
            "functionArn": f"{found.arn.removesuffix(found.resource)}{found.name}:{found.version}",
            "condition": condition,
            "approximateInvokeCount": waiting.tries,
        },
        "requestPayload": _read(waiting.payload),
    }
    if outcome is None:
        return record
    error = {"functionError": outcome.error} if outcome.error else {}
    record["responseContext"] = {"statusCode": 200, "executedVersion": outcome.version, **error}
    record["responsePayload"] = _read(outcome.payload)
    return record


def _read(payload: bytes) -> Any:
    """What a function gave: JSON, or text where it is none, as a bootstrap may give."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
