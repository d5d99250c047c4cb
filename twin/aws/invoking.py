"""Who runs the functions of a local AWS: whoever is named for its account, or nobody, which is told.

run_functions("123456789012", runner)
aws.client("lambda").invoke(FunctionName="miyabi-api", Qualifier="live", Payload=b"{}")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Busy(Exception):
    """The function has as many executions as it may; Lambda answers 429, TooManyRequestsException."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a function is asked; its configuration is that of the version behind name and qualifier.

    `configuration` is what GetFunctionConfiguration tells of it; `kind` is `RequestResponse` or `Event`.
    """

    account: str
    region: str
    configuration: Mapping[str, Any]
    payload: bytes
    kind: str = "RequestResponse"
    qualifier: str | None = None
    """The alias or version that was asked for."""

    @property
    def function(self) -> str:
        """The function's name."""
        name: str = self.configuration["FunctionName"]
        return name

    @property
    def version(self) -> str:
        """A number, or `$LATEST`."""
        version: str = self.configuration["Version"]
        return version

    @property
    def variables(self) -> Mapping[str, str]:
        """Its environment, secrets and all."""
        variables: Mapping[str, str] = self.configuration.get("Environment", {}).get("Variables", {})
        return variables


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it: a document in JSON, and `Unhandled` as error where the function failed."""

    payload: bytes
    error: str | None = None
    log: bytes = field(default=b"", repr=False)


class Runner(Protocol):
    """Runs functions; called by several threads at once. Raises `Busy`."""

    def __call__(self, invocation: Invocation) -> Answered:
        """Run a function to its end."""


_RUNNERS: Final[dict[str, Runner]] = {}


def run_functions(account: str, runner: Runner | None) -> None:
    """Name who runs the functions of an account; None for nobody."""
    if runner is None:
        _RUNNERS.pop(account, None)
    else:
        _RUNNERS[account] = runner


def runner_of(account: str) -> Runner:
    """Who runs the functions of an account; raises NotImplementedError where nobody does."""
    if account not in _RUNNERS:
        raise NotImplementedError(
            "no function runs here; `miyabi deploy` does without by --no-migrations --no-smoke-test"
        )
    return _RUNNERS[account]
