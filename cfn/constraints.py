"""What a parameter's declaration asks of a value that is given to it."""

from __future__ import annotations

import re
import warnings
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cfn.errors import TemplateInvalid
from cfn.values import many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def refuse_unfit(template: str, name: str, declaration: Mapping[str, Any], value: Any) -> None:
    """Raise TemplateInvalid for a value, or an item of a list, that the declaration does not allow.

    A pattern that only Java understands is not checked. The sentence never shows the value of a parameter
    that is NoEcho.
    """
    for text in _texts(str(declaration.get("Type", "String")), value):
        broken = next(
            (rule for rule in _RULES if rule in declaration and not _fits(rule, declaration, text)), None
        )
        if broken:
            shown = "the value" if is_secret(declaration) else repr(text)
            allowed = ", ".join(map(_written, many(declaration[broken])))
            raise TemplateInvalid(
                template, f"Parameters/{name}", f"{shown} breaks {broken} ({allowed})", _remedy(declaration)
            )


def is_secret(declaration: Mapping[str, Any]) -> bool:
    """Whether the parameter's value must not be shown."""
    return _written(declaration.get("NoEcho", "")) == "true"


def _remedy(declaration: Mapping[str, Any]) -> str:
    said = declaration.get("ConstraintDescription")
    return f"give another value: it {said.rstrip('.')}" if isinstance(said, str) else "give another value"


def _texts(declared: str, value: Any) -> Iterator[str]:
    """Each value that the rules are about; what is no plain value is not checked."""
    is_list = declared == "CommaDelimitedList" or declared.startswith("List<")
    if is_list and isinstance(value, str):
        value = [item.strip() for item in value.split(",")]
    for item in many(value):
        if type(item) in (bool, float, int, str):
            yield _written(item)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fits(rule: str, declaration: Mapping[str, Any], text: str) -> bool:
    return _RULES[rule](declaration[rule], text)


def _is_allowed(allowed: Any, text: str) -> bool:
    return text in map(_written, many(allowed))


def _matches(pattern: Any, text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            return re.fullmatch(str(pattern), text) is not None
    except (re.error, OverflowError, RecursionError):
        return True


def _compared(
    compare: Callable[[Decimal, Decimal], bool], measure: Callable[[str], Any]
) -> Callable[[Any, str], bool]:
    def fits(bound: Any, text: str) -> bool:
        limit, measured = _number(bound), _number(measure(text))
        return limit is None or (measured is not None and compare(measured, limit))

    return fits


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_RULES: dict[str, Callable[[Any, str], bool]] = {
    "AllowedPattern": _matches,
    "AllowedValues": _is_allowed,
    "MaxLength": _compared(Decimal.__le__, len),
    "MaxValue": _compared(Decimal.__le__, str),
    "MinLength": _compared(Decimal.__ge__, len),
    "MinValue": _compared(Decimal.__ge__, str),
}
