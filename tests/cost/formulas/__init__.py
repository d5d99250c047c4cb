"""Formulas of a bill."""
