"""What a resource type's schema says about properties: which there are, of what kind, and how two compare.

Only what CloudFormation itself looks at is looked at here: names, what is required, and the kinds of
values. Lengths, patterns and combinations are left to the services.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfn.values import Reference, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Difference:
    """A property that is not as it was asked for; `path` is a JSON pointer such as `/Tags/0/Value`.

    What is missing has the kind REMOVE and no `found`; what nobody asked for has ADD and no `wanted`.
    """

    path: str
    kind: str
    wanted: Any = None
    found: Any = None


class Schema:
    """One resource type of the registry."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self.type: str = body["typeName"]
        self.properties: dict[str, Any] = body["properties"]
        self.identifier = tuple(path.removeprefix("/properties/") for path in body["primaryIdentifier"])
        self.create_only = self._named("createOnlyProperties")
        self.conditionally_create_only = self._named("conditionalCreateOnlyProperties")
        self.read_only = self._named("readOnlyProperties")
        self.write_only = self._named("writeOnlyProperties")
        tagging = body.get("tagging", {})
        self.tags: str | None = tagging.get("tagProperty", "").removeprefix("/properties/") or None

    def coerced(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """The properties with each plain value of the kind that is asked for: `"20"` becomes 20.

        CloudFormation takes text for numbers and booleans, and the other way round; services don't.
        """
        coerced: dict[str, Any] = self._coerced(self._body, dict(properties))
        return coerced

    def problems(self, properties: Mapping[str, Any]) -> list[str]:
        """What CloudFormation refuses in coerced properties, in its own words.

        What is not known yet may become anything, and is no problem.
        """
        return list(self._problems(self._body, dict(properties), "#"))

    def differences(self, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Difference]:
        """How the properties that were asked for differ from those found.

        What was not asked for is a default, and no difference, but in a map of free keys such as tags. What
        is empty may be left out, unless its name is a choice, as that of `{"Allow": {}}` is.
        """
        return list(self._differences(self._body, dict(wanted), dict(found), ""))

    def keeps_no_order(self, steps: Sequence[str]) -> bool:
        """Whether the order of the list at a path of the properties, such as `Tags`, means nothing."""
        rule = self._body
        for step in steps:
            inside = rule.get("items") if step.isdigit() and "items" in rule else None
            rule = self._inside(rule, step) if inside is None else self._rule(inside)
        return self._any_order(rule, "".join(f"/{step}" for step in steps))

    def _any_order(self, rule: dict[str, Any], where: str) -> bool:
        return bool(
            rule.get("insertionOrder") is False or rule.get("uniqueItems") or where == f"/{self.tags}"
        )

    def _named(self, key: str) -> frozenset[str]:
        return frozenset(path.removeprefix("/properties/") for path in self._body.get(key, ()))

    def _rule(self, rule: Any) -> dict[str, Any]:
        """A rule with its reference followed."""
        if not isinstance(rule, dict):
            return {}
        found: dict[str, Any] = rule
        while "$ref" in found:
            path = found["$ref"].removeprefix("#/").split("/")
            found = self._body
            for step in path:
                found = found[step]
        return found

    def _properties_of(self, rule: dict[str, Any]) -> dict[str, Any]:
        """Rules of an object's known properties, those of its alternatives among them."""
        known = dict(rule.get("properties", {}))
        for word in ("oneOf", "anyOf", "allOf"):
            for branch in rule.get(word, ()):
                for name, inside in self._rule(branch).get("properties", {}).items():
                    known.setdefault(name, inside)
        return known

    def _inside(self, rule: dict[str, Any], key: str) -> dict[str, Any]:
        """The rule of what stands under a key of an object."""
        known = self._properties_of(rule)
        if key in known:
            return self._rule(known[key])
        patterns = list(rule.get("patternProperties", {}).values())
        return self._rule(patterns[0] if patterns else rule.get("additionalProperties"))

    def _coerced(self, rule: dict[str, Any], value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._coerced(self._inside(rule, key), item) for key, item in value.items()}
        if isinstance(value, list):
            items = self._rule(rule.get("items"))
            return [self._coerced(items, item) for item in value]
        kinds = _kinds(rule)
        if isinstance(value, Text):
            return value
        return _as(kinds[0], value) if kinds else value

    def _problems(self, rule: dict[str, Any], value: Any, where: str) -> Iterator[str]:
        kinds = _kinds(rule)
        if isinstance(value, Reference | Text | Unknown):
            return
        if kinds and not any(_is(kind, value) for kind in kinds):
            yield f"{where}: expected type: {kinds[0].capitalize()}, found: {_kind_of(value)}"
        elif isinstance(value, dict):
            yield from self._problems_inside(rule, value, where)
        elif isinstance(value, list):
            items = self._rule(rule.get("items"))
            for position, item in enumerate(value):
                yield from self._problems(items, item, f"{where}/{position}")
        elif "enum" in rule and value not in rule["enum"]:
            yield f"{where}: {value} is not a valid enum value"

    def _problems_inside(self, rule: dict[str, Any], value: dict[str, Any], where: str) -> Iterator[str]:
        known = self._properties_of(rule)
        closed = rule.get("additionalProperties") is False and not rule.get("patternProperties")
        for key in rule.get("required", ()):
            if key not in value:
                yield f"{where}: required key [{key}] not found"
        for key, item in value.items():
            if closed and key not in known:
                yield f"{where}: extraneous key [{key}] is not permitted"
            else:
                yield from self._problems(self._inside(rule, key), item, f"{where}/{key}")

    def _differences(self, rule: dict[str, Any], wanted: Any, found: Any, where: str) -> Iterator[Difference]:
        if isinstance(wanted, str) and isinstance(found, dict) and "object" in _kinds(rule):
            wanted = _parsed(wanted)
        if isinstance(wanted, dict) and isinstance(found, dict):
            yield from self._differences_inside(rule, wanted, found, where)
        elif isinstance(wanted, list) and isinstance(found, list):
            yield from self._differences_of_items(rule, wanted, found, where)
        elif wanted != found:
            yield Difference(where, "NOT_EQUAL", wanted, found)

    def _differences_inside(
        self, rule: dict[str, Any], wanted: dict[str, Any], found: dict[str, Any], where: str
    ) -> Iterator[Difference]:
        others = found.keys() - wanted.keys()
        for key, item in wanted.items():
            if key in found:
                yield from self._differences(self._inside(rule, key), item, found[key], _step(where, key))
            elif item not in ({}, []) or (item == {} and where and others):
                yield Difference(_step(where, key), "REMOVE", item)
        if not self._properties_of(rule):
            for key in sorted(others):
                yield Difference(_step(where, key), "ADD", found=found[key])

    def _differences_of_items(
        self, rule: dict[str, Any], wanted: list[Any], found: list[Any], where: str
    ) -> Iterator[Difference]:
        items = self._rule(rule.get("items"))
        if self._any_order(rule, where):
            wanted, found = self._aligned(items, wanted, found)
        for position in range(max(len(wanted), len(found))):
            path = f"{where}/{position}"
            if position >= len(found):
                yield Difference(path, "REMOVE", wanted[position])
            elif position >= len(wanted):
                yield Difference(path, "ADD", found=found[position])
            else:
                yield from self._differences(items, wanted[position], found[position], path)

    def _aligned(
        self, items: dict[str, Any], wanted: list[Any], found: list[Any]
    ) -> tuple[list[Any], list[Any]]:
        """Both lists, whose order means nothing, with equal items at equal places at their beginnings."""
        left, pairs = list(found), []
        alone = []
        for item in wanted:
            for position, other in enumerate(left):
                if not any(self._differences(items, item, other, "")):
                    pairs.append((item, left.pop(position)))
                    break
            else:
                alone.append(item)
        return [item for item, _ in pairs] + alone, [other for _, other in pairs] + left


def _step(where: str, key: str) -> str:
    """The JSON pointer one step further."""
    return f"{where}/{key.replace('~', '~0').replace('/', '~1')}"


_CLASSES = {"string": str, "boolean": bool, "object": dict, "array": list}


def _kinds(rule: dict[str, Any]) -> list[str]:
    kinds = rule.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _is(kind: str, value: Any) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, _CLASSES.get(kind, object))


def _as(kind: str, value: Any) -> Any:
    """The value as another kind where its text says one, else as it is."""
    if _is(kind, value) or not isinstance(value, str | int | float):
        return value
    text = json.dumps(value) if isinstance(value, bool) else str(value)
    match kind:
        case "string":
            return text
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), value)
        case "integer" | "number":
            return _number(text, value)
    return value


def _parsed(text: str) -> Any:
    """What a JSON text stands for, in whose stead a template may write it; the text itself if it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(text: str, value: Any) -> Any:
    for made in (int, float):
        try:
            return made(text)
        except ValueError:
            continue
    return value


def _kind_of(value: Any) -> str:
    names = {bool: "Boolean", dict: "JSONObject", float: "Double", int: "Integer", list: "JSONArray"}
    return names.get(type(value), "String")
