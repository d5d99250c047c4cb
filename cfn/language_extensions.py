"""What AWS does for the transform AWS::LanguageExtensions before it reads a template: loops, policies.

Each `Fn::ForEach::Name: [Identifier, Collection, Fragment]` gives way to its fragment, once for each item.
A resource's Condition, DependsOn and policies, which may be functions here, come to text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from cfn.errors import Misfit, TemplateInvalid, ValueUnknown
from cfn.template import LOOP, Template
from cfn.values import Reference, Text, Unknown, compose, kind_of, many, misplaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECTIONS = ("Conditions", "Resources", "Outputs")
_ATTRIBUTES = ("Condition", "DeletionPolicy", "DependsOn", "UpdateReplacePolicy")
_MOST_VALUES = 500_000
"""What all loops may copy together: loops within loops could multiply a few lines into billions."""
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]+")


class Evaluates(Protocol):
    """What can say what a value comes to: a Resolver."""

    def resolve(self, value: Any, where: str = "a value") -> Any:
        """What a value comes to."""


def extended(template: Template, resolver: Callable[[Template], Evaluates]) -> Template:
    """The template that AWS makes of it, the same one when there is nothing to do.

    `resolver` answers for a template without resources: no loop may hang on what is yet to be made.
    Raises TemplateInvalid, or ValueUnknown for a collection that hangs on a value nobody has given.
    """
    if not _has_work(template.body):
        return template
    body = dict(template.body)
    known: dict[str, Any] = {key: body[key] for key in ("Parameters", "Mappings") if key in body}
    known["Resources"] = {}
    for section in _SECTIONS:
        if isinstance(body.get(section), dict):
            loops = _Loops(template.name, resolver(Template(template.name, known)))
            body[section] = loops.unrolled(section, body[section])
            if section == "Conditions":
                known["Conditions"] = body[section]
    if isinstance(body.get("Resources"), dict):
        evaluates = resolver(Template(template.name, known))
        body["Resources"] = {
            logical_id: _with_plain_attributes(template.name, evaluates, logical_id, resource)
            for logical_id, resource in body["Resources"].items()
        }
    return Template(template.name, body)


def _has_work(body: dict[str, Any]) -> bool:
    resources = body.get("Resources")
    return any(_has_loop(body.get(section)) for section in _SECTIONS) or (
        isinstance(resources, dict) and any(map(_functions_of, resources.values()))
    )


def _has_loop(value: Any) -> bool:
    if isinstance(value, dict):
        return any(key.startswith(LOOP) or _has_loop(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_loop, value))


def _functions_of(resource: Any) -> list[str]:
    """Attributes of a resource that are not yet text."""
    if not isinstance(resource, dict):
        return []
    return [key for key in _ATTRIBUTES if not all(isinstance(item, str) for item in many(resource.get(key)))]


class _Loops:
    """The loops of one section, and how much they have copied."""

    def __init__(self, template: str, evaluates: Evaluates) -> None:
        self._template, self._evaluates = template, evaluates
        self._copied = 0

    def unrolled(self, section: str, value: dict[str, Any]) -> dict[str, Any]:
        """A section without loops; raises TemplateInvalid with the place of a wrong one."""
        try:
            return self._mapping(value)
        except Misfit as problem:
            where = "/".join([section, *problem.steps])
            raise TemplateInvalid(self._template, where, problem.found, problem.remedy) from None

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._mapping(value)
        return [self._value(item) for item in value] if isinstance(value, list) else value

    def _mapping(self, value: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, item in value.items():
            try:
                for made, content in self._entries(key, item):
                    _add(result, made, content)
            except Misfit as problem:
                raise problem.inside(key) from None
        return result

    def _entries(self, key: str, item: Any) -> Iterator[tuple[str, Any]]:
        if not key.startswith(LOOP):
            yield key, self._value(item)
            return
        identifier, collection, fragment = _loop(item)
        for text in self._items(key, collection):
            yield from self._mapping(self._copy(fragment, identifier, text)).items()

    def _items(self, key: str, collection: Any) -> list[str]:
        where = f"the collection of {key}"
        values = self._evaluates.resolve(collection, where)
        items = [compose([value]) for value in values] if isinstance(values, list) else [values]
        for item in items:
            for part in item.parts if isinstance(item, Text) else (item,):
                if isinstance(part, Reference | Unknown):
                    reason = part.reason if isinstance(part, Unknown) else f"{part} is not made yet"
                    raise ValueUnknown(f"{where} in template {self._template}", reason)
        if not isinstance(values, list):
            raise misplaced(values, "a list", "give a collection of texts, or a parameter that is one")
        return [str(item) for item in items]

    def _copy(self, value: Any, identifier: str, text: str) -> Any:
        """A fragment in which an item stands for its identifier."""
        self._copied += 1
        if self._copied > _MOST_VALUES:
            raise Misfit(
                found=f"the loops come to more than {_MOST_VALUES} values", remedy="loop over fewer items"
            )
        if isinstance(value, str):
            return _filled(value, identifier, text)
        if isinstance(value, list):
            return [self._copy(item, identifier, text) for item in value]
        if not isinstance(value, dict):
            return value
        if value == {"Ref": identifier}:
            return text
        return self._copy_mapping(value, identifier, text)

    def _copy_mapping(self, value: dict[str, Any], identifier: str, text: str) -> Any:
        result: dict[str, Any] = {}
        for key, item in value.items():
            _add(result, _filled(key, identifier, text), self._copy(item, identifier, text))
        filled = result.get("Fn::Sub")
        if len(result) == 1 and isinstance(filled, str) and "${" not in filled:
            return filled  # so that a Ref or a GetAtt of it names its resource outright
        return result


def _loop(value: Any) -> tuple[str, Any, dict[str, Any]]:
    match value:
        case [str() as identifier, collection, dict() as fragment] if identifier:
            return identifier, collection, fragment
    raise misplaced(value, "a loop", "write [Identifier, [items], {key: value}]")


def _filled(value: str, identifier: str, text: str) -> str:
    if "{" not in value:
        return value
    plain = _NOT_ALPHANUMERIC.sub("", text)
    return value.replace(f"${{{identifier}}}", text).replace(f"&{{{identifier}}}", plain)


def _add(result: dict[str, Any], key: str, value: Any) -> None:
    if key in result:
        raise Misfit(
            found=f"{key} is made twice", remedy="give each item a key of its own, with its identifier in it"
        )
    result[key] = value


def _with_plain_attributes(template: str, evaluates: Evaluates, logical_id: str, resource: Any) -> Any:
    functions = _functions_of(resource)
    if not functions:
        return resource
    result = dict(resource)
    for key in functions:
        where = f"Resources/{logical_id}/{key}"
        value = _plain(evaluates.resolve(result.pop(key), where))
        if value is not None:
            result[key] = value
        if not all(isinstance(text, str) for text in many(value)):
            raise TemplateInvalid(template, where, f"it comes to a {kind_of(value)}", "let it come to text")
    return result


def _plain(value: Any) -> Any:
    """A Text for what is unknown, in a list too."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return Text((value,)) if isinstance(value, Reference | Unknown) else value
