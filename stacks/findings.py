"""A finding: which rule, at which resource, what was found and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that a rule of ours or of cfn-lint has against a template."""

    environment: str
    stack: str
    logical_id: str
    rule: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        """One line for an operator."""
        advice = f"; {self.remedy}" if self.remedy else ""
        return f"{self.rule}  {self.environment}/{self.stack}.{self.logical_id}: {self.found}{advice}"
