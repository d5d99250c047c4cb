"""Says the same to the emulator's Runtime API and to ours, in the place of a function's process."""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from tests.twin.emulator.emulating import SECONDS, Emulator
from tests.twin.observing import wait_until
from twin.runtime_api import Answered, Failed, Happening, Invocation, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME: Final = "talker"
ARN: Final = f"arn:aws:lambda:us-east-1:577215664901:function:{NAME}"
EVENT: Final = b'{"a": 1}'
CLIENT_CONTEXT: Final = '{"custom":{}}'
TRACE: Final = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OURS: Final = "01234567-89ab-cdef-0123-456789abcdef"
FORMS: Final = {
    "lambda-runtime-aws-request-id": ID.pattern,
    "lambda-runtime-deadline-ms": r"\d{13}",
    "lambda-runtime-invoked-function-arn": rf"arn:aws:lambda:us-east-1:\d{{12}}:function:{NAME}",
}
"""Headers whose value differs from one invocation to the next: only the form must agree."""
COMPARED: Final = ("content-type", "allow")
"""Headers, besides Lambda's own, that must agree."""
TRACE_HEADER: Final = "lambda-runtime-trace-id"
"""The one of Lambda's that need not: the emulator, which does no tracing, leaves out what AWS documents."""
# It ends when it is told to, or when its folder has gone.
SILENT: Final = """
echo started
while [ -e "$0" ] && [ ! -e "$0.end" ]; do sleep 0.02; done
exit 1
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the Runtime API; `{id}` in its path is that of the event that was taken last."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    in_chunks: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, without what differs from one invocation to the next; no status where there was none."""

    status: int | None
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """A conversation: what was replied, and what the caller of the function was given."""

    replies: tuple[Reply, ...]
    document: bytes | None


def talk(to: tuple[str, int], calls: Sequence[Call]) -> tuple[Reply, ...]:
    """Make calls one after another, each on a connection of its own."""
    replies: list[Reply] = []
    request_id = ""
    for call in calls:
        reply, taken = _ask(to, call, request_id)
        request_id = taken or request_id
        replies.append(reply)
    return tuple(replies)


def talk_to_the_emulator(program: Path, calls: Sequence[Call]) -> Said:
    """Have it start a process that says nothing, and talk in its place, until that ends."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "AWS_LAMBDA_FUNCTION_NAME": NAME,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "20",
    }
    with Emulator(program, ["/bin/sh", "{keep}/silent"], variables) as emulator:
        script = emulator.keep.folder / "silent"
        script.write_text(SILENT, encoding="utf-8")
        context = b64encode(CLIENT_CONTEXT.encode()).decode()
        invoked = emulator.invoke(EVENT, X_Amz_Client_Context=context, X_Amzn_Trace_Id=TRACE)
        wait_until(lambda: "started" in emulator.log)
        replies = talk(emulator.runtime_api, calls)
        script.with_suffix(".end").touch()
        return Said(replies, invoked.result(SECONDS).payload)


def talk_to_ours(calls: Sequence[Call]) -> Said:
    """The same to ours; there is no document if the process has to end before Lambda makes one."""
    happened: SimpleQueue[Happening] = SimpleQueue()
    api = RuntimeApi(happened.put)
    try:
        api.hand_over(Invocation(OURS, EVENT, 1_542_409_706_888, ARN, TRACE, CLIENT_CONTEXT))
        host, _, port = api.address.partition(":")
        replies = talk((host, int(port)), calls)
    finally:
        api.close()
    documents = [each.payload for each in _all(happened) if isinstance(each, Answered | Failed)]
    return Said(replies, documents[0] if documents else None)


def _all(queue: SimpleQueue[Happening]) -> list[Happening]:
    return [queue.get() for _ in range(queue.qsize())]


def _ask(to: tuple[str, int], call: Call, request_id: str) -> tuple[Reply, str]:
    """The answer, and the identifier of the event that it brought, if it did."""
    body = iter([call.body or b""]) if call.in_chunks else call.body
    with closing(HTTPConnection(*to, timeout=SECONDS)) as connection:
        try:
            connection.request(call.method, call.path.replace("{id}", request_id), body, dict(call.headers))
            answer = connection.getresponse()
        except (HTTPException, ConnectionError):
            return Reply(None, {}, b""), ""
        headers = {name.lower(): value for name, value in answer.getheaders()}
        told = {name: _form(name, value) for name, value in headers.items() if _is_compared(name)}
        return Reply(answer.status, told, answer.read()), headers.get("lambda-runtime-aws-request-id", "")


def _is_compared(name: str) -> bool:
    return name in COMPARED or (name.startswith("lambda-") and name != TRACE_HEADER)


def _form(name: str, value: str) -> str:
    form = FORMS.get(name)
    return form if form and re.fullmatch(form, value) else value
