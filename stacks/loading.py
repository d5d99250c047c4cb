"""Reads an environment: its TOML file, overridden by MIYABI_* variables; refuses in one sentence."""

from __future__ import annotations

import difflib
import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from stacks.errors import EnvironmentUnknown, EnvironmentUnreadable, SettingRefused
from stacks.settings import Environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

ENVIRONMENTS = Path(__file__).parent / "environments"
PREFIX = "MIYABI_"


def environment_names(folder: Path = ENVIRONMENTS) -> list[str]:
    """Names of the environments in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_environment(name: str, folder: Path = ENVIRONMENTS) -> Environment:
    """Read one environment by its name, or by the path of a TOML file of your own.

    Raises EnvironmentUnknown, EnvironmentUnreadable or SettingRefused.
    """
    path = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    return _validate(path, _read(path, name, folder) | {"name": path.stem})


def _read(path: Path, name: str, folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        known = environment_names(folder)
        raise EnvironmentUnknown(name, known, _nearest(name, known)) from None
    except OSError as error:
        raise EnvironmentUnreadable(path, f"can't be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EnvironmentUnreadable(path, f"is not TOML: {error}") from None


def _validate(path: Path, values: dict[str, Any]) -> Environment:
    overrides = {key: value for key, value in os.environ.items() if key.upper().startswith(PREFIX)}
    _refuse_unknown_overrides(overrides)
    try:
        return Environment(**values)
    except ValidationError as error:
        raise _refusal(error.errors()[0], path, overrides) from None
    except ValueError as error:  # pydantic-settings could not parse an override as JSON
        raise SettingRefused("the process environment", PREFIX + "*", "", str(error)) from None


def _refuse_unknown_overrides(overrides: Mapping[str, str]) -> None:
    """A misspelt section would otherwise be passed over in silence."""
    sections = list(Environment.model_fields)
    for variable in overrides:
        section = variable[len(PREFIX) :].lower().split("__")[0]
        if section not in sections or section == "name":
            raise SettingRefused(
                "the process environment",
                variable,
                "",
                _unknown(section, [s for s in sections if s != "name"]),
            )


def _refusal(error: ErrorDetails, path: Path, overrides: Mapping[str, str]) -> SettingRefused:
    where = [
        part
        for part in error["loc"]
        if not (isinstance(part, str) and part.startswith(("function-", "constrained")))
    ]
    key = ".".join(str(part) for part in where) or "the file"
    variable = _overriding(where, overrides)
    source = "the process environment" if variable else str(path)
    value = (
        "" if error["type"] == "missing" or isinstance(error["input"], dict) else repr(_plain(error["input"]))
    )
    return SettingRefused(source, variable or key, value, _allowed(error, where))


def _overriding(where: list[Any], overrides: Mapping[str, str]) -> str | None:
    wanted = PREFIX + "__".join(str(part) for part in where).upper()
    return next((name for name in overrides if wanted.startswith(name.upper())), None)


def _allowed(error: ErrorDetails, where: list[Any]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return _unknown(str(where[-1]), _fields(where[:-1]))
        case "missing":
            return "it is missing and has no default"
        case "value_error":
            return str(error["ctx"]["error"])
        case "literal_error":
            return f"allowed are {error['ctx']['expected']}"
        case _:
            message = error["msg"]
            return message[0].lower() + message[1:]


def _unknown(key: str, known: list[str]) -> str:
    nearest = _nearest(key, known)
    return (
        f"it is not a known key; did you mean {nearest}?"
        if nearest
        else f"it is not a known key; known are {', '.join(known)}"
    )


def _nearest(word: str, known: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.5)), None)


def _fields(where: list[Any]) -> list[str]:
    """Names a section of the settings knows; the section is found by its path."""
    model: type[BaseModel] = Environment
    for part in where:
        model = _section(model, str(part))
    return [name for name in model.model_fields if name != "name" or where]


def _section(model: type[BaseModel], key: str) -> type[BaseModel]:
    annotation = model.model_fields[key].annotation
    candidates = (annotation, *get_args(annotation))
    return next(kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel))


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
