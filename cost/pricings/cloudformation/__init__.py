"""Stacks within stacks."""
