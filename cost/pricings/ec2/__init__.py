"""Machines and networks."""
