"""What an environment has by its settings: stacks, functions, log groups, and where AWS has their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ops.errors import Unready
from runtime.contract import Function
from stacks.functions import LIVE
from stacks.naming import STACK_ORDER
from stacks.values import API_FUNCTION_NAME, LOGIN_FUNCTION_NAME, MIGRATOR_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.settings import Environment
    from stacks.values import Value

LOG_GROUPS: Final = {
    "api": ("service", "ApiLogGroup"),
    "login": ("service", "LoginLogGroup"),
    "migrator": ("database", "MigratorLogGroup"),
    "access": ("service", "AccessLogGroup"),
    "database": ("database", "PostgresqlLogGroup"),
}
"""Stack and logical id of each log that an operator reads, by the name that the operator gives it."""


@dataclass(frozen=True, slots=True)
class FunctionPlace:
    """A function of an environment: who has made it, and what of it callers use.

    `qualifier` is the alias, or None where $LATEST serves.
    """

    function: Function
    stack: str
    name: Value
    qualifier: str | None
    log_level: str


class FunctionUnknown(Unready):
    """A function is named that the environment does not have."""

    def __init__(self, environment: str, function: str, known: Sequence[str]) -> None:
        self.environment, self.function, self.known = environment, function, tuple(known)
        super().__init__(f"{environment} has no function {function!r}; it has {', '.join(known)}")


def stacks_of(environment: Environment) -> tuple[str, ...]:
    """The stacks of an environment, in order of deployment."""
    optional = {"edge": environment.edge, "observability": environment.observability}
    return tuple(stack for stack in STACK_ORDER if stack not in optional or optional[stack])


def functions_of(environment: Environment) -> tuple[FunctionPlace, ...]:
    """The functions of an environment."""
    api, login, migrator = environment.api, environment.login, environment.migrator
    found = [
        FunctionPlace(Function.API, "service", API_FUNCTION_NAME, LIVE if api.alias else None, api.log_level)
    ]
    if login:
        found.append(FunctionPlace(Function.LOGIN, "service", LOGIN_FUNCTION_NAME, LIVE, login.log_level))
    if migrator:
        found.append(FunctionPlace(Function.MIGRATOR, "database", MIGRATOR_NAME, LIVE, migrator.log_level))
    return tuple(found)


def function_of(environment: Environment, name: str) -> FunctionPlace:
    """The function of that name, such as `api`; raises `FunctionUnknown`."""
    known = {place.function.value: place for place in functions_of(environment)}
    if name not in known:
        raise FunctionUnknown(environment.name, name, list(known))
    return known[name]
