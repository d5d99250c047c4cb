"""Schemas of JSON as the document of the API shows them: short, and only those that it needs."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

PREFIX: Final = "#/components/schemas/"


def plain(schema: Any) -> Any:
    """A schema without the titles that only repeat names, and with whole numbers as such."""
    match schema:
        case dict():
            return {key: _part(key, value) for key, value in schema.items() if key != "title"}
        case list():
            return [plain(each) for each in schema]
        case float() if schema.is_integer():
            return int(schema)
        case _:
            return schema


def _part(key: str, value: Any) -> Any:
    """A part of a schema; the keys of `properties` are names, and one may be called title."""
    return {name: plain(field) for name, field in value.items()} if key == "properties" else plain(value)


def without_null(schema: Schema) -> Schema:
    """A schema for the query of a request, in which nothing can be null."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return options[0] if len(options) == 1 else schema


def needed(part: Any, schemas: Schema) -> Schema:
    """The schemas that a part of a document refers to, and those that they refer to."""
    found: Schema = {}
    waiting = [part]
    while waiting:
        match waiting.pop():
            case {"$ref": str(reference), **rest} if reference.startswith(PREFIX):
                name = reference.removeprefix(PREFIX)
                waiting += [rest] if name in found else [rest, schemas[name]]
                found[name] = schemas[name]
            case dict() as inner:
                waiting += inner.values()
            case list() as inner:
                waiting += inner
    return found
