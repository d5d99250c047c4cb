"""How has an invocation ended where nothing more is known: too late, at its start, by an exception?

These are ways in which other faults show, in the network and the database most of all: each is a cause only
where nothing that would explain it is proved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.application import CRASHED, FAILED, KILLED, UNEXPECTED, WITHOUT_REASON, read_log
from ops.doctor.checks.configuration import OURS as REFUSED
from ops.doctor.evidence.endings import SUCCESS, TIMED_OUT, TIMEOUT, timeout_of
from ops.doctor.evidence.trace import AT_START, HIDDEN
from ops.doctor.sign import Sign
from runtime.contract import HANDLERS, Function
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.endings import Ending
    from ops.doctor.evidence.whole import Evidence

BY_LAMBDA: Final = re.compile(r"(?:Runtime|Extension|Sandbox|Function)\.")
"""How types of errors begin that are not the code's own."""
CONNECTED: Final = (
    r'"message"\s*:\s*"connected"|connected to (?:the )?(?:database|postgres)|new (?:database )?connection'
)
"""How our code, and that of others, tells of a connection that it has made."""
OF_GATEWAY: Final = frozenset(
    {
        Sign.GATEWAY_UNAUTHORIZED,
        Sign.GATEWAY_FORBIDDEN,
        Sign.GATEWAY_NOT_FOUND,
        Sign.GATEWAY_TOO_LARGE,
        Sign.GATEWAY_TOO_MANY,
        Sign.GATEWAY_UNAVAILABLE,
    }
)
"""What the gateway says, and other code may say as well."""
OUR_HANDLER: Final = HANDLERS[Function.API]
OUR_FILE: Final = OUR_HANDLER.rpartition(".")[0].replace(".", "/") + ".py"
SEVERAL: Final = 3
"""Requests without which there is no telling."""
MOST: Final = 0.75
"""Share of them that is all of them: a line may come too late to be told by its request."""
PANIC: Final = r"panicked at"


@check("PKG-018", Effect.SOME)
def made_anew(evidence: Evidence) -> Answer:
    """What is kept between requests makes no connection for a second one."""
    function = evidence.function
    warm = [each for each in evidence.trace.lately if each.ended and _is_warm(each.ended)]
    made = [each for each in warm if any(re.search(CONNECTED, line) for line in each.lines)]
    if len(made) >= max(SEVERAL, MOST * len(warm)):
        return proved(
            f"{len(made)} of the last {len(warm)} requests to {function.short} in environments that were "
            "there already made a connection to the database",
            change="make the application once, when its module is loaded, and keep one connection",
        )
    if len(warm) >= SEVERAL:
        return ruled_out(
            f"{len(made)} of the last {len(warm)} requests in environments that were there made one"
        )
    return unknown(
        f"{len(warm)} requests of the last 15 minutes came to environments that were there already",
        decide=f"{SEVERAL} requests, one after the other, and their lines in {function.log_group}",
    )


@check("PKG-014", Effect.SHOWS, signs=FAILED, ran=True)
def start_too_long(evidence: Evidence) -> Answer:
    """Lambda waits 10 s for a start, and then starts anew within the invocation."""
    slow = [each for each in evidence.trace.endings if each.is_start and each.status == TIMEOUT]
    if slow:
        seconds = slow[0].milliseconds / 1000
        return proved(
            f"the start of {evidence.function.short} was ended after {seconds:.1f} s (INIT_REPORT: timeout), "
            f"with {evidence.function.configuration.get('MemorySize')} MB",
            *read_log(evidence),
        )
    return ruled_out("the log has no start for this request that took too long")


@check("PKG-022", Effect.SHOWS, signs=FAILED, ran=True)
def ends_at_start(evidence: Evidence) -> Answer:
    """Before it takes its first event, a program reads its settings and opens what it needs."""
    trace = evidence.trace
    failed = [each for each in trace.endings if each.is_start and each.status not in (SUCCESS, TIMEOUT)]
    if not failed:
        return ruled_out("the log has no start for this request that failed")
    crashed, panic = trace.search(CRASHED), " after a panic" if trace.search(PANIC) else ""
    how = crashed["what"] if crashed else (_own_error(evidence) or failed[0].error_type or "no reason told")
    return proved(
        f"the code of {evidence.function.short} ended while it started ({how}{panic})", *read_log(evidence)
    )


@check("PKG-023", Effect.SHOWS, signs=FAILED, ran=True)
def exception_unhandled(evidence: Evidence) -> Answer:
    """What the handler raises, the runtime writes with its traceback, and the gateway makes 500 of it."""
    kind = _own_error(evidence)
    if kind and evidence.trace.started:
        return proved(
            f"the handler of {evidence.function.short} raises {kind} for this request", *read_log(evidence)
        )
    if (
        not evidence.trace.lines
        and evidence.trace.ran
        and re.search(r"function returned the following error", evidence.trace.refused_by_lambda)
    ):
        return proved(f"the gateway's log says that {evidence.function.short} returned an error")
    return ruled_out("the log has no exception that the code did not handle for this request")


@check("PKG-046", Effect.SHOWS, signs=FAILED, ran=True)
def ends_in_between(evidence: Evidence) -> Answer:
    """A crash of compiled code, a panic, or an exit that somebody wrote."""
    trace = evidence.trace
    if any(each.is_start and each.status != SUCCESS for each in trace.endings):
        return ruled_out("the code has ended while it started, not later")
    if (found := trace.search(CRASHED)) and not trace.search(KILLED):
        because = f"the process of {evidence.function.short} ended before it had answered ({found['what']})"
        return proved(because, *read_log(evidence))
    if trace.search(WITHOUT_REASON):
        return proved(f"the process of {evidence.function.short} ended by itself before it had answered")
    return ruled_out("the log has no process that ended before it had answered")


@check("PKG-015", Effect.SHOWS, signs=FAILED, ran=True)
def timed_out(evidence: Evidence) -> Answer:
    """Something is waited for: nearly always the database or an endpoint."""
    trace, function = evidence.trace, evidence.function
    timeout = function.configuration.get("Timeout")
    seconds = next((found for line in trace.lines if (found := timeout_of(line))), None)
    late = any(not each.is_start and each.status == TIMEOUT for each in trace.endings)
    if seconds is None and not late and TIMED_OUT not in trace.error_types:
        return ruled_out(f"the log has no invocation that took longer than the {timeout} s that it has")
    return proved(
        f"{function.short} had not answered after {seconds or timeout:g} s, all that it has",
        *read_log(evidence),
    )


@check("PKG-047", Effect.SHOWS, signs={Sign.APPLICATION_ERROR}, ran=True)
def fails_by_itself(evidence: Evidence) -> Answer:
    """Our code answers whatever happens, and writes down what that was."""
    if evidence.sign is not Sign.APPLICATION_ERROR:
        return ruled_out("the application has answered without an error of its own")
    if found := evidence.trace.search(UNEXPECTED):
        kind = HIDDEN if evidence.function.holds(found["kind"]) else found["kind"]
        return proved(f"the application met {kind}, which it did not expect", *read_log(evidence))
    if evidence.trace.search(REFUSED):
        return ruled_out("the application's log names a variable that it can't do with")
    if evidence.trace.lines:
        return unknown(
            f"the application answers {evidence.reply.status}, and its log has no line that tells why",
            decide=f"its lines with the request id {evidence.reply.request_id}",
        )
    return unknown(
        f"the application answers {evidence.reply.status}, and nothing of it is in the log",
        decide="its own line of level ERROR",
    )


@check("PKG-048", Effect.SHOWS, signs={Sign.APPLICATION_REFUSED, Sign.UNLIKE}, ran=True)
def health_refused(evidence: Evidence) -> Answer:
    """Health is open to everybody: what refuses it is other code, or sees another request."""
    if evidence.sign not in (Sign.APPLICATION_REFUSED, Sign.UNLIKE):
        return ruled_out("the application does not refuse the request for health")
    if not evidence.trace.ran:
        return unknown(
            f"somebody answers {evidence.reply.status} to the request for health, and nothing tells that it "
            f"was {evidence.function.short}",
            decide=f"the lines of {evidence.function.log_group} for this request",
        )
    if evidence.sign is Sign.UNLIKE:
        return proved(
            f"{evidence.function.short} answers {evidence.reply.status} to the request for health"
            f"{_in_what(evidence)}",
            *(_with_our_handler(evidence) or read_log(evidence)),
        )
    return proved(
        f"{evidence.function.short} answers {evidence.reply.status} to the request for health",
        *read_log(evidence),
    )


@check("PKG-049", Effect.SHOWS, signs=OF_GATEWAY)
def says_what_the_gateway_says(evidence: Evidence) -> Answer:
    """Frameworks answer `{"message": "Not Found"}` too: whose words they are, the gateway's line tells."""
    sign, trace = evidence.sign, evidence.trace
    if sign not in OF_GATEWAY:
        return ruled_out("the answer is not in the gateway's words")
    if trace.access is None:
        return unknown(
            f"{evidence.reply.status} is answered in the gateway's words, which a function may use too",
            decide="$context.integrationStatus in a line of the stage's access log for this request",
        )
    if (
        trace.access.get("integrationStatus") == "200"
        and trace.access.get("integrationRequestId", "-") != "-"
    ):
        return proved(
            f"{evidence.function.short} itself answers {evidence.reply.status} in the gateway's words: the "
            "access log has 200 from Lambda for this request",
            *read_log(evidence),
        )
    return ruled_out("the gateway's line says that no function has answered the request")


def _is_warm(ended: Ending) -> bool:
    return not ended.is_cold and ended.status == SUCCESS


def _in_what(evidence: Evidence) -> str:
    """What is strange in an answer to health, without what stands in it."""
    reply, handler = evidence.reply, evidence.function.configuration.get("Handler")
    if location := reply.headers.get("location"):
        return f", and leads to {urlsplit(location).hostname or 'another path'}"
    if _with_our_handler(evidence):
        return f", and its document is none of health: its Handler is {handler!r}, and not {OUR_HANDLER!r}"
    return ", and its document is none of a healthy system: other code is deployed, or it says so itself"


def _with_our_handler(evidence: Evidence) -> tuple[str, ...]:
    """What has the API's own handler answer, where the package has it and another one answers."""
    function = evidence.function
    if function.is_custom or function.configuration.get("Handler") == OUR_HANDLER:
        return ()
    try:
        is_there = OUR_FILE in evidence.package.seen.files
    except AccessError:
        return ()
    return function.configure(f"--handler {OUR_HANDLER}") if is_there else ()


def _own_error(evidence: Evidence) -> str:
    """The type of the first error that is the code's own."""
    types = evidence.trace.error_types
    return next((each for each in types if not BY_LAMBDA.match(each) and each not in AT_START), "")
