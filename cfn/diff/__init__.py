"""What differs between two deployments, and what CloudFormation will do on the way from one to the other."""

from cfn.diff.comparing import compare
from cfn.diff.model import Change, Difference, Effect, Fate, Kind, ResourceChange, StackChange

__all__ = [
    "Change",
    "Difference",
    "Effect",
    "Fate",
    "Kind",
    "ResourceChange",
    "StackChange",
    "compare",
]
