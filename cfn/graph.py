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

    Raises TemplateInvalid for a name that the template does not have.
    """
    return {logical_id: _needed(resource) for logical_id, resource in template.resources.items()}


def unreferenced(template: Template) -> list[str]:
    """Resources that no other resource and no output names, sorted."""
    named = {name for logical_id, needed in references(template).items() for name in needed - {logical_id}}
    named |= _resources_in(template, "Outputs", [*_names_in(template.outputs)])
    return sorted(template.resources.keys() - named)


def order(template: Template) -> list[str]:
    """Logical ids so that each stands behind all it needs, else by name.

    Raises CircularReference with the ids on the way round.
    """
    graph = references(template)
    done: dict[str, None] = {}
    for logical_id in sorted(graph):
        _visit(template, graph, logical_id, [], done)
    return list(done)


def _visit(
    template: Template, graph: dict[str, set[str]], logical_id: str, path: list[str], done: dict[str, None]
) -> None:
    if logical_id in done:
        return
    if logical_id in path:
        raise CircularReference([*path[path.index(logical_id) :], logical_id], template.name)
    path.append(logical_id)
    for needed in sorted(graph[logical_id]):
        _visit(template, graph, needed, path, done)
    path.pop()
    done[logical_id] = None


def _needed(resource: Resource) -> set[str]:
    where = f"Resources/{resource.logical_id}"
    try:
        names = [name for section in _SECTIONS for name in _names_in(resource.body.get(section))]
    except Misfit as problem:
        raise TemplateInvalid(resource.template.name, where, problem.found, problem.remedy) from None
    return _resources_in(resource.template, where, [*names, *resource.depends_on])


def _resources_in(template: Template, where: str, names: list[str]) -> set[str]:
    for name in names:
        if (
            name not in template.resources
            and name not in template.parameters
            and not name.startswith("AWS::")
        ):
            raise TemplateInvalid(
                template.name, where, f"{name} is named and not there", "declare it, or correct the name"
            )
    return {name for name in names if name in template.resources}


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
        yield attribute_path(argument)[0]
    elif key == "Fn::Sub":
        text, variables = substitution(argument)
        for _, name in placeholders(text):
            if name is not None and name not in variables:
                yield name.partition(".")[0]
