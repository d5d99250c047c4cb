"""Asks an environment's migrator function, where the command would ask a database directly.

The function's name stands in SSM, where its stack has written it. A run that the function's time was
too short for is gone on with, as often as it takes.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from ops.aws import told
from ops.errors import TOLD, AnswerLost, FunctionBroke, FunctionBusy, MigratorMissing
from ops.live import Live
from stacks.functions import LIVE
from stacks.values import MIGRATOR_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ops.aws import Connect
    from stacks.settings import Environment

    Document = dict[str, Any]

BUSY_PAUSE: Final = 2.0
"""Seconds between two questions to a function that is at work for somebody else."""
BUSY_WAIT: Final = 10.0
"""Seconds to wait for it where the event says no `lock_wait`."""


def ask_function(
    environment: Environment,
    event: Mapping[str, Any],
    *,
    connect: Connect | None = None,
    say: Callable[[str], None] = lambda _: None,
    pause: Callable[[float], None] = time.sleep,
) -> Document:
    """Have the function do what the event says, and return its answer.

    `connect` gives the clients of AWS, `say` takes what is worth telling meanwhile. Raises `MigratorError`:
    what the function told, or why it was not reached. An answer whose `remaining` is not empty is of a run
    that got no further in a whole invocation.
    """
    if environment.migrator is None:
        raise MigratorMissing(environment.name)
    live = Live(environment, connect)
    if environment.account:
        live.require_account()
    return ask_migrator(live, event, say=say, pause=pause)


def ask_migrator(
    live: Live,
    event: Mapping[str, Any],
    *,
    say: Callable[[str], None] = lambda _: None,
    pause: Callable[[float], None] = time.sleep,
) -> Document:
    """Have the function of a living system do what the event says, as `ask_function` does."""
    environment, connect = live.environment, live.client
    if environment.migrator is None:
        raise MigratorMissing(environment.name)
    function = live.value(MIGRATOR_NAME)
    say(f"asking {function} in {environment.region}")
    wanted = {key: value for key, value in event.items() if value is not None}
    document = _ask(environment, function, wanted, connect, pause)
    while document.get("remaining"):
        say(f"its time was up, {len(document['remaining'])} remain: asking again")
        more = _ask(environment, function, wanted, connect, pause)
        document = _joined(document, more)
        if not more["applied"]:
            break
    return document


def _ask(
    environment: Environment,
    function: str,
    event: Mapping[str, Any],
    connect: Connect,
    pause: Callable[[float], None],
) -> Document:
    """Ask once; while the function is busy, wait as long as a run waits for another."""
    wait, waited = float(event.get("lock_wait", BUSY_WAIT)), 0.0
    while (answer := _invoke(environment, function, event, connect)) is None:
        if waited + BUSY_PAUSE > wait:
            raise FunctionBusy(function, waited)
        pause(BUSY_PAUSE)
        waited += BUSY_PAUSE
    return _understood(function, answer)


def _invoke(
    environment: Environment, function: str, event: Mapping[str, Any], connect: Connect
) -> Mapping[str, Any] | None:
    """Invoke the function and wait for its answer; None while Lambda runs it for somebody else."""
    from botocore import exceptions

    client = connect("lambda")
    try:
        answer: Mapping[str, Any] = client.invoke(
            FunctionName=function,
            Qualifier=LIVE,
            InvocationType="RequestResponse",
            Payload=json.dumps(dict(event)).encode(),
        )
        return {**answer, "Payload": answer["Payload"].read()}
    except client.exceptions.TooManyRequestsException:
        return None
    except (
        exceptions.ReadTimeoutError,
        exceptions.ConnectionClosedError,
        exceptions.ResponseStreamingError,
    ) as error:
        raise AnswerLost(function, environment.name, " ".join(str(error).split())) from None
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise told(error, "lambda:InvokeFunction", f"function {function}", environment.region) from None


def _understood(function: str, answer: Mapping[str, Any]) -> Document:
    """The document in an answer of Lambda's. Raises what the function told, and `FunctionBroke`."""
    try:
        payload = json.loads(answer["Payload"])
    except ValueError:
        raise FunctionBroke(function, "what came is no JSON") from None
    if "FunctionError" in answer:
        raise FunctionBroke(function, _fault(payload))
    match payload:
        case {"ok": True, "answer": dict() as document}:
            return document
        case {
            "ok": False,
            "error": {"kind": str() as kind, "family": str() as family, "message": str() as message},
        }:
            if family in TOLD:
                raise TOLD[family](kind, message)
            raise FunctionBroke(function, message)
        case _:
            raise FunctionBroke(function, "what came is no answer of a migrator")


def _fault(payload: Any) -> str:
    if not isinstance(payload, dict):
        return "no reason given"
    words = (payload.get("errorType"), payload.get("errorMessage"))
    return ": ".join(" ".join(str(word).split()) for word in words if word) or "no reason given"


def _joined(first: Document, second: Document) -> Document:
    """One answer of two runs, the second of which went on where the first had to stop."""
    return second | {
        "applied": first["applied"] + second["applied"],
        "warnings": list(dict.fromkeys(first["warnings"] + second["warnings"])),
        "seconds": first["seconds"] + second["seconds"],
    }
