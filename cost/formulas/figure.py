"""A figure that remembers what is done to it: a Decimal to the pricings, a step on a sheet to us."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any, NoReturn, Self

from cost.formulas.errors import NotExpressible
from cost.formulas.sheet import ZERO, Operand

if TYPE_CHECKING:
    from collections.abc import Callable

    from cost.formulas.sheet import Sheet

SHOWN = "…"
"""How a figure stands in a sentence."""
KEPT = {
    "__class__", "__class_getitem__", "__delattr__", "__dir__", "__doc__", "__getattribute__", "__getstate__",
    "__init__", "__init_subclass__", "__new__", "__setattr__", "__sizeof__", "__subclasshook__",
}  # fmt: skip
"""What every object has, and which tells nothing of a number."""


class Tracked(Decimal):
    """A figure, or what came of figures.

    The Decimal beneath is a signalling NaN: what is done to it past the methods here fails, or gives a NaN
    that is found in the end, and never a number that forgot where it came from.
    """

    __slots__ = ("operand", "sheet")
    sheet: Sheet
    operand: int

    @classmethod
    def on(cls, sheet: Sheet, operand: Operand) -> Decimal:
        """A value of a sheet; a constant is an ordinary number."""
        if not isinstance(operand, int):
            return operand
        tracked = super().__new__(cls, "sNaN")
        tracked.sheet, tracked.operand = sheet, operand
        return tracked

    def __repr__(self) -> str:
        """Something for sentences, which are no part of a formula."""
        return SHOWN

    __str__ = __repr__

    def __format__(self, *_: object) -> str:
        """Something for sentences."""
        return SHOWN

    def __copy__(self) -> Self:
        """Itself."""
        return self

    def __deepcopy__(self, _: object) -> Self:
        """Itself."""
        return self

    def is_finite(self) -> bool:
        """It always is."""
        return True

    def __pos__(self) -> Decimal:
        """Itself, as it has been rounded when it came about."""
        return self

    def __bool__(self) -> bool:
        """Whether it is anything."""
        return not self.sheet.decide("=", self.operand, ZERO)

    def to_integral_value(self, rounding: str | None = None, context: object = None) -> Decimal:
        """The next whole number; raises NotExpressible for another than that."""
        if rounding != ROUND_CEILING or context is not None:
            raise self.refusal(f"it is rounded by {rounding or 'the default'}")
        return Tracked.on(self.sheet, self.sheet.write("ceiling", self.operand))

    def refusal(self, what: str) -> NotExpressible:
        """An error about it."""
        return NotExpressible(what, self.sheet.names(self.operand))


def operand_of(number: object) -> Operand | None:
    """A number as it stands on a sheet; None for what is no number."""
    if isinstance(number, Tracked):
        return number.operand
    if isinstance(number, int | Decimal):
        return Decimal(number)
    return None


def _operation(name: str, *, turned: bool) -> Callable[[Tracked, object], Any]:
    def operate(self: Tracked, other: object) -> Any:
        operand = operand_of(other)
        if operand is None:
            return NotImplemented
        if name == "*" and not isinstance(operand, int) and not operand:
            return ZERO
        pair = (operand, self.operand) if turned else (self.operand, operand)
        return Tracked.on(self.sheet, self.sheet.write(name, *pair))

    return operate


def _relation(name: str, *, turned: bool, denied: bool = False) -> Callable[[Tracked, object], Any]:
    def relate(self: Tracked, other: object) -> Any:
        operand = operand_of(other)
        if operand is None:
            return NotImplemented
        pair = (operand, self.operand) if turned else (self.operand, operand)
        return self.sheet.decide(name, *pair) is not denied

    return relate


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(self: Tracked, *_: object, **__: object) -> NoReturn:
        raise self.refusal(f"{name} is asked of it")

    return refuse


METHODS: dict[str, Callable[..., Any]] = {
    "__add__": _operation("+", turned=False),
    "__radd__": _operation("+", turned=True),
    "__sub__": _operation("-", turned=False),
    "__rsub__": _operation("-", turned=True),
    "__mul__": _operation("*", turned=False),
    "__rmul__": _operation("*", turned=True),
    "__truediv__": _operation("/", turned=False),
    "__rtruediv__": _operation("/", turned=True),
    "__lt__": _relation("<", turned=False),
    "__gt__": _relation("<", turned=True),
    "__le__": _relation("<=", turned=False),
    "__ge__": _relation("<=", turned=True),
    "__eq__": _relation("=", turned=False),
    "__ne__": _relation("=", turned=False, denied=True),
}
for _name in dir(Decimal):
    if _name in METHODS:
        setattr(Tracked, _name, METHODS[_name])
    elif _name not in KEPT and _name not in vars(Tracked):
        setattr(Tracked, _name, _refused(_name.strip("_")))
