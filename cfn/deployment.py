"""Several templates that make one system and pass each other values by SSM parameters and exports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from cfn.errors import CircularReference, TemplateAbsent, TemplateInvalid
from cfn.functions import INCLUDE
from cfn.graph import order
from cfn.outputs import exports, output, outputs
from cfn.parameters import stored_type
from cfn.resolve import Resolver
from cfn.values import Reference, Unknown, derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cfn.template import Resource, Template


@dataclass(frozen=True, slots=True)
class Link:
    """A parameter that is read from an SSM path, and the resource that writes there (None when none does)."""

    consumer: str
    parameter: str
    path: str
    producer: Resource | None


class Deployment:
    """Templates in the order of their deployment, with the values that pass between them.

    Its templates are those given, their loops unrolled. Everything resolved is kept, so asking again costs
    next to nothing; leave what is handed out unchanged.

        >>> deployment = Deployment("staging", [network, database, service], region="us-east-1")
        >>> [function] = deployment.resources("AWS::Lambda::Function")
        >>> deployment.get(function, "VpcConfig.SubnetIds")
        [Reference(template_name='network', logical_id='SubnetA', attribute=None)]

    Args:
        name: What to call the deployment in a sentence.
        templates: In order of deployment; which values reach which does not depend on it.
        region: Region of all stacks.
        account: Account of all stacks; AWS::AccountId is unknown when left out.
        parameters: For a template's name, values of its parameters instead of their defaults.
        stack_prefix: Stacks are called this and the template's name; AWS::StackName is unknown when left out.

    """

    def __init__(
        self,
        name: str,
        templates: Sequence[Template],
        region: str,
        account: str | None = None,
        *,
        parameters: Mapping[str, Mapping[str, Any]] | None = None,
        stack_prefix: str | None = None,
    ) -> None:
        self.name = name
        self.region, self.account = region, account
        self._parameters, self._stack_prefix = parameters or {}, stack_prefix
        self._by_name = _by_name(templates)
        for given in self._parameters:
            self.template(given)
        self.templates = tuple(self._resolver(template, linked=False).template for template in templates)
        self._by_name = _by_name(self.templates)
        self._properties: dict[Resource, dict[str, Any]] = {}
        self._of_types: dict[tuple[str, ...], list[Resource]] = {}
        self._passed: dict[str, Any] = {}
        self._waiting: list[str] = []

    def __repr__(self) -> str:
        """For example `<deployment staging: network, database, service>`."""
        return f"<deployment {self.name}: {', '.join(self._by_name)}>"

    def with_templates(self, templates: Sequence[Template]) -> Deployment:
        """The same deployment with others of the same names in place of its templates."""
        return Deployment(
            self.name,
            templates,
            self.region,
            self.account,
            parameters=self._parameters,
            stack_prefix=self._stack_prefix,
        )

    def template(self, name: str) -> Template:
        """The template of that name; raises TemplateAbsent."""
        try:
            return self._by_name[name]
        except KeyError:
            raise TemplateAbsent(self.name, name, list(self._by_name)) from None

    def resolver(self, name: str) -> Resolver:
        """Evaluates other values of a template, such as its outputs."""
        self.template(name)
        return self._resolvers[name]

    def resources(self, *types: str) -> list[Resource]:
        """Resources of any of these types (all when none is named), by template and logical id.

        A resource whose condition does not hold is left out; one whose condition is unknown is there.
        """
        if not types:
            return list(self._resources)
        if types not in self._of_types:
            self._of_types[types] = [resource for resource in self._resources if resource.type in types]
        return list(self._of_types[types])

    def resource(self, reference: object) -> Resource | None:
        """The resource that a Ref or Fn::GetAtt points to, in any template; None for another value."""
        if not isinstance(reference, Reference) or reference.template_name not in self._by_name:
            return None
        return self._by_name[reference.template_name].resources.get(reference.logical_id)

    def properties(self, resource: Resource) -> dict[str, Any]:
        """All properties of a resource, resolved."""
        found = self._properties.get(resource)
        if found is None:
            found = self._properties[resource] = self.resolver(resource.template.name).properties(resource)
        return found

    def get(self, resource: Resource, path: str, default: Any = None) -> Any:
        """One resolved property by its dotted path, such as `VpcConfig.SubnetIds` or `Routes.0.Target`.

        What is not there gives the default; what hangs on something unknown gives that Unknown.
        """
        properties = self._properties.get(resource) or self.properties(resource)
        return properties[path] if path in properties else _look_up(properties, path, default)

    def outputs(self, name: str) -> dict[str, Any]:
        """Values of a template's outputs; one whose condition does not hold is left out."""
        return outputs(self.resolver(name))

    def check(self) -> None:
        """Raise what CloudFormation would refuse in whatever refers to something, the first that is found.

        Raises CircularReference for resources, conditions or values that wait for each other, and
        TemplateInvalid for functions that are misused and names that are not there.
        """
        for template in self.templates:
            order(template)
            for condition in template.conditions:
                self._resolvers[template.name].holds(condition)
            outputs(self._resolvers[template.name])
        for resource in self._resources:
            self.properties(resource)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All parameters that are read from SSM, by template and name.

        Raises TemplateInvalid when two resources write one path.
        """
        writers = self._writers
        return tuple(link for template in self.templates for link in self._links_of(template, writers))

    def _links_of(self, template: Template, writers: Mapping[str, Resource]) -> Iterator[Link]:
        given = self._parameters.get(template.name, {})
        for parameter, declaration in sorted(template.parameters.items()):
            path = given.get(parameter, declaration.get("Default"))
            if path is not None and stored_type(str(declaration.get("Type"))):
                yield Link(template.name, parameter, str(path), writers.get(str(path)))

    @cached_property
    def _resources(self) -> list[Resource]:
        return [
            resource
            for template in self.templates
            for resource in template.resources.values()
            if self._resolvers[template.name].exists(resource) is not False
        ]

    @cached_property
    def _resolvers(self) -> dict[str, Resolver]:
        return {template.name: self._resolver(template, linked=True) for template in self.templates}

    def _resolver(self, template: Template, *, linked: bool) -> Resolver:
        return Resolver(
            template,
            region=self.region,
            account=self.account,
            stack_name=None if self._stack_prefix is None else self._stack_prefix + template.name,
            parameters=self._parameters.get(template.name),
            stored=self._value_at if linked else None,
            exported=self._exported if linked else None,
        )

    @cached_property
    def _writers(self) -> dict[str, Resource]:
        """Which resource writes which path. A path that itself hangs on a stored value can't be linked."""
        writers: dict[str, Resource] = {}
        for template in self.templates:
            resolver = self._resolver(template, linked=False)
            for resource in template.of_type("AWS::SSM::Parameter"):
                if resolver.exists(resource) is False:
                    continue
                where = f"Resources/{resource.logical_id}/Properties/Name"
                path = resolver.resolve(resource.properties.get("Name"), where)
                if type(path) is str and writers.setdefault(path, resource) is not resource:
                    raise TemplateInvalid(
                        template.name,
                        where,
                        f"{writers[path]} writes {path} too",
                        "give each value a path of its own",
                    )
        return writers

    @cached_property
    def _exports(self) -> dict[str, tuple[str, str]]:
        """Template and output behind each export. A name that itself hangs on a stored value is left out."""
        found: dict[str, tuple[str, str]] = {}
        for template in self.templates:
            for export, name in exports(self._resolver(template, linked=False)).items():
                if found.setdefault(export, (template.name, name)) != (template.name, name):
                    raise TemplateInvalid(
                        template.name,
                        f"Outputs/{name}/Export",
                        f"{'.'.join(found[export])} exports {export} too",
                        "give each export a name of its own",
                    )
        return found

    def _value_at(self, path: str) -> Any:
        return self._in_turn(path, partial(self._written, path))

    def _exported(self, name: str) -> Any:
        return self._in_turn(f"export {name}", partial(self._given_out, name))

    def _in_turn(self, key: str, answer: Callable[[], Any]) -> Any:
        """The answer, kept for the next time, unless it waits for itself."""
        if key in self._waiting:
            raise CircularReference([*self._waiting[self._waiting.index(key) :], key], self.name)
        if key not in self._passed:
            self._waiting.append(key)
            try:
                self._passed[key] = answer()
            finally:
                self._waiting.pop()
        return self._passed[key]

    def _written(self, path: str) -> Any:
        writer = self._writers.get(path)
        if writer is None:
            return Unknown(f"{path} is not written by a template")
        return self.get(writer, "Value", Unknown(f"{writer} writes no Value to {path}"))

    def _given_out(self, name: str) -> Any:
        if name not in self._exports:
            return Unknown(f"no template exports {name}", name)
        template, exported = self._exports[name]
        return output(self._resolvers[template], exported)


def _by_name(templates: Sequence[Template]) -> dict[str, Template]:
    by_name: dict[str, Template] = {}
    for template in templates:
        if by_name.setdefault(template.name, template) is not template:
            raise TemplateInvalid(
                template.name, "the deployment", "two templates have this name", "rename one"
            )
    return by_name


def _look_up(value: Any, path: str, default: Any) -> Any:
    """Follow a dotted path; a key may hold dots itself, as `rds.force_ssl` does."""
    if type(value) is dict and path and path in value:  # what is asked for most
        return value[path]
    if not path or isinstance(value, Unknown):
        return value
    if isinstance(value, Reference):
        return derived(value, path)
    if isinstance(value, dict) and path in value:
        return value[path]
    step, _, rest = path.partition(".")
    inside = _inside(value, step)
    if inside is None and isinstance(value, dict) and isinstance(value.get(INCLUDE), Unknown):
        return value[INCLUDE]
    return default if inside is None else _look_up(inside, rest, default)


def _inside(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None
