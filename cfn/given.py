"""Values given to the parameters of a template: taken if they fit, never shown if they are secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.errors import TemplateInvalid
from cfn.hints import remedy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.template import Template


def given_values(template: Template, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values, each for a parameter that is there and may have it; else raises TemplateInvalid."""
    for name, value in given.items():
        if name not in template.parameters:
            found = f"there is no {name} to give a value to"
            raise TemplateInvalid(template.name, "Parameters", found, remedy(name, template.parameters))
        from cfn.constraints import refuse_unfit  # most templates are given nothing

        refuse_unfit(template.name, name, template.parameters[name], value)
    return given


def masked(sentence: str, template: Template, given: Mapping[str, Any]) -> str:
    """The sentence without the values of parameters that are NoEcho."""
    from cfn.constraints import is_secret  # needed only when something is wrong

    for name, declaration in template.parameters.items():
        secret = given.get(name, declaration.get("Default"))
        if is_secret(declaration) and isinstance(secret, str | int) and str(secret):
            sentence = sentence.replace(str(secret), "****")
    return sentence
