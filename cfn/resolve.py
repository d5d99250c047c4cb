"""Evaluates a template's values without asking AWS; what only a living resource knows stays a Reference."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from cfn.attributes import STATED
from cfn.conditions import evaluate
from cfn.errors import CircularReference, Misfit, TemplateInvalid
from cfn.functions import FUNCTIONS, INCLUDE, included
from cfn.given import given_values, masked
from cfn.hints import remedy
from cfn.parameters import parameter_value
from cfn.pseudo_parameters import pseudo_parameters
from cfn.template import LANGUAGE_EXTENSIONS, LOOP
from cfn.values import Reference, Text, Unknown, kind_of, misplaced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cfn.template import Resource, Template


_Answer = TypeVar("_Answer")

_TOO_DEEP = Misfit(found="it is nested too deeply", remedy="write it flatter, or cut its circle")


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
        exported: Says what value another stack exports under a name.

    """

    template: Template
    """The template whose loops are unrolled; the very one that was given if it has none."""

    def __init__(
        self,
        template: Template,
        *,
        region: str,
        account: str | None = None,
        stack_name: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        stored: Callable[[str], Any] | None = None,
        exported: Callable[[str], Any] | None = None,
    ) -> None:
        self._given = given_values(template, parameters or {})
        self._stored, self._exported = stored or _not_looked_up, exported or _not_imported
        self._names = pseudo_parameters(template.name, region, account, stack_name)
        self._attributes: dict[tuple[str, str], Any] = {}
        self._outcomes: dict[str, bool | Unknown] = {}
        self._waiting: list[str] = []
        again = partial(
            Resolver,
            region=region,
            account=account,
            stack_name=stack_name,
            parameters=parameters,
            stored=stored,
        )
        self.template = _extended(template, again)

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
        except RecursionError:
            raise self._invalid(_TOO_DEEP, where) from None

    def properties(self, resource: Resource) -> dict[str, Any]:
        """All properties of a resource, resolved anew at each call; raises TemplateInvalid."""
        where = f"Resources/{resource.logical_id}/Properties"
        properties = self.resolve(resource.properties, where)
        if isinstance(properties, Unknown) and INCLUDE in resource.properties:
            return {INCLUDE: properties}
        if not isinstance(properties, dict):
            found = f"the properties come to a {kind_of(properties)}"
            raise TemplateInvalid(self.template.name, where, found, "write a mapping of names to values")
        return properties

    def exists(self, resource: Resource) -> bool | Unknown:
        """Say whether the resource's condition lets it come into being."""
        condition = resource.condition
        if isinstance(condition, Text):
            return next(part for part in condition.parts if isinstance(part, Unknown))
        return True if condition is None else self.holds(condition)

    def holds(self, condition: str) -> bool | Unknown:
        """Say whether a condition of the template is fulfilled."""
        try:
            return self.condition(condition)
        except Misfit as problem:
            raise self._invalid(problem, "Conditions") from None
        except RecursionError:
            raise self._invalid(_TOO_DEEP, "Conditions") from None

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
        resource = self.template.resources.get(logical_id)
        if resource is None:
            return self._absent(logical_id, self.template.resources, "is not a resource")
        self.named(logical_id)  # refuses a resource that its condition keeps away
        if attribute in STATED.get(resource.type, ()) and attribute in resource.properties:
            return self._stated(resource, attribute)
        return Reference(self.template.name, logical_id, attribute)

    def imported(self, name: str) -> Any:
        """What Fn::ImportValue of a name comes to."""
        return self._exported(name)

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

    def _mapping(self, raw: dict[str, Any]) -> Any:
        result: dict[str, Any] = {}
        key = ""
        try:
            for key, item in raw.items():
                if key[:4] == "Fn::":
                    result[key] = _inserted(key, item)
                elif type(item) is str:
                    result[key] = item
                elif (value := self.value(item)) is not None:
                    result[key] = value
        except Misfit as problem:
            raise problem.inside(key) from None
        return result[INCLUDE] if result.keys() == {INCLUDE} else result

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
            return self._absent(name, known, "is neither a resource nor a parameter")
        return parameter_value(name, declaration, self._given.get(name), self.template.name, self._stored)

    def _absent(self, name: str, known: Mapping[str, Any], found: str) -> Unknown:
        """What a name comes to that the template does not have: nothing, unless a macro may bring it."""
        if not self.template.macros:
            raise _missing(name, known, found)
        macros = ", ".join(self.template.macros)
        return Unknown(f"{name} {found}, unless {macros} makes it when the stack is deployed", name)

    def _stated(self, resource: Resource, attribute: str) -> Any:
        key = resource.logical_id, attribute
        if key not in self._attributes:
            where = f"Resources/{resource.logical_id}/Properties/{attribute}"
            stated = partial(self.resolve, resource.properties[attribute], where)
            self._attributes[key] = self._in_turn(".".join(key), stated)
        return self._attributes[key]

    def _decided(self, name: str) -> bool | Unknown:
        if name not in self.template.conditions:
            return self._absent(name, self.template.conditions, "is not a condition")
        try:
            return self._in_turn(name, partial(evaluate, self, self.template.conditions[name]))
        except Misfit as problem:
            raise self._invalid(problem, f"Conditions/{name}") from None

    def _in_turn(self, name: str, answer: Callable[[], _Answer]) -> _Answer:
        """The answer, unless it waits for itself."""
        if name in self._waiting:
            raise CircularReference([*self._waiting[self._waiting.index(name) :], name], self.template.name)
        self._waiting.append(name)
        try:
            return answer()
        finally:
            self._waiting.pop()

    def _invalid(self, problem: Misfit, where: str) -> TemplateInvalid:
        place = "/".join([where, *problem.steps])
        return TemplateInvalid(
            self.template.name, place, masked(problem.found, self.template, self._given), problem.remedy
        )


def _extended(template: Template, resolver: Callable[[Template], Resolver]) -> Template:
    if LANGUAGE_EXTENSIONS not in template.transforms:
        return template
    from cfn.language_extensions import extended  # few templates ask for them

    try:
        return extended(template, resolver)
    except RecursionError:
        raise TemplateInvalid(template.name, "the template", _TOO_DEEP.found, _TOO_DEEP.remedy) from None


def _missing(name: str, known: Mapping[str, Any], found: str) -> Misfit:
    return Misfit(found=f"{name} {found}", remedy=remedy(name, known))


def _inserted(key: str, argument: Any) -> Unknown:
    """What a function comes to that stands beside other keys: only a macro may."""
    if key == INCLUDE:
        return included(argument)
    if key.startswith(LOOP):
        raise Misfit(found=f"{key} is a loop", remedy=f'write "Transform": "{LANGUAGE_EXTENSIONS}"')
    raise _missing(
        key, FUNCTIONS, "is not a function" if key not in FUNCTIONS else "stands beside other keys"
    )


def _not_looked_up(path: str) -> Unknown:
    return Unknown(f"{path} is read from SSM when the stack is deployed")


def _not_imported(name: str) -> Unknown:
    return Unknown(f"{name} is imported from another stack when this one is deployed", name)
