"""The settings of an environment, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticUndefined

from scripts.docs.tables import table
from stacks.settings import Environment

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

WORDS: Final = {"array": "list", "string": "text", "boolean": "true or false", "integer": "whole number"}


def settings_tables() -> str:
    """Every setting: its key, what it takes, its default and what it is for."""
    fields = Environment.model_fields
    general = {name: field for name, field in fields.items() if _section(field) is None and name != "name"}
    parts = ["### At the top\n\n" + _fields(general)]
    for name, field in fields.items():
        if section := _section(field):
            about = (section.__doc__ or "").strip().splitlines()[0]
            absent = f" {field.description}" if field.description and field.default is None else ""
            parts.append(f"### [{name}]\n\n{about}{absent}\n\n{_fields(section.model_fields)}")
    return "\n\n".join(parts)


def _fields(fields: dict[str, FieldInfo]) -> str:
    return table(
        "key | takes | default | meaning",
        ((f"`{n}`", _kind(f), _default(f), f.description) for n, f in fields.items()),
    )


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _kind(field: FieldInfo) -> str:
    schema = _schema(field)
    return " or ".join(
        _describe(option) for option in schema.get("anyOf", [schema]) if option.get("type") != "null"
    )


def _schema(field: FieldInfo) -> dict[str, Any]:
    annotation: Any = field.rebuild_annotation()
    return TypeAdapter(annotation).json_schema(mode="validation")


def _describe(schema: dict[str, Any]) -> str:
    """A JSON schema in a word or two."""
    name = str(schema.get("type", "number"))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = WORDS.get(name, name)
    bounds = [schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")]
    if any(bound is not None for bound in bounds):
        low, high = (f"{bound:,.0f}" if bound is not None else "" for bound in bounds)
        return f"{kind}, {low} to {high}" if high else f"{kind} from {low}"
    return kind


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "must be given"
    if field.default is None:
        return "none"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"`{field.default}`" if field.default != () else "none"
