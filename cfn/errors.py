"""What can go wrong while CloudFormation is read.

    CfnError
    ├── TemplateUnreadable  the file can't be read, or is no mapping in JSON or YAML
    ├── TemplateInvalid     a template says what CloudFormation would refuse
    ├── TemplateAbsent      a deployment was asked for a template that it does not have
    ├── CircularReference   values, conditions or resources that wait for each other
    ├── ValueUnknown        an answer was demanded that hangs on a value nobody has given
    └── ArnInvalid          text that was taken for an ARN and is none

`Misfit` and `Unparsable` stand outside the tree: they never leave this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class CfnError(Exception):
    """A template, or a question about one, that someone can mend."""


class TemplateUnreadable(CfnError):
    """The template's file can't be read, or is no mapping in JSON or YAML; the reason has line and column."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"template {path} can't be read: {reason}; correct the file, or name another one")


class TemplateInvalid(CfnError):
    """The template says something that CloudFormation would refuse."""

    def __init__(self, name: str, where: str, found: str, remedy: str) -> None:
        self.name, self.where, self.found, self.remedy = name, where, found, remedy
        super().__init__(f"template {name}, {where}: {found}; {remedy}")


class TemplateAbsent(CfnError):
    """The deployment has no template of that name."""

    def __init__(self, deployment: str, name: str, present: Sequence[str]) -> None:
        self.deployment, self.name, self.present = deployment, name, tuple(present)
        super().__init__(
            f"deployment {deployment} has no template {name!r}; name one of {', '.join(present) or 'none'}"
        )


class CircularReference(CfnError):
    """Things that wait for each other; `path` begins and ends with the same one."""

    def __init__(self, path: Sequence[str], where: str) -> None:
        self.path, self.where = tuple(path), where
        super().__init__(f"{where}: {' -> '.join(path)} is a circle; cut one of these links")


class ValueUnknown(CfnError):
    """An answer was demanded that hangs on a value nobody has given."""

    def __init__(self, what: str, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(
            f"{what} is unknown ({reason}); give the value, or ask a question that does not need it"
        )


class ArnInvalid(CfnError):
    """Text that was taken for an ARN and is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not an ARN; write arn:partition:service:region:account:resource")


class Misfit(Exception):
    """A mistake inside a value, whose place is gathered on the way up into a TemplateInvalid."""

    def __init__(self, *, found: str, remedy: str) -> None:
        self.found, self.remedy = found, remedy
        self.steps: list[str] = []
        super().__init__(f"{found}; {remedy}")

    def inside(self, step: object) -> Misfit:
        """The same mistake, seen from one level further out."""
        self.steps.insert(0, str(step))
        return self


class Unparsable(Exception):
    """A mistake in a template's text, on its way into a TemplateUnreadable; lines and columns begin at 1."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        self.reason, self.line, self.column = reason, line, column
        place = "" if line is None else f"line {line}, column {column}: "
        super().__init__(place + reason)
