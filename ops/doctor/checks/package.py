"""Can the package be started: what its zip holds, and what Lambda said when it tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.sign import Sign
from ops.package.inspect.archive import UNZIPPED_LIMIT
from ops.package.inspect.target import BOOTSTRAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

    Judge = Callable[[str], bool]

FAILED: Final = frozenset({Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE})
"""What a request comes to whose function can't be started."""
LOOK: Final = "`miyabi package inspect` of the zip that is deployed"
REBUILD: Final = "build the package by `miyabi package build`, and deploy it"
ENTRY: Final = "Runtime.InvalidEntrypoint"
NO_FORMAT: Final = r"exec format error"
NO_LIBRARY: Final = r"error while loading shared libraries: (?P<what>[\w.+-]+): cannot open shared object"
NO_VERSION: Final = r"version [`'](?P<what>[A-Z]+[\w.]+)' not found"
NO_BOOTSTRAP: Final = r"Couldn't find valid bootstrap"
DENIED: Final = r"fork/exec (?P<what>\S+): permission denied"
NOT_FOUND: Final = r"fork/exec (?P<what>\S+): no such file or directory"
OF_MACOS: Final = "macOS"
"""How the inspection tells of a bootstrap from a Mac, and below, of others."""
ASKS: Final = " asks for "
"""How the inspection tells of a script, or a program, whose interpreter may not be there."""
OTHER_CPU: Final = "a program for "
CODE: Final = r"\S+\.(?:py|so)(?:\.\d+)* has mode|bootstrap has mode|\S+/ has mode"
"""How the inspection tells of files and folders that are read when the code starts."""
CARRIAGE_RETURN: Final = "ends as on Windows"


@check("PKG-032", Effect.FAILS, signs=FAILED, ran=True)
def wrapped(evidence: Evidence) -> Answer:
    """A zip of a folder in place of what is in it: what Lambda starts is there, one folder too deep."""
    return _by_zip(
        evidence,
        "zip.root",
        otherwise="what Lambda starts lies in no folder of its own",
        counts=lambda _: _is_one_folder_down(evidence),
    )


@check("PKG-033", Effect.FAILS, signs=FAILED)
def damaged(evidence: Evidence) -> Answer:
    """Lambda takes no zip that it can't unpack; one that it can in part is rarer."""
    if started := _started(evidence):
        return started
    package = evidence.package
    if package.seen.inspection is None:
        return proved(f"the package of version {package.version} is no zip that can be read", change=REBUILD)
    for name in ("zip.intact", "zip.encryption", "zip.method", "zip.paths"):
        if found := package.found(name):
            return proved(f"in the package of version {package.version}, {found[0]}", change=REBUILD)
    return ruled_out("every file of the package unpacks to what the zip's list says")


@check("PKG-010", Effect.RISK)
def too_large(evidence: Evidence) -> Answer:
    """A deployment meets it, not a request."""
    package = evidence.package
    if _started(evidence) or package.seen.inspection is None:
        size = int(evidence.function.configuration.get("CodeSize", 0))
        return ruled_out(f"Lambda has taken the package, of {size:,} bytes zipped")
    size = package.seen.inspection.unzipped
    if size > UNZIPPED_LIMIT:
        return proved(f"the package has {size:,} bytes unpacked, and Lambda takes {UNZIPPED_LIMIT:,}")
    return ruled_out(f"the package has {size:,} bytes unpacked, of {UNZIPPED_LIMIT:,} that Lambda takes")


@check("PKG-020", Effect.FAILS, signs=FAILED, ran=True)
def no_bootstrap(evidence: Evidence) -> Answer:
    """A custom runtime starts the file of that name, of the package or of a layer."""
    if not_custom := _not_custom(evidence):
        return not_custom
    if evidence.trace.said(NO_BOOTSTRAP):
        return proved("Lambda found no bootstrap in the package of this request", change=REBUILD)
    if evidence.package.has_layers and evidence.package.found("bootstrap.present"):
        return unknown("the package has no bootstrap, and a layer may bring one", decide=LOOK)
    return _by_zip(evidence, "bootstrap.present", otherwise="the package has a bootstrap at its root")


@check("PKG-004", Effect.FAILS, signs=FAILED, ran=True)
def not_executable(evidence: Evidence) -> Answer:
    """Lambda keeps the modes that the zip holds."""
    if not_custom := _not_custom(evidence):
        return not_custom
    if found := evidence.trace.said(DENIED):
        return proved(f"Lambda may not execute {found['what']} (permission denied)", change=REBUILD)
    return _by_zip(evidence, "bootstrap.executable", otherwise="the bootstrap may be executed")


@check("PKG-001", Effect.FAILS, signs=FAILED, ran=True)
def of_macos(evidence: Evidence) -> Answer:
    """Whoever builds on a Mac without a target builds for a Mac."""
    return _by_form(evidence, lambda found: OF_MACOS in found, "the bootstrap is no program of macOS")


@check("PKG-002", Effect.FAILS, signs=FAILED, ran=True)
def other_processor(evidence: Evidence) -> Answer:
    """x86_64 is what a function has where nobody says otherwise."""
    return _by_form(
        evidence, lambda found: OTHER_CPU in found, "the bootstrap is for the function's processor"
    )


@check("PKG-019", Effect.FAILS, signs=FAILED, ran=True)
def carriage_returns(evidence: Evidence) -> Answer:
    """The kernel looks for an interpreter whose name ends in a carriage return."""
    return _by_form(
        evidence, lambda found: CARRIAGE_RETURN in found, "the first line of the bootstrap ends as on Linux"
    )


@check("PKG-035", Effect.FAILS, signs=FAILED, ran=True)
def unstartable(evidence: Evidence) -> Answer:
    """A program of Windows, one for musl, a script whose interpreter is not there, an empty file."""

    def is_other(found: str) -> bool:
        return not any(known in found for known in (OF_MACOS, OTHER_CPU, CARRIAGE_RETURN))

    return _by_form(evidence, is_other, "the bootstrap is something that the runtime can start")


@check("PKG-005", Effect.FAILS, signs=FAILED, ran=True)
def library_too_old(evidence: Evidence) -> Answer:
    """What was linked against a newer glibc does not start with an older one."""
    if found := evidence.trace.said(NO_VERSION):
        runtime = evidence.function.configuration.get("Runtime", "the runtime")
        return proved(f"{runtime} has no {found['what']}, which the program wants", change=REBUILD)
    return _by_linking(evidence, "elf.versions", "every version of a library that is wanted is there")


@check("PKG-006", Effect.FAILS, signs=FAILED, ran=True)
def library_missing(evidence: Evidence) -> Answer:
    """What is linked dynamically must be in the runtime or in the package."""
    if found := evidence.trace.said(NO_LIBRARY):
        return proved(f"the loader does not find {found['what']}, which the program wants", change=REBUILD)
    return _by_linking(evidence, "elf.libraries", "every library that is wanted is there")


@check("PKG-031", Effect.FAILS, signs=FAILED, ran=True)
def unreadable(evidence: Evidence) -> Answer:
    """The function runs as another user than its files belong to."""
    if evidence.trace.said(r"(?:\[Errno 13\] Permission denied|EACCES)[^\n]*/var/task"):
        return proved("a file below /var/task may not be read (permission denied)", change=REBUILD)
    return _by_zip(
        evidence,
        "permissions",
        otherwise="all code in the package may be read",
        counts=lambda line: bool(re.match(CODE, line)),
        explains=not evidence.trace.ran,
    )


@check("PKG-036", Effect.SHOWS, signs=FAILED, ran=True)
def not_started(evidence: Evidence) -> Answer:
    """Lambda gave up before the first instruction; why, is in the package."""
    if ENTRY not in evidence.trace.error_types:
        return _started(evidence) or ruled_out(f"Lambda reported no {ENTRY} for this request")
    told = next(
        (
            text
            for text in ("exec format error", "no such file", "permission denied")
            if evidence.trace.said(text)
        ),
        "no reason in the log",
    )
    return proved(
        f"Lambda could not start the package of {evidence.function.short} ({ENTRY}: {told})", change=REBUILD
    )


def _by_form(evidence: Evidence, is_this: Judge, otherwise: str) -> Answer:
    """By what the bootstrap is; the log alone says no more than that it can't be started."""
    if not_custom := _not_custom(evidence):
        return not_custom
    package = evidence.package
    if found := _first(package.found("bootstrap.format"), is_this):
        return proved(f"in the package of version {package.version}, {found}", change=REBUILD)
    doubt = package.doubt("bootstrap.format")
    if doubt and (ASKS not in doubt or is_this(doubt)):
        return unknown(doubt, decide=LOOK)
    return ruled_out(otherwise)


def _by_linking(evidence: Evidence, name: str, otherwise: str) -> Answer:
    """By what programs are linked with: the bootstrap, or every module of a package for Python.

    A module may lie in a package and never be imported: it explains only an import that has failed.
    """
    trace, is_custom = evidence.trace, evidence.function.is_custom
    return _by_zip(
        evidence,
        name,
        otherwise=otherwise,
        counts=lambda line: not is_custom or line.startswith(f"{BOOTSTRAP} "),
        explains=is_custom or not trace.ran or bool(trace.said(r"Runtime\.ImportModuleError")),
    )


def _is_one_folder_down(evidence: Evidence) -> bool:
    """Whether a folder of the package has the bootstrap, or the handler's module."""
    module = str(evidence.function.configuration.get("Handler", "")).rpartition(".")[0].replace(".", "/")
    wanted = {"bootstrap"} if evidence.function.is_custom else {f"{module}.py", f"{module}/__init__.py"}
    return any(name.partition("/")[2] in wanted for name in evidence.package.seen.files)


def _by_zip(
    evidence: Evidence,
    name: str,
    *,
    otherwise: str,
    counts: Judge = lambda _: True,
    explains: bool = True,
) -> Answer:
    """By a check of the inspection of the zip, of whose findings some may count."""
    if started := _started(evidence):
        return started
    package = evidence.package
    if found := [each for each in package.found(name) if counts(each)]:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        because = f"in the package of version {package.version}, {found[0]}{more}"
        return proved(because, change=REBUILD, explains=explains)
    if doubt := package.doubt(name):
        return unknown(doubt, decide=LOOK)
    return ruled_out(otherwise)


def _not_custom(evidence: Evidence) -> Answer | None:
    if not evidence.function.is_custom:
        return ruled_out(f"function {evidence.function.name} is on a managed runtime, which starts the code")
    return _started(evidence)


def _started(evidence: Evidence) -> Answer | None:
    """The code has come to take events, so that nothing of its package keeps it from being started."""
    if evidence.trace.started:
        return ruled_out(f"the code of {evidence.function.short} was started for this request")
    return None


def _first(found: Iterable[str], is_this: Judge) -> str:
    return next((each for each in found if is_this(each)), "")
