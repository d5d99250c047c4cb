"""Are the function's variables those that its code wants: there, in their form, and resolved?"""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.evidence.variables import URL, Form, form_of, mistakes, unknown_parameter, unresolved
from ops.doctor.sign import Sign
from runtime.contract import VARIABLES
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

FAILED: Final = frozenset({Sign.APPLICATION_ERROR, Sign.GATEWAY_ERROR})
UNCONNECTED: Final = FAILED | {Sign.APPLICATION_UNAVAILABLE}
"""What a request comes to whose function can't do without what is missing."""
OURS: Final = r"environment variable (?P<name>[A-Z][A-Z0-9_]+) is refused"
OTHERS: Final = (
    r"(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)[`'\"]?:? (?:must be set|(?:is )?not (?:set|found)|is missing)",
    r"KeyError: '(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)'",
    r"\"errorMessage\"\s*:\s*\"'(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)'\"",
    r"(?:environment variable|env var) [`'\"]?(?P<name>[A-Z][A-Z0-9_]+)[`'\"]? (?:not|is|was|must)",
)
"""How our code, and that of others, tells of a variable that it wants."""
PARAMETERS: Final = (
    *("application_name", "channel_binding", "connect_timeout", "gssencmode", "hostaddr", "keepalives"),
    *("options", "passfile", "service", "sslcert", "sslkey", "sslmode", "sslrootcert"),
    *("target_session_attrs", "tcp_user_timeout"),
)
"""Parameters that are likely to be meant."""
LIMIT: Final = 4096
"""Bytes of all variables: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""
NEAR: Final = 3900
RESERVED: Final = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_LAMBDA_", "_HANDLER", "LAMBDA_TASK_ROOT")
"""How names begin that Lambda sets itself."""


@check("LAM-015", Effect.FAILS, signs=FAILED, ran=True)
def variable_refused(evidence: Evidence) -> Answer:
    """What the contract requires, the code's own reading of it, and what its log says."""
    function, trace = evidence.function, evidence.trace
    if wrong := _judged(evidence):
        name, why = wrong[0]
        more = f", and {', '.join(other for other, _ in wrong[1:])} as well" if wrong[1:] else ""
        return _refused(evidence, name, f"{why}{more}")
    if (found := trace.said(OURS)) and found["name"] != URL:
        return _refused(evidence, found["name"], "the code says so in its log")
    for pattern in OTHERS:
        found = trace.said(pattern)
        if found and found["name"] not in function.variables:
            return _refused(evidence, found["name"], "it is missing, and the log asks for it")
    if function.code:
        return ruled_out(
            f"function {function.name} has every variable that its code requires, as it wants them"
        )
    if trace.started:
        return ruled_out(f"the code of {function.short} has started with the variables that it has")
    return unknown(
        f"which variables the code of {function.name} requires is not known here",
        decide="the last lines that it writes before it ends",
    )


@check("PKG-038", Effect.FAILS, signs=UNCONNECTED, ran=True)
def unresolved_reference(evidence: Evidence) -> Answer:
    """CloudFormation resolves what a template holds, and nobody what is written by hand."""
    function = evidence.function
    known = {each.name for each in VARIABLES}
    found = [name for name in unresolved(function.variables) if name in known]
    if found:
        return proved(
            f"{' and '.join(found)} of function {function.name} holds a reference, or what is to be "
            "replaced, and no value",
            change="deploy the service stack, which has CloudFormation resolve its references",
            explains=URL in found,
        )
    return ruled_out(f"no variable of function {function.name} holds a reference")


@check("PKG-011", Effect.RISK)
def variables_too_large(evidence: Evidence) -> Answer:
    """A deployment meets it, not a request."""
    function = evidence.function
    size = len(json.dumps(dict(function.variables), separators=(",", ":")).encode())
    reserved = [name for name in function.variables if name.startswith(RESERVED)]
    if size >= NEAR or reserved:
        told = f"{size:,} bytes of {LIMIT:,}" if size >= NEAR else f"the reserved name {reserved[0]}"
        return proved(
            f"the variables of function {function.name} have {told}: the next change may be refused"
        )
    return ruled_out(f"the variables of function {function.name} have {size:,} bytes of {LIMIT:,}")


@check("DB-022", Effect.FAILS, signs=UNCONNECTED, ran=True)
def url_of_another_kind(evidence: Evidence) -> Answer:
    """SQLAlchemy's schemes name a driver, libpq's do not; and an empty value is none."""
    return _by_form(evidence, Form.EMPTY, Form.SCHEME)


@check("DB-003", Effect.FAILS, signs=UNCONNECTED, ran=True)
def url_surrounded(evidence: Evidence) -> Answer:
    """`echo` ends a line, and `.env` files have quotation marks."""
    return _by_form(evidence, Form.SURROUNDED, Form.ENDED)


@check("DB-001", Effect.FAILS, signs=UNCONNECTED, ran=True)
def url_not_encoded(evidence: Evidence) -> Answer:
    """A slash, an at sign or a percent sign in a password cuts the URL elsewhere."""
    return _by_form(evidence, Form.BROKEN)


@check("DB-072", Effect.FAILS, signs=UNCONNECTED, ran=True)
def parameter_unknown(evidence: Evidence) -> Answer:
    """What libpq calls an invalid URI query parameter; other drivers may take it, or pass it over."""
    function = evidence.function
    url = function.variables.get(URL, "")
    name = unknown_parameter(url)
    if name is None:
        return ruled_out(f"no parameter of {URL} of function {function.name} is unknown to libpq")
    what = f"the parameter {name}" if name else "a parameter without a name after its question mark"
    if evidence.sign is Sign.WELL:
        return ruled_out(f"{URL} has {what}, and the driver of {function.name} takes it")
    near = next(iter(get_close_matches(name, PARAMETERS, n=1)), "")
    meant = f"; {near} is one" if near else ""
    told = f"{URL} of function {function.name} has {what}: an invalid URI query parameter to libpq{meant}"
    if function.code is None:
        return unknown(told, decide="whether the driver of that code takes it")
    return proved(told, change="let `miyabi rotate` write the URL, or deploy the service stack")


def _by_form(evidence: Evidence, *forms: Form) -> Answer:
    function = evidence.function
    url = function.variables.get(URL)
    if url is None:
        return ruled_out(f"function {function.name} has no {URL}")
    if URL in unresolved(function.variables):
        return ruled_out(
            f"{URL} of function {function.name} is a reference that nobody has resolved, not a URL"
        )
    form = form_of(url)
    if form not in forms:
        return ruled_out(
            f"{URL} of function {function.name} {Form.READABLE if form is Form.READABLE else form}"
        )
    if evidence.sign is Sign.WELL:
        return ruled_out(f"{URL} of function {function.name} {form}, and its driver passes that over")
    return proved(
        f"{URL} of function {function.name} {form}",
        change="let `miyabi rotate` write the URL, or deploy the service stack: both encode what they write",
    )


def _judged(evidence: Evidence) -> list[tuple[str, str]]:
    """Variables that the code can't do with, by its own settings, or by the names in its program."""
    function = evidence.function
    if function.code:
        return mistakes(function.code, function.variables)
    if not function.is_custom or evidence.trace.started:
        return []
    required = {each.name for each in VARIABLES if each.required_by}
    try:
        named = evidence.package.seen.named
    except AccessError:
        return []
    absent = (required & named) - set(function.variables)
    return [(name, "it is missing, and the program names it") for name in sorted(absent)]


def _refused(evidence: Evidence, name: str, why: str) -> Answer:
    function = evidence.function
    near = get_close_matches(name, set(function.variables) - {each.name for each in VARIABLES}, n=1)
    meant = f"; {near[0]} is set, which is nearly the same name" if near else ""
    return proved(
        f"function {function.name} can't do with its variable {name}: {why}{meant}",
        f"miyabi drift {evidence.environment.name}",
        change="the variables stand in runtime/contract.py, and the service stack sets them: deploy it",
    )
