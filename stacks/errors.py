"""What can go wrong between an environment's file and its templates.

    StackError
    ├── EnvironmentUnknown     no file of that name
    ├── EnvironmentUnreadable  the file is there and can't be read or parsed
    ├── SettingRefused         a key or value that is not possible, in the file or in an override
    ├── TemplateOverLimit      CloudFormation would refuse the template's size
    ├── WaiverInvalid          a waiver that names nothing, or is not well-formed
    └── BuildFolderUnusable    build/ can't be written

Each is a mistake an operator can mend: one sentence, exit code 2, nothing written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class StackError(Exception):
    """Something an operator can mend before anything is written."""


class EnvironmentUnknown(StackError):
    """There is no environment of that name."""

    def __init__(self, name: str, known: Sequence[str], nearest: str | None) -> None:
        self.name, self.known, self.nearest = name, tuple(known), nearest
        hint = f"did you mean {nearest}?" if nearest else f"the environments are {', '.join(known)}"
        super().__init__(f"environment {name!r} is not known; {hint}")


class EnvironmentUnreadable(StackError):
    """The environment's file can't be read, or is not TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}; correct the file and run again")


class SettingRefused(StackError):
    """A setting that no environment can have."""

    def __init__(self, source: str, key: str, value: str, allowed: str) -> None:
        self.source, self.key, self.value, self.allowed = source, key, value, allowed
        found = f" = {value}" if value else ""
        super().__init__(f"{source}: {key}{found} is refused: {allowed}")


class TemplateOverLimit(StackError):
    """A template that CloudFormation would not take."""

    def __init__(self, template: str, what: str, found: int, limit: int) -> None:
        self.template, self.what, self.found, self.limit = template, what, found, limit
        super().__init__(
            f"template {template} has {found:,} {what}, CloudFormation takes {limit:,}; "
            "split the stack or leave something out"
        )


class WaiverInvalid(StackError):
    """The waiver file says something that can't be meant."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


class BuildFolderUnusable(StackError):
    """The build folder can't be read or written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"build folder {path} can't be used: {reason}; make it writable or choose another with --build"
        )
