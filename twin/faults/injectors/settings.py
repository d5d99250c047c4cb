"""Mistakes in a function's settings: handler, limits, variables, the database's URL, concurrency."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from twin.faults.change import Done
from twin.faults.injectors.release import change_settings
from twin.faults.targets import TargetMissing

if TYPE_CHECKING:
    from twin.faults.targets import Targets, World

URL: Final = "DATABASE_URL"
_URL: Final = re.compile(
    r"(?P<scheme>\w+)://(?P<user>[^:@/]+):(?P<password>[^@/]*)@(?P<host>[^:/]+)(?P<rest>.*)", re.DOTALL
)


def configure(world: World, targets: Targets, **settings: Any) -> Done:
    """Change settings by the names that UpdateFunctionConfiguration gives them."""
    told = ", ".join(f"{name} {value}" for name, value in settings.items())
    return change_settings(world, targets, settings, f"function {targets.function_name} has {told}")


def set_variable(world: World, targets: Targets, name: str, value: str) -> Done:
    """Give a variable another value."""
    changed = {**targets.variables, name: value}
    told = f"variable {name} of {targets.function_name} is another"
    return change_settings(world, targets, {"Environment": {"Variables": changed}}, told)


def start_anew(world: World, targets: Targets) -> Done:
    """Have the function's execution environments made anew: those that run keep the connections they have."""
    name = "SECRETS_REVISION"
    done = set_variable(world, targets, name, f"{targets.variables.get(name, '')}-{token_hex(4)}")
    return Done(f"function {targets.function_name} starts in new environments", done.undo)


def unset_variable(world: World, targets: Targets, name: str) -> Done:
    """Leave a variable out."""
    changed = {key: value for key, value in targets.variables.items() if key != name}
    told = f"function {targets.function_name} has no variable {name}"
    return change_settings(world, targets, {"Environment": {"Variables": changed}}, told)


def write_url(world: World, targets: Targets, form: str) -> Done:
    """Write the database's URL otherwise.

    Args:
        world: Whose local AWS is changed.
        targets: Where.
        form: The URL, with `{url}`, `{scheme}`, `{user}`, `{password}`, `{host}` and `{rest}` of the one that
            is there; the rest is port, database and parameters.
    """
    url = targets.variables.get(URL, "")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise TargetMissing(f"a {URL} that can be read", "the function has none")
    done = set_variable(world, targets, URL, form.format(url=url, **parts.groupdict()))
    return Done(f"{URL} of {targets.function_name} has the form {form!r}", done.undo)


def replace_in_url(world: World, targets: Targets, pattern: str, by: str) -> Done:
    """Replace a part of the database's URL, found by a regular expression."""
    url = targets.variables.get(URL, "")
    if not re.search(pattern, url):
        raise TargetMissing(f"a {URL} with {pattern}", "this one is without")
    done = set_variable(world, targets, URL, re.sub(pattern, by, url))
    return Done(f"{URL} of {targets.function_name} has {by!r} in place of {pattern}", done.undo)


def reserve(world: World, targets: Targets, executions: int) -> Done:
    """Reserve so many executions for the function, which may then have no more."""
    functions, name = world.aws.client("lambda"), targets.function_name
    before = functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=executions)

    def put_back() -> None:
        if before is None:
            functions.delete_function_concurrency(FunctionName=name)
        else:
            functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=before)

    return Done(f"function {name} has a reserved concurrency of {executions}", put_back)


INJECTORS: Final = {
    "configure": configure,
    "set_variable": set_variable,
    "start_anew": start_anew,
    "unset_variable": unset_variable,
    "write_url": write_url,
    "replace_in_url": replace_in_url,
    "reserve": reserve,
}
