"""Lambda: Invoke of the version that is asked for, within its limits, and how many executions there may be.

Seen in moto 5.2.5: the qualifier of Invoke is not looked at, so that $LATEST is run whatever is asked for; a
payload may be anything; a function runs more often at a time than it reserves, and so much may be reserved
that nothing is left; an alias is changed whatever revision the caller has seen. "Invoke" and "UpdateAlias",
AWS Lambda API Reference; "Configuring reserved concurrency", AWS Lambda Developer Guide.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse

from twin.aws.mends.awslambda import QUALIFIER
from twin.aws.mends.awslambda_account import EXECUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNCHRONOUS: Final = 6 * 2**20
"""Bytes of a payload that an answer is waited for."""
ASYNCHRONOUS: Final = 2**20
ANSWER: Final = SYNCHRONOUS + 100
UNRESERVED: Final = 100
"""Executions that must be left for all functions that reserve none."""
_RUNNING: Final[Counter[tuple[str, str, str]]] = Counter()
"""Executions of a function at this moment, by account, region and name."""
_LOCK: Final = Lock()
NAMED: Final = re.compile(
    r"(?:(?:arn:[^:]+:lambda:[^:]+:)?(?:\d{12}:)?function:|\d{12}:)?(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
)
"""A function in any of the ways that "Invoke", AWS Lambda API Reference, has for it."""
STATUS: Final = {"RequestResponse": 200, "Event": 202, "DryRun": 204}

_put_function_concurrency = LambdaBackend.put_function_concurrency
_update_alias = LambdaResponse.update_alias


class _Refused(LambdaClientError):
    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(kind, message)
        self.code = status


def _invoke(self: Any) -> tuple[int, dict[str, str], str | bytes]:
    """Have the version behind name and qualifier run."""
    name, qualifier = _addressed(self)
    function = self.backend.get_function(name, qualifier)
    kind = self.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind not in STATUS:
        raise InvalidParameterValueException(f"{kind} is no invocation type")
    body = self.body.encode() if isinstance(self.body, str) else bytes(self.body or b"")
    payload = body or b"{}"
    _require_fitting(payload, kind)
    told: dict[str, str] = {"content-type": "application/json", "status": str(STATUS[kind])}
    with _an_execution(self.backend, function.function_name, kind):
        answer = function.invoke(payload, {**self.headers, QUALIFIER: qualifier}, told)
    if self.headers.get("X-Amz-Log-Type") != "Tail" or kind != "RequestResponse":
        told.pop("x-amz-log-result", None)
    if len(answer) > ANSWER:
        told["x-amz-function-error"] = "Unhandled"
        sentence = f"Response payload size exceeded maximum allowed payload size ({ANSWER} bytes)."
        error = {"errorMessage": sentence, "errorType": "Function.ResponseSizeTooLarge"}
        answer = json.dumps(error).encode()
    return STATUS[kind], told, answer


def _addressed(response: Any) -> tuple[str, str | None]:
    """Name and qualifier; the latter may stand in the name, or in an ARN."""
    name = unquote(response.path.rsplit("/", 2)[-2])
    short, within = _split(name)
    asked = response.querystring.get("Qualifier", [None])[0]
    if within and asked and within != asked:
        raise InvalidParameterValueException(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return short, within or asked


def _split(name: str) -> tuple[str, str | None]:
    """A function's own name and the qualifier behind it, of a name, a partial ARN or a whole one."""
    found = NAMED.fullmatch(name)
    return (found["name"], found["qualifier"]) if found else (name, None)


def _require_fitting(payload: bytes, kind: str) -> None:
    if len(payload) > SYNCHRONOUS:
        sentence = f"Request must be smaller than {SYNCHRONOUS} bytes for the InvokeFunction operation"
        raise _Refused(413, "RequestEntityTooLargeException", sentence)
    if kind == "Event" and len(payload) > ASYNCHRONOUS:
        sentence = f"{len(payload)} byte payload is too large for the Event invocation type"
        raise _Refused(413, "RequestEntityTooLargeException", f"{sentence} (limit {ASYNCHRONOUS} bytes)")
    try:
        json.loads(payload)
    except ValueError as error:
        sentence = f"Could not parse request body into json: {error}"
        raise _Refused(400, "InvalidRequestContentException", sentence) from None


@contextmanager
def _an_execution(backend: Any, name: str, kind: str) -> Iterator[None]:
    """One of those that the function may have at a time, if it reserves some."""
    key = (backend.account_id, backend.region_name, name)
    # an event waits until the function has an execution for it
    reserved = _reserved(backend, name) if kind == "RequestResponse" else None
    with _LOCK:
        if reserved is not None and _RUNNING[key] >= reserved:
            raise _Refused(429, "TooManyRequestsException", "Rate Exceeded.")
        _RUNNING[key] += 1
    try:
        yield
    finally:
        with _LOCK:
            _RUNNING[key] -= 1


def _reserved(backend: Any, name: str) -> int | None:
    """Executions that a function reserves, which no version does; None where it takes from what is left."""
    reserved = backend.get_function(name).reserved_concurrency
    return None if reserved is None else int(reserved)


def _reserve(self: Any, function_name: str, reserved_concurrency: Any) -> Any:
    """Reserve executions of those that the account may have at a time."""
    others = sum(
        int(one.reserved_concurrency or 0)
        for one in self.list_functions()
        if one.function_name != function_name
    )
    before = _reserved(self, function_name) or 0
    if int(reserved_concurrency) > before and EXECUTIONS - others - int(reserved_concurrency) < UNRESERVED:
        raise InvalidParameterValueException(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED}]."
        )
    return _put_function_concurrency(self, function_name, reserved_concurrency)


def _alias_updated(self: Any) -> Any:
    """Change an alias, if it is still the one that the caller has seen."""
    *_, function, _, alias = self.path.split("/")
    seen = json.loads(self.body).get("RevisionId")
    if seen and seen != self.backend.get_alias(unquote(alias), unquote(function)).revision_id:
        sentence = "The Revision Id provided does not match the latest Revision Id. "
        raise _Refused(
            412, "PreconditionFailedException", f"{sentence}Call the GetAlias API to retrieve the latest one."
        )
    return _update_alias(self)


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, name, operation in (
        (LambdaResponse, "invoke", _invoke),
        (LambdaResponse, "update_alias", _alias_updated),
        (LambdaBackend, "put_function_concurrency", _reserve),
    ):
        setattr(owner, name, operation)
