"""Moto's serialisation: it writes every answer after the service's model.

Seen in moto 5.2.5: for each member of each thing that it tells, it works out anew under which names the thing
may hold it; and it writes XML by xmltodict, which is made for documents of any kind and examines every name.
The two take most of the time in which a long answer is written.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Add = Callable[[str], None]

_NAMES: Final[dict[tuple[Any, ...], tuple[str, ...]]] = {}
"""Names under which a thing may hold a member: by the member's key, its shape, its parent and the class."""
_SINGLE: Final = (str, bytes, bytearray, memoryview, dict)
"""What is one element, although one could iterate over it."""


def mend() -> None:
    """Let moto work out names once, and write XML faster."""
    from moto.core import serialize as core

    serialize: Any = core
    serializer: Any = serialize.ResponseSerializer
    if serializer.get_value.__module__ != __name__:
        serializer.get_value = _value_getter(serializer.get_value)
        serialize.xmltodict = SimpleNamespace(unparse=_writer(serialize.xmltodict.unparse))


def _value_getter(original: Callable[..., Any]) -> Callable[..., Any]:
    """`ResponseSerializer.get_value`, which asks `original` where moto picks values in another way."""
    from moto.core.constants import MISSING
    from moto.core.serialize import DEFAULT_ALIAS_PROVIDERS, AttributePickerContext, XFormedAttributePicker
    from moto.core.utils import get_value as look_up

    def get_value(self: Any, value: Any, key: str, shape: Any) -> Any:
        picker = self._value_picker
        if (
            type(picker) is not XFormedAttributePicker
            or picker.alias_providers is not DEFAULT_ALIAS_PROVIDERS
        ):
            return original(self, value, key, shape)
        known = key, shape, getattr(shape, "parent", None), type(value)
        names = _NAMES.get(known)
        if names is None:
            context = AttributePickerContext(obj=value, key=key, shape=shape)
            names = _NAMES[known] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
        found = None
        for name in names:
            held = look_up(value, name, MISSING)
            if held is not MISSING:
                found = held
                break
        if picker.response_transformers:
            way = ".".join([*self.path, key])
            for path, transform in picker.response_transformers.items():
                if way.endswith(path):
                    return transform(found)
        return found

    return get_value


def _writer(original: Callable[..., str]) -> Callable[..., str]:
    """`xmltodict.unparse`, as far as moto's answers need it: a document of one root, without comments."""

    def unparse(
        document: dict[str, Any], *, full_document: bool, pretty: bool, short_empty_elements: bool
    ) -> str:
        if pretty or len(document) != 1:
            return original(
                document,
                full_document=full_document,
                pretty=pretty,
                short_empty_elements=short_empty_elements,
            )
        parts = ['<?xml version="1.0" encoding="utf-8"?>\n'] if full_document else []
        [(root, value)] = document.items()
        _write(parts.append, root, value, short=short_empty_elements)
        return "".join(parts)

    return unparse


def _write(add: Add, name: str, value: Any, *, short: bool) -> None:
    """Add the elements of a name: one, or as many as a list has items."""
    if isinstance(value, str):
        _close(add, name, "", escape(value), short=short)
    elif isinstance(value, dict):
        _write_mapping(add, name, value, short=short)
    elif isinstance(value, _SINGLE) or not hasattr(value, "__iter__"):
        _write_one(add, name, value, short=short)
    else:
        for item in value:
            _write_one(add, name, item, short=short)


def _write_one(add: Add, name: str, value: Any, *, short: bool) -> None:
    if isinstance(value, dict):
        _write_mapping(add, name, value, short=short)
    else:
        _close(add, name, "", "" if value is None else escape(_text(value)), short=short)


def _write_mapping(add: Add, name: str, value: dict[str, Any], *, short: bool) -> None:
    """Add an element: what begins with `@` are its attributes, `#text` is its text, all else is inside it."""
    attributes, text = "".join(_attributes(value)), value.get("#text")
    inside: list[str] = []
    for key, item in value.items():
        if key[0] not in "@#" and not (isinstance(item, list) and not item):
            _write(inside.append, key, item, short=short)
    if text is not None:
        inside.append(escape(_text(text)))
    _close(add, name, attributes, "".join(inside), short=short)


def _attributes(value: dict[str, Any]) -> Iterator[str]:
    for key, item in value.items():
        if key[0] != "@":
            continue
        if key == "@xmlns" and isinstance(item, dict):
            for prefix, uri in item.items():
                yield f" xmlns{':' if prefix else ''}{prefix}={quoteattr('' if uri is None else _text(uri))}"
        else:
            yield f" {key[1:]}={quoteattr('' if item is None else _text(item))}"


def _close(add: Add, name: str, attributes: str, content: str, *, short: bool) -> None:
    add(f"<{name}{attributes}/>" if short and not content else f"<{name}{attributes}>{content}</{name}>")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode(errors="replace")
    return str(value)
