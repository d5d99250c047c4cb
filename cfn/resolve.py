"""Evaluates a template's values without asking AWS; what only a living resource knows stays a Reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from cfn.conditions import evaluate
from cfn.errors import CircularReference, Misfit, TemplateInvalid
from cfn.functions import FUNCTIONS
from cfn.parameters import parameter_value
from cfn.values import Reference, Unknown, misplaced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cfn.template import Resource, Template


class Resolver:
    """One template in one stack: its values as CloudFormation would hand them to the services.

        >>> resolver = Resolver(template, region="us-east-1", parameters={"Stage": "live"})
        >>> resolver.properties(template.resources["Database"])["MultiAZ"]
        True

    Args:
        template: The template whose values are asked for.
        region: AWS::Region.
        account: AWS::AccountId; unknown when left out.
        stack_name: AWS::StackName; unknown when left out.
        parameters: Values of parameters, instead of their defaults.
        stored: Says what stands at an SSM path, for parameters that are read from there.

    """

    def __init__(
        self,
        template: Template,
        *,
        region: str,
        account: str | None = None,
        stack_name: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        stored: Callable[[str], Any] | None = None,
    ) -> None:
        self.template = template
        self._given = _declared(template, parameters or {})
        self._stored = stored or _not_looked_up
        self._names = _pseudo_parameters(template.name, region, account, stack_name)
        self._outcomes: dict[str, bool | Unknown] = {}
        self._waiting: list[str] = []

    def resolve(self, value: Any, where: str = "a value") -> Any:
        """What a value of this template comes to; None where AWS::NoValue takes it away.

        Resolving twice changes nothing. Raises TemplateInvalid, with `where` as place, or CircularReference.
        """
        if value is None:
            return None
        try:
            return self.value(value)
        except Misfit as problem:
            raise self._invalid(problem, where) from None

    def properties(self, resource: Resource) -> dict[str, Any]:
        """All properties of a resource, resolved anew at each call; raises TemplateInvalid."""
        where = f"Resources/{resource.logical_id}/Properties"
        properties = self.resolve(resource.properties, where)
        if not isinstance(properties, dict):
            found = f"the properties come to {type(properties).__name__}"
            raise TemplateInvalid(self.template.name, where, found, "write a mapping of names to values")
        return properties

    def exists(self, resource: Resource) -> bool | Unknown:
        """Say whether the resource's condition lets it come into being."""
        return True if resource.condition is None else self.holds(resource.condition)

    def holds(self, condition: str) -> bool | Unknown:
        """Say whether a condition of the template is fulfilled."""
        try:
            return self.condition(condition)
        except Misfit as problem:
            raise self._invalid(problem, "Conditions") from None

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The template's Mappings."""
        return self.template.mappings

    def value(self, raw: Any) -> Any:
        """What a raw value comes to; for the functions, which may let a Misfit through."""
        kind = type(raw)
        if kind is str:
            return raw
        if kind is dict:
            return self._called(raw) if len(raw) == 1 else self._mapping(raw)
        if kind is list:
            return self._list(raw)
        if raw is None:
            raise Misfit(found="null stands there", remedy="leave the key out, or refer to AWS::NoValue")
        return raw

    def named(self, name: str) -> Any:
        """What Ref of a name comes to."""
        if name not in self._names:
            self._names[name] = self._looked_up(name)
        return self._names[name]

    def attribute(self, logical_id: str, attribute: str) -> Any:
        """What Fn::GetAtt comes to."""
        if logical_id not in self.template.resources:
            raise _missing(logical_id, self.template.resources, "is not a resource")
        self.named(logical_id)  # refuses a resource that its condition keeps away
        return Reference(self.template.name, logical_id, attribute)

    def condition(self, name: Any) -> bool | Unknown:
        """Whether a condition holds; evaluated once."""
        if not isinstance(name, str):
            raise misplaced(name, "a condition's name", "write one")
        if name not in self._outcomes:
            self._outcomes[name] = self._decided(name)
        return self._outcomes[name]

    def _called(self, raw: dict[str, Any]) -> Any:
        [(key, argument)] = raw.items()
        function = FUNCTIONS.get(key)
        if function is None:
            return self._mapping(raw)
        try:
            return function(self, argument)
        except Misfit as problem:
            raise problem.inside(key) from None

    def _mapping(self, raw: dict[str, Any]) -> dict[str, Any]:
        result = {}
        key = ""
        try:
            for key, item in raw.items():
                if key[:4] == "Fn::":
                    _refuse_function(key)
                if type(item) is str:
                    result[key] = item
                elif (value := self.value(item)) is not None:
                    result[key] = value
        except Misfit as problem:
            raise problem.inside(key) from None
        return result

    def _list(self, raw: list[Any]) -> list[Any]:
        result = []
        position = 0
        try:
            for position, item in enumerate(raw):  # noqa: B007  # the except clause needs it
                if (value := self.value(item)) is not None:
                    result.append(value)
        except Misfit as problem:
            raise problem.inside(position) from None
        return result

    def _looked_up(self, name: str) -> Any:
        resource = self.template.resources.get(name)
        if resource is not None:
            if self.exists(resource) is False:
                raise Misfit(
                    found=f"{name} does not exist, because condition {resource.condition} does not hold",
                    remedy="put what needs it under the same condition",
                )
            return Reference(self.template.name, name)
        declaration = self.template.parameters.get(name)
        if declaration is None:
            known = {**self.template.resources, **self.template.parameters, **self._names}
            raise _missing(name, known, "is neither a resource nor a parameter")
        return parameter_value(name, declaration, self._given.get(name), self.template.name, self._stored)

    def _decided(self, name: str) -> bool | Unknown:
        if name not in self.template.conditions:
            raise _missing(name, self.template.conditions, "is not a condition")
        if name in self._waiting:
            raise CircularReference([*self._waiting[self._waiting.index(name) :], name], self.template.name)
        self._waiting.append(name)
        try:
            return evaluate(self, self.template.conditions[name])
        except Misfit as problem:
            raise self._invalid(problem, f"Conditions/{name}") from None
        finally:
            self._waiting.pop()

    def _invalid(self, problem: Misfit, where: str) -> TemplateInvalid:
        return TemplateInvalid(
            self.template.name, "/".join([where, *problem.steps]), problem.found, problem.remedy
        )


def _missing(name: str, known: Mapping[str, Any], found: str) -> Misfit:
    return Misfit(found=f"{name} {found}", remedy=_hint(name, known))


def _refuse_function(name: str) -> NoReturn:
    raise _missing(name, FUNCTIONS, "is not a function")


def _hint(name: str, known: Mapping[str, Any]) -> str:
    from difflib import get_close_matches  # needed only when something is wrong

    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else "declare it, or name one that the template has"


def _declared(template: Template, given: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in given:
        if name not in template.parameters:
            raise TemplateInvalid(
                template.name,
                "Parameters",
                f"there is no {name} to give a value to",
                _hint(name, template.parameters),
            )
    return given


def _pseudo_parameters(
    template: str, region: str, account: str | None, stack_name: str | None
) -> dict[str, Any]:
    return {
        "AWS::AccountId": account or Unknown("no account was given", "AWS::AccountId"),
        "AWS::NoValue": None,
        "AWS::NotificationARNs": _open(template, "AWS::NotificationARNs"),
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": _open(template, "AWS::StackId"),
        "AWS::StackName": stack_name or _open(template, "AWS::StackName"),
        "AWS::URLSuffix": "amazonaws.com",
    }


def _open(template: str, name: str) -> Unknown:
    return Unknown(f"{name} of {template} is settled when the stack is deployed", name)


def _not_looked_up(path: str) -> Unknown:
    return Unknown(f"{path} is read from SSM when the stack is deployed")
