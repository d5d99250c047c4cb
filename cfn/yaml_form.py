"""CloudFormation's YAML as the JSON that it stands for: short forms, aliases, and text kept as written.

A plain scalar is a number only where the number shows the same text again, so `2012-10-17`, `012345678901`,
`22:22` and `1.10` stay text. Keys are always text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from cfn.errors import Unparsable
from cfn.hints import near

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_VALUES = 300_000
"""More than a file of 1 MB holds in sense; aliases can multiply a few lines into billions."""

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_CORE = "tag:yaml.org,2002:"
_TEXT = (f"{_CORE}str", f"{_CORE}timestamp")
_COLLECTIONS = (f"{_CORE}map", f"{_CORE}seq")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{form: True for word in ("true", "yes", "on") for form in (word, word.title(), word.upper())},
    **{form: False for word in ("false", "no", "off") for form in (word, word.title(), word.upper())},
}
_FUNCTIONS = {
    "Condition": "Condition",
    "Ref": "Ref",
    **{
        name: f"Fn::{name}"
        for name in (
            *("And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap"),
            *("GetAZs", "GetAtt", "GetStackOutput", "If", "ImportValue", "Join", "Length", "Not", "Or"),
            *("RefAll", "Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf", "ValueOfAll"),
        )
    },
}
"""Functions by their tags without `!`; those that only Rules may use are there too."""


def parse_yaml(text: str, most_levels: int) -> Any:
    """The value of the one document that a text holds; raises Unparsable."""
    try:
        return _Document(yaml.parse(text, Loader=_loader()), most_levels).read()
    except yaml.YAMLError as error:
        raise _unreadable(error) from None


def _loader() -> Any:
    """The parser in C where PyYAML was built with it, several times as fast."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Document:
    """Makes values of a parser's events as they come."""

    def __init__(self, events: Iterator[Any], most_levels: int) -> None:
        self._events, self._most_levels = events, most_levels
        self._named: dict[str, tuple[Any, int] | None] = {}
        """Values by anchor, with how many they come to when spelt out; None while one is being read."""
        self._count = 0

    def read(self) -> Any:
        """The document's value; None where there is none."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), 0)
        next(self._events)
        following = next(self._events)
        if isinstance(following, yaml.StreamEndEvent):
            return value
        raise _mistake("a second document begins", following)

    def _value(self, event: Any, level: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._again(event)
        if level > self._most_levels:
            raise _mistake(f"it is nested deeper than {self._most_levels} levels", event)
        before = self._count
        self._counted(1, event)
        if event.anchor:
            self._named[event.anchor] = None
        value = _called(event, self._content(event, level))
        if event.anchor:
            self._named[event.anchor] = value, self._count - before
        return value

    def _content(self, event: Any, level: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(level + 1)
        return self._mapping(level + 1)

    def _sequence(self, level: int) -> list[Any]:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, level))
        return items

    def _mapping(self, level: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            value = self._value(next(self._events), level)
            if key == "<<" and getattr(event, "implicit", (False,))[0]:
                merged = _merged(value, event) | merged
            elif key in lines:
                raise _mistake(f"key {key!r} is there twice, first in line {lines[key]}", event)
            else:
                found[key], lines[key] = value, event.start_mark.line + 1
        return merged | found

    def _key(self, event: Any) -> str:
        key = self._value(event, 0) if isinstance(event, yaml.AliasEvent) else getattr(event, "value", None)
        if not isinstance(key, str) or _is_function(event):
            raise _mistake("a key is not text", event)
        self._counted(1, event)
        if not isinstance(event, yaml.AliasEvent) and event.anchor:
            self._named[event.anchor] = key, 1
        return key

    def _again(self, event: Any) -> Any:
        if event.anchor not in self._named:
            raise _mistake(f"nothing before it is called &{event.anchor}", event)
        named = self._named[event.anchor]
        if named is None:
            raise _mistake(f"*{event.anchor} stands within what it names", event)
        value, count = named
        self._counted(count, event)
        return value

    def _counted(self, more: int, event: Any) -> None:
        self._count += more
        if self._count > _MOST_VALUES:
            raise _mistake(f"it comes to more than {_MOST_VALUES} values, aliases spelt out", event)


def _scalar(event: Any) -> Any:
    tag = event.tag or ""
    if not tag and event.implicit[0]:
        return _plain(event.value)
    if not tag.startswith(_CORE) or tag in _TEXT:
        return event.value
    if tag[len(_CORE) :] in ("bool", "float", "int", "null"):
        return _plain(event.value)
    raise _mistake(f"CloudFormation takes no !!{tag[len(_CORE) :]}", event)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text) if "." in text else int(text)
    return number if str(number) == text else text


def _is_function(event: Any) -> bool:
    tag = getattr(event, "tag", None) or "!"
    return tag != "!" and not tag.startswith(_CORE)


def _called(event: Any, value: Any) -> Any:
    """A value within the function that its tag is short for."""
    if not _is_function(event):
        if not isinstance(event, yaml.ScalarEvent) and event.tag not in (None, "!", *_COLLECTIONS):
            raise _mistake(f"CloudFormation takes no !!{event.tag[len(_CORE) :]}", event)
        return value
    name = event.tag[1:]
    if name not in _FUNCTIONS:
        raise _mistake(f"!{name} is not a function{_hint(name)}", event)
    if name == "GetAtt" and isinstance(value, str) and "." in value:
        value = value.split(".", 1)
    return {_FUNCTIONS[name]: value}


def _hint(name: str) -> str:
    found = near(name, _FUNCTIONS)
    return f" (did you mean !{found}?)" if found else ""


def _merged(value: Any, event: Any) -> dict[str, Any]:
    """What `<<` brings in: of several mappings the first that has a key gives its value."""
    result: dict[str, Any] = {}
    for mapping in value if isinstance(value, list) else [value]:
        if not isinstance(mapping, dict):
            raise _mistake("<< merges something that is not a mapping", event)
        result = mapping | result
    return result


def _mistake(reason: str, event: Any) -> Unparsable:
    return Unparsable(reason, event.start_mark.line + 1, event.start_mark.column + 1)


def _unreadable(error: Any) -> Unparsable:
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # a character that no YAML may hold
        return Unparsable(f"it is not YAML: {str(error).splitlines()[0]}")
    return Unparsable(f"it is not YAML: {error.problem}", mark.line + 1, mark.column + 1)
