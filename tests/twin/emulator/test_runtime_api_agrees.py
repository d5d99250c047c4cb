"""What a function's process is answered, and what its caller is given, is as on AWS's emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.twin.emulator.talking import Call, Said, talk_to_ours, talk_to_the_emulator
from twin.runtime_api import MAX_RESPONSE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PREFIX: Final = "/2018-06-01/runtime"
NEXT: Final = Call("GET", f"{PREFIX}/invocation/next")
ERROR_DOCUMENT: Final = b'{"errorMessage":"m","errorType":"E","stackTrace":["a"]}'


def respond(body: bytes = b'"done"', *, to: str = "{id}", in_chunks: bool = False, **headers: str) -> Call:
    """A document for the caller."""
    path = f"{PREFIX}/invocation/{to}/response"
    return Call("POST", path, body, _named(headers), in_chunks)


def fail(body: bytes = ERROR_DOCUMENT, *, to: str = "{id}", **headers: str) -> Call:
    """An error for the caller."""
    return Call("POST", f"{PREFIX}/invocation/{to}/error", body, _named(headers))


def fail_at_start(body: bytes = ERROR_DOCUMENT, **headers: str) -> Call:
    """An error of the start."""
    return Call("POST", f"{PREFIX}/init/error", body, _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


AGREE: Final[dict[str, Sequence[Call]]] = {
    "a document": [NEXT, respond()],
    "a document of a type": [NEXT, respond(b"{}", Content_Type="application/json")],
    "a document that is no JSON": [NEXT, respond(b"no json")],
    "an empty document": [NEXT, respond(b"")],
    "a document in chunks": [NEXT, respond(b'"done"', in_chunks=True)],
    "a streamed document": [NEXT, respond(Lambda_Runtime_Function_Response_Mode="streaming")],
    "a document in a mode that there is not": [
        NEXT,
        respond(Lambda_Runtime_Function_Response_Mode="odd"),
        *(respond(), fail(), fail_at_start(), NEXT),
    ],
    "the longest document": [NEXT, respond(b"x" * MAX_RESPONSE)],
    "a document that is too long": [NEXT, respond(b"x" * (MAX_RESPONSE + 1)), respond()],
    "an error": [NEXT, fail()],
    "an error of a kind": [NEXT, fail(Lambda_Runtime_Function_Error_Type="Function.Odd")],
    "an error of a type": [NEXT, fail(Content_Type="application/vnd.aws.lambda.error+json")],
    "an error that is no JSON": [NEXT, fail(b"no json")],
    "an empty error": [NEXT, fail(b"")],
    "all after a document": [NEXT, respond(), respond(), fail(), fail_at_start()],
    "all after an error": [NEXT, fail(), respond(), fail(), fail_at_start()],
    "an event taken twice": [NEXT, NEXT, respond()],
    "an error of the start after it": [NEXT, fail_at_start(), respond()],
    "an error of the start": [fail_at_start()],
    "an error of the start that is no JSON": [fail_at_start(b"no json")],
    "all after an error of the start": [fail_at_start(), fail_at_start(), NEXT, respond(to="odd")],
    "another's event": [
        *(respond(to="odd"), fail(to="odd"), respond(to="a%2Fb")),
        *(NEXT, respond(to="odd"), fail(to="odd"), respond()),
    ],
    "paths that there are not": [
        *(Call("GET", "/"), Call("GET", "/2015-03-31/runtime/invocation/next"), Call("GET", PREFIX)),
        *(Call("GET", f"{NEXT.path}/"), Call("GET", f"{PREFIX}//invocation/next")),
        *(Call("GET", f"{PREFIX}/restore/next"), Call("POST", f"{PREFIX}/restore/error", b"{}")),
        *(Call("POST", f"{PREFIX}/invocation//response", b"{}"), Call("PATCH", f"{PREFIX}/odd")),
    ],
    "methods that there are not": [
        *(Call(method, NEXT.path) for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS")),
        *(Call("GET", fail_at_start().path), Call("PUT", respond(to="odd").path, b"")),
    ],
    "a query, which means nothing": [Call("GET", f"{NEXT.path}?a=b"), respond()],
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Calls after which ours and the emulator differ, and why that is right.

    `ours` and `emulators`: the statuses that each gives, or the caller's document where that is it.
    """

    calls: Sequence[Call]
    ours: Sequence[int | None] | bytes
    emulators: Sequence[int | None] | bytes
    why: str


DIFFER: Final = {
    "ping": Difference(
        [Call("GET", "/2018-06-01/ping")],
        [404],
        [200],
        "AWS documents no such path, and no runtime asks for it",
    ),
    "extensions": Difference(
        [
            Call("POST", "/2020-01-01/extension/register", b"{}"),
            Call("GET", "/2020-01-01/extension/event/next"),
        ],
        [404, 404],
        [403, 403],
        "ours have no extensions; both refuse whoever gives no name",
    ),
    "what extensions subscribe to": Difference(
        [Call("PUT", "/2020-08-15/logs", b"{}"), Call("PUT", "/2022-07-01/telemetry", b"{}")],
        [404, 404],
        [202, 202],
        "the emulator says OK, and in the body that it is not supported",
    ),
    "an error that is too long": Difference(
        [NEXT, fail(b'"' + b"x" * MAX_RESPONSE + b'"')],
        [200, 202],
        [200, None],
        "the emulator fails and hangs up; AWS documents no limit here",
    ),
    "an error with a cause for X-Ray": Difference(
        [NEXT, fail(b"no json", Content_Type="application/vnd.aws.lambda.error.cause+json")],
        b"no json",
        b'"Invalid error body"',
        "AWS documents no such type, and AWS's clients for Python and Rust do not send it",
    ),
}


@pytest.mark.parametrize("calls", AGREE.values(), ids=AGREE)
def test_both_say_the_same(program: Path, calls: Sequence[Call]) -> None:
    """Of a process that ends without an answer ours is told elsewhere, so that it has no document here."""
    emulators, ours = talk_to_the_emulator(program, calls), talk_to_ours(calls)

    assert emulators.replies == ours.replies
    if ours.document is None:
        assert not emulators.document or b'"errorType":"Runtime.ExitError"' in emulators.document
    else:
        assert emulators.document == ours.document


@pytest.mark.parametrize("difference", DIFFER.values(), ids=DIFFER)
def test_they_differ_where_there_is_a_reason(program: Path, difference: Difference) -> None:
    def compared(said: Said) -> Sequence[int | None] | bytes | None:
        if isinstance(difference.ours, bytes):
            return said.document
        return [reply.status for reply in said.replies]

    assert difference.emulators == compared(talk_to_the_emulator(program, difference.calls))
    assert difference.ours == compared(talk_to_ours(difference.calls))
