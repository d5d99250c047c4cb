"""Deletes an environment's stacks, the last first; what holds data only when that is said."""
