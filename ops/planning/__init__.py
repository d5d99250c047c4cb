"""What deploying would do: the difference, what of it may lose data, and what it costs a month."""

from ops.planning.making import Side, plan
from ops.planning.model import Plan, Risk, Setting, StackPlan, StackSettings, Verdict

__all__ = ["Plan", "Risk", "Setting", "Side", "StackPlan", "StackSettings", "Verdict", "plan"]
