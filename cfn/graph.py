"""Which resource of a template needs which, read from all that is written, whatever conditions say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.errors import CircularReference, Misfit, TemplateInvalid
from cfn.functions import attribute_path, placeholders, substitution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource, Template

_SECTIONS = ("Properties", "Metadata", "UpdatePolicy", "CreationPolicy")


def references(template: Template) -> dict[str, set[str]]:
    """Logical ids that each resource names in Ref, Fn::GetAtt, Fn::Sub or DependsOn.

    A name that a function puts together is not seen. Raises TemplateInvalid for one that is not there.
    """
    return {logical_id: _needed(resource) for logical_id, resource in template.resources.items()}


def unreferenced(template: Template) -> list[str]:
    """Resources that no other resource and no output names, sorted."""
    named = {name for logical_id, needed in references(template).items() for name in needed - {logical_id}}
    named |= _resources_in(template, "Outputs", _named(template, "Outputs", [template.outputs]))
    return sorted(template.resources.keys() - named)


def order(template: Template) -> list[str]:
    """Logical ids so that each stands behind all it needs, else by name.

    Raises CircularReference with the ids on the way round.
    """
    graph = {logical_id: sorted(needed) for logical_id, needed in references(template).items()}
    done: dict[str, None] = {}
    for logical_id in sorted(graph):
        _visit(template, graph, logical_id, done)
    return list(done)


def _visit(template: Template, graph: dict[str, list[str]], start: str, done: dict[str, None]) -> None:
    """Place what a resource needs, then the resource; a loop and no recursion, as a chain may be long."""
    path = {start: iter(graph[start])}
    while path:
        logical_id, rest = next(reversed(path.items()))
        needed = next((name for name in rest if name not in done), None)
        if needed is None:
            del path[logical_id]
            done[logical_id] = None
        elif needed in path:
            way = list(path)
            raise CircularReference([*way[way.index(needed) :], needed], template.name)
        else:
            path[needed] = iter(graph[needed])


def _needed(resource: Resource) -> set[str]:
    where = f"Resources/{resource.logical_id}"
    names = _named(resource.template, where, [resource.body.get(section) for section in _SECTIONS])
    return _resources_in(resource.template, where, [*names, *resource.depends_on])


def _named(template: Template, where: str, values: list[Any]) -> list[str]:
    """Names within values; raises TemplateInvalid."""
    try:
        return [name for value in values for name in _names_in(value)]
    except Misfit as problem:
        raise TemplateInvalid(template.name, where, problem.found, problem.remedy) from None
    except RecursionError:
        raise TemplateInvalid(template.name, where, "it is nested too deeply", "write it flatter") from None


def _resources_in(template: Template, where: str, names: list[str]) -> set[str]:
    for name in names:
        if not _is_there(template, name):
            raise TemplateInvalid(
                template.name, where, f"{name} is named and not there", "declare it, or correct the name"
            )
    return {name for name in names if name in template.resources}


def _is_there(template: Template, name: str) -> bool:
    """Whether the template has the name, or a macro may bring it."""
    declared = name in template.resources or name in template.parameters
    return declared or name.startswith("AWS::") or bool(template.macros)


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _names_in(item)
    elif isinstance(value, dict):
        if len(value) == 1:
            [(key, argument)] = value.items()
            yield from _named_by(key, argument)
        for item in value.values():
            yield from _names_in(item)


def _named_by(key: str, argument: Any) -> Iterator[str]:
    """Names that a mapping of one key names itself, if that key is a function."""
    if key == "Ref" and isinstance(argument, str):
        yield argument
    elif key == "Fn::GetAtt":
        named = attribute_path(argument)[0]
        if isinstance(named, str):
            yield named
    elif key == "Fn::Sub":
        text, variables = substitution(argument)
        for _, name in placeholders(text):
            if name is not None and name not in variables:
                yield name.partition(".")[0]
