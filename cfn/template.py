"""A CloudFormation template as written: its sections and its resources, nothing evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cfn.errors import TemplateInvalid, Unparsable
from cfn.functions import INCLUDE
from cfn.reading import parse, read
from cfn.values import kind_of, many

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
"""The transform that brings loops; `cfn.language_extensions` does what AWS does for it."""
LOOP = "Fn::ForEach::"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Resource:
    """One resource of a template, as written there.

    Under the transform AWS::LanguageExtensions its policies and its condition may be functions. In the
    template of a Resolver or a Deployment they are text, a Text where they hang on something unknown.
    """

    template: Template
    logical_id: str
    type: str
    body: dict[str, Any]

    def __repr__(self) -> str:
        """For example `<service.ApiFunction AWS::Lambda::Function>`."""
        return f"<{self} {self.type}>"

    def __str__(self) -> str:
        """For example `service.ApiFunction`."""
        return f"{self.template.name}.{self.logical_id}"

    @property
    def properties(self) -> dict[str, Any]:
        """The properties as written, functions and all."""
        properties: dict[str, Any] = self.body.get("Properties", {})
        return properties

    @property
    def metadata(self) -> dict[str, Any]:
        """The resource's own Metadata."""
        metadata: dict[str, Any] = self.body.get("Metadata", {})
        return metadata

    @property
    def deletion_policy(self) -> str | None:
        """None when left out: CloudFormation then deletes, or snapshots a database cluster."""
        return self.body.get("DeletionPolicy")

    @property
    def update_replace_policy(self) -> str | None:
        """None when left out: CloudFormation then deletes what it replaced."""
        return self.body.get("UpdateReplacePolicy")

    @property
    def condition(self) -> str | None:
        """Name of the condition without which the resource does not exist."""
        return self.body.get("Condition")

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Logical ids that DependsOn names, one or several."""
        named = self.body.get("DependsOn", ())
        return (named,) if isinstance(named, str) else tuple(named)


@dataclass(frozen=True, eq=False, repr=False)
class Template:
    """A template under the name of its stack within a deployment.

    The body is read, never copied or changed: who changes it makes a new Template.

        >>> template = Template("network", {"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}})
        >>> template.resources["Vpc"].type
        'AWS::EC2::VPC'
    """

    name: str
    body: dict[str, Any]

    def __post_init__(self) -> None:
        """Refuse what is no template at all."""
        if not isinstance(self.body, dict):
            raise TemplateInvalid(
                self.name,
                "the template",
                f"a {kind_of(self.body)} stands there",
                "write a mapping of sections",
            )

    def __repr__(self) -> str:
        """For example `<template network>`."""
        return f"<template {self.name}>"

    @classmethod
    def load(cls, path: Path, name: str | None = None) -> Template:
        """Read a JSON or YAML file; its name without suffix is the template's, unless another is given.

        Raises TemplateUnreadable or TemplateInvalid.
        """
        template = cls(name or path.stem, read(path))
        if LANGUAGE_EXTENSIONS in template.transforms:
            template._section("Resources")  # its resources are there when its loops are unrolled
        else:
            template.resources  # noqa: B018  # a malformed file is refused here, not at its first use
        return template

    @classmethod
    def parse(cls, name: str, text: str) -> Template:
        """Read a text in JSON or YAML; raises TemplateInvalid."""
        try:
            return cls(name, parse(text))
        except Unparsable as problem:
            raise TemplateInvalid(name, "the template", str(problem), "correct its text") from None

    @cached_property
    def transforms(self) -> tuple[str, ...]:
        """Names of the macros that the whole template is given to, in their order."""
        return tuple(self._names_of(self.body.get("Transform")))

    @cached_property
    def macros(self) -> tuple[str, ...]:
        """Transforms that only AWS can run, sorted: what they add to the template is not known here."""
        inserted = [name for place in self._places() for name in self._names_of(place.get(INCLUDE))]
        return tuple(sorted({*self.transforms, *inserted} - {LANGUAGE_EXTENSIONS}))

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """All resources by logical id, sorted, without those that a macro adds.

        Raises TemplateInvalid while loops are among them; a Resolver's or a Deployment's template has none.
        """
        if "Resources" not in self.body:
            raise TemplateInvalid(
                self.name, "Resources", "the section is missing", "describe at least one resource"
            )
        return {
            logical_id: self._resource(logical_id, body)
            for logical_id, body in sorted(self._section("Resources").items())
            if not _is_inserted(body)
        }

    def of_type(self, *types: str) -> list[Resource]:
        """Resources of any of these types, sorted by logical id."""
        return [resource for resource in self.resources.values() if resource.type in types]

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Declarations of the parameters, by name."""
        return self._mappings("Parameters")

    @cached_property
    def mappings(self) -> dict[str, Any]:
        """What Fn::FindInMap looks into; a macro among them stands under its key, as written."""
        return self._section("Mappings", plain=False)

    @cached_property
    def conditions(self) -> dict[str, Any]:
        """Expressions of the conditions, by name."""
        return self._section("Conditions")

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """Declarations of the outputs, by name."""
        return self._mappings("Outputs")

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The template's own Metadata."""
        return self._section("Metadata")

    def _section(self, key: str, *, plain: bool = True) -> dict[str, Any]:
        """What stands under a key; when plain, without what a macro is to write there."""
        section = self.body.get(key, {})
        if not isinstance(section, dict):
            raise TemplateInvalid(
                self.name, key, f"a {kind_of(section)} stands there", "write a mapping from names"
            )
        if plain and INCLUDE in section:
            return {name: value for name, value in section.items() if name != INCLUDE}
        return section

    def _mappings(self, key: str) -> dict[str, Any]:
        """A section whose values are mappings."""
        section = self._section(key)
        for name, body in section.items():
            self._refuse_loop(key, name)
            if not isinstance(body, dict):
                found = f"a {kind_of(body)} stands there"
                raise TemplateInvalid(self.name, f"{key}/{name}", found, "write a mapping")
        return section

    def _refuse_loop(self, key: str, name: str) -> None:
        if name.startswith(LOOP):
            remedy = f'write "Transform": "{LANGUAGE_EXTENSIONS}"'
            if LANGUAGE_EXTENSIONS in self.transforms:
                remedy = "ask a Resolver or a Deployment for its template"
            raise TemplateInvalid(self.name, f"{key}/{name}", "this is a loop and not unrolled", remedy)

    def _resource(self, logical_id: str, body: Any) -> Resource:
        where = f"Resources/{logical_id}"
        self._refuse_loop("Resources", logical_id)
        if not isinstance(body, dict) or not isinstance(body.get("Type"), str):
            raise TemplateInvalid(
                self.name,
                where,
                "the resource has no Type",
                'write {"Type": "AWS::...", "Properties": {...}}',
            )
        for key, remedy in _misfits(body, functions=LANGUAGE_EXTENSIONS in self.transforms):
            raise TemplateInvalid(self.name, where, f"{key} is a {kind_of(body[key])}", remedy)
        return Resource(self, logical_id, body["Type"], body)

    def _places(self) -> Iterator[dict[str, Any]]:
        """Mappings in which a macro may add what has a name: the template, its sections, its resources."""
        yield self.body
        for section in self.body.values():
            if isinstance(section, dict):
                yield section
                yield from (body for body in section.values() if _is_inserted(body))

    def _names_of(self, transforms: Any) -> Iterator[str]:
        for transform in many(transforms):
            name = transform.get("Name") if isinstance(transform, dict) else transform
            if not isinstance(name, str):
                found = f"a {kind_of(name)} stands where a macro's name is needed"
                raise TemplateInvalid(self.name, "Transform", found, "write one name or a list of names")
            yield name


def _misfits(body: dict[str, Any], *, functions: bool) -> Iterator[tuple[str, str]]:
    """Keys of a resource that hold the wrong kind of value, and what to write instead."""
    for key in ("Metadata", "Properties"):
        if not isinstance(body.get(key, {}), dict):
            yield key, "write a mapping"
    texts = (dict, str) if functions else (str,)
    for key in ("Condition", "DeletionPolicy", "UpdateReplacePolicy"):
        if not isinstance(body.get(key, ""), texts):
            yield key, f"write text, or a function under the transform {LANGUAGE_EXTENSIONS}"
    needed = body.get("DependsOn", ())
    if not all(isinstance(name, texts) for name in many(needed)) or needed is None:
        yield "DependsOn", "write a logical id or a list of them"


def _is_inserted(body: Any) -> bool:
    """Whether a macro writes a resource as a whole."""
    return isinstance(body, dict) and INCLUDE in body and "Type" not in body
