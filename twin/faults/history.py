"""The report's own history: five faults one behind the other, each seen only when the one before is mended.

    for step in play(twin):
        print(step.told, step.seen.answer.status)

The system `reported` showed HTTP 500 and an empty log group. The database, the network and TLS were
suspected; it was none of them.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twin.faults.expectation import Expectation, Request
from twin.faults.injectors.package import deploy_bootstrap
from twin.faults.injectors.permission import grant, remove_permission
from twin.faults.injectors.release import change_code, change_settings, code_of
from twin.faults.injectors.zips import per_request_zip
from twin.faults.observing import observe
from twin.faults.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twin.faults.change import Done
    from twin.faults.observing import Observation
    from twin.faults.targets import World

REQUIRED: Final = ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")
"""What the reported program could not start without, and was not given."""
_GATEWAY: Final = r'^\{"message":"Internal Server Error"\}$'
_WELL: Final = r'"status": ?"ok"'


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, and what is seen of the system then."""

    told: str
    expected: Expectation
    seen: Observation


@dataclass(frozen=True, slots=True)
class _Mend:
    told: str
    do: Callable[[World, Targets], Done]
    expected: Expectation


def play(world: World) -> Iterator[Step]:
    """Give a twin of `reported` its five faults, and mend one after another; it is as before at the end.

    Raises TargetMissing where nothing is deployed, or the function is not the reported program's stand-in.
    """
    with ExitStack() as undone:
        first = Targets.of(world.deployed)
        working = code_of(world, first)
        mends = _mends(working)
        for break_it in _BREAKING:
            undone.callback(break_it(world, Targets.of(world.deployed)).undo)
        yield _looked_at(world, "as it was reported", _REPORTED)
        for mend in mends:
            undone.callback(mend.do(world, Targets.of(world.deployed)).undo)
            yield _looked_at(world, mend.told, mend.expected)


def _looked_at(world: World, told: str, expected: Expectation) -> Step:
    """What a request shows; the second, once there is one that is answered: the first makes a connection."""
    targets = Targets.of(world.deployed)
    seen = observe(world, targets, _HEALTH)
    if seen.answer.status == _OK:
        seen = observe(world, targets, _HEALTH, expected)
    return Step(told, expected, seen)


def _without_required(world: World, targets: Targets) -> Done:
    left = {name: value for name, value in targets.variables.items() if name not in REQUIRED}
    changed = {"Environment": {"Variables": left}}
    return change_settings(world, targets, changed, f"{' and '.join(REQUIRED)} are not set")


def _first_program(world: World, targets: Targets) -> Done:
    return deploy_bootstrap(world, targets, "as-reported")


def _mends(working: bytes) -> tuple[_Mend, ...]:
    """What mends each fault, in the order in which they were found."""

    def set_required(world: World, targets: Targets) -> Done:
        given = {name: f"rehearsed-{name.lower()}" for name in REQUIRED}
        changed = {"Environment": {"Variables": targets.variables | given}}
        return change_settings(world, targets, changed, "set")

    def deploy(content: bytes) -> Callable[[World, Targets], Done]:
        return lambda world, targets: change_code(world, targets, content, "deployed")

    return (
        _Mend("API Gateway is given its permission", grant, _UNSET),
        _Mend("the variables that the program requires are set", set_required, _PANICKED),
        _Mend(
            "the route's path is written as the router takes it, and the program built anew",
            lambda world, targets: deploy_bootstrap(world, targets, "missing-library"),
            _UNLINKED,
        ),
        _Mend(
            "the program is built without OpenSSL",
            deploy(per_request_zip(working)),
            _WASTEFUL,
        ),
        _Mend("the application is made once, and is given the request's headers", deploy(working), _MENDED),
    )


_OK: Final = 200
_CALLER: Final = "x-correlation-id"
"""A header that our API answers with as it was sent."""
_HEALTH: Final = Request.model_validate({"headers": {_CALLER: "the-caller"}})
_BREAKING: Final = (remove_permission, _without_required, _first_program)


def _failing(*messages: str) -> Expectation:
    """What a program that can't start shows: a stream at last."""
    return Expectation(
        status=(500,),
        body=_GATEWAY,
        headers={},
        streams="some",
        messages=messages,
        error_type=r"Runtime\.ExitError",
        metrics=("function Invocations > 0", "function Errors > 0"),
    )


_REPORTED: Final = Expectation(
    status=(500,),
    body=_GATEWAY,
    headers={},
    streams="none",
    metrics=("api 5xx > 0", "function Invocations = 0", "function Errors = 0"),
)
_UNSET: Final = _failing("GITHUB_CLIENT_ID")
_PANICKED: Final = _failing("panicked at", "exit status 101")
_UNLINKED: Final = _failing(r"libssl\.so\.\S+: cannot open shared object file", "exit status 127")
_WASTEFUL: Final = Expectation(
    status=(200,), body=_WELL, headers={_CALLER: "^(?!the-caller)"}, streams="some", messages=('"connected"',)
)
_MENDED: Final = Expectation(
    status=(200,), body=_WELL, headers={_CALLER: "^the-caller$"}, streams="some", unsaid=('"connected"',)
)
