"""Finds names in a template that lead nowhere: resources, parameters, conditions, mappings, attributes.

"Intrinsic function reference", CloudFormation Template Reference. All of it is read as written, whatever
conditions say, as AWS does it before a stack is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.attributes import STATED
from cfn.errors import Misfit
from cfn.functions import attribute_path, placeholders, substitution
from cfn.registry import schema_of
from twin.aws.cloudformation.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Template

ALL_TOLD = frozenset(
    {
        "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::SNS::Topic",
        "AWS::SSM::Parameter",
    }
)
"""Types whose Fn::GetAtt knows all properties, as cfn-lint's authors found out; that of others knows those
alone that their schema calls read only."""


def refuse_dangling(template: Template, region: str) -> None:
    """Raise InvalidRequest for the first name, of any kind, that leads nowhere."""
    names = _Names(template, region)
    try:
        names.refuse_in_conditions()
        names.refuse_unresolved("Resources")
        names.refuse_unresolved("Outputs")
        names.refuse_other()
    except Misfit as problem:
        raise InvalidRequest(f"Template error: {problem.found}") from None


class _Names:
    """The names of one template, and what is there to bear them."""

    def __init__(self, template: Template, region: str) -> None:
        self._template, self._region = template, region
        self._known = {*template.resources, *template.parameters}
        self._calls = {
            section: list(_calls(template.body.get(section, {})))
            for section in ("Conditions", "Resources", "Outputs")
        }

    def refuse_in_conditions(self) -> None:
        """Conditions hang on parameters and on other conditions."""
        missing = sorted(
            {name for call in self._calls["Conditions"] for name in _named_by(*call)}
            - self._template.parameters.keys()
        )
        if missing:
            raise InvalidRequest(
                f"Template format error: Unresolved dependencies [{', '.join(missing)}]. Cannot reference "
                "resources in the Conditions block of the template"
            )

    def refuse_unresolved(self, section: str) -> None:
        """What Ref, Fn::Sub and DependsOn name must be there, and so must be conditions."""
        entries: dict[str, Any] = self._template.body.get(section, {})
        missing = {name for call in self._calls[section] for name in _named_by(*call)} - self._known
        if section == "Resources":
            for resource in self._template.resources.values():
                missing |= set(resource.depends_on) - self._template.resources.keys()
        if missing:
            raise InvalidRequest(
                f"Template format error: Unresolved resource dependencies [{', '.join(sorted(missing))}] "
                f"in the {section} block of the template"
            )
        for entry in entries.values():
            condition = entry.get("Condition")
            if isinstance(condition, str) and condition not in self._template.conditions:
                raise InvalidRequest(
                    f"Template format error: Unresolved condition dependency {condition} "
                    f"in the {section} block of the template"
                )

    def refuse_other(self) -> None:
        """Conditions, mappings and attributes that functions name must be there."""
        for section, calls in self._calls.items():
            for function, argument in calls:
                if function == "Fn::GetAtt":
                    self._refuse_attribute(function, *_path(argument))
                elif function == "Fn::Sub":
                    for name in _placeholders(argument):
                        if "." in name:
                            self._refuse_attribute(function, *name.split(".", 1))
                elif function == "Fn::If" and isinstance(argument, list) and argument:
                    self._refuse_condition(argument[0], function)
                elif function == "Condition" and section == "Conditions":
                    self._refuse_condition(argument, function)
                elif function == "Fn::FindInMap" and isinstance(argument, list) and argument:
                    self._refuse_mapping(argument[0])

    def _refuse_condition(self, name: Any, function: str) -> None:
        if isinstance(name, str) and name not in self._template.conditions:
            raise InvalidRequest(f"Template error: unresolved condition dependency {name} in {function}")

    def _refuse_mapping(self, name: Any) -> None:
        if isinstance(name, str) and name not in self._template.mappings:
            raise InvalidRequest(
                f"Template error: Mapping named '{name}' is not present in the 'Mappings' section of "
                "template."
            )

    def _refuse_attribute(self, function: str, logical_id: Any, attribute: Any) -> None:
        if not isinstance(logical_id, str):
            return
        resource = self._template.resources.get(logical_id)
        if resource is None:
            raise InvalidRequest(
                f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}"
                if function == "Fn::GetAtt"
                else f"Template error: instance of Fn::Sub references invalid resource attribute "
                f"{logical_id}.{attribute}"
            )
        if isinstance(attribute, str) and not _is_told(resource.type, attribute, self._region):
            raise InvalidRequest(
                f"Template error: resource {logical_id} does not support attribute type {attribute} in "
                "Fn::GetAtt"
            )


def _is_told(resource_type: str, attribute: str, region: str) -> bool:
    """Whether Fn::GetAtt knows an attribute of a type; of a type that is not there, none is doubted."""
    schema = schema_of(resource_type, region)
    if schema is None:
        return True
    path = attribute.replace(".", "/")
    told = schema.read_only | STATED.get(resource_type, frozenset())
    if resource_type in ALL_TOLD:
        told |= schema.properties.keys()
    return any(path == name or path.startswith(f"{name}/") for name in told)


def _calls(value: Any) -> Iterator[tuple[str, Any]]:
    """Each function in a value with its argument, those within arguments too."""
    if isinstance(value, list):
        for item in value:
            yield from _calls(item)
    elif isinstance(value, dict):
        if len(value) == 1:
            yield from value.items()
        for item in value.values():
            yield from _calls(item)


def _named_by(function: str, argument: Any) -> Iterator[str]:
    """Names of resources and parameters that a function asks for outright, but AWS's own."""
    if function == "Ref" and isinstance(argument, str):
        names = [argument]
    elif function == "Fn::Sub":
        names = [name for name in _placeholders(argument) if "." not in name]
    else:
        return
    yield from (name for name in names if not name.startswith("AWS::"))


def _placeholders(argument: Any) -> list[str]:
    """Names in the text of a Fn::Sub that are none of its own variables."""
    text, variables = substitution(argument)
    return [name for _, name in placeholders(text) if name is not None and name not in variables]


def _path(argument: Any) -> tuple[Any, Any]:
    """Logical id and attribute; either may be a function, and is then no text."""
    logical_id, *rest = attribute_path(argument)
    return logical_id, ".".join(rest) if all(isinstance(step, str) for step in rest) else None
