"""Marks from what is known of a system: what a doctor has found, and what a plan would change."""
