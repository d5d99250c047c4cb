"""Can a runtime for Python import the handler: its name, its module, and what that imports?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.package import FAILED, LOOK, REBUILD
from runtime.contract import HANDLERS, Function

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.trace import Trace
    from ops.doctor.evidence.whole import Evidence

NOT_IMPORTED: Final = r"Unable to import module '(?P<module>[^']+)'"
NO_MODULE: Final = rf"{NOT_IMPORTED}: No module named '(?P<what>[^']+)'"
NO_HANDLER: Final = r"Handler '(?P<what>[^']+)' missing on module '(?P<module>[^']+)'"
BAD_HANDLER: Final = r"Bad handler '(?P<what>[^']+)'"
NO_PYTHON: Final = r"Syntax error in module '(?P<module>[^']+)'"
"""What AWS's client for Python writes: https://github.com/aws/aws-lambda-python-runtime-interface-client."""
COMPILED: Final = (
    rf"{NOT_IMPORTED}: [^\n]*"
    "(?:invalid ELF header|wrong ELF class|cannot open shared object|undefined symbol|bad magic number)"
)
NO_FILE, NO_SYNTAX = "there is no ", "can't be parsed"
"""How the inspection tells of a handler whose module is not there, or is no Python."""


@check("PKG-008", Effect.FAILS, signs=FAILED, ran=True)
def handler_wrong(evidence: Evidence) -> Answer:
    """Lambda takes the name apart at its last dot: module and function."""
    if answer := _elsewhere(evidence):
        return answer
    handler = str(evidence.function.configuration.get("Handler", ""))
    if found := _said_of_handler(evidence.trace):
        return _handler(evidence, f"Handler is {handler!r}, {found}")
    wrong = [each for each in evidence.package.found("python.handler") if NO_SYNTAX not in each]
    if wrong and evidence.package.has_layers and NO_FILE in wrong[0]:
        return unknown(f"{wrong[0]}, and a layer may bring it", decide=LOOK)
    if wrong:
        # where the log tells of something else, the start did not come to look for the handler
        return _handler(
            evidence, f"Handler is {handler!r}: {wrong[0]}", explains=not evidence.trace.said(".")
        )
    return _unless_in_doubt(evidence, "python.handler", f"the package has what Handler {handler!r} names")


@check("PKG-034", Effect.FAILS, signs=FAILED, ran=True)
def no_python(evidence: Evidence) -> Answer:
    """Newer syntax than the runtime's, or a slip."""
    if answer := _elsewhere(evidence):
        return answer
    if found := evidence.trace.said(NO_PYTHON):
        return proved(f"the runtime can't parse module {found['module']} (Runtime.UserCodeSyntaxError)")
    if wrong := [each for each in evidence.package.found("python.handler") if NO_SYNTAX in each]:
        return proved(wrong[0], change=REBUILD)
    return _unless_in_doubt(evidence, "python.handler", "the handler's module can be parsed")


@check("PKG-030", Effect.FAILS, signs=FAILED, ran=True)
def other_python(evidence: Evidence) -> Answer:
    """A compiled module says in its name for what it is, and Python looks for no other name."""
    if answer := _elsewhere(evidence):
        return answer
    package, runtime = evidence.package, evidence.function.configuration.get("Runtime")
    if evidence.trace.said(COMPILED):
        return proved(f"a compiled module can't be loaded on {runtime}", change=REBUILD)
    for name in ("python.extensions", "elf.machine", "python.bytecode"):
        if found := package.found(name):
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            return proved(f"{found[0]}{more}", change=REBUILD)
    return _unless_in_doubt(evidence, "python.extensions", f"compiled modules are for {runtime}")


@check("PKG-021", Effect.FAILS, signs=FAILED, ran=True)
def module_missing(evidence: Evidence) -> Answer:
    """What is installed where the code was written is not where it runs."""
    if answer := _elsewhere(evidence):
        return answer
    found = evidence.trace.said(NO_MODULE)
    if found and not _is_in(found["what"], found["module"]):
        if found["what"].rpartition(".")[2].startswith("_"):
            # such are compiled, most of them, and may be there for another Python: the zip tells
            _ = evidence.package.seen
        because = f"module {found['module']} can't be imported: there is no module {found['what']!r}"
        return proved(because, change=REBUILD)
    package = evidence.package
    if package.seen.missing and package.has_layers:
        return unknown(
            f"{package.seen.missing[0][0]} is not in the package; a layer may bring it", decide=LOOK
        )
    for module, path in package.seen.missing:
        return proved(
            f"{path} imports {module}, which is neither in the package nor the runtime's", change=REBUILD
        )
    return ruled_out("every module that the handler's own code imports at its start is there")


@check("PKG-037", Effect.SHOWS, signs=FAILED, ran=True)
def not_imported(evidence: Evidence) -> Answer:
    """Whatever else an import ends by."""
    if answer := _elsewhere(evidence):
        return answer
    if found := evidence.trace.said(NOT_IMPORTED):
        return proved(
            f"the runtime can't import module {found['module']} (Runtime.ImportModuleError)",
            f"aws logs tail {evidence.function.log_group} --since 10m",
        )
    return ruled_out("the log has no module that could not be imported")


def _said_of_handler(trace: Trace) -> str:
    """What the runtime's client has written of the handler's name; empty where it has not."""
    if trace.said(BAD_HANDLER):
        return "which is no module.function"
    if found := trace.said(NO_HANDLER):
        return f"and module {found['module']} has no {found['what']}"
    found = trace.said(NO_MODULE)
    if found and _is_in(found["what"], found["module"]):
        return f"and there is no module {found['what']} in the package"
    return ""


def _handler(evidence: Evidence, because: str, *, explains: bool = True) -> Answer:
    return proved(
        because,
        *evidence.function.configure(f"--handler {HANDLERS[Function.API]}"),
        change="the handlers stand in runtime/contract.py; deploy the service stack",
        explains=explains,
    )


def _elsewhere(evidence: Evidence) -> Answer | None:
    """The answer where there is nothing to look for: another runtime, or code that has started."""
    runtime = str(evidence.function.configuration.get("Runtime", ""))
    if not runtime.startswith("python"):
        return ruled_out(f"function {evidence.function.name} is no function in Python by itself")
    if evidence.trace.started:
        return ruled_out(f"the code of {evidence.function.short} was started for this request")
    return None


def _unless_in_doubt(evidence: Evidence, name: str, otherwise: str) -> Answer:
    if doubt := evidence.package.doubt(name):
        return unknown(doubt, decide=LOOK)
    return ruled_out(otherwise)


def _is_in(module: str, handlers: str) -> bool:
    """Whether a module is the handler's own, or a package that it is in."""
    return handlers == module or handlers.startswith(f"{module}.")
