"""What has the code come to, once it was started: by what Lambda and the code itself have written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.evidence.endings import SUCCESS, TIMED_OUT
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

FAILED: Final = frozenset({Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE})
"""What a request comes to whose function gives no answer."""
ANY: Final = FAILED | {Sign.APPLICATION_ERROR, Sign.APPLICATION_UNAVAILABLE}
KILLED: Final = r"signal: killed"
CRASHED: Final = r"Runtime exited with error: (?P<what>exit status \d+|signal: [a-z ]+)"
WITHOUT_REASON: Final = r"Runtime exited without providing a reason"
READ_ONLY: Final = r"\[Errno 30\] Read-only file system|EROFS|Read-only file system \(os error 30\)"
FULL: Final = r"\[Errno 28\] No space left on device|ENOSPC|No space left on device \(os error 28\)"
OF_SERVER: Final = r"could not extend file|DiskFull|could not write"
NONE_LEFT: Final = (
    r"\[Errno 24\] Too many open files|EMFILE|Too many open files \(os error 24\)|can't start new thread"
    r"|EAGAIN.*(?:spawn|fork|thread)|Resource temporarily unavailable \(os error 11\)"
)
UNEXPECTED: Final = r'"level"\s*:\s*"ERROR".*?"kind"\s*:\s*"(?P<kind>[\w.]+)"'
"""The line that our code writes of what nobody expected."""


@check("PKG-039", Effect.FAILS, signs=FAILED, ran=True)
def extension_failed(evidence: Evidence) -> Answer:
    """Extensions share the function's fate, and the other way round."""
    found = _error(evidence, "Extension.")
    if found:
        return proved(f"an extension of {evidence.function.short} has failed ({found})", *read_log(evidence))
    return ruled_out("the log has no extension that failed for this request")


@check("PKG-016", Effect.FAILS, signs=FAILED, ran=True)
def out_of_memory(evidence: Evidence) -> Answer:
    """The kernel kills what takes more than it has."""
    function, trace = evidence.function, evidence.trace
    memory = int(function.configuration.get("MemorySize", 0))
    used = max((each.used_mb for each in trace.endings), default=0)
    mend = function.configure(f"--memory-size {max(256, 2 * memory)}")
    change = "raise [api] memory_mb in the environment's settings, and deploy"
    if "Runtime.OutOfMemory" in trace.error_types:
        return proved(
            f"{function.short} wanted more than its {memory} MB (Runtime.OutOfMemory)", *mend, change=change
        )
    if trace.search(KILLED):
        if used and used < memory:
            return unknown(
                f"the process of {function.short} was killed at {used} of its {memory} MB",
                decide="Max Memory Used of its next REPORT line",
            )
        return proved(
            f"the process of {function.short} was killed at all of its {memory} MB", *mend, change=change
        )
    if evidence.sign in FAILED and memory and used >= memory and TIMED_OUT in trace.error_types:
        return unknown(
            f"{function.short} timed out at all of its {memory} MB", decide="the same with more memory"
        )
    return ruled_out(
        f"the log has no end for want of memory; {used} of {memory} MB were used for this request"
    )


@check("PKG-040", Effect.FAILS, signs=ANY, ran=True)
def read_only(evidence: Evidence) -> Answer:
    """All but /tmp is read-only at Lambda, and was not where the code was written."""
    if evidence.trace.search(READ_ONLY):
        return proved("the code wants to write outside of /tmp (read-only file system)", *read_log(evidence))
    return ruled_out("the log has no write to a read-only file system for this request")


@check("PKG-041", Effect.FAILS, signs=ANY, ran=True)
def disk_full(evidence: Evidence) -> Answer:
    """What one request leaves at /tmp, the next one finds there."""
    trace, function = evidence.trace, evidence.function
    if trace.search(FULL) and not trace.search(OF_SERVER):
        size = (function.configuration.get("EphemeralStorage") or {}).get("Size", 512)
        return proved(f"the disk of {function.short} at /tmp is full, with {size} MB")
    return ruled_out("the log has no write for this request to a disk that is full")


@check("PKG-042", Effect.FAILS, signs=ANY, ran=True)
def none_left(evidence: Evidence) -> Answer:
    """1,024 file descriptors and as many threads are what an execution environment has."""
    if evidence.trace.search(NONE_LEFT):
        return proved(f"{evidence.function.short} has no file descriptor or thread left", *read_log(evidence))
    return ruled_out("the log has no want of file descriptors or threads for this request")


@check("PKG-043", Effect.FAILS, signs=FAILED, ran=True)
def not_json(evidence: Evidence) -> Answer:
    """The runtime makes JSON of what the handler returns."""
    if "Runtime.MarshalError" in evidence.trace.error_types:
        return proved(
            f"the answer of {evidence.function.short} can't be written as JSON (Runtime.MarshalError)",
            *read_log(evidence),
        )
    return ruled_out("the runtime could write every answer as JSON")


@check("PKG-045", Effect.FAILS, signs={Sign.GATEWAY_ERROR}, ran=True)
def answer_refused(evidence: Evidence) -> Answer:
    """The function ended well, and the gateway could make nothing of what it gave."""
    trace, function = evidence.trace, evidence.function
    if re.search(r"not of the format|malformed|invalid.*response", trace.refused_by_lambda, re.IGNORECASE):
        return proved(f"the gateway's log says that it can't read the answer of {function.short}")
    ended = [each for each in trace.endings if not each.is_start]
    if not ended or evidence.sign is not Sign.GATEWAY_ERROR:
        return ruled_out("no invocation for this request has ended, or its answer was taken")
    if any(each.status != SUCCESS for each in ended) or trace.error_types:
        return ruled_out("the function itself has failed for this request")
    told = f"function {function.short} has ended without an error, and the gateway answers for it"
    if trace.is_ours:
        return proved(f"{told}: it can't read what the function gave", *read_log(evidence))
    return unknown(f"{told}; whether that was this request is not known", decide="an access log of the stage")


def _error(evidence: Evidence, beginning: str) -> str:
    return next((each for each in evidence.trace.error_types if each.startswith(beginning)), "")


def read_log(evidence: Evidence) -> tuple[str, ...]:
    """What shows the function's latest lines."""
    return (f"aws logs tail {evidence.function.log_group} --since 10m",)
